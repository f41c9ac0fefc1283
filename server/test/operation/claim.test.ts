// Task/$claim: a task is taken out of a pool once, however many reach for it. https://hl7.org/fhir/R4/operations.html
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import { type Answer, type Ask, laying } from '../helpers/server.ts';
import { CB, startPractice } from '../journey/practice.ts';

const { server, callers, like } = await startPractice(t);
const lay = laying(server);
const as = (role: string): Ask => callers.find((one) => one.role === role)!.ask;
const pooled = await like<Task>('Task', 'ana-records');
const referral = await like<Task>('Task', 'marcus-lithium-level');
let count = 0;

/** Stores a task, and gives its address. */
async function task(more: Partial<Task> = {}, base = pooled): Promise<string> {
  const id = `claim-${++count}`;
  await lay('PUT', `/Task/${id}`, { ...base, ...more, id });
  return `/Task/${id}`;
}
const owner = (reference: string) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'owner', valueReference: { reference } }],
});
const ruleOf = ({ body }: Answer) => body?.issue?.[0]?.details?.coding?.[0]?.code;

t.test('a task of a pool is accepted, and belongs to whoever claims it', async (t) => {
  for (const status of ['requested', 'received'] as const) {
    const path = await task({ status });
    const { status: answered, body, headers } = await as('navigator')('POST', `${path}/$claim`);
    t.equal(answered, 200);
    t.match(body, { status: 'accepted', owner: { reference: 'PractitionerRole/navigator' } });
    t.ok(body.lastModified > pooled.lastModified!, 'lastModified is now');
    t.match(String(headers.etag), 'W/"2"');
    t.same((await as('navigator')('GET', path)).body, body, 'it is what is stored');
    const trail = await as('auditor')('GET', `/Provenance?target=${path.slice(1)}`);
    t.match(trail.body.entry, [{ resource: { target: [{ reference: `${path.slice(1)}/_history/2` }] } }]);
  }
});

t.test('a task that is ready stays ready, with its owner', async (t) => {
  const path = await task({ status: 'ready' });
  const { body } = await as('navigator')('POST', `${path}/$claim`);
  t.match(body, { status: 'ready', owner: { reference: 'PractitionerRole/navigator' } });
});

t.test('a task without an owner, or of a team or a service, lies in a pool too', async (t) => {
  const { owner: _, ...open } = pooled;
  const { status } = await as('navigator')('POST', `${await task({}, open)}/$claim`);
  t.equal(status, 200);
  const team = await task({ owner: { reference: 'CareTeam/ana-care-team' } });
  t.equal((await as('navigator')('POST', `${team}/$claim`)).status, 200);
});

t.test('a referral that is claimed says so in its business status', async (t) => {
  const businessStatus = {
    coding: [
      { system: 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS', code: '2.0' },
      { system: `${CB}/CodeSystem/cn-referral-stage`, code: 'sent' },
    ],
  };
  const { status, body } = await as('rn')('POST', `${await task({ businessStatus }, referral)}/$claim`);
  t.equal(status, 200, JSON.stringify(body));
  t.equal(body.businessStatus.coding[0].code, '3.0');
});

t.test('a task that somebody has is refused with their name', async (t) => {
  const path = await task();
  t.equal((await as('chw')('POST', `${path}/$claim`, owner('PractitionerRole/chw'))).status, 200);
  const late = await as('navigator')('POST', `${path}/$claim`, undefined, { 'if-match': 'W/"1"' });
  t.equal(late.status, 409);
  t.equal(ruleOf(late), 'task-claim');
  t.equal(late.body.issue[0].code, 'business-rule');
  t.match(late.body.issue[0].diagnostics, 'belongs to PractitionerRole/chw already');
  t.equal((await as('navigator')('GET', path)).body.meta.versionId, '2', 'nothing was stored');

  const named = await task({ owner: { reference: 'PractitionerRole/nurse', display: 'Nadia Brandt' } });
  t.match((await as('navigator')('POST', `${named}/$claim`)).body.issue[0].diagnostics, 'Nadia Brandt');
  const own = await task({ owner: { reference: 'Patient/ana-reyes', display: 'Ana Reyes' } });
  const refused = await as('navigator')('POST', `${own}/$claim`);
  t.equal(refused.status, 409);
  t.notMatch(refused.body.issue[0].diagnostics, 'Ana', 'a patient is not named');
});

t.test('a task that is not asked for any more, or not yet, is not claimed', async (t) => {
  for (const status of ['draft', 'cancelled'] as const) {
    const refused = await as('navigator')(
      'POST',
      `${await task({ status, statusReason: { text: 'Not needed' } })}/$claim`,
    );
    t.equal(refused.status, 409, status);
    t.match(refused.body.issue[0].diagnostics, `A task that is ${status} cannot be claimed`);
  }
});

t.test('If-Match names the version that was seen', async (t) => {
  const path = await task();
  const stale = await as('navigator')('POST', `${path}/$claim`, undefined, { 'if-match': 'W/"7"' });
  t.equal(stale.status, 412);
  t.equal((await as('navigator')('POST', `${path}/$claim`, undefined, { 'if-match': 'W/"1"' })).status, 200);
});

t.test('a supervisor claims for somebody else, and nobody else does', async (t) => {
  const path = await task();
  const refused = await as('navigator')('POST', `${path}/$claim`, owner('PractitionerRole/chw'));
  t.equal(refused.status, 403);
  t.equal(ruleOf(refused), 'claim-for-another');
  const { status, body } = await as('supervisor')(
    'POST',
    `${path}/$claim`,
    owner('PractitionerRole/navigator'),
  );
  t.equal(status, 200, JSON.stringify(body));
  t.equal(body.owner.reference, 'PractitionerRole/navigator');
});

t.test('the scope of practice holds for a claim as for an update', async (t) => {
  const refused = await as('navigator')('POST', `${await task({}, referral)}/$claim`);
  t.equal(refused.status, 403);
  t.match(String(ruleOf(refused)), /^navigator-cannot-/);
});

t.test('who may not see a task learns nothing of it', async (t) => {
  const path = await task();
  t.equal((await as('auditor')('POST', `${path}/$claim`)).status, 403);
  t.equal((await as('navigator')('POST', '/Task/nobody/$claim')).status, 404);
  t.equal((await as('navigator')('POST', '/Task/no_id/$claim')).status, 400);
  t.equal((await as('navigator')('GET', `${path}/$claim`)).status, 405);
});

t.test('a body that is none of the operation is refused', async (t) => {
  const path = await task();
  const wrong: readonly unknown[] = [
    { resourceType: 'Task' },
    { resourceType: 'Parameters', parameter: [{ name: 'who' }] },
    { resourceType: 'Parameters', parameter: [{ name: 'owner', valueString: 'me' }] },
    owner('Patient/ana-reyes'),
    owner('https://other.example/PractitionerRole/1'),
    {
      resourceType: 'Parameters',
      parameter: [...owner('PractitionerRole/nurse').parameter, { name: 'owner' }],
    },
  ];
  for (const body of wrong)
    t.equal((await as('supervisor')('POST', `${path}/$claim`, body)).status, 400, JSON.stringify(body));
  const nobody = await as('supervisor')('POST', `${path}/$claim`, owner('PractitionerRole/nobody'));
  t.equal(nobody.status, 422);
  t.equal((await as('supervisor')('GET', path)).body.meta.versionId, '1');
});

t.test('of forty who claim at once exactly one wins, and the others learn who', async (t) => {
  for (const status of ['requested', 'ready'] as const) {
    const path = await task({ status });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => as(n % 2 ? 'navigator' : 'chw')('POST', `${path}/$claim`)),
    );
    const won = answers.filter((one) => one.status === 200);
    t.equal(won.length, 1, status);
    const holder = won[0]!.body.owner.reference;
    for (const one of answers.filter((other) => other !== won[0]))
      t.match([one.status, one.body.issue[0].diagnostics], [409, `belongs to ${holder} already`]);
    t.equal((await as('navigator')('GET', path)).body.meta.versionId, '2');
  }
});
