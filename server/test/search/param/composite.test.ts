// Composite search as the specification has it: all 72 composites of R4. https://hl7.org/fhir/R4/search.html#combining
import { readFileSync } from 'node:fs';
import t from 'tap';
import { composite } from '../../../search/param/composite.ts';
import { sampleOf } from '../../fhir/path/sample.ts';
import { answers, BASE, type Draft, openIndex, refuses } from './index-tables.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const concept = (...codes: string[]) => ({ coding: codes.map((code) => ({ system: LOINC, code })) });
const mmHg = (value: number) => ({ value, system: UCUM, code: 'mm[Hg]', unit: 'mmHg' });
const pressure = (id: string, systolic: number, diastolic: number): Draft => ({
  resourceType: 'Observation',
  id,
  code: concept('85354-9'),
  component: [
    { code: concept('8480-6'), valueQuantity: mmHg(systolic) },
    { code: concept('8462-4'), valueQuantity: mmHg(diastolic) },
  ],
});

t.test('The values of a composite stand together in one element', async (t) => {
  const index = await openIndex(t);
  await index.save([
    pressure('high', 150, 95),
    pressure('low', 110, 70),
    {
      resourceType: 'Observation',
      id: 'weight',
      code: concept('29463-7', '3141-9'),
      valueQuantity: { value: 70, system: UCUM, code: 'kg' },
    },
    { resourceType: 'Observation', id: 'date', code: concept('8665-2'), valueDateTime: '2026-03-14' },
    {
      resourceType: 'Observation',
      id: 'period',
      code: concept('8665-2'),
      valuePeriod: { start: '2026-01-01', end: '2026-02-01' },
    },
    { resourceType: 'Observation', id: 'text', code: concept('8251-1'), valueString: 'Seen $5, \\ again' },
    { resourceType: 'Observation', id: 'coded', code: concept('883-9'), valueCodeableConcept: concept('A') },
  ]);
  await answers(t, index, 'Observation', {
    [`component-code-value-quantity=${LOINC}|8480-6$gt140||mmHg`]: ['high'],
    [`component-code-value-quantity=${LOINC}|8480-6$gt140|${UCUM}|mm[Hg]`]: ['high'],
    [`component-code-value-quantity=8480-6$gt14.0|${UCUM}|kPa`]: ['high', 'low'],
    'component-code-value-quantity=8462-4$gt140': [],
    'component-code-value-quantity=8462-4$95,8480-6$110': ['high', 'low'],
    'component-code-value-quantity=85354-9$gt1': [],
    'combo-code-value-quantity=8480-6$gt140': ['high'],
    'combo-code-value-quantity=3141-9$70': ['weight'],
    [`code-value-quantity=${LOINC}|29463-7$70000|${UCUM}|g`]: ['weight'],
    'code-value-quantity=8480-6$150': [],
    'code-value-date=8665-2$2026-03': ['date'],
    'code-value-date=8665-2$ge2026-03-14': ['date'],
    'code-value-date=8665-2$lt2026-02': ['period'],
    'code-value-date=8251-1$lt2030': [],
    'code-value-string=8251-1$seen \\$5\\, \\\\': ['text'],
    'code-value-concept=883-9$A': ['coded'],
    [`combo-code-value-concept=${LOINC}|883-9$${LOINC}|A`]: ['coded'],
    'code-value-concept=883-9$http://nobody.example|A': [],
  });
  for (const value of ['', '8480-6', '8480-6$', '$5', 'a$1$2', 'a$x5'])
    await refuses(t, index, 'Observation', `code-value-quantity=${value}`, /code-value-quantity/);
});

t.test('Documents are found by relation and target, sequences by chromosome and coordinates', async (t) => {
  const index = await openIndex(t);
  await index.save([
    {
      resourceType: 'DocumentReference',
      id: 'new',
      relatesTo: [
        { code: 'replaces', target: { reference: 'DocumentReference/old' } },
        { code: 'appends', target: { reference: 'DocumentReference/other' } },
      ],
    },
    {
      resourceType: 'MolecularSequence',
      id: 'sequence',
      referenceSeq: {
        chromosome: concept('7'),
        referenceSeqId: concept('NC_000007'),
        windowStart: 10,
        windowEnd: 90,
      },
      variant: [
        { start: 20, end: 30 },
        { start: 40, end: 50 },
      ],
    },
    {
      resourceType: 'Group',
      id: 'group',
      characteristic: [{ code: concept('72166-2'), valueBoolean: true, exclude: false }],
    },
  ]);
  await answers(t, index, 'DocumentReference', {
    'relationship=DocumentReference/old$replaces': ['new'],
    'relationship=old$replaces': ['new'],
    'relationship=DocumentReference/old$appends': [],
  });
  await answers(t, index, 'MolecularSequence', {
    'chromosome-variant-coordinate=7$ge20$le30': ['sequence'],
    'chromosome-variant-coordinate=7$20$50': [],
    'chromosome-window-coordinate=7$lt11$gt89': ['sequence'],
    'referenceseqid-variant-coordinate=NC_000007$40$50': ['sequence'],
  });
  await answers(t, index, 'Group', { 'characteristic-value=72166-2$true': ['group'] });
});

/** The samples' comparators are words that no validated resource has. */
const withoutComparator = (key: string, value: unknown) => (key === 'comparator' ? undefined : value);

t.test('Every composite of R4 makes rows of a resource that has its elements', async (t) => {
  const { registry } = await openIndex(t);
  const table = JSON.parse(
    readFileSync(new URL('../../../fhir/r4/search-parameters.json', import.meta.url), 'utf8'),
  ) as Record<string, { type: string; code: string }[]>;
  const context = { ridOf: () => '1', base: BASE };
  let count = 0;
  for (const [type, params] of Object.entries(table)) {
    const composites = params.filter((param) => param.type === 'composite');
    const samples = composites.length
      ? Array.from({ length: 24 }, (_, seed) =>
          JSON.parse(JSON.stringify(sampleOf(type, seed), withoutComparator)),
        )
      : [];
    for (const { code } of composites) {
      count++;
      const param = registry.find(type, code)!;
      // Choices are taken in turn by the seed: one of them gives each component a value.
      const rows = samples.flatMap((resource) =>
        composite.rows(param.extract(resource), context, param, resource),
      );
      t.ok(rows.length > 0, `${type}.${code}: ${rows.length} rows`);
    }
  }
  t.equal(count, 72);
});

t.test('A resource made to fill the index is refused', async (t) => {
  const { registry } = await openIndex(t);
  const codes = Array.from({ length: 200 }, (_, n) => `c${n}`);
  const resource = { code: concept(...codes), valueCodeableConcept: concept(...codes) };
  const param = registry.find('Observation', 'code-value-concept')!;
  const group = { type: 'Observation', value: resource };
  try {
    composite.rows([group], { ridOf: () => '1', base: BASE }, param, resource);
    t.fail('it was taken');
  } catch (error) {
    t.match(error, { status: 422, issues: [{ severity: 'error', code: 'too-costly' }] });
  }
});
