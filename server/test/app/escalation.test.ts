// Passing on what somebody else must judge: on the own task, as a message, or as a task of its own.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import {
  alertOf,
  askingTask,
  dueFor,
  isNotedOn,
  kindsFor,
  noted,
} from '../../../smart-app/fhir/escalation.ts';
import { nextBusinessDay } from '../../../smart-app/fhir/handoff.ts';
import { parameter } from '../../../smart-app/fhir/parameter.ts';
import { topicOf } from '../../care/practice/pressing.ts';
import { createValidator, loadDefinitions } from '../../validation/index.ts';

const CB = 'https://throughline.example/fhir';
const { validate } = createValidator(
  loadDefinitions(new URL('../../../profiles/definitions/', import.meta.url)),
);
const me = 'PractitionerRole/navigator';
const actor = { me: { reference: me }, now: new Date(2026, 2, 3, 10) };
const ride: Task = {
  resourceType: 'Task',
  id: 'ride',
  status: 'in-progress',
  intent: 'order',
  code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'nav-barrier-resolve' }] },
  owner: { reference: me },
};
const escalation = { patient: 'ana', task: ride, words: 'She cannot go on.', to: 'PractitionerRole/nurse' };
const errors = (resource: Parameters<typeof validate>[0]) =>
  validate(resource).filter(({ severity }) => severity === 'error');

t.test('what is stated in the own task is put on it, in the place of an earlier topic', async (t) => {
  t.ok(isNotedOn(ride, me));
  t.notOk(isNotedOn({ ...ride, owner: { reference: 'PractitionerRole/nurse' } }, me));
  t.notOk(isNotedOn(undefined, me));
  const asked = { type: parameter('query-topic', 'Topic'), valueCodeableConcept: { text: 'A visit' } };
  const next = noted({ ...ride, input: [asked] }, 'crisis', 'She cannot go on.', actor);
  t.equal(next.input?.length, 1);
  t.equal(topicOf(next), 'crisis', 'the care engine reads it as pressing');
  t.equal(next.note?.at(-1)?.text, 'She cannot go on.');
});

t.test('in the work of others it is a message that the care engine reads as pressing', async (t) => {
  const alert = alertOf(escalation, 'symptom', actor);
  t.same(errors(alert), []);
  t.equal(topicOf(alert), 'symptom');
  t.match(alert, { priority: 'urgent', recipient: [{ reference: 'PractitionerRole/nurse' }] });
  t.equal(alertOf({ ...escalation, to: undefined }, 'crisis', actor).recipient, undefined);
});

t.test('a question, and work that is stuck, are tasks with a due date', async (t) => {
  const due = dueFor('today', actor.now, nextBusinessDay);
  const question = askingTask(escalation, 'clinical', { urgency: 'today', due }, actor);
  t.same(errors(question), []);
  t.match(question, {
    priority: 'urgent',
    description: 'She cannot go on.',
    focus: { reference: 'Task/ride' },
  });
  const long = 'Nobody drives there. '.repeat(10);
  const stuck = askingTask(
    { ...escalation, words: long, to: undefined },
    'supervisor',
    { urgency: 'soon', due },
    actor,
  );
  t.match(stuck, {
    priority: 'routine',
    code: { coding: [{ code: 'ask-supervisor' }] },
    note: [{ text: long }],
  });
  t.equal(stuck.description?.length, 120);
  t.equal(stuck.owner, undefined);
});

t.test('today is until the house closes, or two hours when it has', async (t) => {
  t.equal(dueFor('today', new Date(2026, 2, 3, 10), nextBusinessDay).getHours(), 17);
  t.equal(dueFor('today', new Date(2026, 2, 3, 16, 30), nextBusinessDay).getHours(), 18);
  t.equal(dueFor('now', new Date(2026, 2, 3, 10), nextBusinessDay).getHours(), 11);
  t.equal(dueFor('soon', new Date(2026, 2, 6, 10), nextBusinessDay).getDate(), 9, 'after the weekend');
});

t.test('who opens no tasks but their own can still pass on a symptom and a crisis', async (t) => {
  t.same(kindsFor('navigator'), ['crisis', 'symptom', 'clinical', 'supervisor']);
  for (const role of ['peer', 'scheduler']) t.same(kindsFor(role), ['crisis', 'symptom', 'supervisor'], role);
});
