// What happened to a person, as $timeline tells it: of which kind each thing is, when it was, and what it is called.
// https://hl7.org/fhir/R4/operations.html
import type { Bundle, Resource } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { WrongPatient } from './failure.ts';
import { resourcesIn, whoseIs } from './whose.ts';

/** What the entries can be narrowed to; each a word in the texts of the panel (`kind.<name>`). */
export const KINDS = ['work', 'visit', 'contact', 'order', 'document', 'barrier', 'plan'] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that happened. */
export interface Happening {
  readonly resource: Resource;
  readonly kind: Kind;
  readonly at: Date;
  /** It has a date and no time of day. */
  readonly wholeDay: boolean;
  /** What the record calls it. */
  readonly title: string | undefined;
  /** Its status, by code; undefined where it says nothing to a reader. */
  readonly status: string | undefined;
  /** What is known beside: words of a contact, a note of an entry. */
  readonly detail: string | undefined;
}

export interface TimelinePage {
  readonly happenings: readonly Happening[];
  /** The path of the page after this one. */
  readonly next: string | undefined;
}

const KIND_OF: Readonly<Record<string, Kind>> = {
  Task: 'work',
  Observation: 'work',
  Appointment: 'visit',
  Encounter: 'visit',
  Communication: 'contact',
  ServiceRequest: 'order',
  DeviceRequest: 'order',
  DocumentReference: 'document',
  Composition: 'document',
  QuestionnaireResponse: 'document',
  Condition: 'barrier',
  CarePlan: 'plan',
  EpisodeOfCare: 'plan',
};

interface Concept {
  readonly text?: string;
  readonly coding?: readonly { readonly display?: string }[];
}
/** The elements that tell of a thing, over all the types of a timeline. */
interface Any {
  readonly authoredOn?: string;
  readonly authored?: string;
  readonly start?: string;
  readonly sent?: string;
  readonly received?: string;
  readonly date?: string;
  readonly recordedDate?: string;
  readonly effectiveDateTime?: string;
  readonly effectivePeriod?: { readonly start?: string };
  readonly period?: { readonly start?: string };
  readonly created?: string;
  readonly description?: string;
  readonly title?: string;
  readonly code?: Concept;
  readonly codeCodeableConcept?: Concept;
  readonly serviceType?: readonly Concept[];
  readonly type?: Concept | readonly Concept[];
  readonly topic?: Concept;
  readonly reasonCode?: Concept | readonly Concept[];
  readonly payload?: readonly { readonly contentString?: string }[];
  readonly note?: readonly { readonly text?: string }[];
  readonly status?: string;
  readonly valueCodeableConcept?: Concept;
}

const said = (concept: Concept | undefined): string | undefined =>
  concept?.text ?? concept?.coding?.find(({ display }) => display)?.display;
const first = (concepts: Concept | readonly Concept[] | undefined): string | undefined =>
  [concepts ?? []].flat().map(said).find(Boolean);

const momentOf = (one: Any): string | undefined =>
  one.authoredOn ??
  one.authored ??
  one.start ??
  one.sent ??
  one.received ??
  one.date ??
  one.recordedDate ??
  one.effectiveDateTime ??
  one.effectivePeriod?.start ??
  one.period?.start ??
  one.created;

/** A contact is told by what it was about; its words are the detail. */
const titleOf = (type: string, one: Any): string | undefined =>
  type === 'Communication'
    ? (said(one.topic) ?? first(one.reasonCode))
    : (one.description ??
      one.title ??
      said(one.code) ??
      said(one.codeCodeableConcept) ??
      first(one.serviceType) ??
      first(one.type));

/** What a thing is to a reader. */
export function happeningOf(resource: Resource): Happening {
  const one = resource as Any;
  const at = momentOf(one) ?? resource.meta?.lastUpdated ?? '';
  const wholeDay = at.length <= 10;
  return {
    resource,
    kind: KIND_OF[resource.resourceType] ?? 'work',
    // A date without a time is that day wherever the reader is.
    at: new Date(wholeDay ? `${at}T00:00:00` : at),
    wholeDay,
    title: titleOf(resource.resourceType, one),
    status: one.status,
    detail:
      one.payload?.find(({ contentString }) => contentString)?.contentString ??
      (resource.resourceType === 'Observation'
        ? (said(one.valueCodeableConcept) ?? one.note?.find(({ text }) => text)?.text)
        : undefined),
  };
}

/**
 * What of a page is about the patient. Somebody can be named in what is about somebody else, which is not shown here.
 * @throws WrongPatient when something neither is about the patient nor names them
 */
export function aboutThem(resources: readonly Resource[], patient: string): readonly Resource[] {
  const them = `Patient/${patient}`;
  return resources.filter((one) => {
    const whose = whoseIs(one);
    if (whose === undefined || whose === them) return true;
    if (!JSON.stringify(one).includes(`"${them}"`)) throw new WrongPatient();
    return false;
  });
}

/** @param next the path of a later page; the first without it */
export async function readTimeline(client: Client, patient: string, next?: string): Promise<TimelinePage> {
  const bundle: Bundle = await client.page(
    next ?? `Patient/${encodeURIComponent(patient)}/$timeline?_count=30`,
  );
  return {
    happenings: aboutThem(resourcesIn(bundle), patient).map(happeningOf),
    next: client.nextOf(bundle),
  };
}

/** Happenings by their day, in their order. */
export function byDay(list: readonly Happening[]): readonly (readonly [Date, readonly Happening[]])[] {
  const days = new Map<string, Happening[]>();
  for (const one of list) {
    const day = one.at.toDateString();
    days.set(day, [...(days.get(day) ?? []), one]);
  }
  return [...days.values()].map((same) => [same[0]!.at, same] as const);
}
