// Orders as they are written: active by who may sign, a draft by who may prepare one, a proposal by a navigator; and their signing.
// https://hl7.org/fhir/R4/request.html#intent
import type {
  BundleEntry,
  CodeableConcept,
  Condition,
  DeviceRequest,
  Encounter,
  Identifier,
  Reference,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import { APPROVE } from './approval.ts';
import type { Client, NewEntry } from './client.ts';
import { type Order, type Service, type ServiceId, serviceOf } from './services.ts';
import { CATEGORY, extensionUrl } from './systems.ts';
import type { Actor } from './task-change.ts';

/** How far a role may go with an order: sign it, draft it for a prescriber, or propose it. */
export type Authority = 'sign' | 'draft' | 'propose';

const AUTHORITY: Readonly<Record<string, Authority>> = {
  'np-pa': 'sign',
  physician: 'sign',
  rn: 'draft',
  lcsw: 'draft',
};

/** @param role code of cn-role */
export const authorityOf = (role: string | undefined): Authority => AUTHORITY[role ?? ''] ?? 'propose';

export const PRIORITIES = ['routine', 'urgent', 'asap', 'stat'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What an order says. */
export interface OrderWish {
  readonly service: ServiceId;
  /** The name of the service, in the words of who orders. */
  readonly text: string;
  /** `Patient/…`. */
  readonly patient: string;
  readonly authority: Authority;
  readonly priority: Priority;
  /** `Condition/…`, or words. */
  readonly reason: { readonly reference: string } | { readonly text: string };
  /** What the specialist is asked. */
  readonly question?: string | undefined;
  readonly encounter?: string | undefined;
  readonly coverage?: string | undefined;
  readonly episode?: Identifier | undefined;
  /** `HealthcareService/…`, where the choice is not recorded by an operation. */
  readonly performer?: string | undefined;
}

const MADE: Readonly<Record<Authority, Pick<ServiceRequest, 'status' | 'intent'>>> = {
  sign: { status: 'active', intent: 'order' },
  draft: { status: 'draft', intent: 'order' },
  propose: { status: 'draft', intent: 'proposal' },
};

const referring = <T extends Reference>(reference: string): T => ({ reference }) as T;

/** What both types of requests share. */
const sharedOf = (
  { patient, authority, priority, reason, encounter, coverage }: OrderWish,
  actor: Actor,
) => ({
  ...(MADE[authority] as { status: 'active'; intent: 'order' }),
  priority,
  subject: referring<Reference<never>>(patient),
  ...(encounter && { encounter: referring<Reference<never>>(encounter) }),
  authoredOn: actor.now.toISOString(),
  requester: actor.me as Reference<never>,
  ...('reference' in reason
    ? { reasonReference: [referring<Reference<never>>(reason.reference)] }
    : { reasonCode: [{ text: reason.text }] }),
  ...(coverage && { insurance: [referring<Reference<never>>(coverage)] }),
});

/** The category by which an order is followed. A proposal has none: it is nobody's order yet. */
const kindOf = ({ order }: Service, { intent }: Pick<ServiceRequest, 'intent'>): CodeableConcept[] =>
  intent === 'order' || order!.kind === 'navigation'
    ? [{ coding: [{ system: CATEGORY, code: order!.kind }] }]
    : [];

/** The order of a wish. */
export function orderOf(wish: OrderWish, actor: Actor): Order {
  const service = serviceOf(wish.service);
  const { type, kind, code, categories } = service.order!;
  const shared = sharedOf(wish, actor);
  const kinds = kindOf(service, shared);
  const { text, episode, performer, question } = wish;
  if (type === 'DeviceRequest') {
    const device: DeviceRequest = {
      resourceType: 'DeviceRequest',
      ...shared,
      ...(episode && { groupIdentifier: episode }),
      codeCodeableConcept: { coding: [code, ...kinds.flatMap(({ coding = [] }) => coding)], text },
      ...(performer && { performer: referring<Reference<never>>(performer) }),
    };
    return device;
  }
  const unique = [...kinds, ...categories];
  return {
    resourceType: 'ServiceRequest',
    ...shared,
    ...(question && { extension: [{ url: extensionUrl('referral-question'), valueString: question }] }),
    ...(episode && { requisition: episode }),
    ...(unique.length && { category: unique }),
    code: { coding: [code], text },
    ...(kind === 'referral' && { performerType: { coding: [service.wanted[0]!] } }),
    ...(performer && { performer: [referring<Reference<never>>(performer)] }),
  };
}

/** The task that asks a prescriber to sign. @param order its address within the transaction */
const signingTask = (
  order: string,
  { patient, priority }: OrderWish,
  signer: string,
  words: string,
  actor: Actor,
): Task => ({
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  priority,
  code: { coding: [APPROVE], text: words },
  description: words,
  focus: { reference: order },
  for: referring(patient),
  authoredOn: actor.now.toISOString(),
  lastModified: actor.now.toISOString(),
  requester: actor.me,
  owner: referring(signer),
  restriction: { period: { end: new Date(actor.now.getTime() + SIGNED_WITHIN).toISOString() } },
});
/** A draft waits no longer for its signature, in ms. */
const SIGNED_WITHIN = 2 * 86_400_000;

/** A draft or a proposal, with the task that asks for its signature: both or none. @param words name of the task */
export function draftEntries(
  order: Order,
  wish: OrderWish,
  signer: string,
  words: string,
  actor: Actor,
): readonly NewEntry[] {
  const fullUrl = `urn:uuid:${crypto.randomUUID()}`;
  return [
    { fullUrl, resource: order },
    {
      fullUrl: `urn:uuid:${crypto.randomUUID()}`,
      resource: signingTask(fullUrl, wish, signer, words, actor),
    },
  ];
}

/** The id in the address of an order's version: `…/ServiceRequest/1/_history/1`. */
export const idIn = (location = ''): string =>
  /(?:ServiceRequest|DeviceRequest)\/([^/]+)/.exec(location)?.[1] ?? '';

/**
 * Signs a draft: an order becomes active; a proposal leads to an order of its own, and is completed.
 * @param signed the order as it is signed
 * @returns the order
 */
export async function sign(client: Client, draft: Order, signed: Order): Promise<Order> {
  if (draft.intent !== 'proposal') {
    const { id, meta, identifier } = draft;
    return client.update({ ...signed, ...{ id, meta }, ...(identifier && { identifier }) } as Order);
  }
  const key = `${draft.resourceType}/${draft.id}`;
  const entries: readonly BundleEntry[] = [
    {
      resource: { ...signed, basedOn: [{ reference: key }] } as Order,
      request: { method: 'POST', url: signed.resourceType },
    },
    {
      resource: { ...draft, status: 'active' },
      request: { method: 'PUT', url: key, ifMatch: `W/"${draft.meta?.versionId}"` },
    },
  ];
  const [made] = await client.transaction(entries);
  const proposal = await client.read(draft.resourceType, draft.id!);
  await client.update({ ...proposal, status: 'completed' });
  return client.read(signed.resourceType, idIn(made?.response?.location));
}

/** A draft that nobody signs, with the reason. */
export function declined(draft: Order, why: string, { now, author }: Actor): Order {
  const note = { text: why, time: now.toISOString(), ...(author && { authorReference: author }) };
  return { ...draft, status: 'revoked', note: [...(draft.note ?? []), note] };
}

/** An encounter is what an order comes from for as long. */
const RECENT = 30 * 86_400_000;

/** The last encounter, where an order can come from it. */
export const lastEncounter = (encounters: readonly Encounter[], now: Date): Encounter | undefined =>
  encounters.find(
    ({ status, period }) =>
      ['in-progress', 'finished', 'arrived'].includes(status) &&
      period?.start !== undefined &&
      now.getTime() - new Date(period.end ?? period.start).getTime() < RECENT,
  );

/** The problem that a service is most likely ordered for: what it is ordered for most, else why the person was seen, else the newest. */
export function likelyReason(
  service: Service,
  problems: readonly Condition[],
  encounter: Encounter | undefined,
): Condition | undefined {
  const begins = ({ code }: Condition, prefix: string) =>
    code?.coding?.some((one) => one.system?.includes('icd-10') && one.code?.startsWith(prefix)) ?? false;
  for (const prefix of service.reasons) {
    const found = problems.find((one) => begins(one, prefix));
    if (found) return found;
  }
  const seen = [
    ...(encounter?.reasonReference ?? []),
    ...(encounter?.diagnosis ?? []).map(({ condition }) => condition),
  ].map(({ reference }) => reference);
  return problems.find(({ id }) => seen.includes(`Condition/${id}`)) ?? problems[0];
}

/** The words of a problem. */
export const problemText = ({ code, id }: Condition): string =>
  code?.text ?? code?.coding?.find(({ display }) => display)?.display ?? code?.coding?.[0]?.code ?? id!;
