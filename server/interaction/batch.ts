// batch: each entry on its own, in the order of the bundle; a failure stays its entry's. https://hl7.org/fhir/R4/http.html#transaction
import { FhirError } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { entriesOf, requestOf } from './bundle-entry.ts';
import type { Context, FhirRequest, Handler } from './context.ts';
import { transaction } from './transaction.ts';

/** POST to the base address: a batch, or a transaction. */
export const batch: Handler = async (context, request) => {
  const { type, entries } = entriesOf(request.body);
  if (type === 'transaction') return transaction(context, request, entries);
  const results: Result[] = [];
  for (const entry of entries) {
    results.push(await settle(context, () => requestOf(entry, request.access, context.base)));
  }
  return { kind: 'batch', status: 200, type: 'batch-response', entries: results };
};

async function settle(context: Context, makeRequest: () => FhirRequest): Promise<Result> {
  try {
    return await context.dispatch(makeRequest());
  } catch (error) {
    if (error instanceof FhirError) return { kind: 'outcome', status: error.status, issues: error.issues };
    throw error;
  }
}
