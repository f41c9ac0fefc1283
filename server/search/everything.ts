// Everything about a patient or an encounter: itself, its compartment, and what these refer to; each once, in pages.
// https://hl7.org/fhir/R4/operation-patient-everything.html · https://hl7.org/fhir/R4/operation-encounter-everything.html
import type { Sql, Transaction } from '../db/pool.ts';
import type { Rid, RidOf } from '../db/rid.ts';
import { plainArray, Statement } from '../db/statement.ts';
import type { Visibility } from '../db/visibility.ts';
import { compartments } from '../fhir/compartment.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { careDateParams } from './care-date.ts';
import type { Registry } from './registry.ts';

/** What everything is asked about. Without an id: every patient that the caller may see. */
export interface Focus {
  type: 'Patient' | 'Encounter';
  id: string | undefined;
}

/** What narrows it. Instants in ISO 8601. */
export interface EverythingFilter {
  /** Care at this instant or later. */
  start?: string;
  /** Care before this instant. */
  end?: string;
  /** Written at this instant or later. */
  since?: string;
  /** Resource types that are answered. */
  types?: readonly string[];
}

/** The parts in their order: the focus itself, its compartment, and what these refer to. */
const PARTS = ['focus', 'inside', 'referred'] as const;
type Part = (typeof PARTS)[number];

/** One resource, and where it stands in the order: surrogates never change, so pages join while others write. */
export interface EverythingRow {
  part: number;
  rid: Rid;
  /** The exact bytes that are served. */
  content: string;
}

export interface EverythingDependencies {
  sql: Sql;
  registry: Registry;
  ridOf: RidOf;
  typeId: (type: string) => number;
}

export interface EverythingRequest {
  focus: Focus;
  /** What the caller may read, of any type. */
  visibility: Visibility;
  filter: EverythingFilter;
  /** Most resources that are read. */
  count: number;
  after: { part: number; rid: Rid } | undefined;
  executor?: Transaction | undefined;
}

export class Everything {
  readonly #deps: EverythingDependencies;

  constructor(deps: EverythingDependencies) {
    this.#deps = deps;
  }

  /** A page: one statement, and one more where a part ends on it. */
  async page(request: EverythingRequest): Promise<EverythingRow[]> {
    const { count, after, executor } = request;
    const found: EverythingRow[] = [];
    for (let part = after?.part ?? 0; part < PARTS.length && found.length < count; part++) {
      const statement = new Statement();
      const conditions = this.#conditions(PARTS[part]!, request, statement);
      if (after?.part === part) conditions.push(`r.rid > ${statement.add(after.rid, 'bigint')}`);
      const rows = await (executor ?? this.#deps.sql).unsafe(
        `select p.rid::text, r.content from (
          select r.rid from resource r where not r.deleted and ${conditions.join(' and ')}
          order by r.rid limit ${count - found.length}) p
        join resource r on r.rid = p.rid order by p.rid`,
        statement.values,
        { prepare: true },
      );
      found.push(...rows.map((row) => ({ part, rid: row.rid as Rid, content: row.content as string })));
    }
    return found;
  }

  #conditions(part: Part, { focus, visibility, filter }: EverythingRequest, statement: Statement): string[] {
    const { typeId } = this.#deps;
    const conditions =
      focus.id === undefined
        ? this.#ofAll(part, filter, statement)
        : this.#ofOne(part, focus.type, focus.id, visibility, filter, statement);
    const { since, types } = filter;
    if (since) conditions.push(`r.last_updated >= ${statement.add(since, 'timestamptz')}`);
    if (types) conditions.push(`r.type = any('${plainArray(types.map(typeId))}'::smallint[])`);
    const visible = visibility.sql('r', statement);
    return visible ? [...conditions, visible] : conditions;
  }

  /** About one patient or encounter. */
  #ofOne(
    part: Part,
    type: Focus['type'],
    id: string,
    visibility: Visibility,
    filter: EverythingFilter,
    statement: Statement,
  ): string[] {
    const { ridOf, registry } = this.#deps;
    const focus = statement.add(ridOf(`${type}/${id}`), 'bigint');
    if (part === 'focus') return [`r.rid = ${focus}`];
    const params = plainArray(this.#compartmentParams(type));
    const inside = `select i.rid from index_reference i where i.param = any('${params}'::smallint[]) and i.target = ${focus}`;
    if (part === 'inside')
      return [`r.rid in (${inside})`, `r.rid <> ${focus}`, ...this.#careDates('r', filter, statement)];
    const visible = visibility.sql('s', statement);
    const sources = [
      'not s.deleted',
      ...(visible ? [visible] : []),
      ...this.#careDates('s', filter, statement),
    ];
    return [
      `r.rid in (select i.target from (${inside} union select ${focus}) a join resource s on s.rid = a.rid
        join index_reference i on i.rid = s.rid and i.param <> ${registry.compartment} where ${sources.join(' and ')})`,
      `r.rid <> ${focus} and r.rid not in (${inside})`,
      this.#ofNobodyElse(focus),
    ];
  }

  /** What is referred to lies in no patient's compartment, or in that of a patient whose compartment the focus is in. */
  #ofNobodyElse(focus: string): string {
    const { compartment } = this.#deps.registry;
    return `not exists (select from index_reference o where o.rid = r.rid and o.param = ${compartment}
      and o.target not in (select own.target from index_reference own where own.rid = ${focus} and own.param = ${compartment}) offset 0)`;
  }

  /** About every patient. Where it says `offset 0` PostgreSQL would else join all rows, and a page needs twenty. */
  #ofAll(part: Part, filter: EverythingFilter, statement: Statement): string[] {
    const { registry, typeId } = this.#deps;
    const patient = `r.type = ${typeId('Patient')}`;
    if (part === 'focus') return [patient];
    const ofPatient = (rid: string) =>
      `exists (select from index_reference c where c.rid = ${rid} and c.param = ${registry.compartment} offset 0)`;
    if (part === 'inside')
      return [`not ${patient}`, ofPatient('r.rid'), ...this.#careDates('r', filter, statement)];
    const referrers = this.#referrers();
    const dated = this.#careDates('i', filter, statement);
    return [
      `r.type = any('${plainArray([...referrers.keys()])}'::smallint[])`,
      `exists (select from (values ${[...referrers].map(([type, params]) => `(${type}, '${plainArray(params)}'::smallint[])`).join(', ')}) as k(type, params)
        join index_reference i on i.param = any(k.params) and i.target = r.rid
        where k.type = r.type and ${[ofPatient('i.rid'), ...dated].join(' and ')} offset 0)`,
    ];
  }

  /** By resource type outside all compartments, the parameters by which resources of a compartment may refer to it. */
  #referrers(): Map<number, number[]> {
    const { registry, typeId } = this.#deps;
    const references = Object.keys(compartments.Patient!)
      .flatMap((type) => registry.of(type))
      .filter((param) => param.type === 'reference');
    const outside = [...resourceTypes].filter((type) => !Object.hasOwn(compartments.Patient!, type));
    return new Map(
      outside.flatMap((type): [number, number[]][] => {
        const params = references.filter(({ target }) => !target || target.includes(type));
        return params.length ? [[typeId(type), params.map(({ id }) => id)]] : [];
      }),
    );
  }

  /** Parameters that put resources into the compartment of the focus. */
  #compartmentParams(type: Focus['type']): number[] {
    const { registry } = this.#deps;
    if (type === 'Patient') return [registry.compartment];
    return Object.entries(compartments[type]!).flatMap(([source, codes]) =>
      codes.flatMap((code) => registry.find(source, code)?.id ?? []),
    );
  }

  /** Resources whose care date, if they have one, overlaps the period. */
  #careDates(alias: string, { start, end }: EverythingFilter, statement: Statement): string[] {
    if (!start && !end) return [];
    const rows = `select from index_date d where d.rid = ${alias}.rid and d.param = any('${plainArray(careDateParams(this.#deps.registry))}'::smallint[])`;
    const overlaps = [
      ...(start ? [`d.high > ${statement.add(start, 'timestamptz')}`] : []),
      ...(end ? [`d.low < ${statement.add(end, 'timestamptz')}`] : []),
    ];
    return [`(not exists (${rows}) or exists (${rows} and ${overlaps.join(' and ')}))`];
  }
}
