// Keeps the profiles and extensions that validation knows in step with the StructureDefinition resources of this server.
// https://hl7.org/fhir/R4/structuredefinition.html
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Sql } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { compactDefinition } from '../validation/definition/compact.ts';
import { writesOf } from './posted-writes.ts';

export interface PostedDefinitionsDependencies {
  sql: Sql;
  /** Small number of the resource type StructureDefinition. */
  typeId: number;
  /** Surrogates of those that are known already, because packages brought them. */
  except: readonly Rid[];
}

/** Most definitions that are used, those changed last first, and the largest one in characters. */
const LIMITS = { count: 2_000, size: 4_000_000 };

/** Resource profiles and extensions that are active. */
const isUsed = ({ url, status, kind, derivation }: StructureDefinition): boolean =>
  Boolean(url) &&
  status === 'active' &&
  derivation === 'constraint' &&
  /^(resource|complex-type)$/.test(kind!);

interface Known {
  version: number;
  /** Undefined for one that is not used. */
  definition: StructureDefinition | undefined;
}

const TYPE = 'StructureDefinition';

/** Whether a request wrote definitions that the next one may count on; all others are seen within a second. */
export const writesDefinitions = writesOf(TYPE);

export class PostedDefinitions {
  readonly #deps: PostedDefinitionsDependencies;
  #known = new Map<Rid, Known>();
  #list: readonly StructureDefinition[] = [];
  /** Changes of transactions below this one have been looked at. */
  #from = '0';

  constructor(deps: PostedDefinitionsDependencies) {
    this.#deps = deps;
  }

  /** The definitions of now, compact; other objects, in another list, when anything has changed. */
  readonly current = (): readonly StructureDefinition[] => this.#list;

  /** Takes over what has changed. */
  async sync(): Promise<void> {
    const { sql, typeId, except } = this.#deps;
    const [feed] = await sql`select pg_snapshot_xmin(pg_current_snapshot())::text as oldest`;
    const rows = await sql`select rid::text, version from resource
      where type = ${typeId} and not deleted and length(content) < ${LIMITS.size}
        and rid <> all(${`{${except.join(',')}}`}::text::bigint[])
      order by last_updated desc, rid limit ${LIMITS.count}`;
    const changed = rows.filter(({ rid, version }) => this.#known.get(rid as Rid)?.version !== version);
    const read = await this.#read(changed.map(({ rid }) => rid as Rid));
    const known = new Map(
      rows.flatMap(({ rid }) => {
        const one = read.get(rid as Rid) ?? this.#known.get(rid as Rid);
        return one ? [[rid as Rid, one] as const] : [];
      }),
    );
    if (changed.length || known.size !== this.#known.size) {
      this.#known = known;
      // Anew, for what is unchanged may build on what is not.
      this.#list = [...known.values()].flatMap(({ definition }) => (definition ? [{ ...definition }] : []));
    }
    this.#from = feed!.oldest as string;
  }

  /** Looks whether anybody has written definitions; cheap. @returns false: no hurry for the next look */
  async look(): Promise<boolean> {
    const { sql, typeId } = this.#deps;
    const [row] = await sql`select pg_snapshot_xmin(pg_current_snapshot())::text as oldest,
      exists (select from change where type = ${typeId} and xid >= ${this.#from}::text::xid8) as written`;
    if (row!.written) await this.sync();
    else this.#from = row!.oldest as string;
    return false;
  }

  async #read(rids: readonly Rid[]): Promise<Map<Rid, Known>> {
    if (!rids.length) return new Map();
    const rows = await this.#deps.sql`select rid::text, version, content from resource
      where rid = any(${`{${rids.join(',')}}`}::text::bigint[]) and not deleted`;
    return new Map(
      rows.map(({ rid, version, content }) => {
        const definition = JSON.parse(content as string) as StructureDefinition;
        const compact = isUsed(definition) ? compactDefinition(definition) : undefined;
        return [rid as Rid, { version: version as number, definition: compact }];
      }),
    );
  }
}
