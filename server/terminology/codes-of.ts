// The codes of value sets for validation, which does not wait: over all that is published, and what is stored and loaded,
// looked at once a second. https://hl7.org/fhir/R4/terminologies.html#binding
import type { CodeSystem, ValueSet } from '@medplum/fhirtypes';
import type { Sql } from '../db/pool.ts';
import { FhirError, notFound } from '../fhir/errors.ts';
import { ShapeContent, shapeOf } from './external.ts';
import { loadedFrom } from './loaded.ts';
import { type Codes, compile } from './membership.ts';
import { Fetched, Pending, settled } from './pending.ts';
import { newest, type Published } from './published.ts';
import { canonicalParts, contentOf, hasContent, type Sources } from './sources.ts';

export interface CodesOfDependencies {
  readonly published: Published;
  readonly sql: Sql;
  /** Small number of a resource type. */
  readonly typeId: (type: string) => number;
}

/** Most stored resources of a type that are known, those changed last first, and the largest one in characters. */
const LIMITS = { count: 5_000, size: 16_000_000 };
/** Most value sets that are followed: those of R4, ours and of packages, and some thousand that callers name. */
const MAX_ASKED = 10_000;
/** Most codes of a loaded code system in one value set. */
const MAX_LOADED = 2_000_000;

/** What is stored, as of the last look. */
interface Snapshot {
  readonly valueSets: ReadonlyMap<string, readonly ValueSet[]>;
  readonly codeSystems: ReadonlyMap<string, readonly CodeSystem[]>;
  /** URLs of code systems in tables. */
  readonly loaded: ReadonlySet<string>;
}

/** Codes that are handed out once and change with what is stored. */
class Live implements Codes {
  now: Codes | undefined;

  get list(): readonly string[] {
    return this.now?.list ?? [];
  }

  has(code: unknown): boolean {
    return this.now?.has(code) ?? true;
  }

  hasCoding(coding: unknown): boolean {
    return this.now?.hasCoding(coding) ?? true;
  }
}

const choose = <T extends ValueSet | CodeSystem>(
  found: readonly T[] | undefined,
  version: string | undefined,
): T | undefined =>
  newest(((found ?? []) as T[]).filter((one) => version === undefined || one.version === version) as never[]);

export class CodesOfValueSets {
  readonly #deps: CodesOfDependencies;
  readonly #asked = new Map<string, Live>();
  /** Value sets that need what has to be fetched. */
  readonly #waiting = new Set<string>();
  #snapshot: Snapshot = { valueSets: new Map(), codeSystems: new Map(), loaded: new Set() };
  /** Changes of transactions below this one have been looked at. */
  #from = '0';
  #generation = -1;

  constructor(deps: CodesOfDependencies) {
    this.#deps = deps;
  }

  /**
   * The codes of a value set: the same object each time, which follows what is stored.
   * @param valueSet canonical URL, `url|version`
   * @returns undefined when it is not known (yet), or makes no sense
   */
  readonly codesOf = (valueSet: string): Codes | undefined => {
    const known = this.#asked.get(valueSet);
    if (known) return known.now && known;
    if (this.#asked.size >= MAX_ASKED) return undefined;
    // Kept when it is compiled: a validation that takes too long may be ended in between.
    const live = new Live();
    this.#compileNow(valueSet, live);
    this.#asked.set(valueSet, live);
    return live.now && live;
  };

  /** Looks whether anybody has changed terminology, and takes that over; cheap when nobody has. @returns false: no hurry for the next look */
  readonly look = async (): Promise<boolean> => {
    const { sql, typeId } = this.#deps;
    const types = `{${typeId('ValueSet')},${typeId('CodeSystem')}}`;
    const [row] = await sql`select pg_snapshot_xmin(pg_current_snapshot())::text as oldest,
      (select value from terminology_generation)::integer as generation,
      exists (select from change where type = any(${types}::text::smallint[]) and xid >= ${this.#from}::text::xid8) as written`;
    if (row!.written || row!.generation !== this.#generation) {
      this.#snapshot = await this.#read();
      for (const valueSet of this.#asked.keys()) this.#waiting.add(valueSet);
    }
    for (const valueSet of [...this.#waiting]) {
      const live = this.#asked.get(valueSet);
      if (live) live.now = await this.#compileLater(valueSet);
      this.#waiting.delete(valueSet);
    }
    this.#from = row!.oldest as string;
    this.#generation = row!.generation as number;
    return false;
  };

  async #read(): Promise<Snapshot> {
    const stored = async <T extends { url?: string | undefined }>(type: string) => {
      const rows = await this.#deps.sql`select content from resource
        where type = ${this.#deps.typeId(type)} and not deleted and length(content) < ${LIMITS.size}
        order by last_updated desc, rid limit ${LIMITS.count}`;
      const all = rows.map(({ content }) => {
        const { text: _, ...resource } = JSON.parse(content as string) as { text?: unknown };
        return resource as unknown as T;
      });
      return Map.groupBy(all, ({ url = '' }) => url);
    };
    const [valueSets, codeSystems] = [
      await stored<ValueSet>('ValueSet'),
      await stored<CodeSystem>('CodeSystem'),
    ];
    const loaded = await this.#deps.sql`select url from terminology_system`;
    return { valueSets, codeSystems, loaded: new Set(loaded.map(({ url }) => url as string)) };
  }

  /** What one compilation finds; content in tables is read for it and forgotten. */
  #sources(): Sources {
    const { published, sql } = this.#deps;
    const { valueSets, codeSystems, loaded } = this.#snapshot;
    const inTables = loadedFrom(sql, MAX_LOADED);
    const rows = new Fetched<Awaited<ReturnType<typeof inTables.find>>>();
    return {
      valueSet(canonical) {
        const { url, version } = canonicalParts(canonical);
        const found =
          published.r4('ValueSet', url, version) ??
          choose(valueSets.get(url), version) ??
          published.other('ValueSet', url, version);
        if (!found) throw notFound(`The value set ${canonical} is not known here.`);
        return found;
      },
      content(system, asked) {
        const { url, version = asked } = canonicalParts(system);
        const r4 = published.r4('CodeSystem', system, asked) ?? published.r4('CodeSystem', url, version);
        if (r4 && hasContent(r4)) return contentOf(r4);
        if (loaded.has(url)) {
          const found = rows.get(`${url}|${version}`, () => inTables.find(url, version));
          if (found) return found;
        }
        const others = [choose(codeSystems.get(url), version), published.other('CodeSystem', url, version)];
        const other = others.find((one) => one && hasContent(one));
        if (other) return contentOf(other);
        const shape = shapeOf(url);
        return shape && new ShapeContent(url, shape);
      },
    };
  }

  #compile(valueSet: string, sources: Sources): Codes | undefined {
    try {
      return compile(valueSet, sources.valueSet(valueSet), sources);
    } catch (error) {
      if (error instanceof FhirError) return undefined;
      throw error;
    }
  }

  #compileNow(valueSet: string, live: Live): void {
    try {
      live.now = this.#compile(valueSet, this.#sources());
    } catch (error) {
      if (!(error instanceof Pending)) throw error;
      this.#waiting.add(valueSet);
    }
  }

  async #compileLater(valueSet: string): Promise<Codes | undefined> {
    const sources = this.#sources();
    try {
      return await settled(() => this.#compile(valueSet, sources));
    } catch (error) {
      if (error instanceof FhirError) return undefined;
      throw error;
    }
  }
}
