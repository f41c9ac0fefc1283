// What of a record an order or a visit is prefilled from: orders, problems, barriers, encounters, coverage, consent.
// A role that may not read a part of it goes on without. https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import type {
  Appointment,
  Condition,
  Consent,
  Coverage,
  Encounter,
  EpisodeOfCare,
  Identifier,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import type { Client, Params } from './client.ts';
import { FhirFailure, WrongPatient } from './failure.ts';
import { isParameter } from './parameter.ts';
import type { Order } from './services.ts';
import { BARRIER_TYPE, CATEGORY, EPISODE } from './systems.ts';

/** Whose a resource is, by the element that says it. */
type Whose = (resource: never) => string | undefined;

const subject: Whose = (one: { subject?: { reference?: string } }) => one.subject?.reference;
const patient: Whose = (one: { patient?: { reference?: string } }) => one.patient?.reference;

/** A search for one patient's resources; nothing where the role may not read them. @throws WrongPatient */
async function theirs<T extends Resource>(
  client: Client,
  type: T['resourceType'],
  id: string,
  params: Params,
  whose: Whose,
): Promise<readonly T[]> {
  const all = { patient: `Patient/${id}`, _count: '50', ...params };
  const found = await client.search(type, all, 1).catch((error: unknown) => {
    if (error instanceof FhirFailure && error.status === 403) return undefined;
    throw error;
  });
  const list = (found?.resources ?? []).filter((one) => one.resourceType === type) as T[];
  if (list.some((one) => whose(one as never) !== `Patient/${id}`)) throw new WrongPatient();
  return list;
}

const NEWEST = { _sort: '-_lastUpdated' };

/** Orders that nobody has carried out or withdrawn, the newest first; drafts among them. */
export async function openOrders(client: Client, id: string): Promise<readonly Order[]> {
  const status = { status: 'draft,active,on-hold', ...NEWEST };
  const [services, devices] = await Promise.all([
    theirs<Extract<Order, { resourceType: 'ServiceRequest' }>>(client, 'ServiceRequest', id, status, subject),
    theirs<Extract<Order, { resourceType: 'DeviceRequest' }>>(client, 'DeviceRequest', id, status, subject),
  ]);
  return [...services, ...devices];
}

/** The words of an order. */
export const orderText = (order: Order): string => {
  const code = order.resourceType === 'DeviceRequest' ? order.codeCodeableConcept : order.code;
  return (
    code?.text ?? code?.coding?.find(({ display }) => display)?.display ?? `${order.resourceType}/${order.id}`
  );
};

const isActive = ({ clinicalStatus }: Condition): boolean =>
  clinicalStatus?.coding?.some(({ code }) => ['active', 'recurrence', 'relapse'].includes(code ?? '')) ??
  true;

const isOurs = ({ category = [] }: Condition, code: string): boolean =>
  category.some(({ coding }) => coding?.some((one) => one.system === CATEGORY && one.code === code));

/** Problems and barriers that stand. */
export interface Conditions {
  readonly problems: readonly Condition[];
  /** Codes of cn-barrier-type. */
  readonly barriers: readonly string[];
}

export async function standingConditions(client: Client, id: string): Promise<Conditions> {
  const found = await theirs<Condition>(
    client,
    'Condition',
    id,
    { _sort: '-recorded-date', _count: '100' },
    subject,
  );
  const standing = found.filter(isActive);
  const isBarrier = (one: Condition) => isOurs(one, 'cn-barrier');
  return {
    problems: standing.filter((one) => !isBarrier(one)),
    barriers: standing
      .filter(isBarrier)
      .flatMap(({ code }) => code?.coding ?? [])
      .flatMap(({ system, code }) => (system === BARRIER_TYPE && code ? [code] : [])),
  };
}

/** The newest encounters. */
export const encounters = (client: Client, id: string) =>
  theirs<Encounter>(client, 'Encounter', id, { _sort: '-date', _count: '5' }, subject);

/** The visits of the last and the next months, the latest first. */
export async function visits(client: Client, id: string): Promise<readonly Appointment[]> {
  const whose: Whose = ({ participant }: Appointment) =>
    participant.map(({ actor }) => actor?.reference).find((one) => one?.startsWith('Patient/'));
  return theirs<Appointment>(client, 'Appointment', id, { _sort: '-date' }, whose);
}

/** The coverage that counts: the newest active one. */
export async function activeCoverage(client: Client, id: string): Promise<Coverage | undefined> {
  const whose: Whose = ({ beneficiary }: Coverage) => beneficiary.reference;
  const found = await theirs<Coverage>(client, 'Coverage', id, NEWEST, whose);
  return found.find(({ status }) => status === 'active');
}

/** The number of the episode that an order belongs to. */
export async function episodeNumber(client: Client, id: string): Promise<Identifier | undefined> {
  const found = await theirs<EpisodeOfCare>(client, 'EpisodeOfCare', id, { status: 'active' }, patient);
  const numbers = found.flatMap(({ identifier = [] }) => identifier);
  return numbers.find(({ system, value }) => system === EPISODE && value);
}

/** What somebody has agreed to: in force, not in force, or not for this role to know. */
export type ConsentState =
  | { readonly state: 'in-force'; readonly consent: Consent }
  | { readonly state: 'none' };

export async function consentState(client: Client, id: string, now: Date): Promise<ConsentState> {
  const found = await theirs<Consent>(client, 'Consent', id, { status: 'active', ...NEWEST }, patient);
  const consent = found.find(({ provision }) => {
    const { start, end } = provision?.period ?? {};
    return provision?.type !== 'deny' && !(start && new Date(start) > now) && !(end && new Date(end) < now);
  });
  return consent ? { state: 'in-force', consent } : { state: 'none' };
}

/** The provider whom the person chose last, when somebody looked for one: `HealthcareService/…`. */
export async function chosenProvider(client: Client, id: string): Promise<string | undefined> {
  const whose: Whose = (task: Task) => task.for?.reference;
  const params = { code: 'nav-find-provider', status: 'completed', ...NEWEST };
  const tasks = await theirs<Task>(client, 'Task', id, params, whose);
  return tasks.flatMap(({ output = [] }) => output).find((one) => isParameter(one, 'chosen-provider'))
    ?.valueReference?.reference;
}
