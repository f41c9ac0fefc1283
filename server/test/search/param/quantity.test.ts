// Quantity search as the specification has it. https://hl7.org/fhir/R4/search.html#quantity
import t from 'tap';
import { answers, type Draft, openIndex, refuses } from './index-tables.ts';

const UCUM = 'http://unitsofmeasure.org';
const observation = (id: string, value: object): Draft => ({ resourceType: 'Observation', id, ...value });
const quantity = (id: string, value: number, code?: string, more: object = {}): Draft =>
  observation(id, { valueQuantity: { value, ...(code && { system: UCUM, code }), ...more } });

t.test('A quantity is searched in the precision of the number, with or without a unit', async (t) => {
  const index = await openIndex(t);
  await index.save([
    quantity('a', 5.4, 'mg'),
    quantity('b', 5.44, 'mg', { unit: 'milligram' }),
    quantity('c', 5.45, 'mg'),
    quantity('d', 5.35, 'mg'),
    quantity('e', 0.0054, 'g'),
    quantity('f', 5.4, 'kg'),
    quantity('bare', 5.4, undefined, { unit: 'mg' }),
    quantity('local', 5.4, undefined, { system: 'http://local.example/units', code: 'mg' }),
  ]);
  await answers(t, index, 'Observation', {
    'value-quantity=5.4': ['a', 'b', 'd', 'f', 'bare', 'local'],
    'value-quantity=5.40': ['a', 'f', 'bare', 'local'],
    [`value-quantity=5.4|${UCUM}|mg`]: ['a', 'b', 'd', 'e'],
    [`value-quantity=5.40e-3|${UCUM}|g`]: ['a', 'e'],
    [`value-quantity=5.4|${UCUM}|mg,5.4|${UCUM}|kg`]: ['a', 'b', 'd', 'e', 'f'],
    'value-quantity=5.4||mg': ['a', 'b', 'd', 'bare', 'local'],
    'value-quantity=5.4||milligram': ['b'],
    'value-quantity=5.4|http://local.example/units|mg': ['local'],
    'value-quantity=5.4|http://local.example/units|': ['local'],
    'value-quantity=5.4|http://nobody.example|mg': [],
    [`value-quantity=le5.4|${UCUM}|mg`]: ['a', 'd', 'e'],
    [`value-quantity=lt5.4|${UCUM}|mg`]: ['d'],
    [`value-quantity=gt5.4|${UCUM}|mg`]: ['b', 'c', 'f'],
    [`value-quantity=ge5.45|${UCUM}|mg`]: ['c', 'f'],
    [`value-quantity=ne5.4|${UCUM}|mg`]: ['c', 'f'],
    [`value-quantity=ap6|${UCUM}|mg`]: ['a', 'b', 'c', 'e'],
    [`value-quantity=5.4e-6|${UCUM}|kg`]: ['a', 'b', 'd', 'e'],
    'value-quantity=5.4||none': [],
  });
});

t.test('Comparators in a quantity leave one end open', async (t) => {
  const index = await openIndex(t);
  await index.save([
    quantity('less', 5.4, 'mg', { comparator: '<' }),
    quantity('most', 5.4, 'mg', { comparator: '<=' }),
    quantity('more', 5.4, 'mg', { comparator: '>' }),
    quantity('least', 5.4, 'mg', { comparator: '>=' }),
  ]);
  const mg = `|${UCUM}|mg`;
  await answers(t, index, 'Observation', {
    [`value-quantity=5.4${mg}`]: [],
    [`value-quantity=ge5.4${mg}`]: ['most', 'more', 'least'],
    [`value-quantity=gt5.4${mg}`]: ['more', 'least'],
    [`value-quantity=le5.4${mg}`]: ['less', 'most', 'least'],
    [`value-quantity=lt5.4${mg}`]: ['less', 'most'],
    [`value-quantity=sa5.4${mg}`]: ['more'],
    [`value-quantity=eb5.4${mg}`]: ['less'],
    [`value-quantity=gt1000${mg}`]: ['more', 'least'],
    [`value-quantity=ap5.4${mg}`]: ['less', 'most', 'more', 'least'],
  });
});

t.test('Every quantity-like type is searched, also in other units that mean the same', async (t) => {
  const index = await openIndex(t);
  await index.save([
    quantity('celsius', 37, 'Cel'),
    quantity('fahrenheit', 98.6, '[degF]'),
    quantity('pressure', 120, 'mm[Hg]'),
    quantity('kilopascal', 16, 'kPa'),
    quantity('units', 5, 'u[iU]/mL'),
    quantity('milliunits', 5, 'm[IU]/L'),
    quantity('unknown', 5, 'foo/bar'),
    observation('samples', {
      valueSampledData: {
        origin: { value: 2, system: UCUM, code: 'mV' },
        period: 1,
        factor: 0.5,
        dimensions: 1,
        upperLimit: 40,
        data: '0 4 -2 E U',
      },
    }),
    {
      resourceType: 'ValueSet',
      id: 'range',
      useContext: [
        {
          code: { code: 'age' },
          valueRange: {
            low: { value: 18, system: UCUM, code: 'a' },
            high: { value: 65, system: UCUM, code: 'a' },
          },
        },
      ],
    },
    { resourceType: 'Condition', id: 'age', onsetAge: { value: 24, system: UCUM, code: 'mo' } },
    { resourceType: 'Encounter', id: 'length', length: { value: 90, system: UCUM, code: 'min' } },
    { resourceType: 'Invoice', id: 'money', totalNet: { value: 40.25, currency: 'EUR' } },
  ]);
  await answers(t, index, 'Observation', {
    [`value-quantity=37.0|${UCUM}|Cel`]: ['celsius', 'fahrenheit'],
    [`value-quantity=gt98|${UCUM}|[degF]`]: ['celsius', 'fahrenheit'],
    [`value-quantity=16.0|${UCUM}|kPa`]: ['kilopascal', 'pressure'],
    [`value-quantity=5|${UCUM}|m[iU]/L`]: ['milliunits', 'units'],
    [`value-quantity=5|${UCUM}|foo/bar`]: ['unknown'],
    [`value-quantity=5|${UCUM}|pH!`]: [],
    [`value-quantity=gt21|${UCUM}|mV`]: ['samples'],
    [`value-quantity=gt22|${UCUM}|mV`]: [],
    [`value-quantity=lt1500|${UCUM}|uV`]: ['samples'],
  });
  await answers(t, index, 'ValueSet', {
    [`context-quantity=lt20|${UCUM}|a`]: ['range'],
    [`context-quantity=gt60|${UCUM}|a`]: ['range'],
    [`context-quantity=gt65|${UCUM}|a`]: [],
    [`context-quantity=24|${UCUM}|a`]: [],
    [`context-quantity=ap24|${UCUM}|a`]: ['range'],
  });
  await answers(t, index, 'Condition', { [`onset-age=2.0|${UCUM}|a`]: ['age'], 'onset-age=24': ['age'] });
  await answers(t, index, 'Encounter', { [`length=1.5|${UCUM}|h`]: ['length'] });
  await answers(t, index, 'Invoice', {
    'totalnet=40.25|urn:iso:std:iso:4217|EUR': ['money'],
    'totalnet=40.25||USD': [],
    'totalnet=gt40||EUR': ['money'],
  });
});

t.test('What is no quantity is refused in words', async (t) => {
  const index = await openIndex(t);
  for (const value of [
    '',
    'abc',
    'xx5',
    '5|mg',
    '5|a|b|c',
    '1e999999',
    '0x10',
    'NaN',
    'Infinity',
    '--5',
    '5..4',
  ])
    await refuses(t, index, 'Observation', `value-quantity=${value}`, /value-quantity/);
});
