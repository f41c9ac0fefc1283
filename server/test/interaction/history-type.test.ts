// history of a type and of the whole system: order, windows, pages that join while others write.
// https://hl7.org/fhir/R4/http.html#history
import type { BundleEntry } from '@medplum/fhirtypes';
import t, { type Test } from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { database, outcome, patient, task } from './sample.ts';

let now = Date.parse('2026-03-14T09:00:00.000Z');
const server = await startServer(t, { now: () => new Date(now) });
const ask = asking(server);
const sql = database(t, server.databaseUrl);
const at = (minute: number) => `2026-03-14T09:${String(minute).padStart(2, '0')}:00.000Z`;
/** Writes at a minute past nine. */
const write = (minute: number, method: string, path: string, body?: object) => {
  now = Date.parse(at(minute));
  return ask(method, path, body);
};
await write(1, 'PUT', '/Patient/a', { ...patient('a'), id: 'a' });
await write(2, 'PUT', '/Patient/b', { ...patient('b'), id: 'b' });
await write(3, 'PUT', '/Task/t', { ...task('a'), id: 't' });
await write(4, 'PUT', '/Patient/a', { ...patient('a'), id: 'a', gender: 'male' });
await write(5, 'DELETE', '/Patient/b');
await write(6, 'PUT', '/Patient/a', { ...patient('a'), id: 'a', gender: 'other' });
now = Date.parse(at(30));

const shown = ({ fullUrl, response }: BundleEntry) =>
  `${fullUrl!.slice(server.base.length + 1)} ${response!.etag!.replace(/\D/g, '')}`;

/** Follows the next links. @param between runs after each page */
async function pages(path: string, between = async (_page: number) => {}): Promise<string[]> {
  const seen: string[] = [];
  let next: string | undefined = path;
  for (let page = 0; next !== undefined && page < 500; page++) {
    const { status, body }: Awaited<ReturnType<typeof ask>> = await ask('GET', next);
    if (status !== 200) throw new Error(JSON.stringify(body));
    seen.push(...(body.entry ?? []).map(shown));
    const link = body.link.find(({ relation }: { relation: string }) => relation === 'next');
    next = link?.url.slice(server.base.length);
    await between(page);
  }
  return seen;
}

t.test('history of a type holds every version of its resources, newest first, deletions too', async (t) => {
  const { status, body } = await ask('GET', '/Patient/_history');
  t.equal(status, 200);
  t.equal(body.type, 'history');
  t.same(body.link, [{ relation: 'self', url: `${server.base}/Patient/_history` }]);
  t.same(body.entry.map(shown), ['Patient/a 3', 'Patient/b 2', 'Patient/a 2', 'Patient/b 1', 'Patient/a 1']);
  const [, deletion, update, , creation] = body.entry;
  t.same(deletion, {
    fullUrl: `${server.base}/Patient/b`,
    request: { method: 'DELETE', url: 'Patient/b' },
    response: { status: '204 No Content', etag: 'W/"2"', lastModified: at(5) },
  });
  t.match(update, { request: { method: 'PUT', url: 'Patient/a' }, response: { status: '200 OK' } });
  t.match(creation, { response: { status: '201 Created' }, resource: { meta: { versionId: '1' } } });
  t.same(update.resource, (await ask('GET', '/Patient/a/_history/2')).body);
});

t.test('history of the system holds every type', async (t) => {
  t.same(await pages('/_history'), [
    'Patient/a 3',
    'Patient/b 2',
    'Patient/a 2',
    'Task/t 1',
    'Patient/b 1',
    'Patient/a 1',
  ]);
  t.same(await pages('/_history?_count=1'), await pages('/_history?_count=1000'));
  t.same((await ask('GET', '/Observation/_history')).body.entry, undefined);
});

t.test('_since: versions that were written at that instant or later', async (t) => {
  t.same(await pages(`/Patient/_history?_since=${at(4)}`), ['Patient/a 3', 'Patient/b 2', 'Patient/a 2']);
  t.same(await pages('/Patient/_history?_since=2026-03-14T11:05:00%2B02:00'), ['Patient/a 3', 'Patient/b 2']);
  t.same(await pages('/Patient/_history?_since=2026-03-14T11:05:00+02:00'), ['Patient/a 3', 'Patient/b 2']);
  t.same(await pages(`/Patient/a/_history?_since=${at(4)}&_count=1`), ['Patient/a 3', 'Patient/a 2']);
  t.same(await pages('/_history?_since=2026-03-15'), []);
  t.same(await pages('/Patient/a/_history?_since=2026-03-15'), [], 'no version since, but it is there');
});

t.test('_at: versions that were current at some instant of the period', async (t) => {
  for (const [value, expected] of Object.entries({
    [at(1)]: ['Patient/a 1'],
    '2026-03-14T09:02:30Z': ['Patient/b 1', 'Patient/a 1'],
    '2026-03-14T09:04Z': ['Patient/a 2', 'Patient/b 1'],
    '2026-03-14T09:05:30Z': ['Patient/b 2', 'Patient/a 2'],
    '2026-03-14': ['Patient/a 3', 'Patient/b 2', 'Patient/a 2', 'Patient/b 1', 'Patient/a 1'],
    '2026-03-13': [],
    '2026-03-15': ['Patient/a 3', 'Patient/b 2'],
  })) {
    t.same(await pages(`/Patient/_history?_at=${value}`), expected, value);
    t.same(await pages(`/Patient/_history?_at=${value}&_count=1`), expected, `${value}, one a page`);
  }
  t.same(await pages('/Patient/a/_history?_at=2026-03-14T09:04:00Z'), ['Patient/a 2']);
});

t.test('_list: versions of the resources that a List names', async (t) => {
  await write(7, 'PUT', '/List/l', {
    resourceType: 'List',
    id: 'l',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: 'Patient/a' } }],
  });
  t.same(await pages('/Patient/_history?_list=l'), ['Patient/a 3', 'Patient/a 2', 'Patient/a 1']);
  t.same(await pages('/Patient/_history?_list=nothing'), []);
});

t.test('HEAD answers as GET does, without the body', async (t) => {
  for (const path of ['/_history', '/Patient/_history', '/Patient/a/_history']) {
    const { status, body, headers } = await ask('HEAD', path);
    t.equal(status, 200, path);
    t.equal(body, undefined, path);
    t.match(headers['content-type'], /^application\/fhir\+json/, path);
  }
});

t.test('what cannot be read is 400 and says what is allowed', async (t) => {
  const refused = async (t: Test, query: string, code: string, says: RegExp) => {
    for (const path of ['/_history', '/Patient/_history', '/Patient/a/_history'])
      outcome(t, await ask('GET', `${path}?${query}`), { status: 400, code, says }, `${path}?${query}`);
  };
  await refused(t, '_since=yesterday', 'invalid', /_since is "yesterday"\. Give an instant such as/);
  await refused(t, '_at=gt2020', 'invalid', /_at is "gt2020"\. Give an instant/);
  await refused(t, '_count=-1', 'invalid', /_count is "-1"\. Give a number from 0 to 1000/);
  await refused(t, '_count=1&_count=2', 'invalid', /_count is given twice/);
  await refused(t, '_list=a/b', 'invalid', /_list is "a\/b"\. Give the id of one List/);
  await refused(t, '_sort=_lastUpdated', 'not-supported', /no parameter "_sort"\. Known are _count, _since/);
  await refused(t, 'gender=male', 'not-supported', /no parameter "gender"/);
  await refused(t, '_cursor=x.y', 'invalid', /does not belong to this search/);
  outcome(t, await ask('GET', '/Nothing/_history'), { status: 404, code: 'not-found', says: /no FHIR R4/ });
  outcome(t, await ask('POST', '/Patient/_history', {}), {
    status: 405,
    code: 'not-supported',
    says: /Offered: GET/,
  });
});

t.test('a page link belongs to its own history', async (t) => {
  const { body } = await ask('GET', '/Patient/_history?_count=1');
  const cursor = new URL(body.link[1].url).searchParams.get('_cursor')!;
  for (const path of ['/_history?_count=1', '/Task/_history?_count=1', '/Patient/_history?_count=2'])
    outcome(t, await ask('GET', `${path}&_cursor=${encodeURIComponent(cursor)}`), {
      status: 400,
      code: 'invalid',
      says: /does not belong/,
    });
});

t.test('pages lose and double nothing while others write, whoever commits late', async (t) => {
  for (let n = 0; n < 40; n++)
    await write(10, 'PUT', `/Observation/o${n % 8}`, {
      resourceType: 'Observation',
      id: `o${n % 8}`,
      status: 'final',
      code: { text: `${n}` },
    });
  const before = await pages('/Observation/_history?_count=1000');
  t.equal(before.length, 40);
  t.equal(new Set(before).size, 40);
  // Late: its instant lies in the middle of the pages, but it commits after the first one was read.
  const typeId = (await sql`select id from resource_type where name = 'Observation'`)[0]!.id as number;
  const late = await sql.reserve();
  await late.unsafe(`begin; insert into change (rid, type, version, method, last_updated)
    select rid, ${typeId}, 99, 'U', '${at(9)}' from resource where id = 'o1'`);
  for (const count of [1, 3, 7]) {
    const versions = new Set(before);
    const seen = await pages(`/Observation/_history?_count=${count}&_since=${at(8)}`, async (page) => {
      if (page === 0 && count === 1) await late.unsafe('commit');
      if (page > 3) return;
      const { body } = await ask('PUT', `/Observation/o${page}`, {
        resourceType: 'Observation',
        id: `o${page}`,
        status: 'amended',
        code: { text: `${count} ${page}` },
      });
      if (count > 1) versions.add(`Observation/o${page} ${body.meta.versionId}`);
    });
    if (count === 1) {
      t.same(seen, before, 'the first page settles what belongs to all of them');
      await late.unsafe('delete from change where version = 99');
    }
    t.equal(new Set(seen).size, seen.length, `_count=${count}: none twice`);
  }
  late.release();
});

t.test('four writers at once with a reader of pages: none lost, none twice, newest first', async (t) => {
  now = Date.parse(at(30));
  let writing = true;
  let written = 0;
  const known: string[] = [];
  const writer = async (n: number) => {
    while (writing) {
      now += written++ % 3;
      const { body } = await ask('PUT', `/Device/d${n}-${written % 5}`, {
        resourceType: 'Device',
        id: `d${n}-${written % 5}`,
        lotNumber: `${written}`,
      });
      known.push(`Device/${body.id} ${body.meta.versionId}`);
    }
  };
  const writers = [0, 1, 2, 3].map(writer);
  for (const [count, atLeast] of [
    [3, 30],
    [7, 60],
    [20, 120],
  ] as const) {
    while (known.length < atLeast) await new Promise((done) => setTimeout(done, 1));
    for (const scope of ['/Device/_history', '/_history']) {
      const before = [...known];
      const seen = (await pages(`${scope}?_count=${count}&_since=${at(30)}`)).filter((one) =>
        /^Device/.test(one),
      );
      t.equal(new Set(seen).size, seen.length, `${scope}?_count=${count}: none twice`);
      t.same(
        before.filter((one) => !seen.includes(one)),
        [],
        `${scope}?_count=${count}: all that was written before the first page`,
      );
      const places = new Map<string, number>();
      for (const one of seen) {
        const [name, version] = one.split(' ') as [string, string];
        if (Number(version) >= (places.get(name) ?? Number.POSITIVE_INFINITY))
          t.fail(`${one} comes after an older one`);
        places.set(name, Number(version));
      }
    }
  }
  writing = false;
  await Promise.all(writers);
  t.ok(known.length >= 120);
});

t.test('of versions of one instant the later comes first', async (t) => {
  const minute = 20;
  for (let n = 0; n < 12; n++)
    await write(minute, 'PUT', `/Group/g${n % 2}`, {
      resourceType: 'Group',
      id: `g${n % 2}`,
      type: 'person',
      actual: true,
      quantity: n + 1,
    });
  const seen = await pages('/Group/_history?_count=5');
  for (const id of ['g0', 'g1'])
    t.same(
      seen.filter((line) => line.startsWith(`Group/${id}`)),
      [6, 5, 4, 3, 2, 1].map((version) => `Group/${id} ${version}`),
    );
});
