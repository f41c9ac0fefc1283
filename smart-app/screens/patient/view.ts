// What every part of the patient screen knows: the moment, the people, the user, and what can be done.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import type { ReactNode } from 'react';
import type { Client } from '../../fhir/client.ts';
import type { People } from '../../fhir/people.ts';
import type { Action } from '../../fhir/task.ts';

/** What else can be done with a task, besides its primary action. */
export type Other = 'takeOver' | 'handOff' | 'hold' | 'return';

export interface View {
  readonly client: Client;
  /** Logical id of the launched patient. */
  readonly patient: string;
  readonly now: Date;
  /** The user as a reference, `PractitionerRole/nurse`. */
  readonly me: string | undefined;
  readonly people: People;
  readonly busy: ReadonlySet<string>;
  /** Refusals by the id of the task that they are about. */
  readonly notices: ReadonlyMap<string, string>;
  /** Takes a refusal away. */
  readonly dismiss: (id: string) => void;
  readonly selected: string | undefined;
  readonly select: (id: string | undefined) => void;
  readonly act: (action: Action | Other, task: Task) => void;
  /** No hand-off is waiting or passed. */
  readonly canHandOff: boolean;
  /** Details open in the row; otherwise they stand in a column of their own. */
  readonly inlineDetails: boolean;
  readonly details: (task: Task) => ReactNode;
}
