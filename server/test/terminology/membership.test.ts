// Membership agrees with expansion, for any composition; and codes of validation follow what is stored and loaded.
// https://hl7.org/fhir/R4/valueset.html#compositions
import type { CodeSystem, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { notFound } from '../../fhir/errors.ts';
import { codeSet } from '../../terminology/code-set.ts';
import { Composition } from '../../terminology/composition.ts';
import { hasLoincDigit, hasVerhoeffDigit, shapeOf } from '../../terminology/external.ts';
import { readPublished } from '../../terminology/index.ts';
import { compile } from '../../terminology/membership.ts';
import { contentOf, type Sources } from '../../terminology/sources.ts';

const SYSTEMS = ['https://example.org/a', 'https://example.org/b'];
const CODES = ['1', '2', '3', '4', '5', '6'];
/** 1 above 2 and 3, 2 above 4; 5 and 6 alone. */
const systems = new Map(
  SYSTEMS.map((url): [string, CodeSystem] => [
    url,
    {
      resourceType: 'CodeSystem',
      url,
      status: 'active',
      content: 'complete',
      concept: [
        { code: '1', concept: [{ code: '2', concept: [{ code: '4' }] }, { code: '3' }] },
        { code: '5', property: [{ code: 'odd', valueBoolean: true }] },
        { code: '6', property: [{ code: 'status', valueCode: 'retired' }] },
      ],
    },
  ]),
);
const sourcesOf = (valueSets: readonly ValueSet[]): Sources => ({
  valueSet(url) {
    const found = valueSets.find((one) => one.url === url);
    if (!found) throw notFound(url);
    return found;
  },
  content: (url) => {
    const found = systems.get(url);
    return found && contentOf(found);
  },
});

const code = fc.constantFrom(...CODES);
const filter = fc.oneof(
  fc.record({
    property: fc.constant('concept'),
    op: fc.constantFrom('is-a', 'descendent-of', 'is-not-a', 'generalizes', '=', 'in', 'not-in'),
    value: code,
  }),
  fc.record({
    property: fc.constant('odd'),
    op: fc.constantFrom('=', 'exists'),
    value: fc.constantFrom('true', 'false'),
  }),
  fc.record({
    property: fc.constant('code'),
    op: fc.constant('regex'),
    value: fc.constantFrom('[1-3]', '4|5', '.*'),
  }),
  fc.record({ property: fc.constantFrom('parent', 'child'), op: fc.constant('='), value: code }),
);
/** An include that may name value sets with a smaller number. */
const include = (number: number) =>
  fc
    .record({
      system: fc.option(fc.constantFrom(...SYSTEMS), { nil: undefined }),
      concept: fc.option(fc.uniqueArray(code, { minLength: 1 }), { nil: undefined }),
      filter: fc.array(filter, { maxLength: 2 }),
      valueSet: fc.array(fc.nat(Math.max(0, number - 1)), { maxLength: number ? 2 : 0 }),
    })
    .map(
      ({ system, concept, filter: filters, valueSet }): ValueSetComposeInclude => ({
        ...(system && { system }),
        ...(system && concept && { concept: concept.map((one) => ({ code: one })) }),
        ...(system && !concept && filters.length && { filter: filters as never }),
        ...(valueSet.length && { valueSet: valueSet.map((n) => `vs${n}`) }),
      }),
    );
const valueSets = fc.tuple(
  ...[0, 1, 2].map((number) =>
    fc
      .record({
        include: fc.array(include(number), { minLength: 1, maxLength: 3 }),
        exclude: fc.array(include(number), { maxLength: 1 }),
        inactive: fc.option(fc.constant(false), { nil: undefined }),
      })
      .map(
        ({ inactive, ...compose }): ValueSet => ({
          resourceType: 'ValueSet',
          url: `vs${number}`,
          status: 'active',
          compose: { ...compose, ...(inactive === false && { inactive }) },
        }),
      ),
  ),
);

t.test('a code is a member when the expansion has it, of any composition', async (t) => {
  fc.assert(
    fc.property(valueSets, (sets) => {
      const sources = sourcesOf(sets);
      for (const set of sets) {
        const members = new Set(
          new Composition(sources).members(set).map(({ system, code: one }) => `${system}|${one}`),
        );
        const composition = new Composition(sources);
        const compiled = set.compose?.inactive === false ? undefined : compile(set.url!, set, sources);
        const usesActive = sets.some((one) => one.compose?.inactive === false);
        for (const system of SYSTEMS)
          for (const one of CODES) {
            const isMember = members.has(`${system}|${one}`);
            if ((composition.find(set, system, one) !== undefined) !== isMember) return false;
            if (!usesActive && compiled && compiled.hasCoding({ system, code: one }) !== isMember)
              return false;
          }
      }
      return true;
    }),
    { numRuns: 2_000 },
  );
  t.pass('for 2,000 compositions');
});

t.test("every one of R4's value sets that can be listed agrees with its expansion", async (t) => {
  const published = readPublished(() => []);
  const sources: Sources = {
    valueSet: (url) => published.r4('ValueSet', url.split('|')[0]!) ?? sourcesOf([]).valueSet(url),
    content: (url) => {
      const found = published.r4('CodeSystem', url);
      return found && found.content !== 'not-present' ? contentOf(found) : undefined;
    },
  };
  let listed = 0;
  for (const set of published.all('ValueSet')) {
    try {
      const members = new Composition(sources).members(set);
      const codes = compile(set.url!, set, sources);
      if (!members.every((one) => codes.hasCoding(one))) t.fail(String(set.url));
      listed++;
    } catch {
      // Content of others: nothing to compare.
    }
  }
  t.ok(listed > 1_150, `${listed} value sets`);
});

t.test('what is not here is told by shape only', async (t) => {
  const set = {
    resourceType: 'ValueSet',
    url: 'x',
    status: 'active',
    compose: {
      include: [
        { system: 'http://loinc.org', filter: [{ property: 'parent', op: '=', value: 'LP1-1' }] },
        { system: SYSTEMS[0], concept: [{ code: '1' }] },
        { system: 'https://nobody.example' },
      ],
    },
  } as ValueSet;
  const codes = compile('x', set, sourcesOf([]));
  t.same(codes.list, [], 'they cannot be listed');
  t.ok(codes.hasCoding({ system: SYSTEMS[0], code: '1' }));
  t.notOk(codes.hasCoding({ system: SYSTEMS[0], code: '2' }));
  t.ok(codes.hasCoding({ system: 'http://loinc.org', code: '4548-4' }));
  t.notOk(codes.hasCoding({ system: 'http://loinc.org', code: '4548-5' }), 'the check digit is wrong');
  t.ok(codes.hasCoding({ system: 'https://nobody.example', code: 'anything' }));
  t.notOk(codes.hasCoding({ system: 'https://other.example', code: '1' }));
  t.notOk(codes.hasCoding({ code: '1' }));
  for (const odd of [null, 7, {}, { system: SYSTEMS[0] }, { code: {} }]) t.notOk(codes.hasCoding(odd));
});

t.test('check digits and shapes of codes are those of their owners', async (t) => {
  for (const right of ['73211009', '44054006', '138875005']) t.ok(hasVerhoeffDigit(right), right);
  for (const wrong of ['73211008', '44054060']) t.notOk(hasVerhoeffDigit(wrong), wrong);
  for (const right of ['4548-4', '8302-2', '29463-7', '85354-9']) t.ok(hasLoincDigit(right), right);
  t.notOk(hasLoincDigit('4548-5'));
  const cases: [string, string[], string[]][] = [
    [
      'http://unitsofmeasure.org',
      ['mg/dL', '[pH]', 'Cel', '%', '{score}', '/min', 'mm[Hg]'],
      ['mgs per dl', ''],
    ],
    ['http://hl7.org/fhir/sid/icd-10-cm', ['E11.9', 'S72.001A', 'F25.9'], ['E1', 'e11.9', '11.9']],
    ['http://www.ama-assn.org/go/cpt', ['99213', '0001F', '0591T'], ['9921', '99213-25']],
    ['http://nucc.org/provider-taxonomy', ['207RC0000X'], ['207RC0000']],
    [
      'urn:ietf:bcp:47',
      ['en', 'es-US', 'zh-Hant-TW', 'sl-rozaj-biske', 'x-private'],
      ['english-language-of', 'e', ''],
    ],
    ['urn:ietf:bcp:13', ['application/fhir+json', 'text/plain; charset=utf-8', 'json'], ['pdf', 'text/']],
    ['urn:iso:std:iso:4217', ['USD'], ['US', 'usd']],
    ['http://www.nlm.nih.gov/research/umls/rxnorm', ['860975'], ['0', 'A1']],
  ];
  for (const [system, right, wrong] of cases) {
    for (const one of right) t.ok(shapeOf(system)!.fits(one), `${system} ${one}`);
    for (const one of wrong) t.notOk(shapeOf(system)!.fits(one), `${system} not ${one}`);
  }
  t.equal(shapeOf('https://nobody.example'), undefined);
});

t.test('a large set of codes in bytes has what a small one has', async (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 50 }), fc.string(), (some, other) => {
      const filler = Array.from({ length: 5_000 }, (_, n) => `filler ${n}`);
      const packed = codeSet([...some, ...filler]);
      const small = new Set([...some, ...filler]);
      return [...some, other, 'filler 4999', 'filler 5000', ''].every(
        (one) => packed.has(one.toWellFormed()) === small.has(one.toWellFormed()),
      );
    }),
    { numRuns: 30 },
  );
  t.pass('whatever the codes');
});
