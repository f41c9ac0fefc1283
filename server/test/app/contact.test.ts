// What a contact is recorded as, which outcomes it can have, and what they mean for a task.
// https://hl7.org/fhir/R4/communication.html
import type { Communication, Flag, Task } from '@medplum/fhirtypes';
import t from 'tap';
import {
  aboutOf,
  attemptsFor,
  type Contact,
  channelOf,
  communicationOf,
  completes,
  contactOutcomes,
} from '../../../smart-app/fhir/contact.ts';
import { mayLeaveMessage, safeTimesOf } from '../../../smart-app/fhir/may-contact.ts';
import { extensionUrl } from '../../../smart-app/fhir/systems.ts';
import { createValidator, loadDefinitions } from '../../validation/index.ts';

const CB = 'https://throughline.example/fhir';
const { validate } = createValidator(
  loadDefinitions(new URL('../../../profiles/definitions/', import.meta.url)),
);
const errors = (resource: Communication) => validate(resource).filter(({ severity }) => severity === 'error');
const actor = { me: { reference: 'PractitionerRole/nurse' }, now: new Date('2026-03-02T15:00:00Z') };
const call: Contact = {
  patient: 'ana',
  with: 'Patient/ana',
  channel: 'phone',
  direction: 'outbound',
  outcome: 'reached-follow-up',
  note: '',
  about: ['Task/call'],
};
const taskOf = (code: string, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  id: 'call',
  status: 'in-progress',
  intent: 'order',
  code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code }] },
  ...more,
});
const said = ({ extension = [] }: Communication, id: string) =>
  extension.find(({ url }) => url === extensionUrl(id));

t.test('a call that was had is interactive, and valid by the profile', async (t) => {
  const record = communicationOf(call, actor);
  t.same(errors(record), []);
  t.equal(said(record, 'contact-outcome')?.valueCode, 'reached');
  t.equal(said(record, 'interactive')?.valueBoolean, true);
  t.match(record, {
    sender: actor.me,
    recipient: [{ reference: 'Patient/ana' }],
    sent: '2026-03-02T15:00:00.000Z',
  });
});

t.test('an attempt, and what is written, are not interactive', async (t) => {
  for (const more of [{ outcome: 'no-answer' }, { channel: 'portal' }] as const)
    t.equal(said(communicationOf({ ...call, ...more }, actor), 'interactive')?.valueBoolean, false);
});

t.test('who called is the sender, and the time is the one that was said', async (t) => {
  const at = new Date('2026-03-01T09:30:00Z');
  const record = communicationOf({ ...call, direction: 'inbound', with: 'RelatedPerson/lu', at }, actor);
  t.same(errors(record), []);
  t.match(record, {
    sender: { reference: 'RelatedPerson/lu' },
    recipient: [actor.me],
    received: at.toISOString(),
    sent: at.toISOString(),
  });
});

t.test('outcomes fit the way: nobody leaves a voice message where none may be left', async (t) => {
  t.ok(contactOutcomes('phone', 'outbound', true).includes('left-message'));
  t.notOk(contactOutcomes('phone', 'outbound', false).includes('left-message'));
  t.notOk(contactOutcomes('in-person', 'outbound', true).includes('wrong-number'));
  t.same(contactOutcomes('phone', 'inbound', true), ['reached', 'reached-follow-up']);
});

t.test('a contact ends the tasks that are a contact, once it was had or declined', async (t) => {
  t.ok(completes(taskOf('coord-transition-contact'), 'reached'));
  t.ok(completes(taskOf('nav-reminder'), 'declined'));
  t.notOk(completes(taskOf('nav-reminder'), 'no-answer'));
  t.notOk(completes(taskOf('nav-reminder'), 'left-message'));
  t.notOk(completes(taskOf('nav-barrier-resolve'), 'reached'));
  t.notOk(completes(undefined, 'reached'));
});

t.test('only whoever is asked to tell what a report says tells it about the order', async (t) => {
  const of = { focus: { reference: 'ServiceRequest/mri' }, basedOn: [{ reference: 'ServiceRequest/mri' }] };
  t.same(aboutOf(taskOf('coord-post-visit-followup', of)), ['Task/call', 'ServiceRequest/mri']);
  t.same(aboutOf(taskOf('coord-referral', of)), ['Task/call']);
  t.same(aboutOf(undefined), []);
});

t.test('attempts are counted by the task, or by what it is for', async (t) => {
  const attempt = (about: string, code: string): Communication => ({
    resourceType: 'Communication',
    status: 'completed',
    about: [{ reference: about }],
    extension: [{ url: extensionUrl('contact-outcome'), valueCode: code }],
  });
  const all = [
    attempt('Task/call', 'no-answer'),
    attempt('Encounter/stay', 'left-message'),
    attempt('Task/call', 'reached'),
    attempt('Task/other', 'no-answer'),
  ];
  t.same(
    attemptsFor(all, taskOf('coord-transition-contact', { focus: { reference: 'Encounter/stay' } })),
    all.slice(0, 2),
  );
  t.same(attemptsFor(all.slice(3), taskOf('coord-transition-contact')), []);
});

t.test('a task says its way, and a flag what it forbids and when the person may be reached', async (t) => {
  const channel = { extension: [{ url: extensionUrl('channel'), valueCode: 'portal' }] };
  t.equal(channelOf(taskOf('nav-reminder', channel)), 'portal');
  t.equal(channelOf(taskOf('nav-reminder')), undefined);
  const times = {
    repeat: { dayOfWeek: ['mon' as const], timeOfDay: ['14:00:00'], duration: 2, durationUnit: 'h' as const },
  };
  const flag = (code: string): Flag => ({
    resourceType: 'Flag',
    status: 'active',
    code: { coding: [{ system: `${CB}/CodeSystem/cn-contact-safety`, code }] },
    subject: { reference: 'Patient/ana' },
    extension: [{ url: extensionUrl('safe-times'), valueTiming: times }],
  });
  t.notOk(mayLeaveMessage([flag('no-mail'), flag('no-voice-message')]));
  t.ok(mayLeaveMessage([flag('no-mail')]));
  t.same(safeTimesOf([flag('safe-times-only')]), [times]);
});
