// What the statements of figures are made of: what counts for a caller, codes and dates of the index, days on a clock.
// https://hl7.org/fhir/R4/search.html
import type { Sql, Transaction } from '../../db/pool.ts';
import type { RidOf } from '../../db/rid.ts';
import { Statement, textArray } from '../../db/statement.ts';
import type { Visibility } from '../../db/visibility.ts';
import type { Registry } from '../registry.ts';

export interface FigureDependencies {
  sql: Sql;
  registry: Registry;
  ridOf: RidOf;
  typeId: (type: string) => number;
}

/** Over what figures are counted, and when. */
export interface FigureScope {
  /** What the caller may search of some types. */
  visibility: (types: readonly string[]) => Visibility;
  /** `Organization/…`: only what is about people whose enrolment it manages. */
  organization: string | undefined;
  /** Days of the period, `YYYY-MM-DD`, both included. */
  startDay: string;
  endDay: string;
  /** The instants at which it begins and has ended, ISO 8601. */
  start: string;
  end: string;
  now: string;
  /** Day of `now` on the clock. */
  today: string;
  /** IANA name of the clock that days and months are told by. */
  timeZone: string;
  /** The hour of that clock at which what is due on a day is due. */
  closingHour: number;
  executor?: Transaction | undefined;
}

/** Statuses of an enrolment that never was. */
const NOT_ENROLLED = ['cancelled', 'entered-in-error'];

/** One statement under construction, over what counts for a scope. */
export class FigureStatement {
  readonly scope: FigureScope;
  readonly #deps: FigureDependencies;
  readonly #statement = new Statement({ wide: true });

  constructor(deps: FigureDependencies, scope: FigureScope) {
    this.#deps = deps;
    this.scope = scope;
  }

  /** Id of a search parameter. */
  param(type: string, code: string): number {
    return this.#deps.registry.find(type, code)!.id;
  }

  /** A value, as a placeholder. Days go as text: the driver would make an instant of them. */
  value(value: string | number, type: string): string {
    return this.#statement.add(value, type === 'date' ? 'text::date' : type);
  }

  /** Test of a code in a list. */
  anyOf(codes: readonly string[]): string {
    return `any(${this.#statement.add(textArray(codes), 'text[]')})`;
  }

  /** The id of a code system. */
  system(url: string): string {
    return `(select s.id from code_system s where s.url = ${this.value(url, 'text')})`;
  }

  /** The first code of a system that a resource has by a parameter. */
  code(alias: string, [type, code]: readonly [string, string], system: string): string {
    return `(select min(i.code) from index_token i where i.rid = ${alias}.rid and i.param = ${this.param(type, code)}
      and i.system = ${this.system(system)})`;
  }

  /** Whether a resource has one of some codes by a parameter, of whatever system. */
  has(alias: string, [type, code]: readonly [string, string], codes: readonly string[]): string {
    return `exists (select from index_token i where i.rid = ${alias}.rid and i.param = ${this.param(type, code)}
      and i.code = ${this.anyOf(codes)})`;
  }

  /** The range of a date that a resource has once, joined as `name`; rows without one stay, with nulls. */
  date(name: string, alias: string, [type, code]: readonly [string, string]): string {
    return `left join lateral (select x.low, x.high from index_date x where x.rid = ${alias}.rid
      and x.param = ${this.param(type, code)} limit 1) ${name} on true`;
  }

  /** The day of an instant on the clock, or the first day of what is longer. */
  day({ low, high } = { low: 'd.low', high: 'd.high' }): string {
    return `(case when ${high} - ${low} > interval '1 minute' then ${low} at time zone 'UTC'
      else ${low} at time zone ${this.value(this.scope.timeZone, 'text')} end)::date`;
  }

  /** When something is due: the instant that is told, or the closing hour of the last day that is. */
  due(alias: string): string {
    const { timeZone, closingHour } = this.scope;
    return `(case when ${alias}.high - ${alias}.low > interval '1 minute'
      then (((${alias}.high - interval '1 millisecond') at time zone 'UTC')::date + time '${closingHour}:00')
        at time zone ${this.value(timeZone, 'text')} else ${alias}.low end)`;
  }

  /** Whether a range begins in the period. A day is the same day on every clock, so that its row may lie up to a day beside. */
  within(alias: string): string {
    const { start, end, startDay, endDay } = this.scope;
    const at = (instant: string) => this.value(instant, 'timestamptz');
    const day = this.day({ low: `${alias}.low`, high: `${alias}.high` });
    return `${alias}.low >= ${at(start)} - interval '1 day' and ${alias}.low < ${at(end)} + interval '1 day'
      and ${day} between ${this.value(startDay, 'date')} and ${this.value(endDay, 'date')}`;
  }

  /** Whether a resource counts: it is there, the caller may see it, and it is about one of the people who are meant. */
  counted(alias: string, type: string): string {
    const { typeId } = this.#deps;
    const visible = this.scope.visibility([type]).sql(alias, this.#statement);
    return [
      `not ${alias}.deleted and ${alias}.type = ${typeId(type)}`,
      ...(visible ? [visible] : []),
      ...this.#ofPeople(alias, type),
    ].join(' and ');
  }

  /** Condition that resources of several types are there and that the caller may see them. */
  visible(alias: string, types: readonly string[]): string {
    const visible = this.scope.visibility(types).sql(alias, this.#statement);
    const numbers = types.map((type) => this.#deps.typeId(type)).join(', ');
    return `not ${alias}.deleted and ${alias}.type in (${numbers})${visible ? ` and ${visible}` : ''}`;
  }

  #ofPeople(alias: string, type: string): string[] {
    const { organization } = this.scope;
    if (organization === undefined) return [];
    const target = this.value(this.#deps.ridOf(organization), 'bigint');
    return [
      `exists (select from index_reference p where p.rid = ${alias}.rid and p.param = ${this.param(type, 'patient')}
        and p.target in (select c.target from index_reference m join resource e on e.rid = m.rid
          join index_reference c on c.rid = m.rid and c.param = ${this.param('EpisodeOfCare', 'patient')}
          where m.param = ${this.param('EpisodeOfCare', 'organization')} and m.target = ${target}
            and ${this.visible('e', ['EpisodeOfCare'])}
            and not ${this.has('e', ['EpisodeOfCare', 'status'], NOT_ENROLLED)}))`,
    ];
  }

  /** Runs a text that was made with this statement. */
  async rows<Row>(text: string): Promise<Row[]> {
    const runner = this.scope.executor ?? this.#deps.sql;
    return (await runner.unsafe(text, this.#statement.values, { prepare: true })) as unknown as Row[];
  }
}
