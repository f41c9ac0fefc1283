// The state machines of requests and plans, which share the request statuses. https://hl7.org/fhir/R4/request.html#statemachine
import type { CarePlan, CodeableConcept, DeviceRequest, Resource, ServiceRequest } from '@medplum/fhirtypes';
import { CATEGORY, PHASE } from '../code.ts';
import type { Edge, Machine, Source } from './machine.ts';

/** https://hl7.org/fhir/R4/valueset-request-status.html */
export type RequestStatus = NonNullable<ServiceRequest['status']>;

const edge = (to: RequestStatus, source: Source): Edge<RequestStatus> => ({ to, source });

/** An authorization is drafted, given, paused, and ends; the progress of the work is told by tasks. */
const MOVES: Readonly<Record<RequestStatus, readonly Edge<RequestStatus>[]>> = {
  draft: [edge('active', 'E'), edge('revoked', 'D'), edge('entered-in-error', 'D')],
  active: [edge('on-hold', 'E'), edge('completed', 'E'), edge('revoked', 'E'), edge('entered-in-error', 'E')],
  'on-hold': [edge('active', 'E'), edge('revoked', 'E'), edge('entered-in-error', 'D')],
  revoked: [edge('entered-in-error', 'D')],
  completed: [edge('entered-in-error', 'D')],
  unknown: [
    edge('active', 'D'),
    edge('on-hold', 'D'),
    edge('revoked', 'D'),
    edge('completed', 'D'),
    edge('entered-in-error', 'D'),
  ],
  'entered-in-error': [],
};
const STARTS: readonly RequestStatus[] = ['draft', 'active'];

/** The code system in which Gravity names the kinds of social needs. */
const SDOH_CATEGORY = 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes';

const names = (concepts: readonly CodeableConcept[] | undefined, systems: readonly string[]): boolean =>
  concepts?.some(({ coding }) => coding?.some(({ system }) => systems.includes(system ?? ''))) ?? false;

const ORDER_SYSTEMS = [CATEGORY, SDOH_CATEGORY];
/** Whether an order is one that navigation or coordination follows. */
export const isOurOrder = (order: ServiceRequest | DeviceRequest): boolean =>
  order.resourceType === 'ServiceRequest'
    ? names(order.category, ORDER_SYSTEMS)
    : names(order.codeCodeableConcept && [order.codeCodeableConcept], ORDER_SYSTEMS);

const requestMachine = <R extends Resource & { status?: RequestStatus | undefined }>(
  given: Pick<Machine<R, RequestStatus>, 'type' | 'rule' | 'expression' | 'noun' | 'about' | 'isOurs'>,
): Machine<R, RequestStatus> => ({
  ...given,
  stateOf: ({ status }) => status,
  starts: STARTS,
  moves: MOVES,
});

export const serviceRequestMachine = requestMachine<ServiceRequest>({
  type: 'ServiceRequest',
  rule: 'service-request-transition',
  expression: 'ServiceRequest.status',
  noun: 'request',
  about: 'requests with a category of cn-category or of Gravity',
  isOurs: isOurOrder,
});

export const deviceRequestMachine = requestMachine<DeviceRequest>({
  type: 'DeviceRequest',
  rule: 'device-request-transition',
  expression: 'DeviceRequest.status',
  noun: 'device request',
  about: 'device requests whose code has a coding of cn-category',
  isOurs: isOurOrder,
});

const PLAN_SYSTEMS = [PHASE];
export const carePlanMachine = requestMachine<CarePlan>({
  type: 'CarePlan',
  rule: 'care-plan-transition',
  expression: 'CarePlan.status',
  noun: 'care plan',
  about: 'plans with a category of cn-phase',
  isOurs: ({ category }) => names(category, PLAN_SYSTEMS),
});
