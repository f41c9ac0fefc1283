// Which outcomes a task offers, which one stands there already, and what they say of what was to reach the person.
// https://hl7.org/fhir/R4/task-definitions.html#Task.output
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import { mainAction } from '../../../smart-app/actions/offered.ts';
import { type Contact, communicationOf, completes, questionOf } from '../../../smart-app/fhir/contact.ts';
import { outcomesFor, receiptOf, usualOutcome } from '../../../smart-app/fhir/outcomes.ts';
import { TASK_CODE } from '../../../smart-app/fhir/systems.ts';
import { completed } from '../../../smart-app/fhir/task-change.ts';

const ME = 'PractitionerRole/navigator';
const actor = { me: { reference: ME }, now: new Date('2026-03-01T10:00:00Z') };
const taskOf = (code: string, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  id: 'one',
  status: 'in-progress',
  intent: 'order',
  owner: { reference: ME },
  code: { coding: [{ system: TASK_CODE, code }] },
  ...more,
});
const QUESTION = { focus: { reference: 'Communication/asked' } };

t.test('only of a simple task the outcome stands there already', async (t) => {
  t.equal(usualOutcome(taskOf('coord-med-reconciliation')), 'done');
  t.equal(usualOutcome(taskOf('nav-barrier-resolve')), undefined);
  t.equal(usualOutcome(taskOf('coord-risk-triage')), undefined, 'a judgement is made by somebody');
});

t.test('a receipt check is completed with what the person said', async (t) => {
  const ofOrder = taskOf('nav-receipt-check', { focus: { reference: 'DeviceRequest/meter' } });
  const ofVisit = taskOf('nav-receipt-check', { focus: { reference: 'Appointment/first' } });
  t.same(outcomesFor(ofOrder), ['has-it', 'has-part', 'has-not']);
  t.ok(outcomesFor(ofVisit).includes('attended'));
  const codeOf = (task: Task, outcome: Parameters<typeof receiptOf>[1]) =>
    receiptOf(task, outcome)?.coding?.[0]?.code;
  t.equal(codeOf(ofOrder, 'has-part'), 'partly');
  t.equal(codeOf(ofVisit, 'missed'), 'not-received');
  t.equal(codeOf(ofVisit, 'no-answer'), undefined, 'nobody said anything');
  t.equal(codeOf(taskOf('nav-accompany'), 'attended'), undefined, 'it is not asked there');
  const receipt = receiptOf(ofOrder, 'has-it')!;
  const done = completed(ofOrder, actor, { outcome: { text: 'Received' }, note: '', receipt });
  t.same(
    done.output?.map(({ type }) => type.coding?.[0]?.code),
    ['outcome', 'receipt'],
  );
});

t.test('a question of mine is answered at once by a contact that responds to it', async (t) => {
  const mine = taskOf('nav-inbound-query', { status: 'requested', ...QUESTION });
  t.equal(mainAction(mine, ME), 'contact');
  t.equal(mainAction({ ...mine, owner: { reference: 'Organization/pool' } }, ME), 'claim');
  t.equal(questionOf(taskOf('nav-inbound-query')), undefined, 'there is none on record');
  t.equal(questionOf(taskOf('nav-schedule', QUESTION)), undefined);
  t.ok(completes(mine, 'reached'));
  t.notOk(completes(mine, 'no-answer'));
  const said: Contact = {
    ...{ patient: 'ana', with: 'Patient/ana', note: '', about: ['Task/one'], answers: questionOf(mine) },
    channel: 'portal',
    outcome: 'reached',
    direction: 'outbound',
  };
  t.same(communicationOf(said, actor).inResponseTo, [QUESTION.focus]);
  t.equal(communicationOf({ ...said, direction: 'inbound' }, actor).inResponseTo, undefined);
});
