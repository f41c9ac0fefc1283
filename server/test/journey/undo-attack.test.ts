// Task/$undo as somebody would misuse it, and beside what others write in the same seconds.
// https://hl7.org/fhir/R4/security.html#authorization
import type { Bundle, Flag, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { CB, concept } from '../../care/code.ts';
import { asking } from '../helpers/server.ts';
import { barrier, changesBetween, REFUSED, refusal, startUndo } from './undo-world.ts';

const world = await startUndo(t);
const { as, does, read, transition, task, lay, server } = world;
const ANA = 'Patient/ana-reyes';
const away = { name: 'reason', valueCodeableConcept: { text: 'She is away.' } };

/** Asks as the navigator, with a token of less. */
async function narrowly(claims: { patient?: string; scope?: string }) {
  const payload = { user: 'navigator', ...claims };
  const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload });
  const { access_token: token } = answer.json() as { access_token: string };
  return asking(server, { authorization: `Bearer ${token}` });
}

t.test('a token that reaches less than the one that made a change takes nothing back', async (t) => {
  const path = await task();
  const entry = [
    {
      resource: { ...(await read<Task>(path.slice(1))), note: [{ text: 'She called.' }] },
      request: { method: 'PUT', url: path.slice(1) },
    },
    { resource: barrier('food', 'Patient/dolores-quinn'), request: { method: 'POST', url: 'Condition' } },
  ];
  const answer = await does('navigator', 'POST', '/', { resourceType: 'Bundle', type: 'transaction', entry });
  const written = (answer.body as Bundle).entry!.map(({ response }) => response!.location);
  t.equal(written.length, 2);
  const before = await world.everything();
  for (const claims of [{ patient: 'ana-reyes' }, { scope: 'user/Task.rus' }]) {
    const ask = await narrowly(claims);
    t.equal((await ask('GET', path)).status, 200, 'the task can be seen');
    t.strictSame(refusal(await ask('POST', `${path}/$undo`)), REFUSED, JSON.stringify(claims));
    t.strictSame(changesBetween(before, await world.everything()), [], 'nothing was stored');
  }
  t.equal((await as('navigator')('POST', `${path}/$undo`)).status, 200, 'the one that made it does');
});

t.test('a task does not come back as a part of its own part', async (t) => {
  const whole = await task();
  const part = await task({ partOf: [{ reference: whole.slice(1) }] });
  const { partOf: _, ...alone } = await read<Task>(part.slice(1));
  await does('navigator', 'PUT', part, alone);
  const inside = { ...(await read<Task>(whole.slice(1))), partOf: [{ reference: part.slice(1) }] };
  await does('supervisor', 'PUT', whole, inside);
  const before = await world.everything();
  t.strictSame(refusal(await as('navigator')('POST', `${part}/$undo`)), [409, 'part-of-itself']);
  t.strictSame(changesBetween(before, await world.everything()), [], 'nothing was stored');
});

t.test(
  'a part comes back to where it was under work that is on hold, but not to work that goes on',
  async (t) => {
    const whole = await task();
    const partOf = [{ reference: whole.slice(1) }];
    const hold = transition('on-hold', away);
    await does('navigator', 'POST', `${whole}/$transition`, hold);
    const part = await task({ partOf });
    await does('navigator', 'POST', `${part}/$transition`, hold);
    t.equal((await as('navigator')('POST', `${part}/$undo`)).status, 200);
    t.equal((await read<Task>(part.slice(1))).status, 'requested');

    const other = await task();
    const begun = await task({ partOf: [{ reference: other.slice(1) }] });
    await does('navigator', 'POST', `${begun}/$claim`);
    await does('navigator', 'POST', `${begun}/$transition`, hold);
    await does('supervisor', 'POST', `${other}/$transition`, hold);
    const before = await world.everything();
    t.strictSame(refusal(await as('navigator')('POST', `${begun}/$undo`)), [409, 'part-of-suspended']);
    t.strictSame(changesBetween(before, await world.everything()), [], 'nothing was stored');
  },
);

t.test('a call does not come back once the person must not be contacted', async (t) => {
  const path = await task({
    code: concept(`${CB}/CodeSystem/cn-task-code`, 'nav-reminder'),
  });
  await does('navigator', 'POST', `${path}/$claim`);
  await does('navigator', 'POST', `${path}/$transition`, transition('cancelled', away));
  const flag: Flag = {
    resourceType: 'Flag',
    status: 'active',
    category: [concept('http://terminology.hl7.org/CodeSystem/flag-category', 'safety')],
    code: concept(`${CB}/CodeSystem/cn-contact-safety`, 'contacting-subject-prohibited'),
    subject: { reference: ANA },
  };
  await lay('PUT', '/Flag/undo-unsafe', { ...flag, id: 'undo-unsafe' });
  const before = await world.everything();
  t.strictSame(refusal(await as('navigator')('POST', `${path}/$undo`)), [409, 'contact-prohibited']);
  t.strictSame(changesBetween(before, await world.everything()), [], 'nothing was stored');
});

t.test('two tasks of one change taken back at once are taken back once', async (t) => {
  const paths = [await task(), await task()];
  const entry = await Promise.all(
    paths.map(async (path) => ({
      resource: { ...(await read<Task>(path.slice(1))), note: [{ text: 'She called.' }] },
      request: { method: 'PUT', url: path.slice(1) },
    })),
  );
  const before = await world.everything();
  await does('navigator', 'POST', '/', { resourceType: 'Bundle', type: 'transaction', entry });
  const answers = await Promise.all(
    [...paths, ...paths].map((path) => as('navigator')('POST', `${path}/$undo`)),
  );
  t.same(answers.map(({ status }) => status).sort(), [200, 409, 409, 409]);
  t.strictSame(changesBetween(before, await world.everything()), []);
});
