// Minutes that were logged, by programme and month: each entry once, as its last version says.
// https://hl7.org/fhir/R4/observation.html
import type { FigureStatement } from './source.ts';

/** The minutes of one programme in one month. */
export interface MinutesRow {
  /** Null: of none. */
  programme: string | null;
  /** `YYYY-MM` */
  month: string;
  entries: number;
  minutes: number;
}

export interface MinutesTerms {
  /** Code system of categories, and the category of an entry. */
  categories: string;
  category: string;
  /** Statuses of entries that count. */
  statuses: readonly string[];
}

/**
 * The minutes of work that began in the period. Between the first instant of a period of time and the end of its last one lie
 * the whole minutes of an entry; an entry that tells a day and no time tells no minutes.
 */
export function minutes(s: FigureStatement, terms: MinutesTerms): Promise<MinutesRow[]> {
  const { start, end, timeZone } = s.scope;
  const last = `d.high - case when date_trunc('second', d.high) = d.high then interval '1 second' else interval '1 millisecond' end`;
  return s.rows<MinutesRow>(
    `select programme, month, count(*)::int as entries, sum(minutes)::int as minutes from (
      select (select min(p.code) from index_token p where p.rid = r.rid
          and p.param = ${s.param('Observation', 'programme')}) as programme,
        to_char(d.low at time zone ${s.value(timeZone, 'text')}, 'YYYY-MM') as month,
        floor(extract(epoch from (${last}) - d.low) / 60) as minutes
      from index_token k join resource r on r.rid = k.rid
      join index_date d on d.rid = k.rid and d.param = ${s.param('Observation', 'date')}
      where k.param = ${s.param('Observation', 'category')} and k.code = ${s.value(terms.category, 'text')}
        and k.system = ${s.system(terms.categories)}
        and d.low >= ${s.value(start, 'timestamptz')} and d.low < ${s.value(end, 'timestamptz')}
        and d.high - d.low < interval '24 hours'
        and ${s.has('r', ['Observation', 'status'], terms.statuses)} and ${s.counted('r', 'Observation')}
    ) entry group by programme, month order by month, programme`,
  );
}
