// Work that is open: by what it is about, status and stage, each by age and by when it is due.
// https://hl7.org/fhir/R4/task-definitions.html#Task.status
import type { FigureStatement } from './source.ts';

/** Open work of one kind. */
export interface OpenRow {
  by: 'all' | 'code' | 'status' | 'stage';
  /** Null: tasks that have none. */
  code: string | null;
  count: number;
  /** By age in days, one number for each of `AGES`. */
  ages: number[];
  late: number;
  today: number;
  later: number;
  undated: number;
}

/** Where bands of age begin, in days since the work was asked for. */
export const AGES = [0, 3, 8, 15, 31] as const;

export interface OpenTerms {
  /** Statuses of open work. */
  statuses: readonly string[];
  /** Code systems of what a task is about, and of the stages. */
  codes: string;
  stages: string;
}

/** What `grouping` says of a row, and what it is about. */
const BY: Readonly<Record<number, OpenRow['by']>> = { 7: 'all', 3: 'status', 5: 'code', 6: 'stage' };

/** Open work in all, then by code, by status and by stage. */
export async function openWork(s: FigureStatement, terms: OpenTerms): Promise<OpenRow[]> {
  const { now, today, timeZone } = s.scope;
  const bands = AGES.map((_from, n) => `count(*) filter (where band = ${n})::int`);
  const day = s.value(today, 'date');
  const authored = `coalesce(${s.day({ low: 'a.low', high: 'a.high' })}, (r.last_updated at time zone ${s.value(timeZone, 'text')})::date)`;
  const rows = await s.rows<Omit<OpenRow, 'by'> & { sets: number }>(
    `with work as (
      select t.code as status,
        ${s.code('r', ['Task', 'code'], terms.codes)} as family,
        ${s.code('r', ['Task', 'stage'], terms.stages)} as stage,
        width_bucket(${day} - ${authored}, '{${AGES.slice(1).join(',')}}'::int[]) as band,
        ${s.due('d')} as due, ${s.day()} as due_day
      from index_token t join resource r on r.rid = t.rid
      ${s.date('a', 'r', ['Task', 'authored-on'])}
      ${s.date('d', 'r', ['Task', 'due'])}
      where t.param = ${s.param('Task', 'status')} and t.code = ${s.anyOf(terms.statuses)} and ${s.counted('r', 'Task')}
    ), timed as (
      select *, case when due is null then 'undated' when due < ${s.value(now, 'timestamptz')} then 'late'
        when due_day <= ${day} then 'today' else 'later' end as nearness
      from work
    )
    select grouping(status, family, stage) as sets, coalesce(status, family, stage) as code, count(*)::int as count,
      array[${bands.join(', ')}] as ages,
      count(*) filter (where nearness = 'late')::int as late, count(*) filter (where nearness = 'today')::int as today,
      count(*) filter (where nearness = 'later')::int as later,
      count(*) filter (where nearness = 'undated')::int as undated
    from timed group by grouping sets ((), (status), (family), (stage)) order by sets desc, code`,
  );
  return rows.map(({ sets, ...row }) => ({ by: BY[sets]!, ...row }));
}
