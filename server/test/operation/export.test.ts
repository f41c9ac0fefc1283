// $export over HTTP: kick-off, status, manifest, files, deletion. https://hl7.org/fhir/uv/bulkdata/STU2/export.html
import t, { type Test } from 'tap';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';
import { outcome, patient, task } from '../interaction/sample.ts';

const server = await startServer(t, { open: false, demo: true });
const ASYNC = { prefer: 'respond-async' };

async function tokenOf(body: Record<string, string>): Promise<string> {
  const { body: text } = await server.server.inject({
    method: 'POST',
    url: '/auth/demo-token',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return `Bearer ${JSON.parse(text).access_token}`;
}
const lay = laying(server);
const authorization = await tokenOf({ client: 'quality' });
const quality = asking(server, { authorization });
const nurse = asking(server, { authorization: await tokenOf({ user: 'nurse', scope: 'user/*.cruds' }) });
const pathOf = (url: unknown) => String(url).replace(server.base, '');

/** Kicks off and waits for the manifest. */
async function exported(
  t: Test,
  ask: Ask,
  address: string,
): Promise<Answer & { status: number; statusPath: string }> {
  const kickOff = await ask('GET', address, undefined, ASYNC);
  t.equal(kickOff.status, 202, address);
  const statusPath = pathOf(kickOff.headers['content-location']);
  for (let n = 0; ; n++) {
    const answer = await ask('GET', statusPath);
    if (answer.status !== 202) return { ...answer, statusPath };
    t.match(answer.headers['retry-after'], /^\d+$/);
    const progress = String(answer.headers['x-progress']);
    t.ok(progress.length > 0 && progress.length < 100, `X-Progress: ${progress}`);
    if (n > 200) throw new Error('The export does not end.');
    await new Promise((done) => setTimeout(done, 25));
  }
}

/** Lines of an exported file. */
async function linesOf(url: string): Promise<string[]> {
  const { statusCode, headers, body } = await server.server.inject({
    url: `/fhir${pathOf(url)}`,
    headers: { authorization, accept: 'application/fhir+ndjson' },
  });
  if (statusCode !== 200) throw new Error(`${statusCode}: ${body}`);
  if (headers['content-type'] !== 'application/fhir+ndjson') throw new Error(String(headers['content-type']));
  if (!body.endsWith('\n')) throw new Error('The last line has no end.');
  return body.trimEnd().split('\n');
}

interface Output {
  type: string;
  url: string;
  count: number;
}

t.test('kick-off without Prefer: respond-async is 400', async (t) => {
  for (const headers of [undefined, { prefer: 'return=minimal' }]) {
    outcome(t, await quality('GET', '/$export', undefined, headers), {
      status: 400,
      code: 'invalid',
      says: /send the header "Prefer: respond-async"/,
    });
  }
});

t.test('kick-off answers 202 with the absolute address of the status', async (t) => {
  const { status, headers, body } = await quality('GET', '/Patient/$export?_type=Coverage', undefined, {
    ...ASYNC,
    accept: 'application/fhir+json',
  });
  t.equal(status, 202);
  t.match(headers['content-location'], new RegExp(`^${server.base}/\\$export/[0-9a-f-]{36}$`));
  t.notOk(body);
});

t.test(
  'the manifest tells time, request, files and errors; each file holds the stored resources of one type',
  async (t) => {
    const started = Date.now();
    const { status, headers, body } = await exported(t, quality, '/$export');
    t.equal(status, 200);
    t.match(headers['content-type'], /^application\/json/);
    t.match(body, { request: `${server.base}/$export`, requiresAccessToken: true, error: [] });
    t.ok(Math.abs(Date.parse(body.transactionTime) - started) < 60_000);
    t.ok(body.output.length > 10, 'the demo stories have many types');
    for (const { type, url, count } of body.output as Output[]) {
      const lines = await linesOf(url);
      t.equal(lines.length, count, `${type}: count`);
      const found = new Map(lines.map((line) => [JSON.parse(line).id as string, line]));
      t.equal(found.size, count, `${type}: each once`);
      const [id, line] = [...found][0]!;
      const stored = await server.server.inject({ url: `/fhir/${type}/${id}`, headers: { authorization } });
      t.equal(line, stored.body, `${type}: the bytes that are served`);
      t.equal((await quality('GET', `/${type}?_summary=count`)).body.total, count, `${type}: all of them`);
      t.ok(
        lines.every((text) => JSON.parse(text).resourceType === type),
        `${type}: nothing else`,
      );
    }
  },
);

t.test('Patient level gives the patient compartment', async (t) => {
  const { body } = await exported(t, quality, '/Patient/$export');
  const types = (body.output as Output[]).map(({ type }) => type);
  t.ok(types.includes('Patient') && types.includes('Task') && types.includes('Coverage'));
  for (const shared of ['Organization', 'Practitioner', 'Location', 'Questionnaire'])
    t.notOk(types.includes(shared), shared);
  const patients = (body.output as Output[]).find(({ type }) => type === 'Patient');
  t.equal(patients?.count, (await quality('GET', '/Patient?_summary=count')).body.total);
});

t.test('_type limits the types; repeated values count as one list', async (t) => {
  const { body } = await exported(
    t,
    quality,
    '/$export?_type=Task,Patient&_type=Organization&_outputFormat=ndjson',
  );
  t.same((body.output as Output[]).map(({ type }) => type).sort(), ['Organization', 'Patient', 'Task']);
  t.equal(
    body.request,
    `${server.base}/$export?_type=Task%2CPatient&_type=Organization&_outputFormat=ndjson`,
  );
});

t.test('a type without resources gives no file', async (t) => {
  t.same((await exported(t, quality, '/$export?_type=VisionPrescription')).body.output, []);
});

t.test('_since gives what changed since, deletions apart', async (t) => {
  await lay('PUT', '/Patient/before', { ...patient('before'), id: 'before' });
  await lay('PUT', '/Patient/after', { ...patient('after'), id: 'after' });
  const panel = JSON.parse(
    (await server.server.inject({ url: '/fhir/Group/larkfield-panel', headers: { authorization } })).body,
  );
  panel.member.push(...['before', 'after'].map((id) => ({ entity: { reference: `Patient/${id}` } })));
  await lay('PUT', '/Group/larkfield-panel', panel);
  const first = (await exported(t, quality, '/$export?_type=Patient')).body.transactionTime;
  await new Promise((done) => setTimeout(done, 5));
  await lay('PUT', '/Patient/after', { ...patient('after'), id: 'after' });
  const { body } = await exported(t, quality, `/$export?_type=Patient&_since=${encodeURIComponent(first)}`);
  const ids = (await linesOf(body.output[0].url)).map((line) => JSON.parse(line).id);
  t.ok(ids.includes('after'));
  t.notOk(ids.includes('before'));
  const none = await exported(t, quality, '/$export?_type=Patient&_since=2999-01-01T00:00:00%2B02:00');
  t.same(none.body.output, []);
});

t.test('the three names of NDJSON are taken, other formats are 400', async (t) => {
  for (const format of [
    'application/fhir%2Bndjson',
    'application/fhir+ndjson',
    'application/ndjson',
    'ndjson',
  ]) {
    t.equal(
      (await quality('GET', `/$export?_type=VisionPrescription&_outputFormat=${format}`, undefined, ASYNC))
        .status,
      202,
      format,
    );
  }
  outcome(t, await quality('GET', '/$export?_outputFormat=parquet', undefined, ASYNC), {
    status: 400,
    code: 'not-supported',
    says: /_outputFormat is "parquet"/,
  });
});

t.test(
  'unknown types, parameters and wrong instants are 400; lenient handling leaves unknown parameters out',
  async (t) => {
    const kickOff = (query: string, prefer = 'respond-async', level = '') =>
      quality('GET', `${level}/$export?${query}`, undefined, { prefer });
    outcome(t, await kickOff('_type=Patient,Nonsense'), {
      status: 400,
      code: 'not-supported',
      says: /_type names "Nonsense", which is no R4 resource type/,
    });
    outcome(t, await kickOff('_type='), { status: 400, code: 'not-supported', says: /_type names ""/ });
    outcome(t, await kickOff('_type=Organization', 'respond-async', '/Patient'), {
      status: 400,
      code: 'not-supported',
      says: /"Organization", which does not lie in the patient compartment/,
    });
    outcome(t, await kickOff('_typeFilter=Patient%3Factive%3Dtrue'), {
      status: 400,
      code: 'not-supported',
      says: /no parameter "_typeFilter"/,
    });
    outcome(t, await kickOff('_since=yesterday'), {
      status: 400,
      code: 'invalid',
      says: /_since is "yesterday"/,
    });
    t.equal((await kickOff('_type=Task&_typeFilter=x', 'respond-async, handling=lenient')).status, 202);
  },
);

t.test('another caller sees neither status nor files, and cannot delete', async (t) => {
  const { body, statusPath } = await exported(t, quality, '/$export?_type=Patient');
  const hidden = { status: 404, code: 'not-found', says: /no such/ };
  outcome(t, await nurse('GET', statusPath), hidden);
  outcome(t, await nurse('DELETE', statusPath), hidden);
  const beyond = { status: 403, code: 'forbidden', says: /Use a token with the scope system\/Patient\.rs/ };
  outcome(t, await nurse('GET', pathOf(body.output[0].url)), beyond, 'a user, a file');
  for (const path of [statusPath, pathOf(body.output[0].url)])
    outcome(t, await asking(server)('GET', path), {
      status: 401,
      code: 'login',
      says: /needs an access token/,
    });
  const narrow = asking(server, {
    authorization: await tokenOf({ client: 'quality', scope: 'system/Task.rs' }),
  });
  outcome(
    t,
    await narrow('GET', pathOf(body.output[0].url)),
    { status: 403, code: 'forbidden', says: /does not cover exporting Patient/ },
    'the token must cover the file',
  );
  t.equal((await linesOf(body.output[0].url)).length, body.output[0].count, 'the owner still has them');
});

t.test('a user cannot export, whatever the role and scopes: that takes a system scope', async (t) => {
  for (const address of ['/$export', '/Patient/$export', '/$export?_type=Patient']) {
    const answer = await nurse('GET', address, undefined, { prefer: 'respond-async' });
    outcome(t, answer, { status: 403, code: 'forbidden', says: /system\// }, address);
  }
});

t.test('addresses that name no export or file are 404', async (t) => {
  for (const path of [
    '/$export/x',
    '/$export/00000000-0000-0000-0000-000000000000',
    '/$export-file/x/Patient.ndjson',
    '/$export-file/00000000-0000-0000-0000-000000000000/..%2f..%2fpackage.json',
    '/$export-file/00000000-0000-0000-0000-000000000000/Patient.ndjson',
  ]) {
    const { status, body } = await quality('GET', path);
    t.equal(status, 404, path);
    t.equal(body.issue[0].code, 'not-found', path);
  }
});

t.test('DELETE answers 202; then status and files are 404', async (t) => {
  const { body, statusPath } = await exported(t, quality, '/$export?_type=Patient');
  t.equal((await quality('DELETE', statusPath)).status, 202);
  const gone = { status: 404, code: 'not-found', says: /no such|deleted/ };
  outcome(t, await quality('GET', statusPath), gone);
  outcome(t, await quality('DELETE', statusPath), gone);
  outcome(t, await quality('GET', pathOf(body.output[0].url)), gone);
});

t.test('an export can be deleted while it runs', async (t) => {
  const { headers } = await quality('GET', '/$export', undefined, ASYNC);
  const statusPath = pathOf(headers['content-location']);
  t.equal((await quality('DELETE', statusPath)).status, 202);
  t.equal((await quality('GET', statusPath)).status, 404);
});

t.test('many exports at once all come to their end', async (t) => {
  const all = await Promise.all(Array.from({ length: 6 }, () => exported(t, quality, '/$export?_type=Task')));
  for (const { status } of all) t.equal(status, 200);
  t.equal(new Set(all.map(({ body }) => body.output[0].count)).size, 1);
  t.equal((await nurse('POST', '/Task', task('after'))).status, 201, 'and writes go on');
});
