// A request is changed by those who made it alone; who carries it out tells of the progress in tasks.
// https://build.fhir.org/ig/HL7/fhir-cow-ig/requests-events-tasks.html
import type {
  DeviceRequest,
  Organization,
  PractitionerRole,
  Reference,
  ServiceRequest,
} from '@medplum/fhirtypes';
import { forbidden } from '../../fhir/errors.ts';
import { keyOf } from '../code.ts';
import { relativeKey } from '../reference.ts';
import type { Change, Desk } from '../write.ts';
import { isOurOrder } from './request.ts';

type Order = ServiceRequest | DeviceRequest;

export const AUTHOR_RULE = 'request-author';

/** What a request orders and authorizes; whom it goes to, and what coordination adds to it, is not among it. */
const AUTHORED: readonly string[] = [
  ...['status', 'intent', 'priority', 'doNotPerform', 'category', 'code', 'codeCodeableConcept'],
  ...['codeReference', 'parameter', 'orderDetail', 'quantityQuantity', 'quantityRatio', 'quantityRange'],
  ...['subject', 'occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming', 'asNeededBoolean'],
  ...['asNeededCodeableConcept', 'authoredOn', 'requester', 'reasonCode', 'reasonReference'],
];

const isChanged = (before: Order, after: Order): boolean =>
  AUTHORED.some((name) => {
    const [was, is] = [before[name as keyof Order], after[name as keyof Order]];
    return was !== is && JSON.stringify(was) !== JSON.stringify(is);
  });

/** Whether a user or a program changes what a request of ours orders. */
export const isAuthoring = ({ before, after, byRules }: Change<Order>): boolean =>
  !byRules && before?.requester?.reference !== undefined && isOurOrder(before) && isChanged(before, after);

/** Organizations that an organization is part of are looked at up to here. */
const MOST_LEVELS = 8;

/** `Type/id` of what a reference names here, however it is written. */
async function keyHere(reference: Reference | undefined, desk: Desk): Promise<string | undefined> {
  const key = relativeKey(reference);
  if (key || !reference?.reference) return key;
  const found = await desk.read(reference.reference);
  return found && keyOf(found);
}

/** An organization with all that it is part of. */
async function houseOf(organization: string | undefined, desk: Desk): Promise<Set<string>> {
  const house = new Set<string>();
  let next = organization;
  while (next !== undefined && !house.has(next) && house.size < MOST_LEVELS) {
    house.add(next);
    next = await keyHere((await desk.read<Organization>(next))?.partOf, desk);
  }
  return house;
}

/** The organization that somebody acts for; undefined for patients, relatives and those who are not in the directory. */
async function organizationOf(who: string | undefined, desk: Desk): Promise<string | undefined> {
  const [type] = who?.split('/') ?? [];
  if (type === 'Organization') return who;
  if (type === 'PractitionerRole')
    return keyHere((await desk.read<PractitionerRole>(who!))?.organization, desk);
  if (type !== 'Practitioner') return undefined;
  const roles = await desk.find('PractitionerRole', `practitioner=${who}&active=true`);
  return keyHere(roles.find(({ organization }) => organization?.reference)?.organization, desk);
}

/** The organizations that the caller acts for; undefined for a program that belongs to none. */
async function organizationsOfCaller(desk: Desk): Promise<(string | undefined)[] | undefined> {
  const { fhirUser, members = [] } = desk.caller;
  if (fhirUser !== undefined) return [await organizationOf(fhirUser, desk)];
  const payors = members.flatMap((set) => (set.by === 'payor' ? [set.payor] : []));
  return payors.length ? payors : undefined;
}

/**
 * Refuses a change of a request by another organization than that which made it. A request of a person, who has none, is in the
 * hands of the programme; a program that belongs to no organization is held by its scopes.
 * @throws FhirError 403 with rule `request-author`
 */
export async function checkAuthor({ before }: Change<Order>, desk: Desk): Promise<void> {
  const { policy, fhirUser } = desk.caller;
  if (policy === 'unlimited') return;
  const requester = await keyHere(before!.requester, desk);
  if (requester === fhirUser) return;
  const author = await organizationOf(requester, desk);
  const callers = author === undefined ? undefined : await organizationsOfCaller(desk);
  if (callers === undefined) return;
  const house = await houseOf(author, desk);
  for (const organization of callers)
    for (const one of await houseOf(organization, desk)) if (house.has(one)) return;
  throw forbidden(
    'Only the organization that made a request changes what it orders. Ask it for the change with a cancellation task (code abort) whose focus is the request, or tell of the progress in your task.',
    `${before!.resourceType}.status`,
    AUTHOR_RULE,
  );
}
