// Value sets and code systems that are made to take long: each question about them is answered soon, or refused in words.
// https://hl7.org/fhir/R4/valueset.html#compositions
import type { CodeSystem, CodeSystemConcept, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import t from 'tap';
import { FhirError, notFound } from '../../fhir/errors.ts';
import { Composition } from '../../terminology/composition.ts';
import { compile } from '../../terminology/membership.ts';
import { contentOf, type Sources } from '../../terminology/sources.ts';
import { shortestOf, times } from '../validation/hostile/time.ts';

const url = (name: string): string => `http://x.example/${name}`;
const valueSet = (
  name: string,
  include: ValueSetComposeInclude[],
  exclude: ValueSetComposeInclude[] = [],
): ValueSet => ({
  resourceType: 'ValueSet',
  url: url(name),
  status: 'active',
  compose: { include, ...(exclude.length && { exclude }) },
});
const codeSystem = (name: string, concept: CodeSystemConcept[]): CodeSystem => ({
  resourceType: 'CodeSystem',
  url: url(name),
  status: 'active',
  content: 'complete',
  concept,
});
const below = (parent: string) => [{ code: 'parent', valueCode: parent }];
const COUNT = 50_000;
const WORDS = times(40, () => 'a').join('');

const systems = new Map(
  [
    codeSystem(
      'circle',
      times(COUNT, (n) => ({ code: `c${n}`, property: below(`c${(n + 1) % COUNT}`) })),
    ),
    codeSystem(
      'star',
      times(COUNT, (n) => ({ code: `c${n}`, property: below('c0') })),
    ),
    codeSystem(
      'flat',
      times(9_000, (n) => ({ code: `c${n}` })),
    ),
    codeSystem('many', [
      { code: 'a', property: times(COUNT, (n) => ({ code: `p${n}`, valueString: 'x' })) },
      { code: 'b' },
    ]),
    codeSystem(
      'texts',
      times(20, (n) => ({ code: `c${n}`, display: WORDS })),
    ),
  ].map((one) => [one.url!, one] as const),
);
const sourcesOf = (...valueSets: ValueSet[]): Sources => ({
  valueSet(canonical) {
    const found = valueSets.find((one) => one.url === canonical);
    if (!found) throw notFound(`${canonical} is not known`);
    return found;
  },
  content(system) {
    const found = systems.get(system);
    return found && contentOf(found);
  },
});

/** The outcome of a question: a number of codes, an answer, or the refusal. */
function outcomeOf(question: () => unknown): unknown {
  try {
    return question();
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    return `${error.status} ${error.issues[0]!.code}: ${error.issues[0]!.diagnostics}`;
  }
}
const SPENT = /422 too-costly: .*is made of too many parts, or filters by too many patterns/;
/** Milliseconds of one question. */
const LIMIT = 1_000;

const system = url('circle');
const filtered = (op: string, value: string, property = 'concept', of = system) => ({
  system: of,
  filter: [{ property, op, value }] as ValueSetComposeInclude['filter'],
});
const flat = { system: url('flat') };
const ten = valueSet('ten', [flat]);
const list = (prefix: string): string => times(COUNT, (n) => `${prefix}${n}`).join(',');

/** Value sets, with what is said of their number of codes. */
const EXPANDED: Readonly<
  Record<string, readonly [ValueSetComposeInclude[], unknown, ValueSetComposeInclude[]?]>
> = {
  'all above each of a circle of 50,000': [[filtered('is-not-a', 'c0')], 0],
  'all below one of a circle of 50,000': [[filtered('is-a', 'c7')], COUNT],
  'all above one of a circle of 50,000': [[filtered('generalizes', 'c7')], COUNT],
  'all below one of 50,000': [[filtered('descendent-of', 'c0', 'concept', url('star'))], COUNT - 1],
  'a list of 50,000 codes': [[filtered('in', list('c'), 'code')], COUNT],
  'none of a list of 50,000 codes': [[filtered('not-in', list('d'), 'code')], COUNT],
  '5,000 times one code system': [times(5_000, () => flat), SPENT],
  '5,000 times what two value sets share': [
    times(5_000, () => ({ valueSet: [url('ten'), url('ten')] })),
    SPENT,
  ],
  '5,000 times without one value set': [[flat], SPENT, times(5_000, () => ({ valueSet: [url('ten')] }))],
  '300 filters of one concept of 50,000 properties': [
    [
      {
        system: url('many'),
        filter: times(300, (n) => ({ property: `p${n}`, op: '=' as const, value: 'x' })),
      },
    ],
    1,
  ],
  'a pattern that takes for ever': [
    [filtered('regex', '(a+)+b', 'display', url('texts'))],
    /422 too-costly: .*takes too long here/,
  ],
  'many patterns that take long': [
    times(50, () => filtered('regex', '(a|b)*(c|d)*', 'display', url('texts'))),
    SPENT,
  ],
};
t.test('expansions end in time', async (t) => {
  for (const [name, [include, wanted, exclude]] of Object.entries(EXPANDED)) {
    const asked = valueSet('asked', include, exclude);
    const question = () =>
      outcomeOf(() => new Composition(sourcesOf(ten), { most: 100_000, words: [] }).members(asked).length);
    t.ok(shortestOf(question, 300, 2) < LIMIT, `${name}: in time`);
    const answer = question();
    if (wanted instanceof RegExp) t.match(answer, wanted, name);
    else t.equal(answer, wanted, name);
  }
});

t.test('value sets that contain themselves, directly or by exclusion, are named', async (t) => {
  const round = [
    valueSet('self', [{ valueSet: [url('self')] }]),
    valueSet('a', [{ valueSet: [url('b')] }]),
    valueSet('b', [{ valueSet: [url('a')] }]),
    valueSet('out', [flat], [{ valueSet: [url('out')] }]),
  ];
  for (const one of round) {
    const sources = sourcesOf(...round);
    const said = /422 processing: .*contains itself.*Break the circle/;
    t.match(
      outcomeOf(() => new Composition(sources).members(one)),
      said,
    );
    t.match(
      outcomeOf(() => new Composition(sources).find(one, url('flat'), 'c1')),
      said,
    );
    t.ok(
      compile(one.url!, one, sources).hasCoding({ system: url('flat'), code: 'c1' }),
      'untold is not wrong',
    );
  }
});

t.test('a code is held against each of many value sets once, however they name each other', async (t) => {
  const LAYERS = 60;
  const next = (n: number): ValueSetComposeInclude[] =>
    n < LAYERS
      ? [{ valueSet: [url(`p${n}`)] }, { valueSet: [url(`q${n}`)] }]
      : [{ system: url('unknown') }, { system: url('flat'), concept: [{ code: 'c1' }] }];
  const layers = times(LAYERS, (n) => [
    valueSet(`p${n}`, next(n + 1)),
    valueSet(`q${n}`, next(n + 1)),
  ]).flat();
  const top = valueSet('top', next(0));
  const codes = compile(top.url!, top, sourcesOf(...layers));
  const ask = () => [
    codes.hasCoding({ system: url('flat'), code: 'c1' }),
    codes.hasCoding({ system: url('flat'), code: 'c2' }),
    codes.hasCoding({ system: url('unknown'), code: 'x' }),
    codes.has('c1'),
  ];
  t.ok(shortestOf(ask, 10) < 50);
  t.same(ask(), [true, false, true, true]);
});

t.test('a code is not held against each of 50,000 parts of a value set', async (t) => {
  const untold = { system: url('unknown') };
  const parts: Record<string, ValueSetComposeInclude[]> = {
    'lists of one system': times(COUNT, (n) => ({ ...flat, concept: [{ code: `c${n}` }] })),
    'lists of as many systems': times(COUNT, (n) => ({
      system: n ? url(`s${n}`) : flat.system,
      concept: [{ code: 'c7' }],
    })),
    'value sets again and again': times(COUNT, () => ({ valueSet: [ten.url!] })),
    'pairs of value sets': times(COUNT, () => ({ valueSet: [ten.url!, ten.url!] })),
    'too many pairs to be told': times(COUNT, (n) => ({ valueSet: [ten.url!, url(`v${n}`)] })),
  };
  for (const [name, include] of Object.entries(parts)) {
    const asked = valueSet('asked', [untold, ...include]);
    const codes = compile(asked.url!, asked, sourcesOf(ten));
    const ask = () => {
      for (let n = 0; n < 1_000; n++) codes.hasCoding({ system: flat.system, code: `x${n}` });
    };
    t.ok(shortestOf(ask, 50) < 200, `${name}: in time`);
    t.ok(codes.hasCoding({ system: flat.system, code: 'c7' }), name);
    t.equal(codes.hasCoding({ system: flat.system, code: 'x' }), name === 'too many pairs to be told', name);
  }
});
