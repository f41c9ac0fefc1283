// Referrals that were opened in the period, by how far they have come.
// https://hl7.org/fhir/R4/task-definitions.html#Task.businessStatus
import type { FigureStatement } from './source.ts';

/** Referrals at one stage now. */
export interface StageRow {
  /** Null: of no stage. */
  stage: string | null;
  count: number;
}

export interface ReferralTerms {
  /** Code system of what a task is about, and the code of a referral. */
  codes: string;
  referral: string;
  stages: string;
}

/** Referrals that were asked for in the period, by their stage now. */
export function referrals(s: FigureStatement, terms: ReferralTerms): Promise<StageRow[]> {
  return s.rows<StageRow>(
    `select stage, count(*)::int as count from (
      select ${s.code('r', ['Task', 'stage'], terms.stages)} as stage
      from index_token f join resource r on r.rid = f.rid
      join index_date a on a.rid = f.rid and a.param = ${s.param('Task', 'authored-on')}
      where f.param = ${s.param('Task', 'code')} and f.code = ${s.value(terms.referral, 'text')}
        and f.system = ${s.system(terms.codes)} and ${s.within('a')}
        and not ${s.has('r', ['Task', 'status'], ['entered-in-error'])} and ${s.counted('r', 'Task')}
    ) opened group by stage order by stage`,
  );
}
