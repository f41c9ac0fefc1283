// How far a caller's scopes reach. https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import fc from 'fast-check';
import t from 'tap';
import {
  type Access,
  type Letter,
  reach,
  reachesSystem,
  type Scope,
  systemAccess,
} from '../../fhir/access.ts';
import { resourceTypes } from '../../fhir/elements.ts';

const scope = (text: string): Scope => {
  const [level, rest] = text.split('/') as [Scope['level'], string];
  const [type, letters] = rest.split('.') as [string, string];
  return { level, type, letters: new Set(letters as Iterable<Letter>) };
};
const access = (scopes: string, patient?: string): Access => ({
  subject: 's',
  ...(patient && { patient }),
  scopes: scopes.split(' ').filter(Boolean).map(scope),
  policy: 'unlimited',
});
const letters: Letter[] = ['c', 'r', 'u', 'd', 's'];

t.test('Scopes give what they name: level, type and letters', async (t) => {
  for (const [scopes, patient, type, letter, expected] of [
    ['', undefined, 'Task', 'r', 'none'],
    ['user/Task.rs', undefined, 'Task', 'r', 'all'],
    ['user/Task.rs', undefined, 'Task', 'u', 'none'],
    ['user/Task.rs', undefined, 'Patient', 'r', 'none'],
    ['user/*.r', undefined, 'Patient', 'r', 'all'],
    ['system/*.cruds', undefined, 'Subscription', 'd', 'all'],
    ['patient/Task.rs', 'p', 'Task', 's', 'part'],
    ['patient/Task.rs', undefined, 'Task', 's', 'none'],
    ['patient/Task.rs', 'p', 'Task', 'c', 'none'],
    ['patient/*.cruds', 'p', 'Task', 'c', 'part'],
    ['patient/*.cruds', 'p', 'Practitioner', 'r', 'all'],
    ['patient/*.cruds', 'p', 'Practitioner', 'u', 'none'],
    ['patient/*.cruds', 'p', 'Subscription', 'r', 'none'],
    ['patient/*.cruds', 'p', 'Patient', 'r', 'part'],
    ['patient/*.r', undefined, 'Practitioner', 'r', 'none'],
    ['patient/Task.r user/Task.s', 'p', 'Task', 'r', 'part'],
    ['patient/Task.r user/Task.s', 'p', 'Task', 's', 'all'],
    ['user/Task.r patient/Task.r', 'p', 'Task', 'r', 'all'],
  ] as const) {
    t.equal(
      reach(access(scopes, patient), type, letter),
      expected,
      `${scopes || 'no scope'} ${patient ?? ''}: ${letter} on ${type}`,
    );
  }
});

t.test(
  'A patient scope never writes a type that all patients share, and never reaches beyond the compartment',
  async (t) => {
    fc.assert(
      fc.property(fc.constantFrom(...resourceTypes), fc.constantFrom(...letters), (type, letter) => {
        const found = reach(access('patient/*.cruds', 'p'), type, letter);
        return found !== 'all' || letter === 'r' || letter === 's';
      }),
    );
    t.pass('100 types and letters');
  },
);

t.test('Only system scopes take all of a type away, as an export does', async (t) => {
  for (const [scopes, type, letter, expected] of [
    ['patient/*.cruds', 'Practitioner', 'r', false],
    ['patient/Task.r user/Task.s', 'Task', 'r', false],
    ['patient/Task.r user/Task.s', 'Task', 's', false],
    ['user/*.r', 'Practitioner', 'r', false],
    ['system/Task.rs', 'Task', 'r', true],
    ['system/Task.rs', 'Patient', 'r', false],
    ['', 'Task', 'r', false],
  ] as const)
    t.equal(reachesSystem(access(scopes, 'p'), type, letter), expected, `${scopes}: ${letter} on ${type}`);
});

t.test('One more scope never takes anything away', async (t) => {
  const one = fc
    .tuple(
      fc.constantFrom('patient', 'user', 'system'),
      fc.constantFrom('*', 'Task', 'Practitioner', 'Subscription'),
      fc.subarray(letters, { minLength: 1 }),
    )
    .map(([level, type, some]) => `${level}/${type}.${some.join('')}`);
  const width = { none: 0, part: 1, all: 2 };
  fc.assert(
    fc.property(
      fc.array(one, { maxLength: 4 }),
      one,
      fc.constantFrom('Task', 'Practitioner', 'Subscription'),
      fc.constantFrom(...letters),
      (scopes, more, type, letter) => {
        const before = reach(access(scopes.join(' '), 'p'), type, letter);
        return width[reach(access([...scopes, more].join(' '), 'p'), type, letter)] >= width[before];
      },
    ),
  );
  t.pass('100 sets of scopes');
});

t.test('The server itself may do everything, and its access cannot be changed', async (t) => {
  for (const type of resourceTypes)
    for (const letter of letters)
      if (reach(systemAccess, type, letter) !== 'all') t.fail(`${letter} ${type}`);
  t.ok(Object.isFrozen(systemAccess));
  t.ok(Object.isFrozen(systemAccess.scopes));
});
