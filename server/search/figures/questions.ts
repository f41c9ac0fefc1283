// Questions and when a human being first answered them: those answered in the period, and those that wait for it now.
// https://hl7.org/fhir/R4/task-definitions.html#Task.extension
import type { FigureStatement } from './source.ts';

/** A question that was not answered within the minutes of the promise; whether that was in time, the business hours tell. */
export interface SlowQuestion {
  /** When its clock began to run, in milliseconds. */
  start: number;
  /** When it was answered; null: it waits. */
  answered: number | null;
  /** Reference of whoever owns it, if anybody. */
  owner: string | null;
}

export interface Questions {
  /** How many were answered within the minutes of the promise. */
  quick: number;
  slow: SlowQuestion[];
}

export interface QuestionTerms {
  /** Code system of what a task is about, and the code of a question. */
  codes: string;
  question: string;
  /** Statuses of a question whose clock runs. */
  running: readonly string[];
  /** URL of the extension that says by which promise a task is due, since when. */
  policy: string;
  /** The minutes of the promise. */
  minutes: number;
}

/** The questions of the period, and those that wait. */
export async function questions(s: FigureStatement, terms: QuestionTerms): Promise<Questions> {
  const { start, end } = s.scope;
  const answered = s.param('Task', 'first-response');
  const ofQuestion = `join index_token q on q.rid = r.rid and q.param = ${s.param('Task', 'code')}
    and q.code = ${s.value(terms.question, 'text')} and q.system = ${s.system(terms.codes)}`;
  const clockStart = `$.extension[*] ? (@.url == "${terms.policy}").extension[*] ? (@.url == "clockStart").valueDateTime`;
  const [row] = await s.rows<Questions>(
    `with question as (
      select r.rid, r.content, a.low as answered from index_date a join resource r on r.rid = a.rid ${ofQuestion}
      where a.param = ${answered} and a.low >= ${s.value(start, 'timestamptz')} and a.low < ${s.value(end, 'timestamptz')}
        and not ${s.has('r', ['Task', 'status'], ['entered-in-error'])} and ${s.counted('r', 'Task')}
      union all
      select r.rid, r.content, null from resource r ${ofQuestion}
      where ${s.has('r', ['Task', 'status'], terms.running)} and ${s.counted('r', 'Task')}
        and not exists (select from index_date a where a.rid = r.rid and a.param = ${answered})
    ), read as materialized (
      select q.rid, q.answered, c.value -> 'owner' ->> 'reference' as owner,
        jsonb_path_query_first(c.value, ${s.value(clockStart, 'jsonpath')}) #>> '{}' as told
      from question q cross join lateral (select q.content::jsonb as value) c
    ), timed as (
      select w.answered, w.owner, coalesce(
        case when pg_input_is_valid(w.told, 'timestamptz') then w.told::timestamptz end, b.low) as start
      from read w ${s.date('b', 'w', ['Task', 'authored-on'])}
    ), judged as (
      select *, coalesce(answered - start <= ${s.value(terms.minutes, 'int')} * interval '1 minute', false) as quick
      from timed where start is not null
    )
    select count(*) filter (where quick)::int as quick, coalesce(jsonb_agg(jsonb_build_object(
      'start', (extract(epoch from start) * 1000)::bigint, 'answered', (extract(epoch from answered) * 1000)::bigint,
      'owner', owner)) filter (where not quick), '[]') as slow
    from judged`,
  );
  return row!;
}
