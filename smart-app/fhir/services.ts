// What the programme orders and looks for most, as data: what a directory calls it, which order it is, and what it is ordered for.
// https://hl7.org/fhir/R4/servicerequest.html · https://hl7.org/fhir/R4/healthcareservice-definitions.html#HealthcareService.specialty
import type { CodeableConcept, Coding, DeviceRequest, ServiceRequest } from '@medplum/fhirtypes';
import { CATEGORY, SERVICE } from './systems.ts';

const SNOMED = 'http://snomed.info/sct';
const NUCC = 'http://nucc.org/provider-taxonomy';
const CPT = 'http://www.ama-assn.org/go/cpt';
const HCPCS = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
const LOINC = 'http://loinc.org';

const coding = (system: string, code: string): Coding => ({ system, code });
const ours = (code: string): Coding => coding(CATEGORY, code);
const concept = (one: Coding): CodeableConcept => ({ coding: [one] });

/** How a service is ordered. */
export interface OrderTemplate {
  readonly type: 'ServiceRequest' | 'DeviceRequest';
  /** Code of cn-category: the kind of order, by which it is followed. */
  readonly kind: string;
  readonly code: Coding;
  /** Categories of R4's world beside ours. */
  readonly categories: readonly CodeableConcept[];
  /** Whether the specialist is asked a question. */
  readonly asks: boolean;
}

/** A service, by its id in the texts (`service.<id>`). */
export interface Service {
  /** Codes by which a directory lists it, the most exact first. */
  readonly wanted: readonly Coding[];
  /** Undefined for what needs no order. */
  readonly order?: OrderTemplate;
  /** Beginnings of the ICD-10-CM codes that it is ordered for most. */
  readonly reasons: readonly string[];
}

const REFERRAL = concept(coding(SNOMED, '3457005'));
const IMAGING = concept(coding(SNOMED, '363679005'));
const LABORATORY = concept(coding(SNOMED, '108252007'));

const referral = (code: string): OrderTemplate => ({
  type: 'ServiceRequest',
  kind: 'referral',
  code: coding(SNOMED, code),
  categories: [REFERRAL],
  asks: true,
});
const test = (kind: string, code: Coding, categories: readonly CodeableConcept[]): OrderTemplate => ({
  type: 'ServiceRequest',
  asks: false,
  ...{ kind, code, categories },
});

export const SERVICES = {
  'primary-care': {
    wanted: [coding(SNOMED, '394814009'), coding(NUCC, '207Q00000X'), coding(NUCC, '208D00000X')],
    reasons: [],
  },
  cardiology: {
    wanted: [coding(SNOMED, '394579002'), coding(NUCC, '207RC0000X')],
    order: referral('308471005'),
    reasons: ['R07', 'I', 'R00'],
  },
  'behavioral-health': {
    wanted: [coding(SNOMED, '394587001'), coding(NUCC, '2084P0800X'), coding(NUCC, '261QM0801X')],
    order: referral('308477009'),
    reasons: ['F', 'R45'],
  },
  pulmonology: {
    wanted: [coding(SNOMED, '418112009'), coding(NUCC, '207RP1001X')],
    order: referral('306275005'),
    reasons: ['J4', 'R06'],
  },
  'mri-head': {
    wanted: [coding(CPT, '70551'), ours('imaging')],
    order: test('imaging', coding(CPT, '70551'), [IMAGING]),
    reasons: ['R51', 'G', 'R42'],
  },
  'heart-ultrasound': {
    wanted: [coding(CPT, '93306'), ours('imaging')],
    order: test('imaging', coding(CPT, '93306'), [IMAGING]),
    reasons: ['I', 'R07', 'R01'],
  },
  hba1c: {
    wanted: [coding(LOINC, '4548-4'), ours('laboratory')],
    order: test('laboratory', coding(LOINC, '4548-4'), [LABORATORY]),
    reasons: ['E11', 'E10', 'F2'],
  },
  infusion: {
    wanted: [coding(HCPCS, 'J0897'), ours('infusion')],
    order: test('infusion', coding(HCPCS, 'J0897'), []),
    reasons: ['M81', 'M80'],
  },
  'glucose-meter': {
    wanted: [coding(HCPCS, 'A4253'), ours('equipment')],
    order: {
      type: 'DeviceRequest',
      kind: 'equipment',
      code: coding(HCPCS, 'A4253'),
      categories: [],
      asks: false,
    },
    reasons: ['E11', 'E10', 'E13'],
  },
  navigation: {
    wanted: [coding(SERVICE, 'navigation-service'), ours('navigation')],
    order: test('navigation', coding(SERVICE, 'navigation-service'), []),
    reasons: [],
  },
} as const satisfies Readonly<Record<string, Service>>;

export type ServiceId = keyof typeof SERVICES;

export const serviceOf = (id: ServiceId): Service => SERVICES[id];

/** All of them, in the order in which they are offered. */
export const SERVICE_IDS = Object.keys(SERVICES) as readonly ServiceId[];

/** Those that are ordered. */
export const ORDERED = SERVICE_IDS.filter((id) => serviceOf(id).order !== undefined);

/** A request for a service of somebody else. */
export type Order = ServiceRequest | DeviceRequest;

const same = (a: Coding, b: Coding): boolean => a.system === b.system && a.code === b.code;

const codesOf = (order: Order): readonly Coding[] =>
  (order.resourceType === 'DeviceRequest' ? order.codeCodeableConcept : order.code)?.coding ?? [];

/** The service that an order is for; undefined for one that is not in the table. */
export const serviceOrdered = (order: Order): ServiceId | undefined =>
  ORDERED.find((id) => codesOf(order).some((one) => same(one, serviceOf(id).order!.code)));

/** Whether an order asks for navigation itself, which no directory offers and no visit gives. */
export const isNavigation = (order: Order): boolean =>
  order.resourceType === 'ServiceRequest' &&
  (order.category ?? []).some(({ coding = [] }) => coding.some((one) => same(one, ours('navigation'))));

/** What a directory is asked for to find who can carry out an order: its own codes, then what its service is called. */
export function wantedFor(order: Order): readonly Coding[] {
  const id = serviceOrdered(order);
  const concepts =
    order.resourceType === 'DeviceRequest'
      ? [order.performerType]
      : [order.performerType, ...(order.category ?? [])];
  const all = [
    ...codesOf(order),
    ...(id ? serviceOf(id).wanted : []),
    ...concepts.flatMap((one) => one?.coding ?? []),
  ];
  return all.filter(
    (one, index) => one.code !== undefined && all.findIndex((other) => same(one, other)) === index,
  );
}
