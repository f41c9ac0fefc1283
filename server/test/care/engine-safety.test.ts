// The care rules against those who would get around them, without a server: who tells a person, and who the server is.
// https://hl7.org/fhir/R4/security.html
import type { Appointment, Communication, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { CATEGORY, concept, extensionUrl } from '../../care/code.ts';
import { withLabels } from '../../care/make.ts';
import { tells } from '../../care/referral/told.ts';
import { appointmentMachine } from '../../care/state/appointment.ts';
import { checkMove } from '../../care/state/machine.ts';
import { isSystem, noAccess, systemAccess } from '../../fhir/access.ts';
import { FhirError } from '../../fhir/errors.ts';
import { isFollowed } from '../../interaction/unit-of-work.ts';

const PATIENT = 'Patient/ana';
const REVIEW = { resourceType: 'Task', executionPeriod: { end: '2026-03-02T15:00:00Z' } } as Task;
const told = (sender: string): Communication => ({
  resourceType: 'Communication',
  status: 'completed',
  sender: { reference: sender },
  recipient: [{ reference: PATIENT }],
  sent: '2026-03-02T16:00:00Z',
  extension: [
    { url: extensionUrl('direction'), valueCode: 'outbound' },
    { url: extensionUrl('interactive'), valueBoolean: true },
  ],
});

t.test('a person is told by the team, and not by what they or somebody close to them writes', async () => {
  for (const [sender, isTold] of [
    ['PractitionerRole/navigator', true],
    ['Organization/clinic', true],
    ['Patient/ana', false],
    ['RelatedPerson/lucia', false],
    ['https://throughline.example/fhir/Patient/ana', false],
  ] as const)
    t.equal(tells(told(sender), PATIENT, [], REVIEW), isTold, sender);
});

t.test('a user or client of the name of the server is not the server', async () => {
  t.equal(isSystem(systemAccess), true);
  t.equal(isSystem({ ...noAccess, subject: systemAccess.subject }), false);
  t.equal(isFollowed({ ...noAccess, subject: systemAccess.subject }), true);
  t.equal(isFollowed(systemAccess), false);
});

const VISIT: Appointment = {
  resourceType: 'Appointment',
  status: 'noshow',
  serviceCategory: [concept(CATEGORY, 'appointment')],
  participant: [{ status: 'accepted' }],
};
const { serviceCategory: _, ...BARE } = VISIT;

t.test('what is ours stays ours, until it was entered in error', async () => {
  const caller = { ...noAccess, subject: 'navigator' };
  const move =
    (before: Appointment, after: Appointment, access = caller) =>
    () =>
      checkMove(appointmentMachine, before, after, access);
  t.throws(move(VISIT, BARE), FhirError);
  t.throws(move(VISIT, { ...BARE, status: 'booked' }), FhirError);
  t.doesNotThrow(move(VISIT, { ...BARE, status: 'entered-in-error' }));
  t.doesNotThrow(move(BARE, VISIT));
  t.doesNotThrow(move(BARE, { ...BARE, status: 'booked' }));
  t.doesNotThrow(move(VISIT, BARE, systemAccess), 'the server itself may');
});

t.test('what is made has the labels of all that it tells about, each once', async () => {
  const label = (code: string) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code });
  const made = { ...BARE, meta: { profile: ['urn:profile'], security: [label('PSY')] } };
  const from = { ...VISIT, meta: { security: [label('PSY'), label('SUD')] } };
  t.same(withLabels(made, from).meta, { profile: ['urn:profile'], security: [label('PSY'), label('SUD')] });
  t.equal(withLabels(BARE, VISIT), BARE);
});
