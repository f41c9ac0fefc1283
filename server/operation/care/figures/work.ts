// Figures of tasks: open work, the promises about it, and how far referrals have come. https://hl7.org/fhir/R4/task.html
import type { ParametersParameter } from '@medplum/fhirtypes';
import type { CalendarOf } from '../../../care/calendar-of.ts';
import { FIRST_RESPONSE, promisedBy } from '../../../care/clock/sla.ts';
import { PHASE, STAGE, TASK_CODE } from '../../../care/code.ts';
import { EXITS, WAY } from '../../../care/referral/stage.ts';
import type { ClockRow } from '../../../search/figures/clocks.ts';
import { AGES, type OpenRow } from '../../../search/figures/open.ts';
import type { Questions, SlowQuestion } from '../../../search/figures/questions.ts';
import type { StageRow } from '../../../search/figures/referrals.ts';
import { type CodingParts, count, line } from './part.ts';
import { laneOfCode, TERMS } from './terms.ts';

const STATUS = 'http://hl7.org/fhir/task-status';
const SYSTEMS: Readonly<Record<string, string>> = {
  lane: PHASE,
  code: TASK_CODE,
  status: STATUS,
  stage: STAGE,
};
/** `age-0-2` … `age-over-30`: the days of a band; the last one has no end. */
const AGE_NAMES = AGES.map((from, n) => {
  const next = AGES[n + 1];
  return next === undefined ? `age-over-${from - 1}` : `age-${from}-${next - 1}`;
});

type Row = Omit<OpenRow, 'by'> & { by: OpenRow['by'] | 'lane' };

const sum = (one: Row, other: Row): Row => ({
  ...one,
  count: one.count + other.count,
  ages: one.ages.map((days, n) => days + other.ages[n]!),
  late: one.late + other.late,
  today: one.today + other.today,
  later: one.later + other.later,
  undated: one.undated + other.undated,
});

/** The rows by lane: those by code, added up. */
function lanesOf(rows: readonly OpenRow[]): Row[] {
  const lanes = new Map<string | undefined, Row>();
  for (const row of rows) {
    if (row.by !== 'code') continue;
    const lane = laneOfCode(row.code);
    const own: Row = { ...row, by: 'lane', code: lane ?? null };
    const known = lanes.get(lane);
    lanes.set(lane, known ? sum(known, own) : own);
  }
  return [...lanes.values()].sort((a, b) => (a.code ?? '~').localeCompare(b.code ?? '~'));
}

export function openParts(rows: readonly OpenRow[], codings: CodingParts): ParametersParameter[] {
  const all: Row[] = rows.filter(({ by }) => by === 'all');
  const others = rows.filter(({ by }) => by !== 'all');
  return [...all, ...lanesOf(rows), ...others].map((row) =>
    line(
      'open-work',
      { name: 'by', valueCode: row.by },
      ...(row.by === 'all' ? [] : codings('code', SYSTEMS[row.by]!, row.code)),
      count('count', row.count),
      ...AGE_NAMES.map((name, n) => count(name, row.ages[n]!)),
      count('late', row.late),
      count('today', row.today),
      count('later', row.later),
      count('undated', row.undated),
    ),
  );
}

interface Clock extends ClockRow {
  promise: 'due' | 'acceptance' | 'first-response';
}

const clockPart = ({ promise, code, urgent, kept, missed, late }: Clock, codings: CodingParts) =>
  line(
    'clock',
    { name: 'promise', valueCode: promise },
    ...codings('code', TASK_CODE, code),
    { name: 'urgent', valueBoolean: urgent },
    count('kept', kept),
    count('missed', missed),
    count('late', late),
  );

export const clockParts = (rows: readonly ClockRow[], codings: CodingParts): ParametersParameter[] =>
  rows.map((row) => {
    const promise = TERMS.clocks.accepted.includes(row.code) ? 'acceptance' : 'due';
    return clockPart({ promise, ...row }, codings);
  });

/** When a question has to be answered; undefined where nobody ever works. */
function responseDue({ start, owner }: SlowQuestion, calendarOf: CalendarOf): number | undefined {
  try {
    return promisedBy(FIRST_RESPONSE, new Date(start), calendarOf(owner ?? undefined)).getTime();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** How the promise to answer questions was kept: minutes count while whoever owns a question works. */
export function responseParts(
  { quick, slow }: Questions,
  { now, calendarOf }: { now: Date; calendarOf: CalendarOf },
  codings: CodingParts,
): ParametersParameter[] {
  const row = { kept: quick, missed: 0, late: 0 };
  for (const question of slow) {
    const due = responseDue(question, calendarOf);
    if (due === undefined) continue;
    if (question.answered === null) row.late += Number(due < now.getTime());
    else if (question.answered <= due) row.kept++;
    else row.missed++;
  }
  const isEmpty = row.kept + row.missed + row.late === 0;
  const code = TERMS.questions.question;
  return isEmpty ? [] : [clockPart({ promise: 'first-response', code, urgent: false, ...row }, codings)];
}

/** The stages in their order, with how many have come as far or further; then the forks, which are counted apart. */
export function referralParts(rows: readonly StageRow[], codings: CodingParts): ParametersParameter[] {
  const standing = (stage: string | null) => rows.find((row) => row.stage === stage)?.count ?? 0;
  const stages = WAY.map((stage, n) =>
    line(
      'referral-stage',
      ...codings('code', STAGE, stage),
      { name: 'fork', valueBoolean: false },
      count('standing', standing(stage)),
      count(
        'reached',
        WAY.slice(n).reduce((total, one) => total + standing(one), 0),
      ),
    ),
  );
  const apart = ['no-show', ...EXITS, null].filter((stage) => standing(stage) > 0);
  const forks = apart.map((stage) =>
    line(
      'referral-stage',
      ...codings('code', STAGE, stage),
      { name: 'fork', valueBoolean: true },
      count('standing', standing(stage)),
    ),
  );
  const opened = rows.reduce((total, row) => total + row.count, 0);
  return [count('referrals', opened), ...stages, ...forks];
}
