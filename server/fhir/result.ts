// What an interaction gives back, before it becomes bytes: handlers know no HTTP, `response/` is the only serializer.
import type { Issue } from './errors.ts';

/** One version of a resource with the bytes to serve. */
export interface Version {
  type: string;
  id: string;
  version: number;
  lastUpdated: Date;
  deleted: boolean;
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  content: string;
}

/** A page of a search set. Contents are stored bytes. */
export interface SearchSet {
  matches: readonly string[];
  included: readonly string[];
  total: number | undefined;
  /** Query strings of the links. */
  self: string;
  next: string | undefined;
  /** What the client should know of this page: parameters that were ignored, includes that did not fit. */
  outcomes: readonly Issue[];
}

/** Which part of each resource is answered. https://hl7.org/fhir/R4/search.html#summary */
export interface Subset {
  summary?: 'true' | 'text' | 'data';
  elements?: readonly string[];
}

/** Headers of an answer beside those that its kind has; names in lower case. */
interface Headed {
  headers?: Record<string, string>;
}

/** The version that an answer without its bytes is about: what was deleted, labelled, or is as the client has it. */
interface About {
  target?: Pick<Version, 'type' | 'id' | 'version'>;
  /** What else was written because of it. */
  followed?: readonly Version[];
}

export type Result =
  /** A resource, read or written. `location` is sent with creates and updates. */
  | ({
      kind: 'resource';
      status: number;
      resource: Version;
      location?: boolean;
      subset?: Subset;
      /** Says of an operation that it made the version: a POST that is answered with 200 may have found it. */
      made?: true;
      /** What else was written because of it. */
      followed?: readonly Version[];
    } & Headed)
  | ({ kind: 'search'; status: number; path: string; page: SearchSet; subset?: Subset } & Headed)
  | ({
      kind: 'history';
      status: number;
      path: string;
      versions: readonly Version[];
      self: string;
      next: string | undefined;
      subset?: Subset;
    } & Headed)
  | ({
      kind: 'batch';
      status: number;
      type: 'batch-response' | 'transaction-response';
      entries: readonly Result[];
    } & Headed)
  /** A resource made for this answer, not stored. */
  | ({ kind: 'json'; status: number; json: object } & Headed & About)
  | ({ kind: 'outcome'; status: number; issues: readonly Issue[] } & Headed)
  | ({ kind: 'empty'; status: number } & Headed & About);
