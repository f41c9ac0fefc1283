// history of one resource: order, deletions, pages. https://hl7.org/fhir/R4/http.html#history
import type { BundleEntry } from '@medplum/fhirtypes';
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { outcome, patient } from './sample.ts';

const server = await startServer(t);
const ask = asking(server);
const put = (id: string, more: object = {}) => ask('PUT', `/Patient/${id}`, { ...patient(id), id, ...more });
await put('a');
await put('a', { gender: 'male' });
await ask('DELETE', '/Patient/a');
await put('a', { gender: 'female' });

t.test('history lists every version, newest first, with how it came about', async (t) => {
  const { status, body } = await ask('GET', '/Patient/a/_history');
  t.equal(status, 200);
  t.equal(body.type, 'history');
  t.same(body.link, [{ relation: 'self', url: `${server.base}/Patient/a/_history` }]);
  const shown = body.entry.map(({ fullUrl, request, response, resource }: BundleEntry) => ({
    fullUrl,
    request,
    ...response,
    version: resource?.meta?.versionId,
  }));
  const fullUrl = `${server.base}/Patient/a`;
  const entry = (method: string, status: string, version: number) => ({
    fullUrl,
    request: { method, url: 'Patient/a' },
    status,
    etag: `W/"${version}"`,
    version: method === 'DELETE' ? undefined : String(version),
  });
  t.match(shown, [
    entry('PUT', '200 OK', 4),
    entry('DELETE', '204 No Content', 3),
    entry('PUT', '200 OK', 2),
    entry('PUT', '201 Created', 1),
  ]);
  for (const { response } of body.entry) t.match(response.lastModified, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

t.test('a resource that was made by POST says so', async (t) => {
  const { body } = await ask('POST', '/Patient', patient('p'));
  const history = await ask('GET', `/Patient/${body.id}/_history`);
  t.match(history.body.entry, [
    { request: { method: 'POST', url: 'Patient' }, response: { status: '201 Created' }, resource: body },
  ]);
});

t.test('pages of a history join without loss, also while versions are added', async (t) => {
  for (let n = 0; n < 7; n++) await put('b', { multipleBirthInteger: n });
  const seen: string[] = [];
  let path: string | undefined = '/Patient/b/_history?_count=3';
  for (let page = 0; path && page < 9; page++) {
    const {
      body,
    }: {
      body: {
        entry: { resource: { meta: { versionId: string } } }[];
        link: { relation: string; url: string }[];
      };
    } = await ask('GET', path);
    seen.push(...body.entry.map(({ resource }) => resource.meta.versionId));
    path = body.link.find(({ relation }) => relation === 'next')?.url.replace(server.base, '');
    if (page === 0) await put('b', { multipleBirthInteger: 8 });
  }
  t.same(seen, ['7', '6', '5', '4', '3', '2', '1']);
});

t.test('the self link states what was used; _count=0 lists nothing', async (t) => {
  const { body } = await ask('GET', '/Patient/a/_history?_count=2');
  t.equal(body.link[0].url, `${server.base}/Patient/a/_history?_count=2`);
  const none = await ask('GET', '/Patient/a/_history?_count=0');
  t.equal(none.status, 200);
  t.equal(none.body.entry, undefined);
});

t.test('history of nothing is 404; unknown parameters and wrong counts are 400', async (t) => {
  outcome(t, await ask('GET', '/Patient/nobody/_history'), {
    status: 404,
    code: 'not-found',
    says: /There is no Patient\/nobody/,
  });
  outcome(t, await ask('GET', '/Patient/a/_history?gender=male'), {
    status: 400,
    code: 'not-supported',
    says: /no parameter "gender"/,
  });
  for (const count of ['-1', 'x', '1e3', '']) {
    outcome(
      t,
      await ask('GET', `/Patient/a/_history?_count=${count}`),
      { status: 400, code: 'invalid', says: /_count is "/ },
      count,
    );
  }
});
