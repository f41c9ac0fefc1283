// What the comparison says: a table of all sets, and every disagreement with both sides' issues.
// https://hl7.org/fhir/R4/operationoutcome.html
import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { CaseSet } from './case.ts';
import { errorsOf } from './case.ts';
import { causeOf } from './cause.ts';
import { hasCommonPlace } from './place.ts';
import { type Result, type Verdict, verdictOf } from './run.ts';

const said = ({ expression, diagnostics, details }: OperationOutcomeIssue) => ({
  expression: expression?.[0],
  rule: details?.coding?.[0]?.code,
  text: details?.text ?? diagnostics,
});

/** One line of NDJSON for a disagreement: set, case, verdict, our errors, theirs. */
export const disagreementLine = (result: Result): string =>
  JSON.stringify({
    set: result.set,
    case: result.case.name,
    verdict: verdictOf(result),
    cause: causeOf(result),
    ours: errorsOf(result.issues).map(said),
    theirs: result.case.expected.issues.map(said),
  });

type Told = readonly (readonly [CaseSet, readonly Result[]])[];

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const markdown = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(line).join('\n');
const share = (part: number, whole: number): string =>
  whole ? `${part} (${((100 * part) / whole).toFixed(1)} %)` : '0';

const HEAD = [
  'set',
  'cases',
  'agree',
  'we find more',
  'we find less',
  'both find errors',
  'in the same place',
];

function row(name: string, results: readonly Result[]): (string | number)[] {
  const count = (verdict: Verdict) => results.filter((result) => verdictOf(result) === verdict).length;
  const both = results.filter(({ errors, case: { expected } }) => errors > 0 && expected.errors > 0);
  const agreed = share(count('agree'), results.length);
  const same = both.filter(hasCommonPlace).length;
  return [name, results.length, agreed, count('more'), count('less'), both.length, same];
}

/** The table of sets; a set whose cases are named `module/…` has a row for each module too. */
export function setTable(told: Told): string {
  return markdown(
    HEAD,
    told.flatMap(([{ name }, results]) => {
      const modules = Map.groupBy(results, (result) => /^[^/]+(?=\/)/.exec(result.case.name)?.[0] ?? '');
      modules.delete('');
      const parts = [...modules].sort().map(([module, part]) => row(`– ${module}`, part));
      return [row(name, results), ...parts];
    }),
  );
}

/** Why both sides disagree, by set, with the number of cases. */
export function causeTable(told: Told): string {
  const rows = told.flatMap(([{ name }, results]) => {
    const apart = results.filter((result) => verdictOf(result) !== 'agree');
    const causes = Map.groupBy(apart, (result) => `${verdictOf(result)} | ${causeOf(result)}`);
    return [...causes].map(([cause, { length }]) => [name, length, cause] as const);
  });
  return markdown(['set', 'cases', 'we find', 'cause'], rows);
}

/** How a third validator agrees on the cases that it has an outcome for, and how we do on the same. */
export function thirdTable(told: Told): string {
  const rows = told.flatMap(([{ name }, results]) => {
    const shared = results.filter((result) => result.case.third !== undefined);
    if (!shared.length) return [];
    const ours = shared.filter((result) => verdictOf(result) === 'agree').length;
    const theirs = shared.filter(({ case: { third, expected } }) => third === expected.errors > 0).length;
    return [[name, shared.length, share(ours, shared.length), share(theirs, shared.length)] as const];
  });
  return markdown(['set', 'cases with a third outcome', 'we agree', 'the third agrees'], rows);
}

/** What was not run, with reasons. */
export function leftOutTable(told: Told): string {
  const rows = told.flatMap(([{ name, leftOut }]) =>
    [...leftOut].map(([reason, names]) => [name, names.length, reason] as const),
  );
  return markdown(['set', 'left out', 'reason'], rows);
}
