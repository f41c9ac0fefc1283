// What the care rules are given: one write, the unit of work that it belongs to, and what a reaction to it looks like.
// https://hl7.org/fhir/R4/workflow.html
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import type { Access } from '../fhir/access.ts';
import type { Calendar } from './calendar.ts';
import type { PlanTrigger } from './plan/trigger.ts';
import type { Practice } from './practice/index.ts';

/** One write as the rules see it: the current version, the version to come, and who writes. */
export interface CareWrite {
  interaction: 'create' | 'update' | 'delete';
  /** The stored version; absent for a create and an update-as-create. */
  before?: Resource;
  /** The version to store; absent for a delete. */
  after?: Resource;
  access: Access;
  now: Date;
}

/** Subject of what the rules write. */
export const CARE_ENGINE = 'care-engine';

/** A change that is about to be stored: what was there, and what comes. */
export interface Change<T extends Resource = Resource> {
  readonly before?: T;
  readonly after: T;
  /** Written by the rules, and not by the caller. */
  readonly byRules?: true;
}

/**
 * One unit of work: everything in it is stored together or not at all. What is looked up is what the database holds with
 * the changes of the unit over it, whoever asks: what the rules decide by is not what the caller may see. Nothing of it may
 * reach an answer or a sentence unless the caller may see it.
 */
export interface Desk {
  /** Who began it. */
  readonly caller: Access;
  readonly now: Date;
  newId(): string;
  /** A resource by `Type/id`, locked until the unit ends; undefined when it is not there. */
  lock<T extends Resource>(reference: string): Promise<T | undefined>;
  /** A resource by `Type/id`; undefined when it is not there. */
  read<T extends Resource>(reference: string): Promise<T | undefined>;
  /**
   * All resources that match a search (`patient=Patient/1&status=active`); those that the unit itself created are among `written`.
   * With `_count` the first so many.
   * @throws FhirError 409 when there are more than a thousand, and no `_count` was given
   */
  find<K extends ResourceType>(type: K, query: string): Promise<Extract<Resource, { resourceType: K }>[]>;
  /** What the unit writes of a type, as it is now. */
  written<K extends ResourceType>(type: K): Extract<Resource, { resourceType: K }>[];
  /** Holds a name until the unit ends: units that hold the same name go one after the other. */
  mutex(name: string): Promise<void>;
  /** Writes a new resource. @returns it with its id */
  create<T extends Resource>(resource: T): T & { id: string };
  /** Writes a new version of a resource that was locked, or created, in this unit. */
  update(resource: Resource): void;
  /** The business days of an organisation, or of the one that a role works for; without a reference those of the house. */
  calendar(reference?: string): Calendar;
  /** The plan definitions in force, with what sets them off. */
  plans(): readonly PlanTrigger[];
  /** Who may do what with which task. */
  practice(): Practice;
}

/** What follows from a change: a refusal that needs looking something up, or further writes. */
export interface Reaction<T extends Resource = Resource> {
  /** Stable name; for a refusal the rule that the outcome carries. */
  readonly rule: string;
  readonly type: T['resourceType'];
  /** Whether a change calls for it: pure and cheap, since it is asked of every write of the type. */
  when(change: Change<T>): boolean;
  /**
   * Refuses by throwing a FhirError, or writes what follows. Other reactions may have changed the resource since: lock it
   * before changing it.
   */
  react(change: Change<T>, desk: Desk): Promise<void>;
}

/** A reaction to one type, among those of others. */
export const reaction = <T extends Resource>(one: Reaction<T>): Reaction => one as unknown as Reaction;
