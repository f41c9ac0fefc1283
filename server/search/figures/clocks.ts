// Promises: work that was done by when it was due, work that was done later, and open work that is late.
// https://hl7.org/fhir/R4/task-definitions.html#Task.restriction.period
import type { FigureStatement } from './source.ts';

/** How the promises of one kind of work were kept. */
export interface ClockRow {
  /** Code of cn-task-code. */
  code: string;
  urgent: boolean;
  kept: number;
  missed: number;
  /** Open, and late now. */
  late: number;
}

export interface ClockTerms {
  /** Code system of what a task is about. */
  codes: string;
  /** Codes whose promise is that the work is accepted, not that it is done. */
  accepted: readonly string[];
  /** A code without a promise. */
  without: string;
  /** Statuses of work that can be late; of what has to be accepted, those before that. */
  running: readonly string[];
  waiting: readonly string[];
  urgent: readonly string[];
}

/** The promises of work that ended, or was accepted, in the period, and of what is late now. */
export function clocks(s: FigureStatement, terms: ClockTerms): Promise<ClockRow[]> {
  return s.rows<ClockRow>(
    `with clock as (${done(s, terms)} union all ${accepted(s, terms)} union all ${late(s, terms)})
    select code, urgent, count(*) filter (where state = 'kept')::int as kept,
      count(*) filter (where state = 'missed')::int as missed, count(*) filter (where state = 'late')::int as late
    from clock group by code, urgent order by code, urgent`,
  );
}

const family = (s: FigureStatement, { codes, without }: ClockTerms): string =>
  `join index_token f on f.rid = r.rid and f.param = ${s.param('Task', 'code')} and f.system = ${s.system(codes)}
    and f.code <> ${s.value(without, 'text')}`;
const urgent = (s: FigureStatement, terms: ClockTerms): string =>
  `${s.has('r', ['Task', 'priority'], terms.urgent)} as urgent`;

/** Completed in the period. What tells an instant tells it to the second; an end that is a day is the end of that day. */
function done(s: FigureStatement, terms: ClockTerms): string {
  const { start, end } = s.scope;
  const at = (instant: string) => `${s.value(instant, 'timestamptz')} + interval '1 second'`;
  return `select f.code, ${urgent(s, terms)},
      case when e.high - interval '1 second' <= ${s.due('d')} then 'kept' else 'missed' end as state
    from index_date e join resource r on r.rid = e.rid
    join index_token t on t.rid = e.rid and t.param = ${s.param('Task', 'status')} and t.code = 'completed'
    ${family(s, terms)}
    ${s.date('d', 'r', ['Task', 'due'])}
    where e.param = ${s.param('Task', 'period')} and e.high >= ${at(start)} and e.high < ${at(end)}
      and d.low is not null and f.code <> all(${s.value(`{${terms.accepted.join(',')}}`, 'text[]')})
      and ${s.counted('r', 'Task')}`;
}

/** Accepted in the period: the work of a hand-off begins when it is. */
function accepted(s: FigureStatement, terms: ClockTerms): string {
  const { start, end } = s.scope;
  return `select f.code, ${urgent(s, terms)}, case when e.low <= ${s.due('d')} then 'kept' else 'missed' end
    from index_date e join resource r on r.rid = e.rid
    ${family(s, terms)}
    ${s.date('d', 'r', ['Task', 'due'])}
    where e.param = ${s.param('Task', 'period')}
      and e.low >= ${s.value(start, 'timestamptz')} and e.low < ${s.value(end, 'timestamptz')}
      and d.low is not null and f.code = ${s.anyOf(terms.accepted)}
      and not ${s.has('r', ['Task', 'status'], ['entered-in-error'])} and ${s.counted('r', 'Task')}`;
}

/** Late now, whenever it was asked for. */
function late(s: FigureStatement, terms: ClockTerms): string {
  const now = s.value(s.scope.now, 'timestamptz');
  return `select f.code, ${urgent(s, terms)}, 'late'
    from index_date d join resource r on r.rid = d.rid
    join index_token t on t.rid = d.rid and t.param = ${s.param('Task', 'status')}
    ${family(s, terms)}
    where d.param = ${s.param('Task', 'open-due')} and d.low < ${now} and ${s.due('d')} < ${now}
      and t.code = any(case when f.code = ${s.anyOf(terms.accepted)}
        then ${s.value(`{${terms.waiting.join(',')}}`, 'text[]')} else ${s.value(`{${terms.running.join(',')}}`, 'text[]')} end)
      and ${s.counted('r', 'Task')}`;
}
