// A service clock: when something has to have happened, and what is done when it has not.
// https://hl7.org/fhir/R4/task-definitions.html#Task.restriction.period
import type { Resource } from '@medplum/fhirtypes';
import type { CareKnowledge } from '../index.ts';
import type { Desk } from '../write.ts';

/** One moment at which a clock strikes. */
export interface Strike {
  /** Which of the moments of the clock it is: a clock strikes once a step and due date. */
  readonly step: string;
  readonly due: Date;
}

/** A clock that runs for resources of a type. */
export interface Clock<T extends Resource = Resource> {
  /** Stable name. */
  readonly name: string;
  readonly type: T['resourceType'];
  /** The moments still to come for a resource as it is now, past ones included; none when the clock does not run. Pure. */
  strikes(resource: T, knowledge: CareKnowledge): readonly Strike[];
  /** What is done at one of them: `resource` is as it is now, and the clock still runs for it. */
  strike(step: string, resource: T, desk: Desk): Promise<void>;
}

/** A clock among those of other types. */
export const clock = <T extends Resource>(one: Clock<T>): Clock => one as unknown as Clock;
