// What every part of the patient screen knows: the moment, the people, the user, and what is selected.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import type { ReactNode } from 'react';
import type { Client } from '../../fhir/client.ts';
import type { People } from '../../fhir/people.ts';

export interface View {
  readonly client: Client;
  /** Logical id of the patient. */
  readonly patient: string;
  readonly now: Date;
  /** The user as a reference, `PractitionerRole/nurse`. */
  readonly me: string | undefined;
  readonly people: People;
  readonly selected: string | undefined;
  readonly select: (id: string | undefined) => void;
  /** Details open in the row; otherwise they stand in a column of their own. */
  readonly inlineDetails: boolean;
  readonly details: (task: Task) => ReactNode;
}
