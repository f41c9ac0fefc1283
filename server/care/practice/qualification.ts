// What qualifies a member of staff, and until when. https://hl7.org/fhir/R4/practitioner-definitions.html#Practitioner.qualification
import type { Practitioner } from '@medplum/fhirtypes';
import { dateRange, instantTime } from '../../fhir/datetime.ts';
import { codeOf, system } from '../code.ts';

export const QUALIFICATION = system('cn-qualification');

/** One recorded qualification of ours. */
export interface Held {
  /** Code of cn-qualification. */
  readonly code: string;
  /** Milliseconds; without a beginning or an end infinite. The day that a period ends on counts whole, in UTC. */
  readonly from: number;
  readonly until: number;
}

const edge = (text: string | undefined, side: 'low' | 'high', open: number): number => {
  const range = text === undefined ? undefined : dateRange(text);
  return range ? instantTime(range[side]) : open;
};

/** The qualifications of ours that are recorded of somebody. */
export const heldBy = ({ qualification = [] }: Practitioner): Held[] =>
  qualification.flatMap(({ code, period }) => {
    const known = codeOf(code, QUALIFICATION);
    if (!known) return [];
    const from = edge(period?.start, 'low', Number.NEGATIVE_INFINITY);
    return [{ code: known, from, until: edge(period?.end, 'high', Number.POSITIVE_INFINITY) }];
  });

/** Whether somebody has a qualification at an instant. @param code of cn-qualification */
export const qualified = (practitioner: Practitioner, code: string, at: Date): boolean =>
  heldBy(practitioner).some(
    (held) => held.code === code && held.from <= at.getTime() && at.getTime() < held.until,
  );
