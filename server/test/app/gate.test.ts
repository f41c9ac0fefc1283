// The gate between the lanes, from the patient's hand-offs and hand-backs; who is asked by whom; and what a refusal says is missing.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import { missingIn } from '../../../smart-app/actions/handoff/missing.ts';
import { mainAction } from '../../../smart-app/actions/offered.ts';
import { FhirFailure } from '../../../smart-app/fhir/failure.ts';
import { gateOf } from '../../../smart-app/fhir/handoff.ts';
import { sideOfRole, usualSide } from '../../../smart-app/fhir/takers.ts';
import { placeOf, primaryAction } from '../../../smart-app/fhir/task.ts';
import { missingOf } from '../../care/handoff/complete.ts';
import { TAKERS } from '../../care/handoff/side.ts';
import { unprocessable } from '../../fhir/errors.ts';

const ME = 'PractitionerRole/navigator';
const system = 'https://throughline.example/fhir/CodeSystem/cn-task-code';
const task = (code: string, status: Task['status'], day: string, others: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  id: `${code}-${day}`,
  status,
  intent: 'order',
  code: { coding: [{ system, code }] },
  authoredOn: `2026-03-${day}T09:00:00Z`,
  ...others,
});

t.test('a gate is closed with what is open in navigation, waits for whom was asked, and is passed', (t) => {
  const ride = task('nav-barrier-resolve', 'in-progress', '01');
  t.match(gateOf([ride], []), { state: 'closed', missing: [ride] });
  const asked = task('handoff', 'requested', '02');
  t.match(gateOf([ride, asked], []), { state: 'waiting', task: asked, side: 'coordination' });
  const taken = task('handoff', 'accepted', '02', { lastModified: '2026-03-03T09:00:00Z' });
  t.match(gateOf([taken], []), { state: 'passed', task: taken, when: '2026-03-03T09:00:00Z' });
  const returned = task('handoff', 'rejected', '02');
  t.match(gateOf([ride], [returned]), { state: 'closed', missing: [ride], returned });
  t.end();
});

t.test(
  'a hand-back waits at the gate, closes it when it is accepted, and leaves it passed when it is returned',
  (t) => {
    const passed = task('handoff', 'completed', '02');
    const back = (status: Task['status']) => task('hand-back', status, '05');
    t.equal(placeOf(back('requested')), 'gate');
    t.match(gateOf([back('requested')], [passed]), { state: 'waiting', side: 'navigation' });
    t.match(gateOf([], [passed, back('completed')]), {
      state: 'closed',
      missing: [],
      back: back('completed'),
    });
    t.match(gateOf([], [passed, back('rejected')]), {
      state: 'passed',
      task: passed,
      returned: back('rejected'),
    });
    t.match(gateOf([task('handoff', 'requested', '06')], [passed, back('completed')]), {
      state: 'waiting',
      side: 'coordination',
    });
    t.end();
  },
);

t.test('whoever hands over does not accept it, and everybody else may be asked to', (t) => {
  const asked = task('handoff', 'requested', '02', { requester: { reference: ME } });
  t.equal(primaryAction(asked, ME), undefined);
  t.equal(primaryAction(asked, 'PractitionerRole/nurse'), 'accept');
  t.end();
});

t.test('a hand-off is offered to those who work on the side that it asks, and to nobody else', (t) => {
  const over = task('handoff', 'requested', '02');
  const back = task('hand-back', 'requested', '02');
  for (const role of ['rn', 'physician']) {
    t.equal(mainAction(over, ME, role), 'accept', role);
    t.equal(mainAction(back, ME, role), undefined, role);
  }
  t.equal(mainAction(back, ME, 'navigator'), 'accept');
  for (const role of ['navigator', 'peer', 'scheduler', 'supervisor'])
    t.equal(mainAction(over, ME, role), undefined, role);
  t.equal(mainAction(over, ME), 'accept', 'as long as the role is not known');
  t.end();
});

t.test('each role hands over to the other side, by the roles that the server knows', (t) => {
  for (const side of ['navigation', 'coordination'] as const)
    for (const role of TAKERS[side]) {
      t.equal(sideOfRole(role), side, role);
      t.not(usualSide(role), side, role);
    }
  t.equal(sideOfRole('supervisor'), undefined);
  t.equal(usualSide(undefined), 'coordination');
  t.end();
});

t.test('a refusal names each thing that is missing in a word', (t) => {
  const issues = missingOf({
    side: 'coordination',
    hasReason: true,
    hasRequester: true,
    hasOwner: true,
    hasSummary: true,
    isScreened: false,
    asksConsent: true,
    hasConsent: false,
  });
  const { status } = unprocessable(issues);
  const failure = new FhirFailure(status, { resourceType: 'OperationOutcome', issue: issues });
  const items = missingIn(failure).map(({ item }) => item);
  t.same(items, ['enrolment', 'plan', 'barrier-screen', 'consent', 'language', 'contact']);
  t.ok(missingIn(failure).every(({ sentence }) => sentence.endsWith('.')));
  t.same(missingIn(new FhirFailure(403)), []);
  t.same(missingIn(new TypeError('no network')), []);
  t.end();
});

t.test('which entry of a transaction was refused is not said to a person', (t) => {
  const sentence = (diagnostics: string) =>
    new FhirFailure(422, {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code: 'invalid', diagnostics }],
    }).diagnostics;
  t.equal(sentence('Entry 1: Only a nurse can do this.'), 'Only a nurse can do this.');
  t.equal(sentence('Entry fees are not covered.'), 'Entry fees are not covered.');
  t.end();
});
