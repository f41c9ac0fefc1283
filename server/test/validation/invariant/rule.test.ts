// Invariants of R4 that are evaluated by their expression: kept, broken, and said at the element that breaks them.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import t from 'tap';
import { CONFORMANCE } from './conformance-examples.ts';
import { CLINICAL } from './examples.ts';
import { constraints, issuesOf } from './run.ts';

const EXAMPLES = { ...CLINICAL, ...CONFORMANCE };
const CODE_SYSTEM = 'https://throughline.example/fhir/CodeSystem/cn-rule';
const BEST_PRACTICE = new Set(['con-3']);

for (const [key, [type, keep, breaks, at = type]] of Object.entries(EXAMPLES)) {
  t.test(`${key} of ${type}`, async (t) => {
    const own = (more: object) =>
      issuesOf({ resourceType: type, ...more }).filter(({ details }) => details?.coding?.[0]?.code === key);
    t.strictSame(own(keep), [], 'is kept');
    const { constraint } = constraints.find(
      (entry) => entry.constraint.key === key && (key !== 'inv-1' || entry.place === type),
    )!;
    t.strictSame(own(breaks), [
      {
        severity: BEST_PRACTICE.has(key) ? 'information' : constraint.severity,
        code: 'invariant',
        details: { coding: [{ system: CODE_SYSTEM, code: key }] },
        diagnostics: `${constraint.human.replace(/\.$/, '')}.`,
        expression: [at],
      },
    ]);
  });
}

t.test('there are examples of most types that have invariants', async (t) => {
  t.ok(Object.keys(EXAMPLES).length > 100, `${Object.keys(EXAMPLES).length} invariants`);
});
