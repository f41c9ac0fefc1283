// Barriers to care by type: those that stand in the way now, and those that were put out of the way in the period.
// https://hl7.org/fhir/R4/condition-definitions.html#Condition.clinicalStatus
import type { FigureStatement } from './source.ts';

/** Barriers of one type. */
export interface BarrierRow {
  /** Code of cn-barrier-type; null: another one. */
  code: string | null;
  open: number;
  resolved: number;
}

export interface BarrierTerms {
  /** Code systems of categories and of types of barriers, and the category of a barrier. */
  categories: string;
  category: string;
  types: string;
  /** Clinical statuses of what stands in the way, and of what is out of it. */
  standing: readonly string[];
  gone: readonly string[];
  /** Verification statuses of what never was one. */
  mistaken: readonly string[];
}

/** Barriers by type; without a date of its end, one was out of the way when it was last written. */
export function barriers(s: FigureStatement, terms: BarrierTerms): Promise<BarrierRow[]> {
  const { startDay, endDay, timeZone } = s.scope;
  const CLINICAL = ['Condition', 'clinical-status'] as const;
  const ended = `coalesce(${s.day()}, (r.last_updated at time zone ${s.value(timeZone, 'text')})::date)`;
  return s.rows<BarrierRow>(
    `select code, count(*) filter (where open)::int as open, count(*) filter (where resolved)::int as resolved from (
      select ${s.code('r', ['Condition', 'code'], terms.types)} as code,
        ${s.has('r', CLINICAL, terms.standing)} as open,
        ${s.has('r', CLINICAL, terms.gone)} and ${ended} between ${s.value(startDay, 'date')} and ${s.value(endDay, 'date')}
          as resolved
      from index_token k join resource r on r.rid = k.rid
      ${s.date('d', 'r', ['Condition', 'abatement-date'])}
      where k.param = ${s.param('Condition', 'category')} and k.code = ${s.value(terms.category, 'text')}
        and k.system = ${s.system(terms.categories)}
        and not ${s.has('r', ['Condition', 'verification-status'], terms.mistaken)} and ${s.counted('r', 'Condition')}
    ) barrier where open or resolved group by code order by code`,
  );
}
