// What search asks of terminology: published and stored value sets, hierarchies, and clear ends.
// https://hl7.org/fhir/R4/valueset.html#compositions
import type { CodeSystem, ValueSet } from '@medplum/fhirtypes';
import t, { type Test } from 'tap';
import { systemAccess } from '../../fhir/access.ts';
import { createTerminology, newest, readPublished, type Stored } from '../../terminology/index.ts';

const BASE = 'http://127.0.0.1:3000/fhir';
const CODES = 'http://example.org/codes';
const VS = 'http://example.org/vs';

const colours: CodeSystem = {
  resourceType: 'CodeSystem',
  url: CODES,
  status: 'active',
  content: 'complete',
  concept: [
    {
      code: 'warm',
      concept: [{ code: 'red', concept: [{ code: 'crimson' }] }, { code: 'orange' }],
    },
    { code: 'cold', concept: [{ code: 'blue' }] },
    {
      code: 'violet',
      property: [
        { code: 'parent', valueCode: 'cold' },
        { code: 'mixed', valueBoolean: true },
      ],
    },
    { code: 'lilac', property: [{ code: 'subsumedBy', valueCode: 'violet' }] },
  ],
};
const valueSet = (id: string, compose: ValueSet['compose'], version?: string): ValueSet => ({
  resourceType: 'ValueSet',
  id,
  url: `${VS}/${id}`,
  status: 'active',
  ...(version && { version }),
  ...(compose && { compose }),
});
const filter = (property: string, op: string, value: string) => ({
  include: [{ system: CODES, filter: [{ property, op: op as 'is-a', value }] }],
});

function terminologyOf(...resources: (CodeSystem | ValueSet)[]) {
  const stored: Stored = async (type, query) =>
    resources.find(
      (one) =>
        one.resourceType === type &&
        ('id' in query
          ? one.id === query.id
          : one.url === query.url && (!query.version || one.version === query.version)),
    ) as never;
  const terminology = createTerminology({
    base: BASE,
    published: readPublished(() => []),
    stored,
    storedMaps: async () => [],
    loaded: { find: async () => undefined },
    now: () => new Date(0),
    newId: () => 'id',
  });
  return {
    expand: async (url: string) =>
      (await terminology.expand(url, systemAccess))
        .map(({ system, code }) => (system === CODES ? code : `${system}|${code}`))
        .sort(),
    below: async (system: string, code: string) =>
      (await terminology.descendants(system, code, systemAccess)).toSorted(),
    above: async (system: string, code: string) =>
      (await terminology.ancestors(system, code, systemAccess)).toSorted(),
  };
}

async function fails(t: Test, work: Promise<unknown>, sentence: RegExp, code = 'not-found'): Promise<void> {
  const failure = (await work.then(
    () => undefined,
    (error: unknown) => error,
  )) as { status?: number; issues?: { code: string; diagnostics: string }[] } | undefined;
  t.equal(failure?.status, 400);
  t.equal(failure?.issues?.[0]?.code, code);
  t.match(failure?.issues?.[0]?.diagnostics, sentence);
}

t.test('A compose unites its includes, intersects their parts and takes its excludes away', async (t) => {
  const s = terminologyOf(
    colours,
    valueSet('all', { include: [{ system: CODES }] }),
    valueSet('list', { include: [{ system: CODES, concept: [{ code: 'red' }, { code: 'blue' }] }] }, '2.0'),
    valueSet('below', filter('concept', 'is-a', 'warm')),
    valueSet('strictly', filter('concept', 'descendent-of', 'warm')),
    valueSet('not', filter('concept', 'is-not-a', 'warm')),
    valueSet('in', filter('concept', 'in', 'red,blue')),
    valueSet('mixed', filter('mixed', '=', 'true')),
    valueSet('children', filter('parent', '=', 'warm')),
    valueSet('both', {
      include: [
        { valueSet: [`${VS}/list|2.0`, `${VS}/below`] },
        { system: 'http://x.example', concept: [{ code: 'x' }] },
      ],
    }),
    valueSet('within', { include: [{ system: CODES, valueSet: [`${VS}/list`] }] }),
    valueSet('without', { include: [{ system: CODES }], exclude: [{ valueSet: [`${VS}/below`] }] }),
    {
      ...valueSet('expanded', undefined),
      expansion: { contains: [{ system: CODES, code: 'red' }] },
    } as ValueSet,
  );
  const all = ['blue', 'cold', 'crimson', 'lilac', 'orange', 'red', 'violet', 'warm'];
  const warm = ['crimson', 'orange', 'red', 'warm'];
  const cold = ['blue', 'cold', 'lilac', 'violet'];
  for (const [id, codes] of Object.entries({
    all,
    list: ['blue', 'red'],
    below: warm,
    strictly: ['crimson', 'orange', 'red'],
    not: cold,
    in: ['blue', 'red'],
    mixed: ['violet'],
    children: ['orange', 'red'],
    both: ['http://x.example|x', 'red'],
    within: ['blue', 'red'],
    without: cold,
    expanded: ['red'],
  }))
    t.same(await s.expand(`${VS}/${id}`), codes, id);
  t.same(await s.expand('ValueSet/list'), ['blue', 'red'], 'by its address, relative');
  t.same(await s.expand(`${BASE}/ValueSet/list`), ['blue', 'red'], 'and absolute');
  t.same(await s.below(CODES, 'cold'), ['blue', 'cold', 'lilac', 'violet']);
  t.same(await s.above(CODES, 'lilac'), ['cold', 'lilac', 'violet']);
  t.same(await s.below(CODES, 'nothing'), ['nothing']);
  await fails(t, s.expand(`${VS}/list|3.0`), /is not known here/);
});

t.test("R4's own value sets and code systems are there", async (t) => {
  const s = terminologyOf();
  t.same(await s.expand('http://hl7.org/fhir/ValueSet/administrative-gender'), [
    'http://hl7.org/fhir/administrative-gender|female',
    'http://hl7.org/fhir/administrative-gender|male',
    'http://hl7.org/fhir/administrative-gender|other',
    'http://hl7.org/fhir/administrative-gender|unknown',
  ]);
  t.same(
    await s.expand('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1'),
    await s.expand('http://hl7.org/fhir/ValueSet/administrative-gender'),
  );
  const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
  t.same(await s.below(clinical, 'active'), ['active', 'recurrence', 'relapse']);
  t.same(await s.above(clinical, 'relapse'), ['active', 'relapse']);
  t.ok(
    (await s.expand('http://terminology.hl7.org/ValueSet/v3-ActEncounterCode')).includes(
      'http://terminology.hl7.org/CodeSystem/v3-ActCode|AMB',
    ),
  );
  await fails(t, s.expand('http://hl7.org/fhir/ValueSet/administrative-gender|3.0.2'), /is not known here/);
});

t.test('What has no end, no content or too much of it is refused in words', async (t) => {
  const s = terminologyOf(
    valueSet('a', { include: [{ valueSet: [`${VS}/b`] }] }),
    valueSet('b', { include: [{ valueSet: [`${VS}/a`] }] }),
    valueSet('self', { include: [{ valueSet: [`${VS}/self`] }] }),
    valueSet('excludes', { include: [], exclude: [{ valueSet: [`${VS}/excludes`] }] }),
    valueSet('sct', { include: [{ system: 'http://snomed.info/sct' }] }),
    valueSet('regex', filter('code', 'regex', '(a+)+$x')),
    valueSet('odd', filter('constructor', 'toString', 'x')),
    valueSet('big', {
      include: [{ system: CODES, concept: Array.from({ length: 10_001 }, (_, n) => ({ code: `c${n}` })) }],
    }),
    ...Array.from({ length: 250 }, (_, n) =>
      valueSet(`chain${n}`, { include: [{ valueSet: [`${VS}/chain${n + 1}`] }] }),
    ),
    { ...colours, concept: [...colours.concept!, { code: 'a'.repeat(200) }] },
  );
  await fails(t, s.expand(`${VS}/a`), /contains itself: .*\/a → .*\/b → .*\/a/, 'processing');
  await fails(t, s.expand(`${VS}/self`), /contains itself/, 'processing');
  await fails(t, s.expand(`${VS}/excludes`), /contains itself/, 'processing');
  await fails(
    t,
    s.expand(`${VS}/sct`),
    /needs the code system http:\/\/snomed.info\/sct, whose content is not/,
  );
  await fails(t, s.expand('http://snomed.info/sct?fhir_vs=isa/126851005'), /needs the code system/);
  await fails(t, s.expand('ValueSet/nobody'), /is not known here/);
  await fails(t, s.expand('constructor'), /is not known here/);
  await fails(t, s.expand(`${VS}/regex`), /the pattern "\(a\+\)\+\$x", which takes too long/, 'too-costly');
  await fails(
    t,
    s.expand(`${VS}/odd`),
    /by "constructor toString", which this server does not follow/,
    'invalid',
  );
  await fails(t, s.expand(`${VS}/big`), /more than 10000 codes/, 'too-costly');
  await fails(t, s.expand(`${VS}/chain0`), /more than 200 value sets/, 'too-costly');
  await fails(t, s.below('http://snomed.info/sct', '126851005'), /The code 126851005 needs the code system/);
});

t.test('Of several stored versions an active one counts, and of these the newest', async (t) => {
  const versions = [
    valueSet('a', undefined, '1.9.0'),
    valueSet('a', undefined, '1.10.0'),
    { ...valueSet('a', undefined, '2.0.0'), status: 'draft' as const },
  ];
  t.equal(newest(versions)?.version, '1.10.0');
  t.equal(newest(versions.slice(2))?.version, '2.0.0');
  t.equal(newest([]), undefined);
});

t.test('SNOMED CT and LOINC define value sets by their URLs', async (t) => {
  const sct: CodeSystem = {
    ...colours,
    url: 'http://snomed.info/sct',
    concept: [{ code: '73211009', concept: [{ code: '44054006' }] }, { code: '195967001' }],
  };
  const s = terminologyOf(sct);
  const codes = async (url: string) => (await s.expand(url)).map((one) => one.split('|')[1]);
  t.same(await codes('http://snomed.info/sct?fhir_vs'), ['195967001', '44054006', '73211009']);
  t.same(await codes('http://snomed.info/sct?fhir_vs=isa/73211009'), ['44054006', '73211009']);
  await fails(t, s.expand('http://snomed.info/sct?fhir_vs=refset/1'), /is not known here/);
  await fails(t, s.expand('http://loinc.org/vs'), /needs the code system http:\/\/loinc.org/);
});
