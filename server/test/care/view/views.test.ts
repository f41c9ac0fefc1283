// The same task as Gravity, BSeR and COW have it, each valid against that guide's rules. https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { type Guide, views } from '../../../care/view/index.ts';
import { businessStatusOf, PAIRS } from '../state/bser-rows.ts';
import { refusal } from '../state/writing.ts';
import { guides } from './guides.ts';

const CB = 'https://throughline.example/fhir';
const TASK_CODE = 'http://hl7.org/fhir/CodeSystem/task-code';
const STATUSES: readonly Task['status'][] = [
  ...(['draft', 'requested', 'received', 'accepted', 'rejected', 'ready', 'cancelled'] as const),
  ...(['in-progress', 'on-hold', 'failed', 'completed', 'entered-in-error'] as const),
];
const NAMES = Object.keys(views) as Guide[];
const REFERRAL: Task = {
  resourceType: 'Task',
  id: 'referral',
  meta: {
    versionId: '4',
    profile: [`${CB}/StructureDefinition/cn-referral-task`],
    security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'MH' }],
  },
  status: 'requested',
  intent: 'order',
  code: {
    coding: [
      { system: TASK_CODE, code: 'fulfill' },
      { system: `${CB}/CodeSystem/cn-task-code`, code: 'coord-referral' },
    ],
  },
  focus: { reference: 'ServiceRequest/one' },
  for: { reference: 'Patient/one' },
  authoredOn: '2026-03-02T09:00:00Z',
  requester: { reference: 'PractitionerRole/physician' },
  owner: { reference: 'PractitionerRole/nurse' },
};

type Outcome = 'told' | { status: number; expression: string | undefined };
function look(guide: Guide, task: Task): Outcome | string[] {
  let told: Task | undefined;
  const refused = refusal(() => {
    told = views[guide].of(task);
  });
  if (refused) return { status: refused.status, expression: refused.issues[0]?.expression?.[0] };
  const broken = guides[guide](told!);
  return broken.length ? broken : 'told';
}

const reasonOf = (status: Task['status']) =>
  ['rejected', 'cancelled', 'on-hold', 'failed'].includes(status)
    ? { statusReason: { coding: [{ system: 'https://reasons.example', code: 'late' }] } }
    : {};
const heldFrom = (status: string) => ({
  extension: [{ url: `${CB}/StructureDefinition/suspended-from`, valueCode: status }],
});

t.test('every status with every business status is told validly, or refused with 422', async (t) => {
  const stages = ['scheduled', 'no-show', 'attended', 'report-received', 'sent'].map((code) => ({
    coding: [{ system: `${CB}/CodeSystem/cn-referral-stage`, code }],
  }));
  const businessStatuses = [...PAIRS.map(businessStatusOf), ...stages, { text: 'In words' }];
  for (const guide of NAMES) {
    for (const status of STATUSES) {
      for (const businessStatus of businessStatuses) {
        const task: Task = {
          ...REFERRAL,
          ...reasonOf(status),
          ...(status === 'on-hold' && heldFrom('accepted')),
          status,
          ...(businessStatus && { businessStatus }),
        };
        const found = look(guide, task);
        const isUntold = guide === 'bser' && (status === 'failed' || status === 'entered-in-error');
        t.same(
          found,
          isUntold ? { status: 422, expression: 'Task.status' } : 'told',
          `${guide} ${status} ${JSON.stringify(businessStatus)}`,
        );
      }
    }
  }
});

t.test('Gravity: received and ready are told as requested, and the status is kept', async (t) => {
  for (const status of ['received', 'ready'] as const) {
    const told = views.gravity.of({ ...REFERRAL, status, businessStatus: businessStatusOf('received 2.0')! });
    t.equal(told.status, 'requested');
    t.same(told.businessStatus?.coding, [
      ...businessStatusOf('received 2.0')!.coding!,
      { system: 'http://hl7.org/fhir/task-status', code: status },
    ]);
  }
  t.equal(views.gravity.of({ ...REFERRAL, status: 'accepted' }).businessStatus, undefined);
});

t.test('BSeR: the code of the machine goes with the status; a stage is told by its code', async (t) => {
  const told = (task: Partial<Task>) => {
    const { status, businessStatus } = views.bser.of({ ...REFERRAL, ...task });
    return [status, businessStatus?.coding?.[0]?.code];
  };
  const stage = (code: string) => ({
    businessStatus: { coding: [{ system: `${CB}/CodeSystem/cn-referral-stage`, code }] },
  });
  t.same(told({ status: 'requested' }), ['received', '2.0']);
  t.same(told({ status: 'ready' }), ['accepted', '3.0']);
  t.same(told({ status: 'in-progress', ...stage('no-show') }), ['in-progress', '5.1.2']);
  t.same(told({ status: 'in-progress', ...stage('attended') }), ['in-progress', '5.1.4']);
  t.same(told({ status: 'on-hold', ...heldFrom('in-progress'), ...stage('scheduled') }), [
    'in-progress',
    '5.1.1',
  ]);
  t.same(told({ status: 'accepted', businessStatus: businessStatusOf('in-progress 5.1.1')! }), [
    'accepted',
    '3.0',
  ]);
});

t.test(
  'COW: there is an identifier, and the visit is told; a request to stop is a request to stop',
  async (t) => {
    const told = views.cow.of({
      ...REFERRAL,
      status: 'in-progress',
      businessStatus: businessStatusOf('in-progress 5.1.1')!,
    });
    t.same(told.identifier, [{ system: `${CB}/identifier/task`, value: 'referral' }]);
    t.equal(told.businessStatus?.coding?.at(-1)?.code, 'visit-scheduled');
    const abort: Task = {
      ...REFERRAL,
      code: { coding: [{ system: TASK_CODE, code: 'abort' }] },
      focus: { reference: 'Task/referral' },
    };
    t.equal(look('cow', abort), 'told');
    t.match(look('gravity', abort), { status: 422, expression: 'Task.code' });
  },
);

t.test('labels stay, and the profile is that of the guide alone', async (t) => {
  for (const guide of NAMES) {
    const { meta } = views[guide].of(REFERRAL);
    t.same(meta?.security, REFERRAL.meta!.security);
    t.equal(meta?.versionId, '4');
    t.equal(meta?.profile?.length, 1);
  }
});

t.test('what a guide has no element for is refused, with the element', async (t) => {
  const { authoredOn: _authored, ...undated } = REFERRAL;
  const { owner: _owner, ...ownerless } = REFERRAL;
  const filler = {
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'FILL' }] },
  };
  const untold: readonly (readonly [Guide, Task, string])[] = [
    ['gravity', { ...REFERRAL, intent: 'plan' }, 'Task.intent'],
    ['gravity', { ...REFERRAL, focus: { reference: 'DeviceRequest/one' } }, 'Task.focus'],
    ['gravity', { ...REFERRAL, requester: { reference: 'Patient/one' } }, 'Task.requester'],
    ['gravity', { ...REFERRAL, requester: { reference: 'Practitioner/one' } }, 'Task.requester'],
    ['gravity', { ...REFERRAL, status: 'rejected' }, 'Task.statusReason'],
    ['gravity', undated, 'Task.authoredOn'],
    ['bser', undated, 'Task.authoredOn'],
    ['bser', ownerless, 'Task.owner'],
    ['bser', { ...REFERRAL, identifier: [{ ...filler, value: '1' }] }, 'Task.identifier'],
    ['bser', { ...REFERRAL, for: { reference: 'Practitioner/one' } }, 'Task.for'],
    ['bser', { ...REFERRAL, status: 'on-hold' }, 'Task.status'],
    ['cow', { ...REFERRAL, code: { text: 'Call' } }, 'Task.code'],
    ['cow', { ...REFERRAL, focus: { reference: 'Patient/one' } }, 'Task.focus'],
  ];
  for (const [guide, task, expression] of untold)
    t.same(look(guide, task), { status: 422, expression }, `${guide}: ${expression}`);
  t.equal(look('gravity', ownerless), 'told', 'an open pool has no owner');
});

t.test('any task at all is told validly, or refused with 422', async () => {
  const reference = fc
    .constantFrom(
      'Patient',
      'PractitionerRole',
      'Organization',
      'ServiceRequest',
      'DeviceRequest',
      'Group',
      'Task',
    )
    .map((type) => ({ reference: `${type}/one` }));
  const coding = fc.record({
    system: fc.constantFrom(TASK_CODE, `${CB}/CodeSystem/cn-task-code`),
    code: fc.constantFrom('fulfill', 'abort', 'coord-referral'),
  });
  const text = fc.constantFrom('Late', 'No room');
  const concept = fc.record({ text, coding: fc.constant([{ code: 'late' }]) }, { requiredKeys: [] });
  const identifier = fc.record(
    {
      type: fc.constantFrom('PLAC', 'FILL').map((code) => ({
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }],
      })),
      value: text,
      assigner: fc.constant({ reference: 'Organization/one' }),
    },
    { requiredKeys: [] },
  );
  const task = fc.record(
    {
      status: fc.constantFrom(...STATUSES),
      intent: fc.constantFrom('order', 'plan'),
      businessStatus: fc.constantFrom(...PAIRS.map(businessStatusOf)),
      statusReason: concept,
      code: fc.record({ coding: fc.array(coding, { maxLength: 3 }) }),
      focus: reference,
      for: reference,
      requester: reference,
      owner: reference,
      authoredOn: fc.constant('2026-03-02T09:00:00Z'),
      identifier: fc.array(identifier, { maxLength: 3 }),
    },
    { requiredKeys: ['status', 'intent'] },
  );
  fc.assert(
    fc.property(task, fc.constantFrom(...NAMES), (given, guide) => {
      const found = look(guide, { resourceType: 'Task', id: 'one', ...given } as Task);
      return found === 'told' || (!Array.isArray(found) && found.status === 422);
    }),
    { numRuns: 3000 },
  );
});
