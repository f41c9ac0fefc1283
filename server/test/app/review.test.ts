// The review of a report, what the report says, and the contact by which the person is told.
// https://hl7.org/fhir/R4/task.html
import type { DiagnosticReport, DocumentReference, Observation, Resource, Task } from '@medplum/fhirtypes';
import t from 'tap';
import type { Client } from '../../../smart-app/fhir/client.ts';
import { WrongPatient } from '../../../smart-app/fhir/failure.ts';
import { readReport } from '../../../smart-app/fhir/report-content.ts';
import { orderOf, reportsNamed, reviewed, reviewFor, toldBy } from '../../../smart-app/fhir/review.ts';
import { tells } from '../../care/referral/told.ts';
import { createValidator, loadDefinitions } from '../../validation/index.ts';

const CB = 'https://throughline.example/fhir';
const { validate } = createValidator(
  loadDefinitions(new URL('../../../profiles/definitions/', import.meta.url)),
);
const actor = { me: { reference: 'PractitionerRole/physician' }, now: new Date('2026-03-02T15:00:00Z') };
const subject = { reference: 'Patient/grace' };
const review: Task = {
  resourceType: 'Task',
  id: 'loop',
  status: 'in-progress',
  intent: 'order',
  code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'loop-closure' }] },
  for: subject,
  focus: { reference: 'ServiceRequest/order' },
  input: [
    { type: { text: 'Consultation note' }, valueReference: { reference: 'DocumentReference/report' } },
    { type: { text: 'Barrier' }, valueReference: { reference: 'Condition/barrier' } },
  ],
};

/** A client of a record that holds these. */
const clientOf = (...resources: Resource[]): Client =>
  ({
    read: async (type: string, id: string) =>
      resources.find((one) => one.resourceType === type && one.id === id),
    search: async (type: string) => ({
      resources: resources.filter((one) => one.resourceType === type),
      more: false,
    }),
  }) as unknown as Client;

t.test('a review is about an order and the reports that it was asked for', async (t) => {
  t.equal(orderOf(review), 'ServiceRequest/order');
  t.same(reportsNamed(review), ['DocumentReference/report']);
  t.equal(await reviewFor(clientOf(), 'grace', review), review, 'of itself');
  const referral: Task = {
    ...review,
    id: 'referral',
    code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'coord-referral' }] },
  };
  t.equal(await reviewFor(clientOf(review), 'grace', referral), review, 'of the order that a task follows');
  t.equal(await reviewFor(clientOf(), 'grace', referral), undefined);
  const other = { ...review, for: { reference: 'Patient/other' } };
  await t.rejects(reviewFor(clientOf(other), 'grace', referral), WrongPatient);
});

t.test('a completed review names its reports and the contact, each once', async (t) => {
  const done = reviewed(review, actor, {
    reports: ['DocumentReference/report', 'DiagnosticReport/result'],
    outcome: 'Reviewed, nothing to do',
    note: '',
    told: 'urn:uuid:1',
  });
  t.equal(done.status, 'completed');
  t.same(
    done.output?.map(({ type, valueReference }) => [type.coding?.[0]?.code, valueReference?.reference]),
    [
      ['outcome', undefined],
      ['consult-note', 'DocumentReference/report'],
      ['result', 'DiagnosticReport/result'],
      ['answer', 'urn:uuid:1'],
    ],
  );
  const again = reviewed(done, actor, { reports: ['DocumentReference/report'], outcome: 'Again', note: '' });
  t.equal(again.output?.filter(({ valueReference }) => valueReference).length, 3);
});

t.test('a message, and a talk, tell the person: the care engine closes the loop by them', async (t) => {
  const done = { ...review, executionPeriod: { end: actor.now.toISOString() } };
  const message = { text: 'Hola, Grace', language: 'es' };
  for (const [channel, said] of [
    ['portal', message],
    ['phone', undefined],
  ] as const) {
    const told = toldBy({ patient: 'grace', review: done, channel, message: said }, actor);
    t.same(
      validate(told).filter(({ severity }) => severity === 'error'),
      [],
    );
    t.ok(tells(told, 'Patient/grace', [], done), channel);
    t.same(told.about, [{ reference: 'ServiceRequest/order' }, { reference: 'Task/loop' }]);
    t.equal(told.language, said?.language);
    t.equal(told.payload?.[0]?.contentString, said?.text);
  }
});

t.test('a report is read with its text, its results, its PDF', async (t) => {
  const document: DocumentReference = {
    resourceType: 'DocumentReference',
    id: 'report',
    status: 'current',
    subject,
    author: [{ reference: 'Practitioner/x', display: 'Dr. X' }],
    date: '2026-03-01',
    content: [
      { attachment: { contentType: 'application/pdf', data: 'JVBERg==' } },
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          data: Buffer.from('Está bien.').toString('base64'),
        },
      },
    ],
  };
  t.match(await readReport(clientOf(document), 'DocumentReference/report', 'grace'), {
    text: 'Está bien.',
    pdf: 'JVBERg==',
    author: 'Dr. X',
    results: [],
  });
  const pressure: Observation = {
    resourceType: 'Observation',
    id: 'bp',
    status: 'final',
    subject,
    code: { text: 'Blood pressure' },
    effectiveDateTime: '2026-03-01',
    component: [
      {
        code: { text: 'Systolic' },
        valueQuantity: { value: 128, unit: 'mmHg' },
        interpretation: [{ text: 'High' }],
      },
      {
        code: { text: 'Diastolic' },
        valueInteger: 80,
        referenceRange: [{ low: { value: 60 }, high: { value: 90 } }],
      },
    ],
  };
  const report: DiagnosticReport = {
    resourceType: 'DiagnosticReport',
    id: 'panel',
    status: 'final',
    code: { text: 'Panel' },
    subject,
    conclusion: 'Fine.',
    result: [{ reference: 'Observation/bp' }],
  };
  const read = await readReport(clientOf(report, pressure), 'DiagnosticReport/panel', 'grace');
  t.match(read, { title: 'Panel', text: 'Fine.' });
  t.same(read.results, [
    { name: 'Systolic', value: '128 mmHg', flag: 'High', date: '2026-03-01' },
    { name: 'Diastolic', value: '80', range: '60–90', date: '2026-03-01' },
  ]);
});

t.test('a report or a result of somebody else is not shown', async (t) => {
  const other = { reference: 'Patient/other' };
  const document = {
    resourceType: 'DocumentReference',
    id: 'report',
    status: 'current',
    subject: other,
    content: [],
  };
  await t.rejects(
    readReport(clientOf(document as unknown as Resource), 'DocumentReference/report', 'grace'),
    WrongPatient,
  );
  const report: DiagnosticReport = {
    ...{ resourceType: 'DiagnosticReport', id: 'panel', status: 'final', code: { text: 'Panel' } },
    ...{ subject, result: [{ reference: 'Observation/bp' }] },
  };
  const result: Observation = {
    resourceType: 'Observation',
    id: 'bp',
    status: 'final',
    code: {},
    subject: other,
  };
  await t.rejects(readReport(clientOf(report, result), 'DiagnosticReport/panel', 'grace'), WrongPatient);
});
