// A history shows only what its caller may read: by scope, and within one patient's compartment version by version.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import type { BundleEntry, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { type Ask, asking, startServer } from '../helpers/server.ts';
import { outcome, task } from './sample.ts';

const server = await startServer(t, { open: false, demo: true });

async function asOf(scope: string): Promise<Ask> {
  const { statusCode, body } = await server.server.inject({
    method: 'POST',
    url: '/auth/demo-token',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify({ user: 'nurse', patient: 'ana-reyes', scope }),
  });
  if (statusCode !== 200) throw new Error(body);
  return asking(server, { authorization: `Bearer ${JSON.parse(body).access_token}` });
}
const all = await asOf('user/*.cruds');
const ana = await asOf('patient/*.cruds');
const put = (id: string, patientId: string, more: Partial<Task> = {}) =>
  all('PUT', `/Task/${id}`, { ...task(patientId, more), id });

for (let n = 0; n < 6; n++) {
  await put(`own${n}`, 'ana-reyes', { description: `${n}` });
  await put(`other${n}`, 'marcus-bell');
}
// Twice another's before it became hers; once hers before it became another's; deleted in between.
await put('moved-in', 'marcus-bell');
await put('moved-in', 'marcus-bell', { description: 'a word about Marcus' });
await put('moved-in', 'ana-reyes');
await put('moved-out', 'ana-reyes');
await put('moved-out', 'marcus-bell', { description: 'a word about Marcus' });
await put('again', 'ana-reyes');
await all('DELETE', '/Task/again');
await put('again', 'ana-reyes');
await put('gone', 'ana-reyes');
await all('DELETE', '/Task/gone');

async function pages(ask: Ask, path: string): Promise<{ entries: BundleEntry[]; sizes: number[] }> {
  const entries: BundleEntry[] = [];
  const sizes: number[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, body }: Awaited<ReturnType<Ask>> = await ask('GET', next);
    if (status !== 200) throw new Error(JSON.stringify(body));
    entries.push(...(body.entry ?? []));
    sizes.push(body.entry?.length ?? 0);
    next = body.link
      .find(({ relation }: { relation: string }) => relation === 'next')
      ?.url.slice(server.base.length);
  }
  return { entries, sizes };
}
const shown = ({ fullUrl, response }: BundleEntry) =>
  `${fullUrl!.slice(server.base.length + 1)} ${response!.etag!.replace(/\D/g, '')}`;
const HERS = [
  'Task/again 3',
  'Task/again 2',
  'Task/again 1',
  'Task/moved-in 3',
  ...[5, 4, 3, 2, 1, 0].map((n) => `Task/own${n} 1`),
];
const isOurs = (line: string) => /^Task\/(own|other|moved|again|gone)/.test(line);

t.test('versions that were in another compartment are in no page, and pages stay full', async (t) => {
  for (const path of ['/Task/_history', '/_history']) {
    const { entries } = await pages(ana, `${path}?_count=1000`);
    t.same(entries.map(shown).filter(isOurs).sort(), [...HERS].sort(), path);
    t.notMatch(JSON.stringify(entries), /marcus-bell|a word about Marcus/i, path);
    const small = await pages(ana, `${path}?_count=2`);
    t.same(small.entries.map(shown), entries.map(shown), `${path} in small pages`);
    t.ok(
      small.sizes.slice(0, -1).every((size) => size === 2),
      `${path}: every page but the last is full: ${small.sizes}`,
    );
  }
  const { entries } = await pages(all, '/Task/_history?_count=1000');
  t.equal(entries.map(shown).filter(isOurs).length, 6 + 6 + 3 + 2 + 3 + 2, 'others see all of it');
});

t.test('history of one resource: the same, version by version', async (t) => {
  t.same((await pages(ana, '/Task/moved-in/_history')).entries.map(shown), ['Task/moved-in 3']);
  t.same((await pages(ana, '/Task/moved-in/_history?_count=1')).sizes, [1], 'no page without entries');
  t.same((await pages(ana, '/Task/again/_history?_count=1')).entries.map(shown), HERS.slice(0, 3));
  for (const id of ['moved-out', 'other0', 'gone'])
    outcome(t, await ana('GET', `/Task/${id}/_history`), {
      status: 404,
      code: 'not-found',
      says: /or your access does not cover it/,
    });
});

t.test('a system history holds the types that the scopes name', async (t) => {
  const types = async (scope: string) =>
    new Set(
      (await pages(await asOf(scope), '/_history?_count=1000')).entries.map((e) =>
        e.fullUrl!.split('/').at(-2),
      ),
    );
  t.same(await types('user/Task.r'), new Set(['Task']));
  t.same(await types('user/Task.r user/Organization.r'), new Set(['Task', 'Organization']));
  t.same(await types('patient/Task.r user/Practitioner.r'), new Set(['Task', 'Practitioner']));
  t.notOk((await types('patient/*.r')).has('Group'), 'a panel names many patients');
});

t.test('without the letter r there is no history', async (t) => {
  const refused = { status: 403, code: 'forbidden', says: /Your access does not cover reading/ };
  const writer = await asOf('user/Task.cuds');
  for (const path of ['/_history', '/Task/_history', '/Task/own0/_history'])
    outcome(t, await writer('GET', path), refused, path);
  outcome(t, await (await asOf('user/Task.r'))('GET', '/Patient/_history'), refused);
});

t.test('_list of a List that the caller may not see finds nothing', async (t) => {
  const list = (id: string, patientId: string) =>
    all('PUT', `/List/${id}`, {
      resourceType: 'List',
      id,
      status: 'current',
      mode: 'working',
      subject: { reference: `Patient/${patientId}` },
      entry: [{ item: { reference: 'Task/own0' } }],
    });
  await list('hers', 'ana-reyes');
  await list('his', 'marcus-bell');
  t.same((await pages(ana, '/Task/_history?_list=hers')).entries.map(shown), ['Task/own0 1']);
  t.same((await pages(ana, '/Task/_history?_list=his')).entries, []);
  t.same((await pages(await asOf('user/Task.r'), '/Task/_history?_list=hers')).entries, []);
});
