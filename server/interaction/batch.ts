// batch: each entry on its own, in the order of the bundle; a failure stays its entry's. https://hl7.org/fhir/R4/http.html#transaction
import { badRequest, FhirError } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { databaseFailure } from '../store/failure.ts';
import { AnswerBudget } from './answer-budget.ts';
import { answerTo, entriesOf, requestOf } from './bundle-entry.ts';
import type { Context, FhirRequest, Handler } from './context.ts';
import { transaction } from './transaction.ts';

/** POST to the base address: a batch, or a transaction. */
export const batch: Handler = async (context, request) => {
  const { type, entries } = entriesOf(request.body);
  if (type === 'transaction') return transaction(context, request, entries);
  const results: Result[] = [];
  const budget = new AnswerBudget();
  for (const entry of entries) {
    results.push(await settle(context, budget, () => requestOf(entry, request, context.base)));
  }
  return { kind: 'batch', status: 200, type: 'batch-response', entries: results };
};

async function settle(
  context: Context,
  budget: AnswerBudget,
  makeRequest: () => FhirRequest,
): Promise<Result> {
  try {
    const request = makeRequest();
    if (!request.path.length && request.method === 'POST')
      throw badRequest('A batch takes no other batch. Send its entries in this one.', 'request.url');
    budget.check();
    return answerTo(request, budget.spend(await context.dispatch(request)));
  } catch (error) {
    // What other entries have written stands: a statement that took too long must not hide their answers.
    const failure = error instanceof FhirError ? error : databaseFailure(error);
    if (failure) return { kind: 'outcome', status: failure.status, issues: failure.issues };
    throw error;
  }
}
