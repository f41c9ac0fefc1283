// Task/$transition: a move of a task in one call, checked as an update is. https://hl7.org/fhir/R4/operations.html
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import { type Answer, type Ask, laying } from '../helpers/server.ts';
import { CB, startPractice } from '../journey/practice.ts';

const { server, callers, like } = await startPractice(t);
const lay = laying(server);
const as = (role: string): Ask => callers.find((one) => one.role === role)!.ask;
const { extension: _, ...call } = await like<Task>('Task', 'ana-accompany');
const referral = await like<Task>('Task', 'ana-cardiology');
const NAVIGATOR = { reference: 'PractitionerRole/navigator' };
let count = 0;
async function task(more: Partial<Task> = {}, base = call): Promise<string> {
  const id = `transition-${++count}`;
  await lay('PUT', `/Task/${id}`, { ...base, owner: NAVIGATOR, ...more, id });
  return `/Task/${id}`;
}
type Parameter = Record<string, unknown>;
const move = (status: string, ...more: Parameter[]) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'status', valueCode: status }, ...more],
});
const reason = (text: string) => ({ name: 'reason', valueCodeableConcept: { text } });
const ruleOf = ({ body }: Answer) => body?.issue?.[0]?.details?.coding?.[0]?.code;
const PARAMETER = `${CB}/CodeSystem/cn-task-parameter`;

t.test('the server tells when work begins and ends', async (t) => {
  const path = await task({ status: 'accepted' });
  const begun = await as('navigator')('POST', `${path}/$transition`, move('in-progress'));
  t.equal(begun.status, 200, JSON.stringify(begun.body));
  t.match(begun.body, { status: 'in-progress', executionPeriod: { start: /^20/ } });
  t.equal(begun.body.executionPeriod.end, undefined);
  const ended = await as('navigator')(
    'POST',
    `${path}/$transition`,
    move('completed', { name: 'output', valueString: 'Went along' }),
  );
  t.equal(ended.status, 200, JSON.stringify(ended.body));
  t.equal(ended.body.executionPeriod.start, begun.body.executionPeriod.start);
  t.ok(ended.body.executionPeriod.end >= ended.body.executionPeriod.start);
  t.equal(ended.body.lastModified, ended.body.executionPeriod.end);
  t.same(ended.body.output, [
    { type: { coding: [{ system: PARAMETER, code: 'outcome' }] }, valueString: 'Went along' },
  ]);
});

t.test('an output that is a reference is typed by what it references, or as it says', async (t) => {
  const path = await task({ status: 'in-progress', executionPeriod: { start: '2026-03-02T09:00:00Z' } });
  const own = { coding: [{ system: 'https://outputs.example', code: 'note' }] };
  const { status, body } = await as('navigator')(
    'POST',
    `${path}/$transition`,
    move(
      'completed',
      { name: 'output', valueReference: { reference: 'Appointment/ana-first-visit' } },
      {
        name: 'output',
        part: [
          { name: 'type', valueCodeableConcept: own },
          { name: 'value', valueString: 'A note' },
        ],
      },
    ),
  );
  t.equal(status, 200, JSON.stringify(body));
  t.same(body.output, [
    {
      type: { coding: [{ system: PARAMETER, code: 'appointment' }] },
      valueReference: { reference: 'Appointment/ana-first-visit' },
    },
    { type: own, valueString: 'A note' },
  ]);
});

t.test('the reason is that of the present status', async (t) => {
  const path = await task({ status: 'accepted' });
  const without = await as('navigator')('POST', `${path}/$transition`, move('on-hold'));
  t.equal(without.status, 422);
  t.equal(ruleOf(without), 'cn-t-1');
  const held = await as('navigator')(
    'POST',
    `${path}/$transition`,
    move('on-hold', reason('Waits for the ride')),
  );
  t.equal(held.status, 200);
  t.match(held.body, {
    statusReason: { text: 'Waits for the ride' },
    extension: [{ url: `${CB}/StructureDefinition/suspended-from`, valueCode: 'accepted' }],
  });
  const lie = await as('navigator')('POST', `${path}/$transition`, move('in-progress'));
  t.equal(lie.status, 409, 'it goes back to where it came from');
  const back = await as('navigator')('POST', `${path}/$transition`, move('accepted'));
  t.equal(back.status, 200);
  t.equal(back.body.statusReason, undefined);
  t.equal(back.body.extension, undefined);
});

t.test('a move that the table does not allow is refused with from, to and what is allowed', async (t) => {
  const path = await task({ status: 'accepted' });
  const refused = await as('navigator')('POST', `${path}/$transition`, move('requested'));
  t.equal(refused.status, 409);
  t.equal(ruleOf(refused), 'task-transition');
  t.match(
    refused.body.issue[0].diagnostics,
    'A task cannot go from accepted to requested. From accepted it can go to: in-progress, cancelled, ',
  );
  t.equal((await as('navigator')('GET', path)).body.meta.versionId, '1');
});

t.test(
  'a referral goes on by its business status; where a status has one code alone the server gives it',
  async (t) => {
    const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
    const path = await task({ owner: { reference: 'PractitionerRole/nurse' } }, referral);
    const told = (code: string) => ({
      name: 'businessStatus',
      valueCodeableConcept: { coding: [{ system: BSER, code }] },
    });
    const missed = await as('rn')('POST', `${path}/$transition`, move('in-progress', told('5.1.2')));
    t.equal(missed.status, 200, JSON.stringify(missed.body));
    const done = { name: 'output', valueReference: { reference: 'DocumentReference/ana-handoff-summary' } };
    const refused = await as('rn')('POST', `${path}/$transition`, move('completed', done));
    t.equal(refused.status, 409);
    t.equal(ruleOf(refused), 'referral-transition');
    t.equal((await as('rn')('POST', `${path}/$transition`, move('in-progress', told('5.1.1')))).status, 200);
    const declined = await as('rn')('POST', `${path}/$transition`, move('rejected', reason('No room')));
    t.equal(declined.status, 200, JSON.stringify(declined.body));
    t.match(declined.body.businessStatus.coding, [{ system: BSER, code: '4.0' }]);
  },
);

t.test('If-Match, and what cannot be read or written, are as for an update', async (t) => {
  const path = await task({ status: 'accepted' });
  const stale = await as('navigator')('POST', `${path}/$transition`, move('in-progress'), {
    'if-match': 'W/"9"',
  });
  t.equal(stale.status, 412);
  t.equal((await as('navigator')('POST', '/Task/nobody/$transition', move('ready'))).status, 404);
  t.equal((await as('auditor')('POST', `${path}/$transition`, move('in-progress'))).status, 403);
  const clinical = await task(
    { status: 'accepted', owner: { reference: 'PractitionerRole/nurse' } },
    {
      ...referral,
      businessStatus: {
        coding: [{ system: 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS', code: '3.0' }],
      },
    },
  );
  const refused = await as('navigator')(
    'POST',
    `${clinical}/$transition`,
    move('completed', { name: 'output', valueString: 'Done' }),
  );
  t.equal(refused.status, 403);
  t.equal(ruleOf(refused), 'navigator-cannot-complete-coordination');
});

t.test('what a body lacks or has too much of is 4xx, and nothing is stored', async (t) => {
  const path = await task({ status: 'accepted' });
  const wrong: readonly (readonly [unknown, number])[] = [
    [undefined, 400],
    [{ resourceType: 'Parameters' }, 400],
    [{ resourceType: 'Bundle', type: 'batch' }, 400],
    [move('in-progress', { name: 'when', valueString: 'now' }), 400],
    [move('in-progress', { name: 'status', valueCode: 'ready' }), 400],
    [move('in-progress', { name: 'reason', valueString: 'late' }), 400],
    [move('in-progress', { name: 'output' }), 422],
    [move('in-progress', { name: 'output', part: [{ name: 'value' }] }), 422],
    [move('in-progress', { name: 'output', part: [{ name: 'kind', valueString: 'x' }] }), 400],
    [move('nowhere'), 422],
    [{ resourceType: 'Parameters', parameter: [{ name: 'status', valueBoolean: true }] }, 400],
    [{ resourceType: 'Parameters', parameter: [{ name: 'status', valueCode: 3 }] }, 422],
    [move('in-progress', { name: 'businessStatus', valueCodeableConcept: { coding: 'x' } }), 422],
  ];
  for (const [body, expected] of wrong) {
    const { status } = await as('navigator')('POST', `${path}/$transition`, body);
    t.equal(status, expected, JSON.stringify(body));
  }
  t.equal((await as('navigator')('GET', path)).body.meta.versionId, '1');
});
