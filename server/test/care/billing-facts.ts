// Facts of a billing summary for tests: a month of an enrolment in which nothing is missing, with minutes as a test wants them.
import { plainCalendar } from '../../care/calendar.ts';
import type { WorkEntry } from '../../care/minutes/entry.ts';
import type { BillingFacts, Performer } from '../../care/minutes/facts.ts';

export const NEW_YORK = plainCalendar('America/New_York');
const ALWAYS = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
const somebody = (role: string, ...codes: string[]): Performer => ({
  roles: [role],
  held: codes.map((code) => ({ code, ...ALWAYS })),
});

export const PERFORMERS: ReadonlyMap<string, Performer> = new Map([
  ['navigator', somebody('navigator', 'pin-training', 'chi-training')],
  ['peer', somebody('peer', 'peer-certification')],
  ['rn', somebody('rn', 'licence')],
  ['physician', somebody('physician', 'licence')],
  ['scheduler', somebody('scheduler')],
  ['untrained', somebody('navigator')],
]);

let count = 0;
/** Minutes from an instant on. */
export function worked(
  start: string,
  minutes: number,
  performer = 'navigator',
  more: Partial<WorkEntry> = {},
): WorkEntry {
  const from = Date.parse(start);
  return {
    key: `Observation/${String(++count).padStart(5, '0')}`,
    start: from,
    end: from + minutes * 60_000,
    minutes,
    performer,
    programme: 'pin',
    activity: 'support',
    supervising: undefined,
    ...more,
  };
}

/** A month of a programme in which nothing is missing but minutes. */
export const factsOf = (programme: string, more: Partial<BillingFacts> = {}): BillingFacts => ({
  month: '2026-03',
  now: new Date('2026-04-10T12:00:00Z'),
  calendar: NEW_YORK,
  programme,
  enrolled: { from: '2026-01-15' },
  billing: 'Practitioner/biller',
  entries: [],
  performers: PERFORMERS,
  consents: [{ from: '2026-01-15' }],
  visit: { day: '2026-01-15', eligible: true },
  conditions: { any: 2, behavioural: 1, social: 1 },
  others: [],
  discharges: [],
  screens: [],
  ...more,
});
