// The parameter types through the store and the search, as a client meets them. https://hl7.org/fhir/R4/search.html#ptypes
import t from 'tap';
import { answers, openStorage, refuses } from '../storage.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const LOCAL = 'https://example.org/codes';

t.test(
  'Numbers, quantities, composites and positions are written, searched, sorted and deleted',
  async (t) => {
    const s = await openStorage(t);
    const weight = (id: string, value: number, code: string) => ({
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { coding: [{ system: LOINC, code: '29463-7' }] },
      valueQuantity: { value, system: UCUM, code, unit: code },
    });
    await s.save([weight('a', 70.5, 'kg'), weight('b', 70_500, 'g'), weight('c', 3, 'kg')]);
    await s.save([
      { resourceType: 'RiskAssessment', id: 'r', status: 'final', prediction: [{ probabilityDecimal: 0.8 }] },
      { resourceType: 'Location', id: 'l', position: { latitude: 42.36, longitude: -71.06 } },
    ]);
    await answers(t, s, 'Observation', {
      [`value-quantity=70.5|${UCUM}|kg`]: ['a', 'b'],
      [`code-value-quantity=${LOINC}|29463-7$gt70|${UCUM}|kg`]: ['a', 'b'],
      [`code-value-quantity=29463-7$lt70|${UCUM}|kg&value-quantity=3`]: ['c'],
      'value-quantity:missing=true': [],
      'code-value-quantity:missing=false': ['a', 'b', 'c'],
      'code-value-string:missing=true': ['a', 'b', 'c'],
    });
    t.same(await s.find('Observation', '_sort=value-quantity'), ['c', 'a', 'b'], 'in the units as they came');
    t.same(await s.find('Observation', '_sort=-value-quantity&_count=1'), ['b', 'a', 'c'], 'page by page');
    await answers(t, s, 'RiskAssessment', { 'probability=gt0.7': ['r'], 'probability=gt0.9': [] });
    await answers(t, s, 'Location', { 'near=42.4|-71.1|10|km': ['l'], 'near=0|0|10|km': [] });
    await s.save([weight('a', 80, 'kg')]);
    await s.remove('Observation', 'b');
    await answers(t, s, 'Observation', {
      [`value-quantity=70.5|${UCUM}|kg`]: [],
      [`component-code-value-quantity=29463-7$80.0|${UCUM}|kg`]: [],
      [`combo-code-value-quantity=29463-7$80.0|${UCUM}|kg`]: ['a'],
    });
  },
);

t.test('Value sets and code systems that are stored here answer :in and :below', async (t) => {
  const s = await openStorage(t);
  await s.save([
    {
      resourceType: 'CodeSystem',
      id: 'codes',
      url: LOCAL,
      content: 'complete',
      concept: [{ code: 'pain', concept: [{ code: 'headache' }, { code: 'back-pain' }] }, { code: 'fever' }],
    },
    {
      resourceType: 'ValueSet',
      id: 'pains',
      url: 'https://example.org/vs/pains',
      version: '2.0',
      compose: { include: [{ system: LOCAL, filter: [{ property: 'concept', op: 'is-a', value: 'pain' }] }] },
    },
  ]);
  const condition = (code: string) => ({
    resourceType: 'Condition',
    id: code,
    code: { coding: [{ system: LOCAL, code }] },
  });
  await s.save([condition('headache'), condition('pain'), condition('fever')]);
  await s.save([{ resourceType: 'Patient', id: 'p', gender: 'female' }]);
  await answers(t, s, 'Condition', {
    'code:in=https://example.org/vs/pains': ['headache', 'pain'],
    'code:in=https://example.org/vs/pains|2.0': ['headache', 'pain'],
    'code:in=ValueSet/pains': ['headache', 'pain'],
    'code:not-in=ValueSet/pains': ['fever'],
    [`code:below=${LOCAL}|pain`]: ['headache', 'pain'],
    [`code:above=${LOCAL}|headache`]: ['headache', 'pain'],
    'code:in=http://hl7.org/fhir/ValueSet/administrative-gender': [],
  });
  await answers(t, s, 'Patient', {
    'gender:in=http://hl7.org/fhir/ValueSet/administrative-gender': ['p'],
    'gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender': [],
  });
  await refuses(
    t,
    s,
    'Condition',
    'code:in=https://example.org/vs/nothing',
    /is not known here/,
    'not-found',
  );
  await refuses(
    t,
    s,
    'Condition',
    'code:below=http://snomed.info/sct|1',
    /whose content is not on this server/,
  );
});
