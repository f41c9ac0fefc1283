// What happened to a person, by when it happened: work, requests, visits, contacts, documents and findings, in pages.
// https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import type { Sql, Transaction } from '../db/pool.ts';
import type { Rid, RidOf } from '../db/rid.ts';
import { plainArray, Statement } from '../db/statement.ts';
import type { Visibility } from '../db/visibility.ts';
import type { Registry } from './registry.ts';

/** The types of a timeline, each with the parameter that says when it happened; what has no such date is placed by when it was written. */
const MOMENTS: Readonly<Record<string, string>> = {
  Appointment: 'date',
  CarePlan: 'date',
  Communication: 'sent',
  Composition: 'date',
  Condition: 'recorded-date',
  DeviceRequest: 'authored-on',
  DocumentReference: 'date',
  Encounter: 'date',
  EpisodeOfCare: 'date',
  Observation: 'date',
  QuestionnaireResponse: 'authored',
  ServiceRequest: 'authored',
  Task: 'authored-on',
};

/** A code that a resource has by one of its parameters. */
export interface Code {
  readonly type: string;
  readonly param: string;
  readonly system: string;
  readonly code: string;
}

/** What is asked for. Instants in ISO 8601. */
export interface TimelineRequest {
  /** Id of the patient. */
  patient: string;
  /** What the caller may read, of any type. */
  visibility: Visibility;
  /** Of the types named here only what has one of the codes. */
  only: readonly Code[];
  /** What carries one of these, or refers to what does; undefined: everything. */
  episode: readonly Code[] | undefined;
  /** At this instant or later. */
  start: string | undefined;
  /** Before this instant. */
  end: string | undefined;
  /** Most resources that are read. */
  count: number;
  after: { at: string; rid: Rid } | undefined;
  executor?: Transaction | undefined;
}

/** One resource, and when it happened. */
export interface TimelineRow {
  rid: Rid;
  at: string;
  /** The exact bytes that are served. */
  content: string;
}

export interface TimelineDependencies {
  sql: Sql;
  registry: Registry;
  ridOf: RidOf;
  typeId: (type: string) => number;
}

export class Timeline {
  readonly #deps: TimelineDependencies;

  constructor(deps: TimelineDependencies) {
    this.#deps = deps;
  }

  /** A page, the newest first: one statement. */
  async page(request: TimelineRequest): Promise<TimelineRow[]> {
    const { count, executor } = request;
    const statement = new Statement();
    const inside = this.#inside(request, statement);
    const within = this.#within(request, statement);
    const rows = await (executor ?? this.#deps.sql).unsafe(
      `select p.rid::text, p.at::text, r.content from (
        select e.rid, e.at from (select r.rid, ${this.#moment()} as at from resource r where ${inside.join(' and ')}) e
        ${within.length ? `where ${within.join(' and ')}` : ''} order by e.at desc, e.rid desc limit ${count}) p
      join resource r on r.rid = p.rid order by p.at desc, p.rid desc`,
      statement.values,
      { prepare: true },
    );
    return rows.map((row) => ({
      rid: row.rid as Rid,
      at: row.at as string,
      content: row.content as string,
    }));
  }

  #param(type: string, code: string): number {
    return this.#deps.registry.find(type, code)!.id;
  }

  /** When a resource happened: its first date that is known, or when it was written. */
  #moment(): string {
    const params = plainArray(Object.entries(MOMENTS).map(([type, code]) => this.#param(type, code)));
    return `coalesce((select min(d.low) from index_date d where d.rid = r.rid and d.param = any('${params}'::smallint[])
      and isfinite(d.low)), r.last_updated)`;
  }

  /** What belongs to the person's timeline, and the caller may see. */
  #inside({ patient, visibility, only, episode }: TimelineRequest, statement: Statement): string[] {
    const { registry, ridOf, typeId } = this.#deps;
    const focus = statement.add(ridOf(`Patient/${patient}`), 'bigint');
    const types = plainArray(Object.keys(MOMENTS).map(typeId));
    const narrowed = [...Map.groupBy(only, ({ type }) => type)].map(
      ([type, codes]) => `(r.type <> ${typeId(type)} or ${this.#hasCode('r', codes, statement)})`,
    );
    const visible = visibility.sql('r', statement);
    return [
      `r.rid in (select c.rid from index_reference c where c.param = ${registry.compartment} and c.target = ${focus})`,
      'not r.deleted',
      `r.type = any('${types}'::smallint[])`,
      ...narrowed,
      ...(visible ? [visible] : []),
      ...(episode ? [this.#ofEpisode(episode, visibility, focus, statement)] : []),
    ];
  }

  #hasCode(alias: string, codes: readonly Code[], statement: Statement): string {
    const any = codes.map(
      ({ type, param, system, code }) =>
        `(i.param = ${this.#param(type, param)} and s.url = ${statement.add(system, 'text')} and i.code = ${statement.add(code, 'text')})`,
    );
    return `exists (select from index_token i join code_system s on s.id = i.system where i.rid = ${alias}.rid and (${any.join(' or ')}))`;
  }

  /** Carries the identifier of the episode, or refers to something of this person that does and that the caller sees. */
  #ofEpisode(episode: readonly Code[], visibility: Visibility, focus: string, statement: Statement): string {
    const { registry } = this.#deps;
    const visible = visibility.sql('o', statement);
    const named = [
      'not o.deleted',
      `exists (select from index_reference c where c.rid = o.rid and c.param = ${registry.compartment} and c.target = ${focus})`,
      this.#hasCode('o', episode, statement),
      ...(visible ? [visible] : []),
    ];
    return `(${this.#hasCode('r', episode, statement)} or exists (select from index_reference l join resource o on o.rid = l.target
      where l.rid = r.rid and ${named.join(' and ')}))`;
  }

  #within({ start, end, after }: TimelineRequest, statement: Statement): string[] {
    const at = (instant: string) => statement.add(instant, 'timestamptz');
    return [
      ...(start ? [`e.at >= ${at(start)}`] : []),
      ...(end ? [`e.at < ${at(end)}`] : []),
      ...(after ? [`(e.at, e.rid) < (${at(after.at)}, ${statement.add(after.rid, 'bigint')})`] : []),
    ];
  }
}
