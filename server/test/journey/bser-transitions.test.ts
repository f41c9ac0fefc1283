// Each of the 34 transitions of the harmonised referral machine, by update and by $transition, over HTTP; and pairs that are none.
// https://build.fhir.org/ig/HL7/bser/branches/master/referral_workflow.html
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import { businessStatusOf, inState, type Pair, ROWS, statusOf } from '../care/state/bser-rows.ts';
import { type Answer, type Ask, laying } from '../helpers/server.ts';
import { startPractice } from './practice.ts';

const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
const { server, callers, like } = await startPractice(t);
const lay = laying(server);
const ask: Ask = callers.find(({ role }) => role === 'rn')!.ask;
const referral = await like<Task>('Task', 'ana-imaging');
const REASON = { text: 'As agreed with the other side' };
const REPORT = { reference: 'DocumentReference/ana-handoff-summary' };
const OUTPUT = { type: { text: 'Report' }, valueReference: REPORT };
let count = 0;

const needs = (pair: Pair): Partial<Task> => ({
  ...(['rejected', 'cancelled'].includes(statusOf(pair)) && { statusReason: REASON }),
  ...(statusOf(pair) === 'completed' && {
    executionPeriod: { ...referral.executionPeriod, end: new Date().toISOString() },
    output: [OUTPUT],
  }),
});

/** A task of the nurse in a state, stored by the server itself. */
async function inStore(pair: Pair): Promise<Task & { id: string }> {
  const { businessStatus: _, ...rest } = referral;
  const task = { ...rest, ...needs(pair), ...inState(pair), id: `bser-${++count}` };
  await lay('PUT', `/Task/${task.id}`, task);
  return task;
}

async function update(from: Pair, to: Pair): Promise<Answer> {
  const task = await inStore(from);
  const { businessStatus: _, ...rest } = task;
  return ask('PUT', `/Task/${task.id}`, { ...rest, ...needs(to), ...inState(to) });
}

async function transition(from: Pair, to: Pair): Promise<Answer> {
  const { id } = await inStore(from);
  const businessStatus = businessStatusOf(to);
  const parameter = [
    { name: 'status', valueCode: statusOf(to) },
    { name: 'reason', valueCodeableConcept: REASON },
    ...(businessStatus ? [{ name: 'businessStatus', valueCodeableConcept: businessStatus }] : []),
    ...(statusOf(to) === 'completed' ? [{ name: 'output', valueReference: REPORT }] : []),
  ];
  return ask('POST', `/Task/${id}/$transition`, { resourceType: 'Parameters', parameter });
}

const codeOf = ({ body }: Answer) =>
  body.businessStatus?.coding?.find(({ system }: { system: string }) => system === BSER)?.code;

for (const [way, move] of Object.entries({ update, transition })) {
  t.test(`by ${way}, each of the 34 transitions is made`, async (t) => {
    for (const [tid, from, to] of ROWS) {
      const answer = await move(from, to);
      const name = `TID${String(tid).padStart(2, '0')}: ${from} to ${to}`;
      t.equal(answer.status, 200, `${name} ${answer.status === 200 ? '' : JSON.stringify(answer.body)}`);
      const stored = await ask('GET', `/Task/${answer.body.id}`);
      t.equal(stored.body.status, statusOf(to), name);
      t.equal(
        codeOf(stored),
        businessStatusOf(to)?.coding?.find(({ system }) => system === BSER)?.code,
        name,
      );
    }
  });

  t.test(`by ${way}, a pair that is no transition is refused, and the task stays as it is`, async (t) => {
    const illegal: readonly (readonly [Pair, Pair])[] = [
      ['in-progress 5.1.2', 'completed 7.0'],
      ['in-progress 5.1.3', 'completed 7.0'],
      ['in-progress 5.1.2', 'in-progress 5.1.4'],
      ['in-progress 5.1.3', 'in-progress 5.1.2'],
      ['in-progress 5.2', 'in-progress 5.1.1'],
      ['in-progress 5.1.1', 'cancelled 6.0'],
      ['in-progress 5.1.1', 'completed 5.1.4'],
      ['accepted 3.0', 'in-progress 5.1.2'],
      ['accepted 3.0', 'cancelled 6.0'],
      ['received 2.0', 'accepted 4.0'],
      ['received 2.0', 'cancelled 6.0'],
      ['in-progress stage:scheduled', 'completed 7.0'],
    ];
    for (const [from, to] of illegal) {
      const { status, body } = await move(from, to);
      t.equal(status, 409, `${from} to ${to}`);
      t.match(body.issue[0], {
        code: 'business-rule',
        details: { coding: [{ code: 'referral-transition' }] },
        diagnostics: /cannot go from .* From .* it can go to: /,
      });
      const stored = await ask('GET', `/Task/bser-${count}`);
      t.match([stored.body.meta.versionId, stored.body.status], ['1', statusOf(from)]);
    }
  });
}
