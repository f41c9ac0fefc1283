// The options of a network for a service: how each stands, how far it is, what it costs, and how the choice is written.
// Operation find-in-network · https://build.fhir.org/ig/HL7/davinci-pdex-plan-net/
import type {
  Bundle,
  CodeableConcept,
  Coding,
  Coverage,
  Extension,
  HealthcareService,
  InsurancePlan,
  Location,
  Money,
  Observation,
  Organization,
  ParametersParameter,
  Patient,
} from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import type { Order } from './services.ts';
import { extensionUrl, OFF_NETWORK_REASON } from './systems.ts';

/** Codes of cn-network-tier, the best first. */
export const TIERS = ['direct-contract', 'preferred', 'in-network', 'out-of-network', 'unknown'] as const;
export type Tier = (typeof TIERS)[number];

/** Codes of Plan-Net's AcceptingPatientsCS. */
export const ACCEPTING = ['newpt', 'existptonly', 'existptfam', 'nopt'] as const;
export type Accepting = (typeof ACCEPTING)[number];
/** Codes of Plan-Net's AccessibilityCS that are asked for. */
export const ACCESS = ['handiaccess', 'pubtrans'] as const;
export type Access = (typeof ACCESS)[number];
const ACCESSIBILITY = 'http://hl7.org/fhir/us/davinci-pdex-plan-net/CodeSystem/AccessibilityCS';

/** One service that could be chosen. */
export interface Option {
  /** `HealthcareService/…`. */
  readonly key: string;
  readonly name: string;
  /** `Organization/…` that provides it, and its name. */
  readonly provider?: string;
  readonly providerName?: string;
  /** Street and town of its first place. */
  readonly address?: string;
  readonly tier: Tier;
  /** In miles. */
  readonly distance?: number;
  readonly amount?: Money;
  readonly accepting?: Accepting;
  /** Codes of languages. */
  readonly languages: readonly string[];
  readonly access: readonly string[];
}

/** A point on the earth, in degrees. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** What options have to be like. */
export interface NetworkWish {
  readonly services: readonly Coding[];
  /** `Coverage/…`. */
  readonly coverage?: string | undefined;
  readonly near?: Position | undefined;
  readonly accepting: boolean;
  readonly language?: string | undefined;
  readonly access: readonly Access[];
}

/** The wish as parameters of find-in-network and decide-network. */
function wishInput({
  services,
  coverage,
  near,
  accepting,
  language,
  access,
}: NetworkWish): ParametersParameter[] {
  return [
    ...services.map((valueCoding) => ({ name: 'service', valueCoding })),
    ...(coverage ? [{ name: 'coverage', valueReference: { reference: coverage } }] : []),
    ...(near ? [{ name: 'near', valueString: `${near.latitude}|${near.longitude}||[mi_i]` }] : []),
    ...(accepting ? [{ name: 'accepting', valueBoolean: true }] : []),
    ...(language ? [{ name: 'language', valueString: language }] : []),
    ...access.map((code) => ({ name: 'access-need', valueCoding: { system: ACCESSIBILITY, code } })),
  ];
}

const oneOf = <T extends string>(list: readonly T[], value: string | undefined): T | undefined =>
  list.find((one) => one === value);

const lineOf = ({ address }: Location): string | undefined =>
  address && ([...(address.line ?? []), address.city].filter(Boolean).join(', ') || address.text);

function optionOf(
  service: HealthcareService,
  standing: readonly Extension[],
  included: ReadonlyMap<string, Organization | Location>,
): Option {
  const parts = (name: string) => standing.filter(({ url }) => url === name);
  const part = (name: string) => parts(name)[0];
  const provider = service.providedBy?.reference;
  const place = included.get(service.location?.[0]?.reference ?? '') as Location | undefined;
  const distance = part('distance')?.valueQuantity?.value;
  const amount = part('amount')?.valueMoney;
  const accepting = oneOf(ACCEPTING, part('accepting')?.valueCode);
  const providerName = included.get(provider ?? '')?.name;
  const address = place && lineOf(place);
  return {
    key: `HealthcareService/${service.id}`,
    name: service.name ?? providerName ?? service.id!,
    ...(provider && { provider }),
    ...(providerName && { providerName }),
    ...(address && { address }),
    tier: oneOf(TIERS, part('tier')?.valueCode) ?? 'unknown',
    ...(distance !== undefined && { distance }),
    ...(amount && { amount }),
    ...(accepting && { accepting }),
    languages: parts('language').flatMap(({ valueCode }) => valueCode ?? []),
    access: parts('access').flatMap(({ valueCoding }) => valueCoding?.code ?? []),
  };
}

/** The options of an answer of find-in-network, the best first. */
export function optionsIn({ entry = [] }: Bundle): readonly Option[] {
  const included = new Map(
    entry.flatMap(({ resource }) =>
      resource?.resourceType === 'Organization' || resource?.resourceType === 'Location'
        ? [[`${resource.resourceType}/${resource.id}`, resource] as const]
        : [],
    ),
  );
  return entry.flatMap(({ resource, search }) => {
    if (resource?.resourceType !== 'HealthcareService' || search?.mode !== 'match') return [];
    const standing = search.extension?.find(({ url }) => url === extensionUrl('network-option'));
    return [optionOf(resource, standing?.extension ?? [], included)];
  });
}

export async function findInNetwork(client: Client, wish: NetworkWish): Promise<readonly Option[]> {
  const input = wishInput(wish);
  return optionsIn(await client.operation<Bundle>('HealthcareService/$find-in-network', { input }));
}

/** Codes of cn-off-network-reason. */
export const OFF_REASONS = [
  'no-capacity',
  'distance',
  'patient-choice',
  'continuity-of-care',
  'specialised-need',
  'language',
  'urgent',
  'network-data-wrong',
  'not-available',
] as const;
export type OffReason = (typeof OFF_REASONS)[number];

/** Whether a choice has to say why: it is outside the network, or a better tier is there that takes people. */
export function needsReason(choice: Option, options: readonly Option[]): boolean {
  const best = TIERS.find((tier) => options.some((one) => one.tier === tier && one.accepting !== 'nopt'));
  return (
    choice.tier === 'out-of-network' ||
    (best !== undefined && TIERS.indexOf(best) < TIERS.indexOf(choice.tier))
  );
}

/** Writes the choice for an order, with the options that were there. */
export async function decide(
  client: Client,
  order: Order,
  choice: Option,
  wish: NetworkWish,
  reason: { code: OffReason; text: string } | undefined,
): Promise<Order> {
  const because: CodeableConcept | undefined = reason && {
    coding: [{ system: OFF_NETWORK_REASON, code: reason.code }],
    text: reason.text,
  };
  return client.operation<Order>(`${order.resourceType}/${order.id}/$decide-network`, {
    input: [
      { name: 'choice', valueReference: { reference: choice.key } },
      ...(because ? [{ name: 'reason', valueCodeableConcept: because }] : []),
      ...wishInput(wish),
    ],
    ifMatch: order.meta?.versionId,
  });
}

/** `Observation/…` that records the choice for an order. */
export async function recordedDecision(client: Client, order: Order): Promise<string | undefined> {
  const { resources } = await client.search('Observation', {
    'based-on': `${order.resourceType}/${order.id}`,
    code: 'network-decision',
    _count: '1',
  });
  const found = resources.find((one): one is Observation => one.resourceType === 'Observation');
  return found && `Observation/${found.id}`;
}

/** Whether the choice for an order is recorded on it. */
export const isDecided = ({ extension = [] }: Order): boolean =>
  extension.some(({ url }) => url === extensionUrl('network-decision'));

const GEOLOCATION = 'http://hl7.org/fhir/StructureDefinition/geolocation';

/** Where somebody lives, if the record has a position for it. */
export function homeOf({ address = [] }: Patient): Position | undefined {
  for (const { extension = [] } of address) {
    const parts = extension.find(({ url }) => url === GEOLOCATION)?.extension ?? [];
    const degrees = (name: string) => parts.find(({ url }) => url === name)?.valueDecimal;
    const [latitude, longitude] = [degrees('latitude'), degrees('longitude')];
    if (latitude !== undefined && longitude !== undefined) return { latitude, longitude };
  }
  return undefined;
}

/** A place of the directory that distances can be measured from. */
export interface Place extends Position {
  readonly name: string;
}

/** The places of the directory that have a position, by name. */
export async function knownPlaces(client: Client): Promise<readonly Place[]> {
  const { resources } = await client.search('Location', { _count: '200' }, 1);
  return resources
    .filter((one): one is Location => one.resourceType === 'Location')
    .flatMap(({ name, position }) =>
      name && position?.latitude !== undefined && position.longitude !== undefined
        ? [{ name, latitude: position.latitude, longitude: position.longitude }]
        : [],
    )
    .sort((a, b) => a.name.localeCompare(b.name));
}

const DEGREES = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/;

/** A position that was typed: two numbers, or the name of a known place or its beginning; undefined when it means none. */
export function positionIn(text: string, places: readonly Place[]): Place | undefined {
  const [, latitude, longitude] = DEGREES.exec(text) ?? [];
  if (latitude && longitude)
    return { name: text.trim(), latitude: Number(latitude), longitude: Number(longitude) };
  const said = text.trim().toLowerCase();
  if (!said) return undefined;
  const names = places.map((place) => [place.name.toLowerCase(), place] as const);
  return (names.find(([name]) => name === said) ??
    names.find(([name]) => name.startsWith(said)) ??
    names.find(([name]) => name.includes(said)))?.[1];
}

/** What the plan pays for a service without its networks: the least of its rates for the first of the codes that has one. */
export function referenceAmount(
  plans: readonly InsurancePlan[],
  services: readonly Coding[],
): Money | undefined {
  const rates = plans
    .flatMap(({ extension = [] }) => extension)
    .filter(({ url }) => url === extensionUrl('expected-rate'))
    .map(({ extension = [] }) => ({
      codes: extension.find(({ url }) => url === 'service')?.valueCodeableConcept?.coding ?? [],
      amount: extension.find(({ url }) => url === 'amount')?.valueMoney,
    }));
  for (const { system, code } of services) {
    const amounts = rates.flatMap(({ codes, amount }) =>
      amount?.value !== undefined && codes.some((one) => one.system === system && one.code === code)
        ? [amount]
        : [],
    );
    if (amounts.length) return amounts.sort((a, b) => a.value! - b.value!)[0];
  }
  return undefined;
}

/** The plans of the payor of a coverage: those that it names, else all. */
export async function plansOf(client: Client, coverage: Coverage): Promise<readonly InsurancePlan[]> {
  const owner = coverage.payor
    .map(({ reference }) => reference)
    .find((one) => one?.startsWith('Organization/'));
  if (!owner) return [];
  const { resources } = await client.search('InsurancePlan', { 'owned-by': owner, status: 'active' }, 1);
  const plans = resources.filter((one) => one.resourceType === 'InsurancePlan') as InsurancePlan[];
  const said = [coverage.type?.text, ...(coverage.class ?? []).flatMap(({ value, name }) => [value, name])];
  const named = plans.filter(({ name, alias = [], identifier = [] }) =>
    [name, ...alias, ...identifier.map(({ value }) => value)].some((one) => one && said.includes(one)),
  );
  return named.length ? named : plans;
}

/** How much less an option costs than the plan pays without its networks; undefined when that is not known. */
export const savingOf = (amount: Money | undefined, reference: Money | undefined): number | undefined =>
  amount?.value !== undefined && reference?.value !== undefined && amount.currency === reference.currency
    ? reference.value - amount.value
    : undefined;
