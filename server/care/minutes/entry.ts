// An entry of minutes of work as the rules read it: who worked for whom, at what, from when to when, and for which programme.
// https://hl7.org/fhir/R4/observation.html · profile: profiles/input/fsh/profile/cn-activity-log.fsh
import type { Observation, Resource } from '@medplum/fhirtypes';
import { CATEGORY, codeOf, extensionOf, hasCode, keyOf, system } from '../code.ts';

export const MINUTE = 60_000;
const ACTIVITY_TYPE = system('cn-activity-type');
/** An instant: a time with its zone. */
const INSTANT = /T\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/;

/** Statuses of an entry whose minutes count. */
export const COUNTED: readonly string[] = ['final', 'amended', 'corrected'];

/** Whether a resource is an entry of minutes of work, by its category. */
export const isEntry = (resource: Resource | undefined): resource is Observation =>
  resource?.resourceType === 'Observation' && hasCode(resource.category, CATEGORY, 'cn-activity');

/** An entry whose minutes count. */
export const isCounted = (resource: Resource | undefined): resource is Observation =>
  isEntry(resource) && COUNTED.includes(resource.status!);

/** From when to when somebody worked, in milliseconds. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** When the work of an entry was done; undefined when it does not say so to the minute. */
export function stretchOf({ effectivePeriod }: Observation): Stretch | undefined {
  const [start, end] = [effectivePeriod?.start, effectivePeriod?.end].map((text) =>
    text !== undefined && INSTANT.test(text) ? Date.parse(text) : Number.NaN,
  ) as [number, number];
  return start <= end ? { start, end } : undefined;
}

/** The whole minutes of a stretch. */
export const wholeMinutes = ({ start, end }: Stretch): number => Math.floor((end - start) / MINUTE);

/** Code of cn-programme that an entry is for. */
export const programmeOf = (entry: Observation): string | undefined =>
  extensionOf(entry, 'programme')?.valueCode;

/** An entry whose minutes count, as a ledger keeps it. */
export interface WorkEntry extends Stretch {
  /** `Observation/…` */
  readonly key: string;
  readonly minutes: number;
  /** Reference of whoever worked. */
  readonly performer: string;
  readonly programme: string | undefined;
  /** Code of cn-activity-type. */
  readonly activity: string | undefined;
  /** Reference of whoever supervised the work. */
  readonly supervising: string | undefined;
}

/** An entry as a ledger keeps it; undefined when its minutes do not count, or it does not say whose or which they are. */
export function workEntryOf(resource: Observation): WorkEntry | undefined {
  const stretch = isCounted(resource) ? stretchOf(resource) : undefined;
  const performer = resource.performer?.[0]?.reference;
  if (!stretch || !performer) return undefined;
  return {
    ...stretch,
    key: keyOf(resource),
    minutes: wholeMinutes(stretch),
    performer,
    programme: programmeOf(resource),
    activity: codeOf(resource.code, ACTIVITY_TYPE),
    supervising: extensionOf(resource, 'supervising-practitioner')?.valueReference?.reference,
  };
}
