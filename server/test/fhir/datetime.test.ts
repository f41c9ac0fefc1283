// Dates as half-open ranges. https://hl7.org/fhir/R4/datatypes.html#dateTime
import fc from 'fast-check';
import t from 'tap';
import { dateRange, instantText, instantTime } from '../../fhir/datetime.ts';

t.test('A date stands for all instants that begin with it', async (t) => {
  for (const [text, low, high] of [
    ['2026', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2024-02', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2026-12-31', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-03-14T09:30', '2026-03-14T09:30:00.000Z', '2026-03-14T09:31:00.000Z'],
    ['2026-03-14T09:30:15', '2026-03-14T09:30:15.000Z', '2026-03-14T09:30:16.000Z'],
    ['2026-03-14T09:30:15Z', '2026-03-14T09:30:15.000Z', '2026-03-14T09:30:16.000Z'],
    ['2026-03-14T09:30:15.5Z', '2026-03-14T09:30:15.500Z', '2026-03-14T09:30:15.501Z'],
    ['2026-03-14T09:30:15.123456789Z', '2026-03-14T09:30:15.123Z', '2026-03-14T09:30:15.124Z'],
    ['2026-03-14T23:30:00-05:00', '2026-03-15T04:30:00.000Z', '2026-03-15T04:30:01.000Z'],
    ['2026-01-01T00:00:00+14:00', '2025-12-31T10:00:00.000Z', '2025-12-31T10:00:01.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z', '2017-01-01T00:00:01.000Z'],
    ['0001', '0001-01-01T00:00:00.000Z', '0002-01-01T00:00:00.000Z'],
    ['0099', '0099-01-01T00:00:00.000Z', '0100-01-01T00:00:00.000Z'],
    ['9999', '9999-01-01T00:00:00.000Z', '10000-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00+14:00', '0001-12-31T10:00:00.000Z BC', '0001-12-31T10:00:01.000Z BC'],
  ] as const) {
    t.same(dateRange(text), { low, high }, text);
  }
});

t.test('What is no date has no range', async (t) => {
  for (const text of [
    '',
    '26',
    '2026-',
    '2026-1',
    '2026-13',
    '2026-00',
    '2026-02-30',
    '2023-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-03-00',
    '2026-03-14T',
    '2026-03-14T24:00:00Z',
    '2026-03-14T09',
    '2026-03-14T09:60',
    '2026-03-14T09:30:61Z',
    '2026-03-14T09:30:15.Z',
    '2026-03-14T09:30:00+14:01',
    '2026-03-14T09:30:00+5:00',
    '2026-03-14T09:30:00+05:60',
    '2026-03-14 09:30:00',
    '0000',
    '0000-01-01',
    '-2026',
    '12026',
    'infinity',
    ' 2026',
    '2026\n',
  ]) {
    t.equal(dateRange(text), undefined, JSON.stringify(text));
  }
});

t.test('Every range has a length, and a finer date lies within the coarser', async (t) => {
  const date = fc.date({
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (instant) => {
      const iso = instant.toISOString();
      const ranges = [4, 7, 10, 16, 19].map(
        (length) => dateRange(`${iso.slice(0, length)}${length > 10 ? 'Z' : ''}`)!,
      );
      ranges.push(dateRange(iso)!);
      const [low, high] = [
        (n: number) => instantTime(ranges[n]!.low),
        (n: number) => instantTime(ranges[n]!.high),
      ];
      for (let n = 0; n < ranges.length; n++) {
        if (low(n) >= high(n)) return false;
        if (n && (low(n) < low(n - 1) || high(n) > high(n - 1))) return false;
      }
      return low(5) === instant.getTime();
    }),
  );
  t.pass('100 instants');
});

t.test('An instant survives its text, also as PostgreSQL writes it', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: -200_000_000_000_000, max: 400_000_000_000_000 }),
      (time) => instantTime(instantText(time)) === time,
    ),
  );
  for (const [text, iso] of [
    ['2026-03-14 09:30:00+00', '2026-03-14T09:30:00.000Z'],
    ['2026-03-14 09:30:00.5+00', '2026-03-14T09:30:00.500Z'],
    ['10000-01-01 00:00:00+00', '+010000-01-01T00:00:00.000Z'],
    ['0001-12-31 10:00:00+00 BC', '0000-12-31T10:00:00.000Z'],
  ] as const) {
    t.equal(instantTime(text), Date.parse(iso), text);
  }
  t.equal(instantTime('infinity'), Number.POSITIVE_INFINITY);
  t.equal(instantTime('-infinity'), Number.NEGATIVE_INFINITY);
});
