// Whatever was logged: no minute of a person is billed twice, lines take no more minutes than were worked, and more work of a
// programme never makes less of it. https://hl7.org/fhir/R4/episodeofcare.html
import fc from 'fast-check';
import t from 'tap';
import type { WorkEntry } from '../../care/minutes/entry.ts';
import type { BillingFacts } from '../../care/minutes/facts.ts';
import { allotted, countedMinutes } from '../../care/minutes/ledger.ts';
import { unitsOf } from '../../care/minutes/line.ts';
import { PROGRAMMES, TIME_ROWS } from '../../care/minutes/programmes.ts';
import { billingSummary } from '../../care/minutes/summary.ts';
import { factsOf, PERFORMERS, worked } from './billing-facts.ts';

const FEBRUARY_27 = Date.parse('2026-02-27T00:00:00Z');
const programmes = ['pin', 'pin-ps', 'chi', 'ccm', 'pcm', 'bhi'];
/** Entries of anybody from the end of February to the beginning of April, to the second, many at the same time. */
const entry = (programme: fc.Arbitrary<string | undefined>): fc.Arbitrary<WorkEntry> =>
  fc
    .record({
      second: fc.oneof(fc.nat(36 * 86_400), fc.integer({ min: 864_000, max: 874_800 })),
      length: fc.integer({ min: 60, max: 9_000 }),
      performer: fc.constantFrom(...PERFORMERS.keys(), 'stranger'),
      programme,
    })
    .map(({ second, length, performer, programme: of }) => {
      const start = FEBRUARY_27 + second * 1000;
      const end = start + length * 1000;
      const minutes = Math.floor(length / 60);
      return worked(new Date(start).toISOString(), minutes, performer, { end, programme: of });
    });
const anyProgramme = fc.constantFrom(...programmes, undefined);
const entries = fc.array(entry(anyProgramme), { maxLength: 30 });

/** The minutes of wall time that entries take up, at most. */
function wallMinutes(of: readonly WorkEntry[]): number {
  const minutes = new Set<number>();
  for (const { start, minutes: count } of of) {
    const first = Math.floor(start / 60_000);
    for (let n = 0; n < count; n++) minutes.add(first + n);
  }
  return minutes.size;
}

t.test('no minute is billed twice, in whatever programmes', async () => {
  fc.assert(
    fc.property(entries, (logged) => {
      const months = ['2026-02', '2026-03', '2026-04'];
      const billed = months.flatMap((month) =>
        programmes.map((programme) => {
          const facts = factsOf(programme, { month, entries: logged });
          const { lines, minutes, recorded, unbilled } = billingSummary(facts);
          const onLines = lines.reduce((sum, line) => sum + (line.instead ? 0 : line.minutes), 0);
          const lost = unbilled.reduce((sum, one) => sum + one.minutes, 0);
          if (onLines > minutes || minutes > recorded) throw new Error(`${onLines} of ${minutes}`);
          if (onLines + lost !== recorded) throw new Error(`${onLines} and ${lost} are not ${recorded}`);
          return minutes;
        }),
      );
      const sum = billed.reduce((total, minutes) => total + minutes, 0);
      if (sum > wallMinutes(logged)) throw new Error(`${sum} minutes count`);
    }),
    { numRuns: 300 },
  );
});

t.test('each minute is allotted once', async () => {
  fc.assert(
    fc.property(entries, (logged) => {
      const sum = allotted(factsOf('pin', { entries: logged })).reduce((all, one) => all + one.minutes, 0);
      return sum <= wallMinutes(logged.filter(({ programme }) => programme !== undefined));
    }),
    { numRuns: 300 },
  );
});

t.test('more work of qualified people never makes less', async () => {
  const pin = fc.constant('pin');
  const qualified = entry(pin).map((one) => ({ ...one, performer: 'navigator' }));
  fc.assert(
    fc.property(fc.array(qualified, { maxLength: 20 }), qualified, (logged, one) => {
      const minutesOf = (of: readonly WorkEntry[]): BillingFacts => factsOf('pin', { entries: of });
      const before = billingSummary(minutesOf(logged));
      const after = billingSummary(minutesOf([...logged, one]));
      const units = (summary: typeof before) => summary.lines.reduce((sum, line) => sum + line.units, 0);
      return after.minutes >= before.minutes && units(after) >= units(before);
    }),
    { numRuns: 300 },
  );
});

t.test('units never take more minutes than there are, and grow with them', async () => {
  fc.assert(
    fc.property(fc.constantFrom(...TIME_ROWS), fc.nat(1000), (row, minutes) => {
      const [now, next] = [unitsOf(row, minutes), unitsOf(row, minutes + 1)];
      const taken = now.first * row.first.minutes + now.further * (row.further?.minutes ?? 0);
      return taken <= minutes && next.first >= now.first && next.further >= now.further;
    }),
  );
});

t.test('the order in which entries are found makes no difference', async () => {
  fc.assert(
    fc.property(entries, fc.nat(1000), (logged, seed) => {
      const other = logged.toSorted((a, b) => ((a.key.length * seed + a.start) % 977) - (b.start % 977));
      const row = PROGRAMMES[0]!;
      const texts = [logged, other].map((list) =>
        JSON.stringify(countedMinutes(factsOf('pin', { entries: list }), row).counted),
      );
      return texts[0] === texts[1];
    }),
    { numRuns: 100 },
  );
});
