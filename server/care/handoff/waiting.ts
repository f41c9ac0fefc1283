// Whether the receiver of a hand-off has asked for information before answering it. https://hl7.org/fhir/uv/cow
import type { Task } from '@medplum/fhirtypes';
import { hasCode, system } from '../code.ts';

export const BUSINESS_STATUS = system('cn-business-status');

/** Received, and the sender has to add something. */
export const isAwaitingInformation = ({ status, businessStatus }: Task): boolean =>
  status === 'received' && hasCode(businessStatus, BUSINESS_STATUS, 'awaiting-information');
