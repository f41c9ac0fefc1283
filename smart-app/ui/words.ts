// How tasks and people are called on the screen.
// https://hl7.org/fhir/R4/task-definitions.html#Task.description
import type { Task } from '@medplum/fhirtypes';
import { asksToSign } from '../fhir/approval.ts';
import { type People, type Person, saysRole } from '../fhir/people.ts';
import { isReportIn } from '../fhir/referral.ts';
import { dueOf, familyCode, urgencyOf } from '../fhir/task.ts';
import type { Language } from '../locales/index.tsx';
import { type Key, knownKey, type Text } from '../locales/text.ts';
import { saidOf, timeOf } from './time.ts';

/** The sentence that names the task. */
export const titleOf = (task: Task, t: Text): string =>
  task.description ?? task.code?.text ?? t('task.unnamed');

/** A person with the word for the role: `Nadia Brandt (RN)`; `you` for myself. */
export function nameOf(
  reference: string | undefined,
  people: People,
  me: string | undefined,
  t: Text,
): string {
  if (!reference) return t('owner.none');
  if (reference === me) return t('owner.me');
  const person = people.get(reference);
  if (!person) return t('owner.unknown');
  return personSaid(person, t);
}

/** A person's name, with the word for the role where the name does not say it. */
export function personSaid({ name, role }: Person, t: Text): string {
  const word = knownKey(`role.${role}`);
  return word && !saysRole(name) ? `${name} (${t(word)})` : name;
}

/** The verb on the button that completes this kind of task. */
export const completeVerb = (task: Task): Key => {
  if (asksToSign(task)) return 'verb.approve';
  return isReportIn(task)
    ? 'verb.coord-result-review'
    : (knownKey(`verb.${familyCode(task)}`) ?? 'action.complete');
};

/** The word for the status; the code itself where it is none that there is a word for. */
export function statusSaid({ status }: Task, t: Text): string {
  const word = knownKey(`status.${status}`);
  return word ? t(word) : status;
}

/** When the task is due, as a person says it. */
export function dueSaid(task: Task, now: Date, { t, locale }: Language): string {
  const due = dueOf(task);
  if (!due) return t('due.none');
  const urgency = urgencyOf(task, now);
  if (urgency === 'today') return t('due.today', { time: timeOf(due, locale) });
  return t(urgency === 'late' ? 'due.late' : 'due.later', { when: saidOf(due, now, locale) });
}
