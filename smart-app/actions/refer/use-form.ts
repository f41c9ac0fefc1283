// Everything that an order starts from, and what stands in its form: what was chosen, and for the rest what is right most of the time.
// https://hl7.org/fhir/R4/request.html
import type { Patient } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import {
  activeCoverage,
  encounters,
  episodeNumber,
  openOrders,
  standingConditions,
} from '../../fhir/background.ts';
import type { Client } from '../../fhir/client.ts';
import { homeOf, type NetworkWish, needsReason, type OffReason } from '../../fhir/network.ts';
import { authorityOf, lastEncounter, likelyReason, type Priority } from '../../fhir/order.ts';
import { prescribers } from '../../fhir/prescribers.ts';
import { ORDERED, type Order, type ServiceId, serviceOf, serviceOrdered } from '../../fhir/services.ts';
import type { DialogProps } from '../action.ts';
import { useOptions } from '../network/use-options.ts';

/** In place of a problem: a reason in words. */
export const OTHER = 'other';

/** What was chosen and typed; what is missing was not touched. */
export interface Draft {
  /** Id of a service, or `ServiceRequest/…` or `DeviceRequest/…` of a draft. */
  what?: string;
  /** `Condition/…`, or `OTHER`. */
  reason?: string;
  words: string;
  question: string;
  priority?: Priority;
  /** `HealthcareService/…`; empty: nobody yet. */
  performer?: string;
  offReason?: OffReason;
  signer?: string;
  /** What a prescriber decides about a draft, and why it is declined. */
  decision?: 'sign' | 'decline';
  why?: string;
}

async function readBackground(client: Client, id: string) {
  const [orders, conditions, seen, coverage, episode] = await Promise.all([
    openOrders(client, id),
    standingConditions(client, id),
    encounters(client, id),
    activeCoverage(client, id),
    episodeNumber(client, id),
  ]);
  return { orders, ...conditions, seen, coverage, episode };
}

export const keyOf = (order: Order): string => `${order.resourceType}/${order.id}`;

const questionIn = (order: Order | undefined): string | undefined =>
  order?.extension?.find(({ url }) => url.endsWith('/referral-question'))?.valueString;
const performerIn = (order: Order | undefined): string | undefined =>
  (order?.resourceType === 'DeviceRequest' ? order.performer : order?.performer?.[0])?.reference;

/** The prescribers, the patient's own first. */
function useSigners({ generalPractitioner = [] }: Patient) {
  const { client } = useApp();
  const signers = useQuery({ queryKey: ['prescribers'], queryFn: () => prescribers(client) });
  const own = new Set(generalPractitioner.map(({ reference }) => reference));
  return [...(signers.data ?? [])].sort(
    (a, b) => Number(own.has(b.reference)) - Number(own.has(a.reference)),
  );
}

export function useForm({ about, patient }: Pick<DialogProps, 'about' | 'patient'>) {
  const { client, user } = useApp();
  const [draft, setDraft] = useDraft<Draft>('refer', about, { words: '', question: '' });
  const background = useQuery({
    queryKey: ['record', patient.id, 'ordering'],
    queryFn: () => readBackground(client, patient.id!),
  });
  const { orders = [], problems = [], seen = [], coverage, episode } = background.data ?? {};
  const authority = authorityOf(user?.role);
  const signable =
    authority === 'sign' ? orders.filter((one) => one.status === 'draft' && serviceOrdered(one)) : [];
  const named = about.task?.focus?.reference;
  const what = draft.what ?? signable.map(keyOf).find((key) => key === named) ?? ORDERED[0]!;
  const signed = signable.find((one) => keyOf(one) === what);
  const service: ServiceId =
    (signed && serviceOrdered(signed)) ?? ORDERED.find((id) => id === what) ?? ORDERED[0]!;
  const encounter = lastEncounter(seen, new Date());
  const likely = likelyReason(serviceOf(service), problems, encounter);
  const stated = signed?.reasonReference?.[0]?.reference;
  const wish: NetworkWish = {
    services: serviceOf(service).wanted,
    coverage: coverage && `Coverage/${coverage.id}`,
    near: homeOf(patient),
    accepting: false,
    access: [],
  };
  const isFound = serviceOf(service).order?.kind !== 'navigation';
  const options = useOptions(background.isSuccess && isFound ? wish : undefined);
  const all = options.data ?? [];
  const best = all.find(({ accepting }) => accepting !== 'nopt');
  const performer = draft.performer ?? performerIn(signed) ?? best?.key ?? '';
  const choice = all.find(({ key }) => key === performer);
  const signers = useSigners(patient);
  return {
    ...{ draft, authority, signable, signed, service, what, problems, encounter, coverage, episode },
    ...{ wish, options, isFound, choice, signers },
    change: (more: Partial<Draft>) => setDraft({ ...draft, ...more }),
    isRead: background.isSuccess,
    declines: signed !== undefined && draft.decision === 'decline',
    error: background.error ?? options.error,
    reason: draft.reason ?? stated ?? (likely ? `Condition/${likely.id}` : OTHER),
    words: draft.words || signed?.reasonCode?.[0]?.text || '',
    question: draft.question || questionIn(signed) || '',
    priority: draft.priority ?? (signed?.priority as Priority | undefined) ?? 'routine',
    signer: signers.find(({ reference }) => reference === draft.signer) ?? signers[0],
    /** A choice is recorded by those who record findings; a proposal only names it. */
    asksReason: choice !== undefined && authority !== 'propose' && needsReason(choice, all),
  };
}
export type Form = ReturnType<typeof useForm>;
