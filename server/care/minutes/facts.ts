// What a billing summary is worked out of: the facts of one enrolment and one month, looked up before and judged afterwards.
// https://hl7.org/fhir/R4/episodeofcare.html
import type { Calendar } from '../calendar.ts';
import type { Held } from '../practice/qualification.ts';
import type { WorkEntry } from './entry.ts';
import type { ConditionKind } from './programmes.ts';

/** Days, `YYYY-MM-DD`, both included; without an end still going on. */
export interface Days {
  readonly from: string;
  readonly until?: string;
}

/** Whether a day lies among days. */
export const within = ({ from, until }: Days, day: string): boolean =>
  from <= day && (until === undefined || day <= until);

/** Who worked. */
export interface Performer {
  /** Codes of cn-role. */
  readonly roles: readonly string[];
  readonly held: readonly Held[];
}

/** Another enrolment of the same person that takes in a day of the month. */
export interface OtherEnrolment {
  readonly programme: string;
  readonly from: string;
}

/** A discharge, and what came after it. */
export interface Discharge {
  readonly at: number;
  /** Contacts that were had, and those that were tried, in milliseconds. */
  readonly contacts: readonly number[];
  readonly attempts: readonly number[];
  /** The visits after it. */
  readonly visits: readonly number[];
  /** Reviews of the medicines. */
  readonly reconciliations: readonly number[];
}

/** What a billing summary is worked out of. */
export interface BillingFacts {
  /** `YYYY-MM` */
  readonly month: string;
  readonly now: Date;
  readonly calendar: Calendar;
  /** Code of cn-programme of the enrolment. */
  readonly programme: string | undefined;
  /** From when to when the person is enrolled; undefined when they never were. */
  readonly enrolled: Days | undefined;
  /** Reference of the practitioner under whom it is billed. */
  readonly billing: string | undefined;
  /** What was logged for the person in the month, in whatever programme. */
  readonly entries: readonly WorkEntry[];
  /** By the reference that the entries name them by. */
  readonly performers: ReadonlyMap<string, Performer>;
  readonly consents: readonly Days[];
  /** The visit that opened the programme, and whether it was one of those that can. */
  readonly visit: { readonly day: string; readonly eligible: boolean } | undefined;
  /** How many conditions of a kind there were in the month. */
  readonly conditions: Readonly<Record<ConditionKind, number>>;
  readonly others: readonly OtherEnrolment[];
  /** Discharges whose visit could lie in the month. */
  readonly discharges: readonly Discharge[];
  /** Days on which a form on social needs was filled in on a visit. */
  readonly screens: readonly string[];
}
