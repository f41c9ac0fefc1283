// Decisions for a provider: by tier and service, why the network was left, and what was saved, estimated and adjudicated apart.
// https://hl7.org/fhir/R4/observation.html
import type { FigureStatement } from './source.ts';

/** One line: decisions of a tier, decisions for a reason, or savings in one currency. */
export interface NetworkRow {
  part: 'tier' | 'reason' | 'saving';
  /** Category of the order; null: not told. */
  service: string | null;
  /** Code of the tier or of the reason; null: not told. */
  code: string | null;
  currency: string | null;
  count: number;
  /** Exact decimal. */
  amount: string | null;
}

export interface NetworkTerms {
  /** Which observations: decisions, or what claims came to. */
  kind: typeof DECISION | typeof ADJUDICATED;
  /** Code systems of observations of ours, tiers, reasons, and categories of orders. */
  observations: string;
  tiers: string;
  reasons: string;
  categories: string;
  /** Statuses of observations that count. */
  statuses: readonly string[];
}

export const DECISION = 'network-decision';
export const ADJUDICATED = 'adjudicated-saving';

/** A code of a system in a concept, as a JSON path. */
const codeIn = (concept: string, system: string): string =>
  `${concept}.coding[*] ? (@.system == "${system}").code`;

/** Decisions of the period, or adjudications. */
export function network(s: FigureStatement, terms: NetworkTerms): Promise<NetworkRow[]> {
  const component = (code: string) =>
    `$.component[*] ? (exists (@.code.coding[*] ? (@.system == "${terms.observations}" && @.code == "${code}")))`;
  const first = (path: string) => `jsonb_path_query_first(o.content, ${s.value(path, 'jsonpath')})`;
  const saving =
    terms.kind === ADJUDICATED ? '$.valueQuantity' : `${component('estimated-saving')}.valueQuantity`;
  return s.rows<NetworkRow>(
    `with observed as materialized (
      select r.rid, r.content::jsonb as content
      from index_token k join resource r on r.rid = k.rid
      join index_date d on d.rid = k.rid and d.param = ${s.param('Observation', 'date')}
      where k.param = ${s.param('Observation', 'code')} and k.code = ${s.value(terms.kind, 'text')}
        and k.system = ${s.system(terms.observations)} and ${s.within('d')}
        and ${s.has('r', ['Observation', 'status'], terms.statuses)} and ${s.counted('r', 'Observation')}
    ), told as (
      select ${service(s, terms)} as service,
        ${first(codeIn('$.valueCodeableConcept', terms.tiers))} #>> '{}' as tier,
        ${first(`${component('reason-off-network')}.valueCodeableConcept`)} as why,
        ${first(codeIn(`${component('reason-off-network')}.valueCodeableConcept`, terms.reasons))} #>> '{}' as reason,
        ${first(saving)} as saving
      from observed o
    )
    select 'tier' as part, service, tier as code, null as currency, count(*)::int as count, null as amount
      from told group by service, tier
    union all
    select 'reason', null, reason, null, count(*)::int, null from told where why is not null group by reason
    union all
    select 'saving', service, null, saving ->> 'code', count(*)::int, sum((saving ->> 'value')::numeric)::text
      from told where jsonb_typeof(saving -> 'value') = 'number' group by service, saving ->> 'code'
    order by part, service, code, currency`,
  );
}

/** The category of the order that an observation is about, as far as the caller may see the order. */
function service(s: FigureStatement, { categories }: NetworkTerms): string {
  const ids = [s.param('ServiceRequest', 'category'), s.param('DeviceRequest', 'code')];
  return `(select min(c.code) from index_reference b join resource q on q.rid = b.target
    join index_token c on c.rid = q.rid and c.param in (${ids.join(', ')}) and c.system = ${s.system(categories)}
    where b.rid = o.rid and b.param = ${s.param('Observation', 'based-on')}
      and ${s.visible('q', ['ServiceRequest', 'DeviceRequest'])})`;
}
