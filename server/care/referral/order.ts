// The orders that are followed until what was ordered has happened, and what follows each kind of them.
// https://hl7.org/fhir/R4/request.html
import type {
  DeviceRequest,
  Identifier,
  Reference,
  Resource,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import { CATEGORY, codeOf, EPISODE, extensionOf, TASK_CODE } from '../code.ts';
import { tailOf } from '../reference.ts';

/** A request of ours that somebody else fulfils. */
export type Order = ServiceRequest | DeviceRequest;

/** How orders of a kind are followed. */
export interface OrderKind {
  /** Code of cn-task-code of the task that follows the order. */
  readonly task: string;
  /** Short title of that task. */
  readonly title: string;
  /** What that task asks for. */
  readonly description: string;
  /** Code of cn-task-parameter by which a report becomes an output of that task. */
  readonly report: 'consult-note' | 'result';
  /** Code of cn-task-code of the review that a report calls for; without one a report is filed and no more. */
  readonly review?: 'loop-closure' | 'coord-result-review';
  /** Whether the person is asked if what was arranged has reached them. */
  readonly arranged: boolean;
}

/** By code of cn-category. */
const KINDS: ReadonlyMap<string, OrderKind> = new Map([
  [
    'referral',
    {
      task: 'coord-referral',
      title: 'Referral',
      description: 'Bring the referral from the order to the reviewed report.',
      report: 'consult-note',
      review: 'loop-closure',
      arranged: false,
    },
  ],
  [
    'imaging',
    {
      task: 'coord-imaging',
      title: 'Imaging',
      description: 'Bring the imaging order to its result.',
      report: 'result',
      review: 'coord-result-review',
      arranged: true,
    },
  ],
  [
    'laboratory',
    {
      task: 'coord-lab',
      title: 'Laboratory work',
      description: 'Bring the laboratory order to its result.',
      report: 'result',
      review: 'coord-result-review',
      arranged: true,
    },
  ],
  [
    'infusion',
    {
      task: 'coord-infusion',
      title: 'Infusion',
      description: 'Bring the infusion order to its administration.',
      report: 'result',
      arranged: true,
    },
  ],
  [
    'equipment',
    {
      task: 'coord-dme',
      title: 'Equipment',
      description: 'Bring the equipment to its delivery and use.',
      report: 'result',
      arranged: true,
    },
  ],
  [
    'home-health',
    {
      task: 'coord-home-health',
      title: 'Home health',
      description: 'Bring the care at home to its start.',
      report: 'result',
      arranged: true,
    },
  ],
]);

const BY_TASK: ReadonlyMap<string, OrderKind> = new Map([...KINDS.values()].map((kind) => [kind.task, kind]));

/** The kind of orders that a task follows; undefined when it follows none. */
export const kindFollowedBy = (task: Task | undefined): OrderKind | undefined =>
  BY_TASK.get(codeOf(task?.code, TASK_CODE) ?? '');

/** Whether a task follows an order. */
export const isFollowing = (task: Task): boolean => kindFollowedBy(task) !== undefined;

/** Whether a task follows a referral, whose loop has to be closed. */
export const isReferral = (task: Task): boolean => codeOf(task.code, TASK_CODE) === 'coord-referral';

const INTENTS: ReadonlySet<string | undefined> = new Set(['order', 'original-order', 'filler-order']);

/** The kind of an order of ours; undefined for every other resource, and for a mere plan or proposal. */
export function kindOf(resource: Resource | undefined): OrderKind | undefined {
  if (resource?.resourceType === 'ServiceRequest')
    return INTENTS.has(resource.intent) ? KINDS.get(codeOf(resource.category, CATEGORY) ?? '') : undefined;
  if (resource?.resourceType === 'DeviceRequest')
    return INTENTS.has(resource.intent)
      ? KINDS.get(codeOf(resource.codeCodeableConcept, CATEGORY) ?? '')
      : undefined;
  return undefined;
}

/** Whether the choice of the provider is recorded on the order. */
export const hasNetworkDecision = (order: Order): boolean =>
  extensionOf(order, 'network-decision') !== undefined;

const REQUEST = /(?:^|\/)(?:ServiceRequest|DeviceRequest)\/[^/]+(?:\/_history\/[^/]+)?$/;

export const isOrder = (resource: Resource | undefined): resource is Order =>
  resource?.resourceType === 'ServiceRequest' || resource?.resourceType === 'DeviceRequest';

/** The literal references of a list that may name orders. */
export const orderReferences = (list: readonly (Reference | undefined)[] | undefined): string[] => [
  ...new Set(
    (list ?? []).flatMap((one) => (one?.reference && REQUEST.test(one.reference) ? one.reference : [])),
  ),
];

/** The order that a task is about: its focus, else what it is based on. */
export const orderReferenceOf = (task: Task): string | undefined =>
  orderReferences([task.focus, ...(task.basedOn ?? [])])[0];

/** Whether a literal reference names a resource, `Type/id`, in whatever way it is written. */
export const refersTo = (reference: Reference | undefined, key: string): boolean => tailOf(reference) === key;

/** The episode that an order belongs to. */
export const episodeOfOrder = (order: Order): Identifier | undefined => {
  const identifier = order.resourceType === 'ServiceRequest' ? order.requisition : order.groupIdentifier;
  return identifier?.system === EPISODE && identifier.value ? identifier : undefined;
};
