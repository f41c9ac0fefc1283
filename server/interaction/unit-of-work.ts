// A unit of work: changes that are stored together, with everything that follows from them, in one database transaction.
// https://hl7.org/fhir/R4/workflow.html
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import { CARE_ENGINE, type Change, type Desk } from '../care/write.ts';
import { type Access, isSystem, systemAccess } from '../fhir/access.ts';
import { conflict } from '../fhir/errors.ts';
import { stringifyJson } from '../fhir/json.ts';
import { localReference } from '../fhir/reference.ts';
import type { Result, Version } from '../fhir/result.ts';
import { resourceOf, type StoredVersion, UNLIMITED } from '../store/index.ts';
import type { Context, Executor } from './context.ts';
import {
  type PreparedWrite,
  prepareWrite,
  stamp,
  type WriteIntent,
  writtenResult,
  writtenVersion,
} from './write-pipeline.ts';

/** Access of what follows from a change: everything, in the name of the rules. */
export const careAccess: Access = Object.freeze({ ...systemAccess, subject: CARE_ENGINE });

/** The server's own work, the loading of histories, sets nothing off. */
export const isFollowed = (access: Access): boolean => !isSystem(access);

/** Most changes of one unit: rules that set each other off without end are a mistake. */
const MAX_CHANGES = 2_000;
/** Most resources that one look-up may find. */
const MAX_FOUND = 1_000;
/** Most look-ups of one unit, and how many more for each write in it. */
const MAX_LOOK_UPS = { unit: 3_000, write: 50 } as const;

/** A write of the unit: as it was prepared last, for whom, and the caller's own write if it is one. */
interface Entry {
  readonly intent: WriteIntent;
  prepared: PreparedWrite;
  /** The caller's write that this is; what the rules write beside it is nobody's. */
  readonly own?: PreparedWrite;
}

export class UnitOfWork {
  readonly #context: Context;
  readonly #executor: Executor;
  readonly #caller: Access;
  readonly #lastUpdated: Date;
  readonly #entries = new Map<string, Entry>();
  readonly #locked = new Map<string, StoredVersion | undefined>();
  readonly #changes: Change[] = [];
  /** The present, as it was when the unit last waited for others: what it finds is not younger. */
  #now: Date;
  #count = 0;
  #lookUps = 0;

  constructor(context: Context, executor: Executor, caller: Access, lastUpdated: Date) {
    this.#context = context;
    this.#executor = executor;
    this.#caller = caller;
    this.#lastUpdated = lastUpdated;
    this.#now = lastUpdated;
  }

  /** Who began it. */
  get caller(): Access {
    return this.#caller;
  }

  /** Takes in writes of the caller that were prepared. */
  adopt(writes: readonly PreparedWrite[]): void {
    for (const prepared of writes) {
      const { type, id, resource } = prepared.version;
      this.#entries.set(`${type}/${id}`, {
        intent: prepared.intent,
        prepared: { ...prepared },
        own: prepared,
      });
      if (resource)
        this.#changes.push({ ...(prepared.before && { before: prepared.before }), after: resource });
    }
  }

  /** Does what follows from the changes so far, and from that, until nothing does. @throws FhirError of a rule that refuses */
  async follow(): Promise<void> {
    const desk = this.desk();
    for (let change = this.#changes.shift(); change; change = this.#changes.shift()) {
      for (const reaction of this.#context.care.reactionsTo(change)) await reaction.react(change, desk);
    }
  }

  /** Dates the versions anew: those that others stored while the unit waited for them are older then. */
  date(lastUpdated: Date): void {
    for (const entry of this.#entries.values()) {
      const { version } = entry.prepared;
      if (!version.resource) continue;
      const resource = stamp(version.resource, version.id, version.version, lastUpdated);
      entry.prepared = {
        ...entry.prepared,
        lastUpdated,
        version: { ...version, resource, content: stringifyJson(resource) },
      };
    }
  }

  /** Everything that is to be stored, the caller's own first. */
  get writes(): PreparedWrite[] {
    return [...this.#entries.values()].map(({ prepared }) => prepared);
  }

  /** The writes of the caller. */
  get own(): PreparedWrite[] {
    return [...this.#entries.values()].flatMap(({ prepared, own }) => (own ? [prepared] : []));
  }

  /** Once everything is stored: the caller's writes get their last version, the first of them what followed. */
  stored(): void {
    const followed: Version[] = [];
    for (const { prepared, own } of this.#entries.values()) {
      if (own) Object.assign(own, prepared);
      else followed.push(writtenVersion(prepared));
    }
    const [first] = [...this.#entries.values()].flatMap(({ own }) => own ?? []);
    if (first) first.followed = followed;
  }

  /** How the write of a resource of the unit is answered. */
  result(reference: string, status: number): Result {
    const { prepared, own } = this.#entries.get(reference)!;
    return { ...writtenResult(own ?? prepared, status), made: true };
  }

  /** The unit as the rules see it. @param writer in whose name it is written */
  desk(writer: Access = careAccess): Desk {
    const { care, search, store, newId } = this.#context;
    const unit = this;
    return {
      caller: this.#caller,
      get now() {
        return unit.#now;
      },
      newId,
      lock: <T extends Resource>(reference: string) => this.lock(reference) as Promise<T | undefined>,
      read: <T extends Resource>(reference: string) => this.#read(reference) as Promise<T | undefined>,
      find: async <K extends ResourceType>(type: K, query: string) => {
        this.#countLookUp();
        const given = new URLSearchParams(query);
        const parameters = given.has('_count') ? given : [...given, ['_count', String(MAX_FOUND)] as const];
        const { matches, next } = await search.type(type, parameters, systemAccess, {
          executor: this.#executor,
        });
        if (next && parameters !== given)
          throw conflict(
            `What follows from this write depends on more than ${MAX_FOUND} resources of the type ${type}, which is more than the care rules can look through. Nothing was stored; correct or withdraw some of them.`,
          );
        const found = matches.map((content) => JSON.parse(content) as Resource & { id: string });
        return found.flatMap((one) => {
          const entry = this.#entries.get(`${type}/${one.id}`);
          // What the unit deletes is not found.
          return entry ? (entry.prepared.version.resource ?? []) : one;
        }) as Extract<Resource, { resourceType: K }>[];
      },
      written: <K extends ResourceType>(type: K) =>
        [...this.#entries.values()].flatMap(({ prepared: { version } }) =>
          version.type === type && version.resource ? [version.resource] : [],
        ) as Extract<Resource, { resourceType: K }>[],
      mutex: async (name) => {
        await store.lockCriteria(`care:${name}`, this.#executor);
        this.#now = this.#context.now();
      },
      create: (resource) => {
        const id = newId();
        this.write(id, resource, writer);
        return { ...resource, id };
      },
      update: (resource) => void this.write(resource.id!, resource, writer),
      calendar: care.calendar,
      plans: care.plans,
      practice: care.practice,
    };
  }

  /** The resource as the unit has it, locked until the transaction ends. */
  async lock(reference: string): Promise<Resource | undefined> {
    const local = localReference(reference, this.#context.base);
    if (!local) return undefined;
    const key = `${local.type}/${local.id}`;
    const entry = this.#entries.get(key);
    if (entry) return entry.prepared.version.resource;
    if (!this.#locked.has(key)) {
      this.#countLookUp();
      this.#locked.set(key, (await this.#context.store.lock([local], this.#executor)).get(key));
    }
    const current = this.#locked.get(key);
    return current && !current.deleted ? resourceOf(current) : undefined;
  }

  /** Remembers a version that the caller holds already. */
  hold(type: string, id: string, current: StoredVersion | undefined): void {
    this.#locked.set(`${type}/${id}`, current);
  }

  async #read(reference: string): Promise<Resource | undefined> {
    const { store, base } = this.#context;
    const local = localReference(reference, base);
    if (!local) return undefined;
    const key = `${local.type}/${local.id}`;
    const entry = this.#entries.get(key);
    if (entry) return entry.prepared.version.resource;
    this.#countLookUp();
    const current = await store.read(local.type, local.id, UNLIMITED, this.#executor);
    return current && !current.deleted ? resourceOf(current) : undefined;
  }

  /** @throws FhirError 409 when one request makes the rules look up too much */
  #countLookUp(): void {
    if (++this.#lookUps > MAX_LOOK_UPS.unit + MAX_LOOK_UPS.write * this.#entries.size)
      throw conflict(
        'This write names so much that the care rules cannot look all of it up. Nothing was stored; send it in parts.',
      );
  }

  /**
   * Prepares a write and what follows from it: the first version of an id, or the one after that which was locked.
   * @throws FhirError as a write by `writer` would be refused
   */
  write(id: string, resource: Resource, writer: Access): PreparedWrite {
    if (++this.#count > MAX_CHANGES)
      throw conflict(`This write sets off more than ${MAX_CHANGES} others. Nothing was stored.`);
    const type = resource.resourceType;
    const key = `${type}/${id}`;
    const entry = this.#entries.get(key);
    const before = entry?.prepared.version.resource;
    const current = this.#locked.get(key);
    if (!entry && resource.id !== undefined && !this.#locked.has(key))
      throw new Error(`${type} is to be updated, but was not locked.`);
    const intent: WriteIntent = entry?.intent ?? {
      type,
      id,
      letter: current ? 'u' : 'c',
      current,
      access: writer,
      lastUpdated: this.#lastUpdated,
    };
    const prepared = prepareWrite(this.#context, { ...intent, resource, access: writer }, before);
    const own = entry ? entry.own : writer === this.#caller ? prepared : undefined;
    for (const [name, expression] of entry?.prepared.references ?? [])
      prepared.references.set(name, expression);
    const was = before ?? prepared.before;
    this.#entries.set(key, { intent, prepared, ...(own && { own }) });
    this.#changes.push({
      ...(was && { before: was }),
      after: prepared.version.resource!,
      ...(writer === careAccess && { byRules: true }),
    });
    return prepared;
  }
}
