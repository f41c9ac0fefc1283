// Every condition of the default policies is one that access can be limited by, in the engine that enforces it.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
import t from 'tap';
import { policyProblems, readPolicies } from '../../auth/policy/policies.ts';
import { openStorage } from '../search/storage.ts';

const { dependencies } = await openStorage(t);
const check = dependencies.visibilities.criteriaProblem;
const defaults = readPolicies(new URL('../../../profiles/policy/', import.meta.url));

t.test('the conditions of every default policy can be enforced', async (t) => {
  const asked: string[] = [];
  const counted = (type: string, criteria: string) => {
    asked.push(criteria);
    return check(type, criteria);
  };
  for (const each of defaults) t.same(policyProblems(each, counted), [], each.id!);
  t.ok(asked.length > 40, 'conditions were looked at');
});

t.test('a condition that cannot be enforced is refused, and named', async (t) => {
  const peer = structuredClone(defaults.find(({ id }) => id === 'policy-peer')!);
  const at = peer.extension!.findIndex(({ extension }) =>
    extension?.some(({ valueCode }) => valueCode === 'accompany'),
  );
  const parts = peer.extension![at]!.extension!;
  const n = parts.findIndex(({ url }) => url === 'criteria');
  const cases: [criteria: string, says: RegExp][] = [
    ['authored-on=lt2026-01-01', /"authored-on" cannot limit access/],
    ['code:text=call', /"code:text" cannot limit access/],
    ['colour=red', /Task has no search parameter "colour"/],
    ['code=', /"code" has an empty value/],
  ];
  for (const [criteria, says] of cases) {
    parts[n]!.valueString = criteria;
    t.match(
      policyProblems(peer, check),
      [{ diagnostics: says, expression: [`Basic.extension[${at}].extension[${n}].value`] }],
      criteria,
    );
  }
});
