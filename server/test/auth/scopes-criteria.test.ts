// Tests of scopes narrowed by search parameters.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
import fc from 'fast-check';
import t from 'tap';
import { formatScope, grantable, parseScope, readScope, scopeProblem } from '../../auth/launch/scopes.ts';
import type { Letter, Scope } from '../../fhir/access.ts';

const TYPES = new Set(['Patient', 'Task', 'Observation']);
const LABORATORY = 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory';

const criteriaOf = (word: string) => {
  const reading = readScope(word);
  return reading.kind === 'clinical' ? reading.scope.criteria : reading.kind;
};

t.test('the search parameters after ? are read as they are written in the specification', async (t) => {
  const reading = readScope(`patient/Observation.rs?category=${LABORATORY}&status=final`);
  t.match(reading, { kind: 'clinical', scope: { level: 'patient', type: 'Observation' } });
  t.equal(reading.kind === 'clinical' && reading.scope.criteria, `category=${LABORATORY}&status=final`);
  t.equal(criteriaOf('patient/Observation.rs'), undefined);
});

t.test('the same restriction is equal in whatever order and encoding it is written', async (t) => {
  const same = [
    `patient/Observation.rs?category=${LABORATORY}&status=final`,
    `patient/Observation.rs?status=final&category=${LABORATORY}`,
    `patient/Observation.rs?status=final&category=${encodeURIComponent(LABORATORY)}`,
    `patient/Observation.rs?status=final&status=final&category=${LABORATORY}`,
    `patient/Observation.read?st%61tus=final&category=${LABORATORY}`,
  ];
  t.equal(new Set(same.map(criteriaOf)).size, 1);
  for (const word of same)
    for (const allowed of same) t.same(grantable(word, allowed, TYPES), [word], `${word} of ${allowed}`);
});

t.test('characters that would be read as something else stay encoded', async (t) => {
  const cases = {
    'user/Task.rs?code=a%26status%3Dready': 'code=a%26status=ready',
    'user/Task.rs?code=a%2Bb': 'code=a%2Bb',
    'user/Task.rs?code=a+b': 'code=a%20b',
    'user/Task.rs?code=a%25b': 'code=a%25b',
    'user/Task.rs?code=a%5C,b': 'code=a%5C,b',
    'user/Task.rs?code=%C3%A4': 'code=%C3%A4',
    'user/Task.rs?co%3Dde=a': 'co%3Dde=a',
  };
  for (const [word, criteria] of Object.entries(cases)) {
    t.equal(criteriaOf(word), criteria, word);
    t.same(
      [...new URLSearchParams(criteria)],
      [...new URLSearchParams(word.slice(word.indexOf('?') + 1))],
      'a query reads the same',
    );
  }
});

t.test('a restriction that is no series of name=value makes no scope, and never the wider one', async (t) => {
  for (const word of [
    'patient/Observation.rs?',
    'patient/Observation.rs?category',
    'patient/Observation.rs?category=',
    'patient/Observation.rs?=laboratory',
    'patient/Observation.rs?category=laboratory&',
    'patient/Observation.rs?category=laboratory&&status=final',
  ]) {
    t.equal(readScope(word).kind, 'malformed', word);
    t.same(parseScope(word), []);
    t.same(grantable(word, 'patient/*.cruds', TYPES), []);
    t.same(
      scopeProblem([word], () => undefined),
      {
        word,
        sentence: `The scope ${word} cannot be given. After the '?' there have to be search parameters, such as ?status=active.`,
      },
    );
  }
});

t.test('what is granted of restricted scopes is restricted as asked and as allowed', async (t) => {
  const cases: [asked: string, allowed: string, granted: string[]][] = [
    ['user/Task.rs?status=ready', 'user/*.cruds', ['user/Task.rs?status=ready']],
    ['user/Task.rs', 'user/Task.rs?status=ready', ['user/Task.rs?status=ready']],
    [
      'user/*.cruds',
      'user/Task.rs?status=ready user/Patient.r',
      ['user/Task.rs?status=ready', 'user/Patient.r'],
    ],
    ['user/Task.rs?status=ready', 'user/Task.r?code=a', ['user/Task.r?code=a&status=ready']],
    ['user/Task.rs?status=ready', 'user/Task.rs?status=draft', ['user/Task.rs?status=draft&status=ready']],
    ['user/*.rs?_tag=x', 'user/Task.cruds', ['user/Task.rs?_tag=x']],
    ['user/Task.rs?status=ready', 'user/Task.cud', []],
    ['user/Task.rs?status=ready', 'patient/*.cruds', []],
  ];
  for (const [asked, allowed, granted] of cases)
    t.same(grantable(asked, allowed, TYPES), granted, `${asked} of ${allowed}`);
});

t.test(
  'a restriction that cannot be enforced is told in a sentence that an error_description can carry',
  async (t) => {
    const asked: string[][] = [];
    const check = (type: string, criteria: string) => {
      asked.push([type, criteria]);
      return criteria.startsWith('near') ? `"near" cannot limit access – use a token.` : undefined;
    };
    t.equal(
      scopeProblem(['openid', 'user/Task.rs', 'user/Task.rs?status=ready', 'user/*.rs?_tag=x'], check),
      undefined,
    );
    t.same(asked, [
      ['Task', 'status=ready'],
      ['*', '_tag=x'],
    ]);
    const problem = scopeProblem(['user/Location.rs?near=1|2'], check)!;
    t.equal(problem.word, 'user/Location.rs?near=1|2');
    t.match(problem.sentence, /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
    t.match(problem.sentence, /'near' cannot limit access/);
    t.match(
      scopeProblem(['user/Task.rs?status=ready']),
      { word: 'user/Task.rs?status=ready' },
      'without a check: none',
    );
  },
);

/** What a resource of the model may have; a restriction asks for some of it. */
const FACTS = ['_tag=x', 'code=a', 'status=ready'];
const FACT_SETS = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => FACTS.filter((_, index) => bits & (1 << index)));
const LETTERS: Letter[] = ['c', 'r', 'u', 'd', 's'];
const scope: fc.Arbitrary<Scope> = fc
  .record({
    level: fc.constantFrom('patient' as const, 'user' as const),
    type: fc.constantFrom('*', 'Task', 'Patient'),
    letters: fc.subarray(LETTERS, { minLength: 1 }),
    facts: fc.subarray(FACTS),
  })
  .map(({ level, type, letters, facts }) => ({
    level,
    type,
    letters: new Set(letters),
    ...(facts.length && { criteria: facts.toSorted().join('&') }),
  }));
const scopeText = fc.array(scope, { maxLength: 4 }).map((scopes) => scopes.map(formatScope).join(' '));

/** Everything that a scope parameter allows: level, type, letter, and a resource by its facts. */
const rights = (text: string): Set<string> =>
  new Set(
    parseScope(text).flatMap(({ level, type, letters, criteria }) =>
      FACT_SETS.filter((facts) => (criteria?.split('&') ?? []).every((fact) => facts.includes(fact))).flatMap(
        (facts) =>
          (type === '*' ? [...TYPES] : [type]).flatMap((one) =>
            [...letters].map((letter) => `${level}/${one}.${letter} ${facts.join()}`),
          ),
      ),
    ),
  );

t.test('property: a grant is exactly what is both asked and allowed, resource by resource', async () => {
  fc.assert(
    fc.property(scopeText, scopeText, (asked, allowed) => {
      const granted = rights(grantable(asked, allowed, TYPES).join(' '));
      const [wanted, may] = [rights(asked), rights(allowed)];
      const both = [...wanted].filter((right) => may.has(right));
      return granted.size === both.length && both.every((right) => granted.has(right));
    }),
  );
});

t.test('property: a restricted scope that is written and read again is the same scope', async () => {
  fc.assert(
    fc.property(fc.webQueryParameters(), (query) => {
      const reading = readScope(`user/Task.rs?${query}`);
      if (reading.kind !== 'clinical') return reading.kind === 'malformed' || /\s/.test(query);
      const again = readScope(formatScope(reading.scope));
      return again.kind === 'clinical' && again.scope.criteria === reading.scope.criteria;
    }),
  );
});

t.test('property: no restriction makes the reader throw or lets it forget the restriction', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const reading = readScope(`user/Task.rs?${text}`);
      return reading.kind !== 'clinical' || Boolean(reading.scope.criteria);
    }),
  );
});
