// Access policies as resources: read, refused with the element at fault, renewed when they change, and closed without one.
// https://hl7.org/fhir/R4/basic.html
import type { Basic, Extension } from '@medplum/fhirtypes';
import t from 'tap';
import {
  createPolicies,
  type PolicyStore,
  policyProblems,
  readPolicies,
} from '../../auth/policy/policies.ts';
import { policyOf } from '../../auth/policy/resource.ts';
import { emptyPolicy } from '../../fhir/access.ts';
import { readDefinitions } from '../../validation/index.ts';

const CB = 'https://throughline.example/fhir/';
const defaults = readPolicies(new URL('../../../profiles/policy/', import.meta.url));
const named = (role: string): Basic => structuredClone(defaults.find(({ id }) => id === `policy-${role}`)!);
const anything = () => undefined;
const url = (name: string) => `${CB}StructureDefinition/${name}`;

function rule(changes: Record<string, Partial<Extension> | undefined> = {}): Extension {
  const parts: Record<string, Partial<Extension> | undefined> = {
    name: { valueCode: 'some-rule' },
    type: { valueCode: 'Task' },
    letters: { valueCode: 'rs' },
    whose: { valueCode: 'any' },
    ...changes,
  };
  const extension = Object.entries(parts).flatMap(([part, value]) =>
    value ? [{ url: part, ...value }] : [],
  );
  return { url: url('policy-rule'), extension };
}

const policy = (...extension: Extension[]): Basic => ({
  ...named('peer'),
  extension: [{ url: url('policy-role'), valueCode: 'peer' }, ...extension],
});

t.test('every role of cn-role has a default policy, and none has a problem', async (t) => {
  const definitions = readDefinitions(new URL('../../../profiles/definitions/', import.meta.url));
  const roles = definitions.flatMap((each) =>
    each.resourceType === 'CodeSystem' && each.id === 'cn-role' ? (each.concept ?? []) : [],
  );
  t.same(defaults.map((each) => policyOf(each)!.role).sort(), roles.map(({ code }) => code).sort());
  for (const each of defaults) t.same(policyProblems(each, anything), [], each.id!);
});

t.test('a policy is read with its rules, labels, purposes and minutes', async (t) => {
  const read = policyOf(
    policy(
      rule({ criteria: { valueString: 'owner={user}' } }),
      {
        url: url('policy-labels'),
        extension: [
          { url: 'without-consent', valueCoding: { code: 'SDV' } },
          { url: 'with-consent', valueCoding: { code: 'MH' } },
        ],
      },
      { url: url('policy-purpose'), valueCoding: { code: 'TREAT' } },
      { url: url('break-glass-minutes'), valuePositiveInt: 30 },
    ),
  );
  t.same(read, {
    role: 'peer',
    rules: [
      {
        rule: 'some-rule',
        types: new Set(['Task']),
        letters: new Set(['r', 's']),
        whose: 'any',
        criteria: 'owner={user}',
      },
    ],
    labels: new Set(['SDV']),
    consented: new Set(['MH']),
    consentedOf: 'any',
    purposes: ['TREAT'],
    breakGlassMinutes: 30,
  });
  t.equal(policyOf(named('patient'))?.labels, 'all');
  t.equal(policyOf({ ...named('peer'), extension: [] }), undefined);
});

t.test('what cannot be read as a policy is refused, and the element is named', async (t) => {
  const AT = 'Basic.extension[1].extension';
  const cases: [what: string, resource: Basic, expression: string, says: RegExp][] = [
    ['no role', { ...named('peer'), extension: [] }, 'Basic.extension', /about one role/],
    ['another id', { ...policy(), id: 'mine' }, 'Basic.id', /kept as Basic\/policy-peer\. PUT it there/],
    [
      'a type that R4 has not',
      policy(rule({ type: { valueCode: 'Chore' } })),
      `${AT}[1].value`,
      /"Chore" is no resource type/,
    ],
    [
      'no type',
      policy(rule({ type: undefined })),
      'Basic.extension[1].extension',
      /names no type\. Add a part "type"/,
    ],
    [
      'letters out of order',
      policy(rule({ letters: { valueCode: 'sr' } })),
      `${AT}[2].value`,
      /in that order/,
    ],
    ['no letters', policy(rule({ letters: {} })), `${AT}[2].value`, /not some of cruds/],
    [
      'whose',
      policy(rule({ whose: { valueCode: 'mine' } })),
      `${AT}[3].value`,
      /any, assigned, members, self/,
    ],
    ['no name', policy(rule({ name: { valueCode: '' } })), `${AT}[0].value`, /needs a name/],
    ['no criteria', policy(rule({ criteria: { valueString: '' } })), `${AT}[4].value`, /criteria are empty/],
    [
      'audit written',
      policy(rule({ type: { valueCode: 'AuditEvent' }, letters: { valueCode: 'cr' } })),
      `${AT}[1].value`,
      /Only the server writes AuditEvent/,
    ],
    [
      'everything written',
      policy(rule({ type: { valueCode: '*' }, letters: { valueCode: 'cruds' } })),
      `${AT}[1].value`,
      /Name the types that may be written/,
    ],
    [
      'minutes',
      policy({ url: url('break-glass-minutes'), valuePositiveInt: 5000 }),
      'Basic.extension[1].value',
      /for 1 to 1440 minutes, not 5000/,
    ],
    [
      'a lock-out',
      { ...named('programme-admin'), extension: named('programme-admin').extension!.slice(0, 2) },
      'Basic.extension',
      /Nobody could change a policy any more/,
    ],
  ];
  for (const [what, resource, expression, says] of cases) {
    const [first, ...more] = policyProblems(resource, anything);
    t.match(first, { severity: 'error', code: 'value', diagnostics: says, expression: [expression] }, what);
    t.match(first?.details, { coding: [{ code: 'access-policy' }] }, what);
    t.equal(more.length, 0, `${what}: and nothing else`);
  }
});

t.test('criteria are checked for each type, with a user in place of {user}', async (t) => {
  const asked: string[][] = [];
  const check = (type: string, criteria: string) => {
    asked.push([type, criteria]);
    return type === 'Task' ? 'It cannot be checked.' : undefined;
  };
  const found = policyProblems(policy(rule({ criteria: { valueString: 'owner={user}' } })), check);
  t.same(asked, [['Task', 'owner=PractitionerRole/example']]);
  t.match(found, [
    { diagnostics: 'It cannot be checked.', expression: ['Basic.extension[1].extension[4].value'] },
  ]);
});

t.test('a Basic with another code is no policy', async (t) => {
  const state: Basic = {
    resourceType: 'Basic',
    code: { coding: [{ system: 'https://app.example', code: 'access-policy' }] },
    extension: [rule({ letters: { valueCode: 'x' } })],
  };
  t.same(policyProblems(state, anything), []);
});

/** Stored policies in memory: what the interface promises, and no more. */
function memory(...resources: Basic[]) {
  const stored = new Map(resources.map((each) => [each.id!, each]));
  const taken = new Set(stored.keys());
  let writes = 0;
  let reads = 0;
  const store: PolicyStore = {
    state: async () => String(writes),
    read: async () => {
      reads++;
      return [...stored.values()];
    },
    createIfAbsent: async (each) => {
      if (taken.has(each.id!)) return false;
      taken.add(each.id!);
      stored.set(each.id!, each);
      writes++;
      return true;
    },
  };
  const write = (each: Basic) => {
    stored.set(each.id!, each);
    writes++;
  };
  const remove = (id: string) => {
    stored.delete(id);
    writes++;
  };
  return { store, write, remove, reads: () => reads };
}

function started(...resources: Basic[]) {
  const lines: object[] = [];
  const data = memory(...resources);
  const log = { error: (details: object) => lines.push(details) };
  const policies = createPolicies({ load: data.store, defaults, checkCriteria: anything, log });
  return { ...data, policies, lines };
}

t.test('a role without a policy may do nothing', async (t) => {
  const { policies } = started();
  await policies.look();
  t.same(policies.of('rn'), emptyPolicy('rn'));
  t.equal(policies.of('rn'), policies.of('rn'), 'one object for all who ask');
});

t.test('the defaults are stored once, and what an administrator changed or deleted stays so', async (t) => {
  const mine = { ...policy(rule()), id: 'policy-peer' };
  const { policies, remove } = started(mine);
  t.equal(await policies.ensureDefaults(), defaults.length - 1);
  t.same(
    policies.of('peer').rules.map((each) => each.rule),
    ['some-rule'],
  );
  t.ok(policies.of('rn').rules.length > 10);
  remove('policy-rn');
  t.equal(await policies.ensureDefaults(), 0);
  t.same(policies.of('rn'), emptyPolicy('rn'), 'a deleted policy leaves no rights');
});

t.test('policies are read again only when something was written, and only what changed is new', async (t) => {
  const { policies, write, reads } = started(...defaults);
  await policies.look();
  const [before, nurse, generation] = [policies.of('peer'), policies.of('rn'), policies.generation()];
  await policies.look();
  t.equal(reads(), 1);
  write(policy(rule()));
  await policies.look();
  t.equal(reads(), 2);
  t.not(policies.of('peer'), before);
  t.equal(policies.of('rn'), nurse);
  t.equal(policies.generation(), generation + 1);
  write(policy(rule()));
  await policies.look();
  t.equal(policies.generation(), generation + 1, 'the same again is no change');
});

t.test('a stored policy that cannot be read leaves the one before it in force, and is logged', async (t) => {
  const { policies, write, lines } = started(...defaults);
  await policies.look();
  const before = policies.of('peer');
  write(policy(rule({ type: { valueCode: 'Chore' } })));
  await policies.look();
  t.equal(policies.of('peer'), before);
  t.match(lines, [
    { policy: 'Basic/policy-peer', reasons: [/extension\[1\].value: "Chore" is no resource type/] },
  ]);
  await policies.look();
  t.equal(lines.length, 1, 'once');
  const fresh = started(policy(rule({ letters: { valueCode: 'sr' } })));
  await fresh.policies.look();
  t.same(fresh.policies.of('peer'), emptyPolicy('peer'), 'with no good version there are no rights');
});
