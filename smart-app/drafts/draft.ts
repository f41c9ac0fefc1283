// What was typed into a form, as it is kept: the value, and when it was typed.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-state.html
import type { About } from '../actions/action.ts';

/** What was typed, and the instant of the last change. */
export interface Draft<T> {
  readonly at: string;
  readonly value: T;
}

/** Milliseconds after which a draft is no help any more: thirty days. */
const TOO_OLD = 30 * 86_400_000;

/** The key of a draft: the form, the patient and the task, so that it never shows up for another. */
export const keyOf = (form: string, { patient, task }: About): string =>
  ['draft', form, patient, task?.id ?? ''].join('/');

/** Whether a draft may still be shown. One without a readable date may not. */
export const isFresh = ({ at }: Draft<unknown>, now: Date): boolean =>
  now.getTime() - new Date(at).getTime() < TOO_OLD;

/** Whether two values of a form say the same. */
export const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
