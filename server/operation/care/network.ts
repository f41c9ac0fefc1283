// The operations on networks: the services that there are for a need, and the decision for one of them. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';
import { decideNetwork } from './network/decide.ts';
import { findInNetwork } from './network/find.ts';

const OURS = 'https://throughline.example/fhir/OperationDefinition';
const FIND = {
  code: 'find-in-network',
  path: 'HealthcareService/$find-in-network',
  type: 'HealthcareService',
  handler: findInNetwork,
} as const;

/** The decision on an order of a type. */
const decide = (type: 'ServiceRequest' | 'DeviceRequest'): Operation => ({
  code: 'decide-network',
  method: 'POST',
  path: `${type}/{id}/$decide-network`,
  type,
  definition: `${OURS}/ServiceRequest-decide-network`,
  handler: decideNetwork,
});

export const networkOperations: readonly Operation[] = [
  { ...FIND, method: 'GET', definition: `${OURS}/HealthcareService-find-in-network`, safe: true },
  { ...FIND, method: 'POST' },
  decide('ServiceRequest'),
  decide('DeviceRequest'),
];
