// The actions on the loop of a referral: its task is moved, a visit is made, a report comes, is reviewed, the person is told, and
// somebody claims that it is closed. What comes of it all is judged by the history. https://hl7.org/fhir/R4/workflow-management.html
import type { Appointment, Communication, DocumentReference, ServiceRequest, Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import type { Answer } from '../../helpers/server.ts';
import { type Act, act } from './act.ts';
import { orderBody } from './other-actions.ts';
import { type Role, referenceOf, type Status, TASK_MOVES, TASK_STATUSES, VISIT_MOVES } from './tables.ts';
import { send } from './task-write.ts';
import { concept, extension, type Model, type ModelThing, type Real, system } from './world.ts';

const which = fc.nat(30);
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;
const LOINC = 'http://loinc.org';
const STAGE = system('cn-referral-stage');
const clinicians = fc.constantFrom<Role>('nurse', 'physician', 'physician', 'navigator');

/** Tasks about an order that have a code. */
const tasksOf = (real: Real, order: ModelThing, code: string): Promise<Task[]> =>
  real.search<Task>(`Task?based-on=ServiceRequest/${order.id}&code=${system('cn-task-code')}|${code}`);

const NOTHING: Answer = { status: 204, headers: {}, body: undefined };
/** What the server has of the orders: a loop that closes completes its order. */
async function refresh({ orders }: Model, { read }: Real): Promise<void> {
  for (const one of orders) one.status = (await read<ServiceRequest>(`ServiceRequest/${one.id}`)).status!;
}

/** An action on the loop of an order: allowed or refused, but never an error; the orders are then as the server has them. */
const onOrder = (
  words: string,
  n: number,
  ask: (order: ModelThing, real: Real, say: (more: string) => void) => Promise<Answer | undefined>,
): Act =>
  act(
    async (model: Model, real, say) => {
      const order = pick(model.orders, n);
      const name = `of order ${model.orders.indexOf(order)} (${order.status})`;
      say(`${words} ${name}`);
      const answer = (await ask(order, real, (more) => say(`${words} ${name}: ${more}`))) ?? NOTHING;
      if (answer.status >= 500) throw new Error(`${say()}: ${answer.status} ${JSON.stringify(answer.body)}`);
      await refresh(model, real);
      return answer;
    },
    ({ orders }) => orders.length > 0,
  );

const moveOn = (from: Status, n: number): Status =>
  n % 6 && TASK_MOVES[from]!.length ? pick(TASK_MOVES[from]!, n) : pick(TASK_STATUSES, n);

const follow: fc.Arbitrary<Act> = fc
  .record({ role: clinicians, n: which, to: fc.nat(60) })
  .map(({ role, n, to }) =>
    onOrder(`${role} moves the task`, n, async (order, real, say) => {
      const [task] = await tasksOf(real, order, 'coord-referral');
      if (!task) return undefined;
      const status = moveOn(task.status, to);
      say(`from ${task.status} to ${status}`);
      return send(real, real.as.get(role)!, task.id!, 'PUT', { to: status, says: true, tells: false });
    }),
  );

const claimStage: fc.Arbitrary<Act> = fc
  .record({
    role: clinicians,
    n: which,
    stage: fc.constantFrom(
      'report-received',
      'reviewed-by-requester',
      'patient-informed',
      'unable-to-contact',
    ),
    isDone: fc.boolean(),
  })
  .map(({ role, n, stage, isDone }) =>
    onOrder(`${role} claims ${stage}${isDone ? ', completed,' : ''}`, n, async (order, real) => {
      const [task] = await tasksOf(real, order, 'coord-referral');
      if (!task) return undefined;
      const others = (task.businessStatus?.coding ?? []).filter((coding) => coding.system !== STAGE);
      const claimed: Task = {
        ...task,
        businessStatus: { coding: [...others, { system: STAGE, code: stage }] },
        ...(isDone && { status: 'completed', executionPeriod: { end: new Date().toISOString() } }),
      };
      return real.as.get(role)!('PUT', `/Task/${task.id}`, claimed);
    }),
  );

const visit: fc.Arbitrary<Act> = fc.record({ n: which, to: fc.nat(20) }).map(({ n, to }) =>
  onOrder('navigator makes or moves a visit', n, async (order, real, say) => {
    const ask = real.as.get('navigator')!;
    const path = `ServiceRequest/${order.id}`;
    const [present] = (
      await real.search<Appointment>(
        `Appointment?patient=${real.patient}&based-on=${path}&_sort=-_lastUpdated`,
      )
    ).filter(({ status }) => VISIT_MOVES[status!]!.length > 1);
    if (present) {
      const status = pick(VISIT_MOVES[present.status!]!.slice(0, -1), to) as Appointment['status'];
      say(`${present.status} to ${status}`);
      const reason = status === 'cancelled' && { cancelationReason: { text: 'Not needed' } };
      return ask('PUT', `/Appointment/${present.id}`, { ...present, status, ...reason });
    }
    const start = Date.parse('2032-01-01T15:00:00Z') + real.next() * 3_600_000;
    const made: Appointment = {
      resourceType: 'Appointment',
      status: 'booked',
      serviceCategory: [concept(system('cn-category'), 'appointment')],
      start: new Date(start).toISOString(),
      end: new Date(start + 1_800_000).toISOString(),
      basedOn: [{ reference: path }],
      participant: [{ actor: { reference: real.patient }, required: 'required', status: 'accepted' }],
    };
    return ask('POST', '/Appointment', made);
  }),
);

const noteOf = ({ patient }: Real, order: ModelThing): DocumentReference => ({
  resourceType: 'DocumentReference',
  status: 'current',
  docStatus: 'final',
  type: concept(LOINC, '34879-7'),
  subject: { reference: patient },
  date: new Date().toISOString(),
  content: [{ attachment: { contentType: 'text/plain', data: 'QWxsIHdlbGwu' } }],
  context: { related: [{ reference: `ServiceRequest/${order.id}` }] },
});
const contactOf = ({ patient }: Real, order: ModelThing, role: Role, isReached: boolean): Communication => ({
  resourceType: 'Communication',
  status: 'completed',
  extension: [
    { url: extension('direction'), valueCode: 'outbound' },
    { url: extension('channel'), valueCode: 'phone' },
    { url: extension('contact-outcome'), valueCode: isReached ? 'reached' : 'no-answer' },
    { url: extension('interactive'), valueBoolean: isReached },
  ],
  category: [concept(system('cn-category'), 'contact')],
  subject: { reference: patient },
  about: [{ reference: `ServiceRequest/${order.id}` }],
  sent: new Date().toISOString(),
  recipient: [{ reference: patient }],
  sender: { reference: referenceOf(role) },
});

const report: fc.Arbitrary<Act> = fc
  .record({ n: which, role: fc.constantFrom('ehr', 'physician') })
  .map(({ n, role }) =>
    onOrder(`${role} stores the report`, n, async (order, real) =>
      real.as.get(role)!('POST', '/DocumentReference', noteOf(real, order)),
    ),
  );

const review: fc.Arbitrary<Act> = fc
  .record({ role: clinicians, n: which, status: fc.constantFrom('accepted', 'completed', 'completed') })
  .map(({ role, n, status }) =>
    onOrder(`${role} brings the review to ${status}`, n, async (order, real) => {
      const [task] = await tasksOf(real, order, 'loop-closure');
      if (!task) return undefined;
      const asked = { to: status, says: false, tells: false };
      const answer = await send(real, real.as.get(role)!, task.id!, '$transition', asked);
      const isMove = status === 'completed' && task.status !== 'completed';
      if (role === 'navigator' && isMove && answer.status < 300)
        throw new Error(`A navigator reviewed Task/${task.id}`);
      return answer;
    }),
  );

const tell: fc.Arbitrary<Act> = fc
  .record({ role: clinicians, n: which, isReached: fc.nat(3) })
  .map(({ role, n, isReached }) =>
    onOrder(
      `${role} ${isReached ? 'tells the person' : 'reaches nobody'} about the report`,
      n,
      async (order, real) =>
        real.as.get(role)!('POST', '/Communication', contactOf(real, order, role, isReached > 0)),
    ),
  );

/** The steps of a referral as they should be, one after the other; each is done as far as it can be. */
const STEPS: readonly ((order: ModelThing, real: Real) => Promise<unknown>)[] = [
  ...['requested', 'received', 'accepted'].map((to) => async (order: ModelThing, real: Real) => {
    const [task] = await tasksOf(real, order, 'coord-referral');
    const asked = { to, says: false, tells: false };
    return task && task.status !== to && send(real, real.as.get('nurse')!, task.id!, 'PUT', asked);
  }),
  (order, real) => real.as.get('ehr')!('POST', '/DocumentReference', noteOf(real, order)),
  ...['accepted', 'completed'].map((to) => async (order: ModelThing, real: Real) => {
    const [task] = await tasksOf(real, order, 'loop-closure');
    const asked = { to, says: false, tells: false };
    return task && send(real, real.as.get('physician')!, task.id!, '$transition', asked);
  }),
  (order, real) => real.as.get('nurse')!('POST', '/Communication', contactOf(real, order, 'nurse', true)),
];
/** An order that is in force: one of the run, or a new one. */
async function orderInForce(model: Model, real: Real, n: number): Promise<ModelThing> {
  const open = model.orders.filter(({ status }) => status === 'active');
  if (open.length) return pick(open, n);
  const answer = await real.as.get('physician')!('POST', '/ServiceRequest', orderBody(real, 'active'));
  const made: ModelThing = { id: answer.body.id as string, status: 'active' };
  model.orders.push(made);
  return made;
}
const carry: fc.Arbitrary<Act> = fc
  .record({ n: which, from: fc.nat(3), to: fc.integer({ min: 4, max: STEPS.length }) })
  .map(({ n, from, to }) =>
    act(async (model, real, say) => {
      const order = await orderInForce(model, real, n);
      say(`steps ${from + 1} to ${to} of order ${model.orders.indexOf(order)}`);
      for (const step of STEPS.slice(from, to)) await step(order, real);
      await refresh(model, real);
      return NOTHING;
    }),
  );

export const loopActions: readonly fc.Arbitrary<Act>[] = [
  ...[follow, follow, claimStage, visit, visit, report, review, tell, carry, carry],
];
