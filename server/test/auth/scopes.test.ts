// Tests of auth/scopes.ts. https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import fc from 'fast-check';
import t from 'tap';
import {
  formatScope,
  grantable,
  launchType,
  parseScope,
  readScope,
  scopeWords,
} from '../../auth/launch/scopes.ts';
import type { Letter, Scope } from '../../fhir/access.ts';

const TYPES = new Set(['Patient', 'Task', 'Observation']);
const LETTERS: Letter[] = ['c', 'r', 'u', 'd', 's'];

const scope: fc.Arbitrary<Scope> = fc.record({
  level: fc.constantFrom('patient', 'user', 'system'),
  type: fc.constantFrom('*', ...TYPES),
  letters: fc.subarray(LETTERS, { minLength: 1 }).map((letters) => new Set(letters)),
});
const scopeText = fc.array(scope, { maxLength: 4 }).map((scopes) => scopes.map(formatScope).join(' '));

/** The rights that a scope parameter stands for, one `level/Type.letter` each, wildcards spelt out. */
const rights = (text: string): Set<string> =>
  new Set(
    parseScope(text).flatMap(({ level, type, letters }) =>
      (type === '*' ? [...TYPES] : [type]).flatMap((one) =>
        [...letters].map((letter) => `${level}/${one}.${letter}`),
      ),
    ),
  );

t.test('version 1 verbs stand for version 2 letters', async (t) => {
  const table = {
    'patient/*.read': 'rs',
    'user/Task.write': 'cud',
    'user/Task.*': 'cruds',
    'patient/*.*': 'cruds',
  };
  for (const [word, letters] of Object.entries(table)) {
    const [parsed] = parseScope(word);
    t.equal([...parsed!.letters].join(''), letters, word);
    t.equal(formatScope(parsed!), `${word.slice(0, word.lastIndexOf('.'))}.${letters}`);
  }
});

t.test('version 2 scopes name level, type and letters in the order cruds', async (t) => {
  t.match(readScope('user/Task.cruds'), { kind: 'clinical', scope: { level: 'user', type: 'Task' } });
  t.match(readScope('patient/*.rs'), { kind: 'clinical', scope: { level: 'patient', type: '*' } });
  for (const word of [
    'user/Task.sr',
    'user/Task.',
    'user/Task.rr',
    'user/task.r',
    'user/Task.x',
    'Task.r',
    'clinic/Task.r',
    'user/Task.read.write',
  ]) {
    t.equal(readScope(word).kind, 'unknown', word);
  }
});

t.test('scopes for identity, context and refresh tokens are no clinical scopes', async (t) => {
  for (const word of [
    'openid',
    'fhirUser',
    'profile',
    'launch',
    'launch/patient',
    'launch/encounter',
    'launch/imagingstudy',
    'launch/list?role=https://example.org/med-list-at-home',
    'online_access',
    'offline_access',
    'messaging/ui.launchActivity',
  ]) {
    t.equal(readScope(word).kind, 'context', word);
  }
  t.same(parseScope('openid launch launch/encounter'), []);
  for (const word of [
    'launch/',
    'launch/ImagingStudy',
    'launch/list?role=',
    'launch/list?kind=x',
    'Launch',
  ]) {
    t.equal(readScope(word).kind, 'unknown', word);
  }
});

t.test('a scope for launch context names its resource type in lower case, whatever the role', async (t) => {
  t.equal(launchType('launch/encounter'), 'encounter');
  t.equal(launchType('launch/list?role=https://example.org/home'), 'list');
  t.equal(launchType('launch'), undefined);
  t.equal(launchType('patient/Encounter.rs'), undefined);
});

t.test(
  'context of other types is told to whom the launch is told; patient and encounter are allowed by name',
  async (t) => {
    const cases: [asked: string, allowed: string, granted: string[]][] = [
      ['launch/list', 'launch', ['launch/list']],
      ['launch/list?role=https://example.org/home', 'launch', ['launch/list?role=https://example.org/home']],
      [
        'launch/list?role=https://example.org/home',
        'launch/list',
        ['launch/list?role=https://example.org/home'],
      ],
      ['launch/list', 'launch/patient', []],
      ['launch/patient launch/encounter', 'launch', []],
      [
        'launch/encounter?role=https://example.org/next',
        'launch/encounter',
        ['launch/encounter?role=https://example.org/next'],
      ],
    ];
    for (const [asked, allowed, granted] of cases)
      t.same(grantable(asked, allowed, TYPES), granted, `${asked} of ${allowed}`);
  },
);

t.test('what is granted is what was asked and the client is allowed', async (t) => {
  const cases: [asked: string, allowed: string, granted: string[]][] = [
    ['user/Task.rs', 'user/*.cruds', ['user/Task.rs']],
    ['user/*.cruds', 'user/Task.rs user/Patient.r', ['user/Task.rs', 'user/Patient.r']],
    ['user/Task.cruds', 'user/*.rs', ['user/Task.rs']],
    ['user/*.read', 'user/*.cruds', ['user/*.read']],
    ['system/Task.rs', 'user/*.cruds', []],
    ['user/Nonsense.rs', 'user/*.cruds', []],
    ['openid launch user/Task.r', 'openid user/*.r', ['openid', 'user/Task.r']],
    ['user/Task.c', 'user/Task.r', []],
  ];
  for (const [asked, allowed, granted] of cases)
    t.same(grantable(asked, allowed, TYPES), granted, `${asked} of ${allowed}`);
});

t.test('property: a scope that is written and read again is the same scope', async () => {
  fc.assert(
    fc.property(scope, (one) => {
      const reading = readScope(formatScope(one));
      return reading.kind === 'clinical' && formatScope(reading.scope) === formatScope(one);
    }),
  );
});

t.test('property: a grant is exactly the rights that are both asked and allowed', async () => {
  fc.assert(
    fc.property(scopeText, scopeText, (asked, allowed) => {
      const granted = rights(grantable(asked, allowed, TYPES).join(' '));
      const both = [...rights(asked)].filter((right) => rights(allowed).has(right));
      return granted.size === both.length && both.every((right) => granted.has(right));
    }),
  );
});

t.test('property: no text makes the reader throw, and unknown words are granted nothing', async () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const unknown = scopeWords(text).every((word) => readScope(word).kind === 'unknown');
      return !unknown || grantable(text, 'user/*.cruds patient/*.cruds openid', TYPES).length === 0;
    }),
  );
});
