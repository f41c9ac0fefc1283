// `node scripts/agreement.ts`: how far our validator agrees with others, on examples and test cases that lie outside.
// https://hl7.org/fhir/R4/validation.html · what came out: docs/validation.md
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CaseSet } from './agreement/case.ts';
import { officialExamples, packageExamples } from './agreement/example.ts';
import { causeTable, disagreementLine, leftOutTable, setTable, thirdTable } from './agreement/report.ts';
import { run, verdictOf } from './agreement/run.ts';
import { testCases } from './agreement/test-case.ts';

const HELP = `node scripts/agreement.ts [--examples FILE] [--packages FOLDER] [--test-cases FOLDER] [--report FILE]

  --examples    hl7.fhir.r4.examples 4.0.1: the folder, or the .tgz that \`npm pack\` gives
  --packages    folder of FHIR packages (.tgz); the examples in each are checked against the profiles that they claim
  --test-cases  a copy of FHIR/fhir-test-cases
  --report      where every disagreement is written, one JSON object a line

`;
/** A validation that takes longer is told. */
const SLOW = 2_000;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { examples: text, packages: text, 'test-cases': text, report: text },
});
const packages = values.packages;
const makers: (() => CaseSet)[] = [
  ...(values.examples ? [() => officialExamples(values.examples!)] : []),
  ...(packages
    ? readdirSync(packages)
        .filter((name) => name.endsWith('.tgz'))
        .sort()
        .map((name) => () => packageExamples(join(packages, name)))
    : []),
  ...(values['test-cases'] ? [() => testCases(values['test-cases']!)] : []),
];
if (!makers.length) {
  process.stdout.write(HELP);
  process.exit(1);
}
const disagreements: string[] = [];
const told = makers.map((make) => {
  const set = make();
  const results = [...run(set)];
  for (const result of results) {
    if (verdictOf(result) !== 'agree') disagreements.push(disagreementLine(result));
    if (result.milliseconds > SLOW)
      process.stderr.write(`${set.name} ${result.case.name}: ${Math.round(result.milliseconds)} ms\n`);
  }
  return [set, results] as const;
});
for (const table of [setTable, thirdTable, causeTable, leftOutTable])
  process.stdout.write(`${table(told)}\n\n`);
if (values.report) writeFileSync(values.report, `${disagreements.join('\n')}\n`);
