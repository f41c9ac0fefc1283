// Rules of practice as resources: the defaults hold, what cannot be enforced is named, and a broken one leaves the one before in force.
// https://hl7.org/fhir/R4/basic.html
import type { Basic, Extension } from '@medplum/fhirtypes';
import t from 'tap';
import { readPolicies } from '../../auth/policy/resource.ts';
import { practiceReader } from '../../care/practice/index.ts';
import { practiceId, practiceProblems, practiceRuleOf } from '../../care/practice/rule.ts';

const CB = 'https://throughline.example/fhir';
const defaults = readPolicies(new URL('../../../profiles/practice/', import.meta.url));
const url = (name: string) => `${CB}/StructureDefinition/${name}`;

function rule(parts: readonly Extension[], more: readonly Extension[] = [], name = 'some-rule'): Basic {
  return {
    resourceType: 'Basic',
    id: practiceId(name),
    code: { coding: [{ system: `${CB}/CodeSystem/cn-category`, code: 'practice-rule' }] },
    extension: [
      { url: url('practice-rule'), extension: [{ url: 'name', valueCode: name }, ...parts] },
      ...more,
    ],
  };
}
const codes = (part: string, ...values: string[]): Extension[] =>
  values.map((valueCode) => ({ url: part, valueCode }));
const SENTENCE: Extension = { url: 'sentence', valueString: 'Not you. Ask somebody else.' };
const whole = [
  ...codes('task', 'navigation'),
  ...codes('move', 'completed'),
  ...codes('may', 'rn'),
  SENTENCE,
];
const requirement = (...parts: Extension[]): Extension => ({
  url: url('practice-requirement'),
  extension: parts,
});

t.test('every default is kept under its name, and none has a problem', async (t) => {
  t.ok(defaults.length > 15);
  for (const each of defaults) {
    t.same(practiceProblems(each), [], each.id!);
    t.equal(each.id, practiceId(practiceRuleOf(each).rule));
  }
});

t.test('a rule is read with its tasks, moves, roles and requirements', async (t) => {
  const read = practiceRuleOf(
    rule(
      [...whole, ...codes('except', 'nav-schedule'), ...codes('co-sign', 'lpn')],
      [
        requirement(...codes('role', 'peer'), ...codes('qualification', 'peer-certification', 'licence'), {
          url: 'when-recorded',
          valueBoolean: true,
        }),
      ],
    ),
  );
  t.same(read, {
    rule: 'some-rule',
    tasks: new Set(['navigation']),
    except: new Set(['nav-schedule']),
    moves: new Set(['completed']),
    may: new Set(['rn']),
    mayNot: new Set(),
    coSign: new Set(['lpn']),
    requirements: [
      { roles: new Set(['peer']), qualifications: ['peer-certification', 'licence'], whenRecorded: true },
    ],
    sentence: 'Not you. Ask somebody else.',
  });
});

const without = (part: string) => whole.filter((each) => each.url !== part);
const BROKEN: readonly (readonly [what: string, resource: Basic, says: RegExp])[] = [
  ['a name that is none', rule(whole, [], 'Some Rule'), /needs a name of small letters/],
  ['no task', rule(without('task')), /names no task/],
  ['no move', rule(without('move')), /names no move/],
  ['no sentence', rule(without('sentence')), /no sentence to refuse with/],
  ['both kinds of roles', rule([...whole, ...codes('may-not', 'peer')]), /who may and who may not/],
  ['no roles', rule(without('may')), /holds nobody to anything/],
  [
    'a co-signature of what is not completed',
    rule([...without('move'), ...codes('move', 'created'), ...codes('co-sign', 'lpn')]),
    /Only completing can be co-signed/,
  ],
  [
    'a co-signature that nobody can give',
    rule([...without('may'), ...codes('may-not', 'peer'), ...codes('co-sign', 'lpn')]),
    /Nobody could co-sign/,
  ],
  ['a co-signature for who needs none', rule([...whole, ...codes('co-sign', 'rn')]), /needs no co-signature/],
  [
    'a qualification for a move of the caller',
    rule(whole, [requirement(...codes('role', 'peer'), ...codes('qualification', 'licence'))]),
    /asked of whoever gets a task/,
  ],
  [
    'a qualification of nobody',
    rule(
      [...without('move'), ...codes('move', 'owned')],
      [requirement(...codes('qualification', 'licence'))],
    ),
    /names a role and a qualification/,
  ],
  ['another id', { ...rule(whole), id: 'practice-other' }, /is kept as Basic\/practice-some-rule/],
  [
    'two rows',
    { ...rule(whole), extension: [...rule(whole).extension!, ...rule(whole).extension!] },
    /is one row/,
  ],
  ['no row', { ...rule(whole), extension: [] }, /is one row/],
];

t.test('what cannot be enforced is named in a sentence', async (t) => {
  t.same(practiceProblems(rule(whole)), []);
  for (const [what, resource, says] of BROKEN) {
    const problems = practiceProblems(resource);
    t.match(problems, [{ severity: 'error', code: 'value' }], what);
    t.ok(
      problems.some(({ diagnostics }) => says.test(diagnostics!)),
      `${what}: ${problems.map(({ diagnostics }) => diagnostics).join(' ')}`,
    );
  }
});

t.test('a Basic of another kind is none of these', async (t) => {
  t.same(practiceProblems({ resourceType: 'Basic', code: { text: 'Columns' } }), []);
  t.same(practiceProblems({ resourceType: 'Patient' }), []);
});

t.test('a rule that cannot be read leaves the one before in force; one that is gone is gone', async (t) => {
  const read = practiceReader();
  const name = 'some-rule';
  t.same(
    read([rule(whole)]).rules.map((each) => each.sentence),
    ['Not you. Ask somebody else.'],
  );
  const broken = rule(without('sentence'));
  t.same(
    read([broken]).rules.map((each) => [each.rule, each.sentence]),
    [[name, 'Not you. Ask somebody else.']],
  );
  t.same(read([]).rules, []);
  t.same(read([broken]).rules, []);
});
