// What a person can do in the app, and what it is about.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Patient, Task } from '@medplum/fhirtypes';

/** What is done with one click, and can be taken back for ten seconds. */
export type AtOnce = 'release' | 'claim' | 'accept' | 'takeOver' | 'start' | 'resume';

/** What a dialog asks about first. */
export type DialogName =
  | 'complete'
  | 'hold'
  | 'return'
  | 'handOff'
  | 'contact'
  | 'book'
  | 'screen'
  | 'network'
  | 'refer'
  | 'review'
  | 'minutes'
  | 'escalate';

export type Action = AtOnce | DialogName;

/** A patient, and the task where it is about one. */
export interface About {
  /** Logical id of the patient. */
  readonly patient: string;
  readonly task?: Task;
  /** Logical id of a visit that is to be moved or called off. */
  readonly appointment?: string;
  /** `HealthcareService/…` or `Organization/…` that was found, and where a visit is to be booked. */
  readonly provider?: string;
}

/** What every dialog of an action is given. It is loaded when it is first opened. */
export interface DialogProps {
  readonly about: About;
  /** The patient, read and checked: dialogs that write say again who it is. */
  readonly patient: Patient;
  readonly onClose: () => void;
  /**
   * It is done: closes the dialog, says the sentence, and reads again what is shown.
   * @param undo id of the task whose change can be taken back, where it can
   */
  readonly onDone: (did: string, undo?: string) => void;
}
