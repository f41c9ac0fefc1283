// The lines that a biller could put on a claim for a month: candidates, and what could stand instead of them.
// https://hl7.org/fhir/R4/claim-definitions.html#Claim.item
import { addDays, businessDaysAfter, dayOf } from '../calendar.ts';
import { type BillingFacts, type Discharge, within } from './facts.ts';
import type { GapCode } from './gap.ts';
import { type CountedEntry, daysOfMonth, monthsBefore, spanOfMonth } from './ledger.ts';
import {
  holds,
  MONTH_ROWS,
  type MonthRow,
  OPENING_ASSESSMENT,
  SOCIAL_SCREEN,
  TIME_ROWS,
  type TimedCode,
  type TimeRow,
  TRANSITION,
} from './programmes.ts';

/** A line, for a biller to review. */
export interface Line {
  readonly system: string;
  readonly code: string;
  readonly units: number;
  /** The day on which it was earned. */
  readonly date: string;
  /** Stands instead of the candidates, and not beside them. */
  readonly instead: boolean;
  /** The minutes that it takes. */
  readonly minutes: number;
  /** Who worked. */
  readonly rendering: readonly string[];
  readonly supervising: readonly string[];
}

/** How far the minutes have come towards the first unit of a code. */
export interface Progress {
  readonly system: string;
  readonly code: string;
  readonly minutes: number;
  readonly needed: number;
}

export interface Lines {
  readonly lines: readonly Line[];
  readonly progress: readonly Progress[];
  readonly gaps: readonly GapCode[];
}

const people = (references: readonly (string | undefined)[]): string[] =>
  [...new Set(references.flatMap((one) => one ?? []))].sort();
const sumOf = (counted: readonly CountedEntry[]): number =>
  counted.reduce((sum, { minutes }) => sum + minutes, 0);

/** The units that minutes fill. */
export function unitsOf({ first, further }: TimeRow, minutes: number): { first: number; further: number } {
  if (minutes < first.minutes) return { first: 0, further: 0 };
  const more = further ? Math.floor((minutes - first.minutes) / further.minutes) : 0;
  return { first: 1, further: Math.min(more, further?.most ?? more) };
}

/** The entries that reach so many minutes: those whose work a line rests on. */
function reaching(counted: readonly CountedEntry[], minutes: number): readonly CountedEntry[] {
  let sum = 0;
  const last = counted.findIndex((one) => {
    sum += one.minutes;
    return sum >= minutes;
  });
  return counted.slice(0, last + 1);
}

function timeLines(row: TimeRow, counted: readonly CountedEntry[], instead: boolean): Line[] {
  const units = unitsOf(row, sumOf(counted));
  const line = (of: TimedCode, count: number, upTo: number): Line => {
    const work = reaching(counted, upTo);
    return {
      system: of.system,
      code: of.code,
      units: count,
      date: work.at(-1)!.day,
      instead,
      minutes: count * of.minutes,
      rendering: people(work.map(({ entry }) => entry.performer)),
      supervising: people(work.map(({ entry }) => entry.supervising)),
    };
  };
  const { first, further } = row;
  return [
    ...(units.first ? [line(first, 1, first.minutes)] : []),
    ...(units.further
      ? [line(further!, units.further, first.minutes + units.further * further!.minutes)]
      : []),
  ];
}

/** The lines of the time of a month: the first way that is reached, then those that could stand instead of it. */
export function linesOfTime(facts: BillingFacts, counted: readonly CountedEntry[]): Lines {
  const { from } = daysOfMonth(facts.month);
  const rows = TIME_ROWS.filter((row) => row.programme === facts.programme && holds(row, from));
  const lines: Line[] = [];
  const progress: Progress[] = [];
  for (const row of rows) {
    const own = row.roles
      ? counted.filter(({ entry }) =>
          facts.performers.get(entry.performer)?.roles.some((role) => row.roles!.includes(role)),
        )
      : counted;
    const { system, code, minutes: needed } = row.first;
    progress.push({ system, code, minutes: sumOf(own), needed });
    lines.push(...timeLines(row, own, row.onlyInstead === true || lines.length > 0));
  }
  return { lines, progress, gaps: rows.length && !lines.length ? ['minutes-short'] : [] };
}

const plainLine = (of: { system: string; code: string }, date: string, instead: boolean): Line => ({
  system: of.system,
  code: of.code,
  units: 1,
  date,
  instead,
  minutes: 0,
  rendering: [],
  supervising: [],
});

/** Whether a row for a month fits the conditions and the other enrolments of the person. */
function fits({ leastConditions = 0, mostConditions, beside }: MonthRow, facts: BillingFacts): boolean {
  const { any } = facts.conditions;
  if (any < leastConditions || (mostConditions !== undefined && any > mostConditions)) return false;
  return (
    !beside ||
    facts.others.some(({ programme, from }) => {
      const month = from.slice(0, 7) === facts.month ? 'first' : 'later';
      return programme === beside.programme && (!beside.month || beside.month === month);
    })
  );
}

/** The lines that stand for a month, without minutes, once it has begun. */
export function linesOfMonth(facts: BillingFacts): Lines {
  if (facts.now.getTime() < spanOfMonth(facts.month, facts.calendar).start)
    return { lines: [], progress: [], gaps: [] };
  const { from, until } = daysOfMonth(facts.month);
  const rows = MONTH_ROWS.filter((row) => row.programme === facts.programme && holds(row, from));
  const last =
    facts.enrolled?.until !== undefined && facts.enrolled.until < until ? facts.enrolled.until : until;
  return {
    lines: rows
      .filter((row) => fits(row, facts))
      .map((row) => plainLine(row, last, row.onlyInstead === true)),
    progress: [],
    gaps: [],
  };
}

/** Whether contact came, or was tried often enough, within the business days after a discharge. */
function isContacted({ at, contacts, attempts }: Discharge, { calendar }: BillingFacts): boolean {
  const day = dayOf(businessDaysAfter(new Date(at), TRANSITION.contactBusinessDays, calendar), calendar);
  const inTime = (time: number) => time >= at && dayOf(new Date(time), calendar) <= day;
  return contacts.some(inTime) || attempts.filter(inTime).length >= TRANSITION.attempts;
}

/** The lines of a transition after a discharge, and what is missing of the one that has come farthest. */
export function linesOfTransition(facts: BillingFacts): Lines {
  const { calendar, enrolled } = facts;
  const month = daysOfMonth(facts.month);
  const { candidate, instead } = TRANSITION;
  let gaps: GapCode[] = ['no-discharge'];
  for (const discharge of facts.discharges) {
    const left = dayOf(new Date(discharge.at), calendar);
    const days = discharge.visits.map((at) => dayOf(new Date(at), calendar)).sort();
    const visit = days.find(
      (day) => day >= left && day <= addDays(left, candidate.days) && within(month, day),
    );
    const due = addDays(left, candidate.days) >= month.from && left <= month.until;
    if (!due || (enrolled && !within(enrolled, visit ?? left))) continue;
    gaps = [];
    if (!isContacted(discharge, facts)) gaps.push('no-contact');
    if (!visit) gaps.push('no-visit');
    const reviewed = discharge.reconciliations.some((at) => {
      const day = dayOf(new Date(at), calendar);
      return day >= left && (visit === undefined || day <= visit);
    });
    if (!reviewed) gaps.push('no-reconciliation');
    if (gaps.length || !visit) continue;
    const soon = visit <= addDays(left, instead.days);
    return {
      lines: [plainLine(candidate, visit, false), ...(soon ? [plainLine(instead, visit, true)] : [])],
      progress: [],
      gaps: [],
    };
  }
  return { lines: [], progress: [], gaps };
}

/** What stands beside the time of a programme: a form on social needs, and the assessment that opened chronic care. */
export function addedLines(facts: BillingFacts): Line[] {
  const { programme, visit, enrolled } = facts;
  const month = daysOfMonth(facts.month);
  const lines: Line[] = [];
  const screens = [...new Set(facts.screens)].sort();
  const screen = screens.find(
    (day, n) =>
      within(month, day) &&
      !screens.slice(0, n).some((other) => other > monthsBefore(day, SOCIAL_SCREEN.months)),
  );
  if (programme === SOCIAL_SCREEN.programme && screen && holds(SOCIAL_SCREEN, screen))
    lines.push(plainLine(SOCIAL_SCREEN, screen, false));
  const opened = programme === OPENING_ASSESSMENT.programme && visit?.eligible && within(month, visit.day);
  if (opened && holds(OPENING_ASSESSMENT, visit.day) && enrolled && visit.day <= addDays(enrolled.from, 31))
    lines.push(plainLine(OPENING_ASSESSMENT, visit.day, true));
  return lines;
}
