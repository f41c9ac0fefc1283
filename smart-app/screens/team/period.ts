// The days that figures are counted for. https://hl7.org/fhir/R4/datatypes.html#date
export const PERIODS = ['30', '90', 'month', 'last-month', 'year', 'own'] as const;
export type PeriodName = (typeof PERIODS)[number];

/** Both included, `YYYY-MM-DD`; without them the server counts the last 90 days. */
export interface Days {
  readonly start?: string | undefined;
  readonly end?: string | undefined;
}

/** What is asked for: days by name, or the user's own. */
export interface Asked {
  /** `Organization/…`; everything when absent. */
  readonly organization?: string | undefined;
  readonly period: PeriodName;
  readonly own: Days;
}

const DAY = 86_400_000;
/** The server counts no more. */
const MOST_DAYS = 366;

const timeOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The day that it is somewhere. @param timeZone name of the IANA database; that of the browser when absent */
export function todayIn(now: Date, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(timeZone && { timeZone }),
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

const daysBefore = (today: string, days: number): string => dayOf(timeOf(today) - days * DAY);
const firstOf = (day: string): string => `${day.slice(0, 7)}-01`;

const TABLE: Readonly<Record<PeriodName, (today: string, own: Days) => Days>> = {
  '30': (today) => ({ start: daysBefore(today, 29) }),
  '90': () => ({}),
  month: (today) => ({ start: firstOf(today) }),
  'last-month': (today) => {
    const end = daysBefore(firstOf(today), 1);
    return { start: firstOf(end), end };
  },
  year: (today) => ({ start: daysBefore(today, 364) }),
  own: (_today, own) => own,
};

export const daysOf = ({ period, own }: Asked, today: string): Days => TABLE[period](today, own);

/** What is wrong with days that a person gave, as a key of the texts; undefined when nothing is. */
export function wrongWith({
  period,
  own,
}: Asked): 'period.missing' | 'period.turned' | 'period.long' | undefined {
  if (period !== 'own') return undefined;
  const { start, end } = own;
  if (!start || !end) return 'period.missing';
  if (start > end) return 'period.turned';
  return timeOf(end) - timeOf(start) >= MOST_DAYS * DAY ? 'period.long' : undefined;
}
