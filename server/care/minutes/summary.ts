// The billing summary of one enrolment and one month: the minutes that count, candidate lines for a biller to review, and what
// is missing. A pure function of the facts. https://hl7.org/fhir/R4/episodeofcare.html
import type { BillingFacts } from './facts.ts';
import type { GapCode } from './gap.ts';
import { countedMinutes, daysOfMonth, isAgreed, isOpened, spanOfMonth, type Unbilled } from './ledger.ts';
import {
  addedLines,
  type Line,
  type Lines,
  linesOfMonth,
  linesOfTime,
  linesOfTransition,
  type Progress,
} from './line.ts';
import { EXCLUSIONS, holds, PROGRAMMES, type ProgrammeRow } from './programmes.ts';

/** What could be billed for a month, and what is missing. */
export interface BillingSummary {
  readonly month: string;
  readonly programme?: string;
  /** Whether the month is over, so that no more minutes come. */
  readonly ended: boolean;
  /** All minutes that were logged for the programme. */
  readonly recorded: number;
  /** The minutes that count. */
  readonly minutes: number;
  readonly unbilled: readonly Unbilled[];
  readonly progress: readonly Progress[];
  readonly lines: readonly Line[];
  readonly missing: readonly GapCode[];
}

/** The days of the month on which the person was enrolled. */
function daysEnrolled(facts: BillingFacts): { from: string; until: string } | undefined {
  const month = daysOfMonth(facts.month);
  const { from, until = month.until } = facts.enrolled ?? { from: '9999' };
  const days = {
    from: from > month.from ? from : month.from,
    until: until < month.until ? until : month.until,
  };
  return days.from <= days.until ? days : undefined;
}

/** Whether something holds on one of the days on which the person was enrolled. */
function onOneDay(days: { from: string; until: string }, is: (day: string) => boolean): boolean {
  for (let n = Number(days.from.slice(8)); n <= Number(days.until.slice(8)); n++)
    if (is(`${days.from.slice(0, 8)}${String(n).padStart(2, '0')}`)) return true;
  return false;
}

/** What keeps the programme from being billed in the month, whatever was worked. */
function gapsOf(facts: BillingFacts, row: ProgrammeRow): GapCode[] {
  const days = daysEnrolled(facts);
  if (!days) return ['not-enrolled'];
  const { visit, condition } = row;
  const gaps: GapCode[] = [];
  const first = daysOfMonth(facts.month).from;
  const excluded = EXCLUSIONS.filter((one) => one.programme === row.programme && holds(one, first));
  const enrolledToo = (programme: string) => facts.others.some((other) => other.programme === programme);
  if (!facts.billing) gaps.push('no-billing-practitioner');
  if (!onOneDay(days, (day) => isAgreed(facts, row, day))) gaps.push('no-consent');
  if (visit && !onOneDay(days, (day) => isOpened(facts, row, day))) gaps.push('no-initiating-visit');
  else if (visit && !facts.visit?.eligible) gaps.push('visit-not-eligible');
  if (condition && facts.conditions[condition.kind] < condition.least) gaps.push('no-condition');
  if (enrolledToo(row.programme)) gaps.push('other-practitioner');
  if (excluded.some(({ excludedBy }) => enrolledToo(excludedBy))) gaps.push('excluded-programme');
  return gaps;
}

const added = (unbilled: readonly Unbilled[]): Unbilled[] =>
  [...Map.groupBy(unbilled, ({ reason }) => reason)].map(([reason, some]) => ({
    reason,
    minutes: some.reduce((sum, { minutes }) => sum + minutes, 0),
  }));

/** All lines of a programme, whatever they are billed by. */
function linesOf(facts: BillingFacts, counted: Parameters<typeof linesOfTime>[1]): Lines {
  const parts = [
    linesOfTime(facts, counted),
    linesOfMonth(facts),
    ...(facts.programme === 'tcm' ? [linesOfTransition(facts)] : []),
  ];
  return {
    lines: [...parts.flatMap(({ lines }) => lines), ...addedLines(facts)],
    progress: parts.flatMap(({ progress }) => progress),
    gaps: parts.flatMap(({ gaps }) => gaps),
  };
}

/** Works out the billing summary of one enrolment and one month. */
export function billingSummary(facts: BillingFacts): BillingSummary {
  const { month, programme, now, calendar } = facts;
  const { from } = daysOfMonth(month);
  const rows = PROGRAMMES.filter((row) => row.programme === programme);
  const row = rows.find((one) => holds(one, from));
  const ended = now.getTime() >= spanOfMonth(month, calendar).end;
  const nothing = { recorded: 0, minutes: 0, unbilled: [], progress: [], lines: [] };
  const about = { month, ...(programme !== undefined && { programme }), ended };
  if (!row) return { ...about, ...nothing, missing: [rows.length ? 'not-in-force' : 'no-programme'] };
  const { counted, unbilled, recorded } = countedMinutes(facts, row);
  const minutes = counted.reduce((sum, one) => sum + one.minutes, 0);
  const withheld = gapsOf(facts, row);
  const found = linesOf(facts, counted);
  const lines = withheld.length ? [] : found.lines;
  const billed = lines.reduce((sum, line) => sum + (line.instead ? 0 : line.minutes), 0);
  const rest: Unbilled = {
    reason: withheld.length ? 'withheld' : 'no-full-unit',
    minutes: minutes - billed,
  };
  return {
    ...about,
    recorded,
    minutes,
    unbilled: added([...unbilled, ...(rest.minutes ? [rest] : [])]),
    progress: found.progress,
    lines,
    missing: [...withheld, ...found.gaps],
  };
}
