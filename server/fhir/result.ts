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

export type Result =
  /** A resource, read or written. `location` is sent with creates and updates. */
  | { kind: 'resource'; status: number; resource: Version; location?: boolean; subset?: Subset }
  | { kind: 'search'; status: number; path: string; page: SearchSet; subset?: Subset }
  | {
      kind: 'history';
      status: number;
      path: string;
      versions: readonly Version[];
      self: string;
      next: string | undefined;
      subset?: Subset;
    }
  | {
      kind: 'batch';
      status: number;
      type: 'batch-response' | 'transaction-response';
      entries: readonly Result[];
    }
  /** A resource made for this answer, not stored. */
  | { kind: 'json'; status: number; json: object; headers?: Record<string, string> }
  | { kind: 'outcome'; status: number; issues: readonly Issue[]; headers?: Record<string, string> }
  | { kind: 'empty'; status: number; headers?: Record<string, string> };
