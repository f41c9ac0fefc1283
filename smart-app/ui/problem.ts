// What was wrong with what somebody said or did: a sentence, and the field of the form that it is about.
// https://hl7.org/fhir/R4/operationoutcome.html
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import { FhirFailure } from '../fhir/failure.ts';
import { fieldOf, isError, wordsFor } from '../fhir/issue.ts';
import type { Language } from '../locales/index.tsx';
import type { Locale } from '../locales/text.ts';
import { sentenceOf } from './sentence.ts';

export interface Problem {
  /** The element that a field of a form asks for, which is the field's name: `Task.statusReason`. Absent: none in particular. */
  readonly field?: string;
  readonly sentence: string;
}

/** Words for a rule; undefined where the issue's own sentence stands. */
type RuleSaid = (locale: Locale, key: string | undefined) => string | undefined;

const load = (): Promise<RuleSaid> =>
  import('../locales/rules.ts').then(
    ({ ruleSaid }) => ruleSaid,
    () => () => undefined,
  );

/** Errors as problems, each sentence once. */
export async function problemsOf(
  issues: readonly OperationOutcomeIssue[],
  { locale }: Language,
  sent?: readonly Resource[],
): Promise<readonly Problem[]> {
  const ruleSaid = await load();
  const problems = issues.filter(isError).map((issue): Problem => {
    const field = fieldOf(issue, sent);
    const said = ruleSaid(locale, wordsFor(issue));
    return { sentence: said ?? issue.diagnostics ?? issue.details?.text ?? '', ...(field && { field }) };
  });
  return [...new Map(problems.map((problem) => [problem.sentence, problem])).values()];
}

/** A failure as problems: the server's issues where it said any, else one sentence. */
export async function problemsIn(
  error: unknown,
  language: Language,
  sent?: readonly Resource[],
): Promise<readonly Problem[]> {
  const issues = error instanceof FhirFailure ? error.issues : [];
  const problems = (await problemsOf(issues, language, sent)).filter(({ sentence }) => sentence);
  return problems.length ? problems : [{ sentence: sentenceOf(error, language) }];
}
