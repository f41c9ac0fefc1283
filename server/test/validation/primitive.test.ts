// Each primitive type takes what its paragraph allows and nothing else. https://hl7.org/fhir/R4/datatypes.html#primitive
import fc from 'fast-check';
import t from 'tap';
import { isPrimitive, primitives } from '../../validation/structure/primitive.ts';

const table: Record<string, { good: unknown[]; bad: unknown[] }> = {
  base64Binary: {
    good: ['aGVsbG8=', 'aGVs\nbG8=', 'AAAA', 'QQ=='],
    bad: ['', 'AAA', 'A===', '====', 'AA=A', 'AA==AAAA', 'aGVsbG8*', ' ', 1],
  },
  boolean: { good: [true, false], bad: ['true', 0, null, ''] },
  canonical: { good: ['http://example.org/x|1.0', '#a'], bad: ['', 'a b', 1] },
  code: { good: ['a', 'in-progress', 'a b', 'a\u00a0'], bad: ['', ' a', 'a ', 'a  b', 'a\u0000', 1] },
  date: {
    good: ['2026', '2026-01', '2026-12-31', '2024-02-29', '2000-02-29', '0001-01-01'],
    bad: [
      '',
      '26',
      '2026-1',
      '2026-13',
      '2026-00',
      '2026-01-32',
      '2026-02-29',
      '1900-02-29',
      '2026-04-31',
      '0000',
      '2026-01-01T00:00:00Z',
      2026,
    ],
  },
  dateTime: {
    good: [
      '2026',
      '2026-01',
      '2026-01-31',
      '2026-01-31T14:05:00Z',
      '2026-01-31T14:05:00.123456+14:00',
      '2026-01-31T23:59:60-05:30',
    ],
    bad: [
      '2026-01-31T14:05Z',
      '2026-01-31T14:05:00',
      '2026-01-31T24:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-01-31T14:05:00+14:01',
      '2026-01-31 14:05:00Z',
      '2026-01-31t14:05:00z',
      '2026-01-31T14:05:00.Z',
    ],
  },
  decimal: { good: [0, -1.5, 1e300, 1e-7], bad: ['1', Number.NaN, Number.POSITIVE_INFINITY, null] },
  id: { good: ['a', 'A-1.b', 'x'.repeat(64)], bad: ['', 'x'.repeat(65), 'a_b', 'a/b', 'é', 1] },
  instant: {
    good: ['2026-01-31T14:05:00Z', '2026-01-31T14:05:00.001-08:00'],
    bad: ['2026-01-31', '2026-01-31T14:05Z', '2026-13-01T00:00:00Z', ''],
  },
  integer: { good: [0, -2147483648, 2147483647], bad: [1.5, 2147483648, -2147483649, '1', Number.NaN] },
  markdown: { good: ['# a\n\n- b\tc\r\n'], bad: ['', 'a\u0007', 1] },
  oid: {
    good: ['urn:oid:1.2.3', 'urn:oid:2.16.840.0'],
    bad: ['1.2.3', 'urn:oid:3.1', 'urn:oid:1.02', 'urn:oid:1', ''],
  },
  positiveInt: { good: [1, 2147483647], bad: [0, -1, 1.5, '1'] },
  string: {
    good: ['a', ' ', 'a\nb\tc\r', 'é漢😀', 'x'.repeat(1048576)],
    bad: ['', 'a\ud800b', 'a\u0000b', '\u001b[0m', 'x'.repeat(1048577), 1],
  },
  time: {
    good: ['00:00:00', '23:59:60', '12:30:15.25'],
    bad: ['24:00:00', '12:30', '12:60:00', '12:30:00Z', ''],
  },
  unsignedInt: { good: [0, 2147483647], bad: [-1, 0.5, '0'] },
  uri: { good: ['urn:x:y', 'http://example.org/é', 'relative'], bad: ['', 'a b', 'a\nb', 1] },
  url: { good: ['http://example.org', 'mailto:a@example.org'], bad: ['', 'a b'] },
  uuid: {
    good: ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'],
    bad: [
      'c757873d-ec9a-4326-a141-556f43239520',
      'urn:uuid:C757873D-EC9A-4326-A141-556F43239520',
      'urn:uuid:c757873d',
    ],
  },
  xhtml: { good: ['<div>a</div>'], bad: ['', 'a\u0000', 1] },
};

t.same(
  Object.keys(table).sort(),
  Object.keys(primitives).sort(),
  'the table below covers every primitive type',
);
for (const [type, { good, bad }] of Object.entries(table)) {
  t.test(`${type}: the values of its value space are right, all others are wrong`, async (t) => {
    for (const value of good)
      t.equal(isPrimitive(primitives[type]!, value), true, JSON.stringify(value)?.slice(0, 60));
    for (const value of bad)
      t.equal(isPrimitive(primitives[type]!, value), false, JSON.stringify(value)?.slice(0, 60));
  });
}

t.test('dates that JavaScript writes are right instants and dates', async () => {
  const written = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(written, (date) => {
      const text = date.toISOString();
      return isPrimitive(primitives.instant!, text) && isPrimitive(primitives.date!, text.slice(0, 10));
    }),
  );
});

t.test('every primitive decides on a hostile text of a megabyte in less than a second', async (t) => {
  const texts = ['AAAA    ', 'a ', ' ', '1', 'a.', '2026-', 'urn:oid:1.1.', '=', '\u0000'];
  for (const [type, primitive] of Object.entries(primitives)) {
    const start = performance.now();
    for (const text of texts) isPrimitive(primitive, `${text.repeat(1048576 / text.length)}!`);
    t.ok(performance.now() - start < 1000, type);
  }
});
