// What the panels of the patient screen make of a record: barriers, visits, team, plans, the five sides, the timeline.
// https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import type {
  Appointment,
  CareTeam,
  Condition,
  Goal,
  QuestionnaireResponse,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import { sidesOf } from '../../../smart-app/fhir/axes.ts';
import { barriersIn } from '../../../smart-app/fhir/barriers.ts';
import { teamIn } from '../../../smart-app/fhir/care-team.ts';
import { createClient } from '../../../smart-app/fhir/client.ts';
import { type FhirFailure, WrongPatient } from '../../../smart-app/fhir/failure.ts';
import { aboutThem, byDay, happeningOf } from '../../../smart-app/fhir/happenings.ts';
import { plansIn } from '../../../smart-app/fhir/plans.ts';
import {
  BARRIER_TYPE,
  extensionUrl,
  ROLE,
  TASK_CODE,
  TASK_PARAMETER,
} from '../../../smart-app/fhir/systems.ts';
import { visitsIn } from '../../../smart-app/fhir/visits.ts';
import { theirs, whoseIs } from '../../../smart-app/fhir/whose.ts';

const NOW = new Date('2026-03-05T14:00:00Z');
const ANA = { reference: 'Patient/ana' };
const clinical = (code: string) => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }],
});

const barrier = (id: string, more: Partial<Condition> = {}): Condition => ({
  resourceType: 'Condition',
  id,
  clinicalStatus: clinical('active'),
  code: { coding: [{ system: BARRIER_TYPE, code: 'transport' }] },
  subject: ANA,
  onsetDateTime: '2026-02-01',
  ...more,
});
const task = (id: string, code: string, more: Partial<Task>): Task => ({
  resourceType: 'Task',
  id,
  status: 'in-progress',
  intent: 'order',
  code: { coding: [{ system: TASK_CODE, code }] },
  for: ANA,
  ...more,
});

t.test('A barrier is told with its goal, its open work, and what the person said of it', async (t) => {
  const goal: Goal = {
    resourceType: 'Goal',
    id: 'g',
    lifecycleStatus: 'active',
    description: { text: 'A ride to every visit' },
    subject: ANA,
    addresses: [{ reference: 'Condition/ride' }],
  };
  const about = { focus: { reference: 'Condition/ride' } };
  const receipt = (code: string) => [
    {
      type: { coding: [{ system: TASK_PARAMETER, code: 'receipt' }] },
      valueCodeableConcept: { coding: [{ code }] },
    },
  ];
  const all = barriersIn(
    [
      barrier('gone', { clinicalStatus: clinical('resolved'), abatementDateTime: '2026-03-01' }),
      barrier('mistake', { verificationStatus: { coding: [{ code: 'entered-in-error' }] } }),
      barrier('ride', { extension: [{ url: extensionUrl('wants-help'), valueBoolean: true }] }),
      goal,
      task('open', 'nav-barrier-resolve', about),
      task('done', 'nav-barrier-resolve', { ...about, status: 'completed' }),
      task('first', 'nav-receipt-check', {
        ...about,
        status: 'completed',
        authoredOn: '2026-02-10',
        output: receipt('not-received'),
      }),
      task('second', 'nav-receipt-check', { ...about, authoredOn: '2026-02-20' }),
    ],
    'ana',
  );
  t.same(
    all.map(({ condition }) => condition.id),
    ['ride', 'gone'],
    'what stands comes first, a mistake is not told',
  );
  const [ride, gone] = all;
  t.match(ride, { type: 'transport', stands: true, wantsHelp: true, since: '2026-02-01' });
  t.same(
    ride!.goals.map(({ id }) => id),
    ['g'],
  );
  t.same(
    ride!.work.map(({ id }) => id),
    ['open'],
    'what has ended is no work, and asking whether it helped is told by itself',
  );
  t.match(ride!.receipt, { said: 'asked', task: { id: 'second' } }, 'the check asked for last counts');
  t.match(gone, { stands: false, until: '2026-03-01' });
});

const visit = (
  id: string,
  status: Appointment['status'],
  start: string,
  more: Partial<Appointment> = {},
): Appointment => ({
  resourceType: 'Appointment',
  id,
  status,
  start: `${start}T15:00:00Z`,
  end: `${start}T15:30:00Z`,
  participant: [{ actor: ANA, status: 'accepted' }],
  ...more,
});

t.test(
  'Visits are those to come and those that were, and say how certain interpreter and ride are',
  async (t) => {
    const type = (system: string, code: string) => [{ coding: [{ system, code }] }];
    const translator = type('http://terminology.hl7.org/CodeSystem/participant-type', 'translator');
    const needs = (url: string, text: string) => ({
      url: extensionUrl('access-needs'),
      extension: [{ url, valueCodeableConcept: { text } }],
    });
    const { coming, past } = visitsIn(
      [
        visit('late', 'booked', '2026-03-20', { extension: [needs('transport', 'Both ways')] }),
        visit('soon', 'booked', '2026-03-06', {
          participant: [
            { actor: ANA, status: 'accepted' },
            { type: translator, actor: { reference: 'PractitionerRole/rosa' }, status: 'accepted' },
          ],
        }),
        visit('off', 'cancelled', '2026-03-07'),
        visit('was', 'fulfilled', '2026-02-01'),
        visit('error', 'entered-in-error', '2026-03-08'),
      ],
      'ana',
      NOW,
    );
    t.same(
      coming.map(({ appointment }) => appointment.id),
      ['soon', 'late'],
      'the next comes first',
    );
    t.same(
      past.map(({ appointment }) => appointment.id),
      ['off', 'was'],
    );
    t.match(coming[0], {
      offers: 'move',
      interpreter: { certainty: 'confirmed', reference: 'PractitionerRole/rosa' },
      ride: undefined,
    });
    t.match(coming[1]?.ride, { certainty: 'nobody', text: 'Both ways' }, 'needed, and nobody was asked');
    t.equal(past[0]?.offers, 'again', 'a visit that was called off can be booked again');
    t.equal(past[1]?.offers, undefined);
  },
);

const role = (code: string) => [{ coding: [{ system: ROLE, code }] }];

t.test('A team names who leads first, and of those close to the person what they may know', async (t) => {
  const know = (...codes: string[]) =>
    codes.map((valueCode) => ({ url: extensionUrl('may-know'), valueCode }));
  const team: CareTeam = {
    resourceType: 'CareTeam',
    id: 'team',
    status: 'active',
    subject: ANA,
    participant: [
      { role: role('rn'), member: { reference: 'PractitionerRole/nurse' } },
      {
        role: role('navigator'),
        member: { reference: 'PractitionerRole/navigator' },
        extension: [{ url: extensionUrl('lead'), valueBoolean: true }],
      },
      { role: role('rn'), member: { reference: 'PractitionerRole/left' }, period: { end: '2026-01-01' } },
      { role: role('patient'), member: ANA },
      {
        role: role('natural-support'),
        member: { reference: 'RelatedPerson/sister' },
        extension: know('transport'),
      },
      {
        role: role('natural-support'),
        member: { reference: 'RelatedPerson/uncle' },
        extension: know('appointments', 'nothing'),
      },
    ],
  };
  const { members, supports } = teamIn([team], new Map(), 'ana', NOW);
  t.same(
    members.map(({ reference, leads }) => [reference, leads]),
    [
      ['PractitionerRole/navigator', true],
      ['PractitionerRole/nurse', false],
    ],
    'who has left is not in it, nor the person',
  );
  t.same(
    supports.map(({ mayKnow }) => mayKnow),
    [['transport'], []],
    'nothing wins over everything else',
  );
});

t.test('A plan says its phase and its goals, and goals outside of it are told by themselves', async (t) => {
  const goal = (id: string, more: Partial<Goal> = {}): Goal => ({
    resourceType: 'Goal',
    id,
    lifecycleStatus: 'active',
    description: { text: id },
    subject: ANA,
    ...more,
  });
  const { plans, others } = plansIn(
    [
      {
        resourceType: 'CarePlan',
        id: 'plan',
        status: 'active',
        intent: 'plan',
        subject: ANA,
        category: [
          { coding: [{ system: 'https://throughline.example/fhir/CodeSystem/cn-phase', code: 'handoff' }] },
        ],
        goal: [{ reference: 'Goal/inside' }],
      },
      goal('inside', {
        expressedBy: ANA,
        achievementStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/goal-achievement', code: 'improving' }],
        },
        target: [
          { dueDate: '2026-06-01', measure: { text: 'HbA1c' }, detailQuantity: { value: 7, unit: '%' } },
        ],
      }),
      goal('outside'),
      goal('dropped', { lifecycleStatus: 'rejected' }),
    ],
    new Map(),
    'ana',
    NOW,
  );
  t.equal(plans[0]?.phase, 'handoff');
  t.match(plans[0]?.goals[0], {
    achievement: 'improving',
    due: '2026-06-01',
    target: 'HbA1c: 7 %',
    own: true,
  });
  t.same(
    others.map(({ goal: { id }, achievement, own }) => [id, achievement, own]),
    [['outside', 'active', false]],
  );
});

t.test('An assessment has five sides whatever was answered, and how hard stays on its scale', async (t) => {
  const response = {
    item: [
      {
        linkId: 'social',
        item: [
          { linkId: 'social-hard', answer: [{ valueInteger: 9 }] },
          { linkId: 'social-words', answer: [{ valueString: '  One telephone for two. ' }] },
        ],
      },
    ],
  } as QuestionnaireResponse;
  const sides = sidesOf(response);
  t.same(
    sides.map(({ axis, hard }) => [axis, hard]),
    [
      ['medications', undefined],
      ['medical', undefined],
      ['behavioural', undefined],
      ['personal', undefined],
      ['social', 4],
    ],
  );
  t.equal(sides[4]?.words, 'One telephone for two.');
});

t.test('What happened is told at its own moment, and by the day', async (t) => {
  const list = [
    task('t', 'nav-schedule', { authoredOn: '2026-03-04T10:00:00Z', description: 'Book the visit' }),
    visit('v', 'booked', '2026-03-04', { description: 'Heart doctor' }),
    { resourceType: 'DocumentReference', id: 'd', meta: { lastUpdated: '2026-03-01T09:00:00Z' } } as Resource,
  ].map(happeningOf);
  t.same(
    list.map(({ kind, title }) => [kind, title]),
    [
      ['work', 'Book the visit'],
      ['visit', 'Heart doctor'],
      ['document', undefined],
    ],
  );
  t.equal(list[2]?.at.toISOString(), '2026-03-01T09:00:00.000Z', 'without a date when it was written');
  t.equal(byDay(list).length, 2);
});

t.test('Nothing of another patient is shown', async (t) => {
  const other = barrier('hers', { subject: { reference: 'Patient/other' } });
  t.equal(whoseIs(other), 'Patient/other');
  t.throws(() => theirs([other], 'Condition', 'ana'), WrongPatient);
  t.throws(() => barriersIn([barrier('ride'), other], 'ana'), WrongPatient);
  t.throws(() => visitsIn([visit('v', 'booked', '2026-03-06')], 'other', NOW), WrongPatient);
  t.throws(() => aboutThem([other], 'ana'), WrongPatient);
  const called = { ...other, recorder: ANA } as Condition;
  t.same(aboutThem([called], 'ana'), [], 'what names the person and is about another is left out');
});

t.test('A batch tells for each path what was found, or why not', async (t) => {
  const answer = {
    resourceType: 'Bundle',
    type: 'batch-response',
    entry: [
      { resource: { resourceType: 'Bundle', type: 'searchset' }, response: { status: '200' } },
      {
        response: {
          status: '403',
          outcome: {
            resourceType: 'OperationOutcome',
            issue: [{ severity: 'error', code: 'forbidden', diagnostics: 'Ask a colleague.' }],
          },
        },
      },
    ],
  };
  const client = createClient('https://here.example/fhir', async (_path, init) => {
    t.match(JSON.parse(String(init?.body)), {
      type: 'batch',
      entry: [{ request: { method: 'GET', url: 'Goal?patient=1' } }, {}, {}],
    });
    return Response.json(answer);
  });
  const [found, refused, absent] = await client.batch(['Goal?patient=1', 'Task?patient=1', 'Flag?patient=1']);
  t.match(found, { resourceType: 'Bundle' });
  t.match(refused, { status: 403 });
  t.equal((refused as FhirFailure).diagnostics, 'Ask a colleague.');
  t.equal((absent as FhirFailure).status, 500, 'no answer is a failure');
});
