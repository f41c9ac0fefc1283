// Number search as the specification has it. https://hl7.org/fhir/R4/search.html#number
import fc from 'fast-check';
import t from 'tap';
import { parseSearchNumber } from '../../../search/param/decimal.ts';
import { answers, type Draft, openIndex, refuses } from './index-tables.ts';

const risk = (id: string, prediction: object): Draft => ({
  resourceType: 'RiskAssessment',
  id,
  prediction: [prediction],
});
const sequence = (id: string, start: number): Draft => ({
  resourceType: 'MolecularSequence',
  id,
  variant: [{ start, end: start + 1 }],
});

t.test('A number stands for the range of its precision', async (t) => {
  const index = await openIndex(t);
  await index.save([94, 95, 99, 100, 101, 104, 105].map((start) => sequence(`n${start}`, start)));
  await answers(t, index, 'MolecularSequence', {
    'variant-start=100': ['n100'],
    'variant-start=100.00': ['n100'],
    'variant-start=1e2': ['n95', 'n99', 'n100', 'n101', 'n104'],
    'variant-start=1.00e2': ['n100'],
    'variant-start=ne100': ['n94', 'n95', 'n99', 'n101', 'n104', 'n105'],
    'variant-start=gt100': ['n101', 'n104', 'n105'],
    'variant-start=ge100': ['n100', 'n101', 'n104', 'n105'],
    'variant-start=lt100': ['n94', 'n95', 'n99'],
    'variant-start=le1.00e2': ['n94', 'n95', 'n99', 'n100'],
    'variant-start=sa104': ['n105'],
    'variant-start=eb95': ['n94'],
    'variant-start=ap100': ['n94', 'n95', 'n99', 'n100', 'n101', 'n104', 'n105'],
    'variant-start=ap95.5': ['n94', 'n95', 'n99', 'n100', 'n101', 'n104', 'n105'],
    'variant-start=100.5': [],
    'variant-start=94,105': ['n94', 'n105'],
    'variant-start=-100': [],
    'variant-start=1e-300': [],
  });
});

t.test('Decimals and ranges of probabilities are searched', async (t) => {
  const index = await openIndex(t);
  await index.save([
    risk('eight', { probabilityDecimal: 0.8 }),
    risk('tiny', { probabilityDecimal: 1e-7 }),
    risk('range', { probabilityRange: { low: { value: 0.1 }, high: { value: 0.3 } } }),
    risk('open', { probabilityRange: { low: { value: 0.5 } } }),
    risk('endless', { probabilityDecimal: Number.POSITIVE_INFINITY }),
    risk('many', { probabilityDecimal: 0.12345678901234566 }),
  ]);
  await answers(t, index, 'RiskAssessment', {
    'probability=0.8': ['eight'],
    'probability=8e-1': ['eight'],
    'probability=gt0.8': ['open', 'endless'],
    'probability=ge0.8': ['eight', 'open', 'endless'],
    'probability=lt0.2': ['tiny', 'range', 'many'],
    'probability=0.0000001': ['tiny'],
    'probability=1e-7': ['tiny'],
    'probability=0.2': [],
    'probability=ap0.2': ['range'],
    'probability=sa0.4': ['eight', 'open', 'endless'],
    'probability=eb0.4': ['tiny', 'range', 'many'],
    'probability=0.123456789012345661234': ['many'],
    'probability=gt1e300': ['open', 'endless'],
    'probability=+0.8': ['eight'],
  });
});

t.test('What is no number, or none that can be stored, is refused in words', async (t) => {
  const index = await openIndex(t);
  for (const value of ['', 'abc', 'xx5', '1e999999', '-1e-999999', '0x10', 'Infinity', '1e', '.5', '5|mg'])
    await refuses(t, index, 'RiskAssessment', `probability=${value}`, /"probability" can be searched by/);
});

t.test('The range lies around the number and is as wide as one unit of its last digit', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: -99_999, max: 99_999 }),
      fc.integer({ min: 0, max: 8 }),
      (digits, places) => {
        const text = (digits / 10 ** places).toFixed(places);
        const { low, high } = parseSearchNumber(text)!;
        const asNumber = (d: { digits: bigint; exponent: number }) => Number(`${d.digits}e${d.exponent}`);
        const unit = 10 ** -places;
        return (
          Math.abs(asNumber(high) - asNumber(low) - unit) < unit * 1e-6 &&
          Math.abs((asNumber(high) + asNumber(low)) / 2 - Number(text)) < unit * 1e-6
        );
      },
    ),
  );
  t.pass('for 100 decimals');
  t.end();
});
