// batch: every entry on its own. https://hl7.org/fhir/R4/http.html#transaction
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { MRN, outcome, patient, task } from './sample.ts';

const server = await startServer(t);
const ask = asking(server);
const send = (...entry: unknown[]) => ask('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
const entry = (method: string, url: string, resource?: object, more: object = {}) => ({
  ...(resource && { resource }),
  request: { method, url, ...more },
});

t.test("a failure stays its entry's; the others are carried out in order", async (t) => {
  const { status, body } = await send(
    entry('PUT', 'Patient/a', { ...patient('a'), id: 'a' }),
    entry('POST', 'Patient', { resourceType: 'Patient', gender: 'x' }),
    entry('POST', 'Task', task('nobody')),
    entry('GET', 'Patient/a'),
    entry('GET', `Patient?identifier=${MRN}|a`),
    entry('DELETE', 'Patient/a'),
    entry('GET', 'Patient/a'),
    entry('GET', 'Nonsense/1'),
    entry('GET', '$nonsense'),
    entry('GET', '$export'),
    entry('GET', 'https://elsewhere.example/fhir/Patient/a'),
    entry('PATCH', 'Patient/a', {}),
    null,
    {},
    entry('GET', 'metadata'),
  );
  t.equal(status, 200);
  t.equal(body.type, 'batch-response');
  const [created, , dangling, read, found, , gone] = body.entry;
  t.same(
    body.entry.map(({ response }: { response: { status: string } }) => response.status.slice(0, 3)),
    ['201', '422', '422', '200', '200', '204', '410', '404', '404', '400', '404', '410', '400', '400', '200'],
  );
  t.match(created, {
    fullUrl: `${server.base}/Patient/a`,
    resource: { id: 'a' },
    response: {
      location: `${server.base}/Patient/a/_history/1`,
      etag: 'W/"1"',
      lastModified: created.resource.meta.lastUpdated,
    },
  });
  t.match(dangling.response.outcome.issue[0], {
    severity: 'error',
    code: 'not-found',
    expression: ['Task.for'],
  });
  t.match(read, { resource: { id: 'a' }, response: { etag: 'W/"1"' } });
  t.match(found.resource, { resourceType: 'Bundle', type: 'searchset' });
  t.match(gone.response.outcome.issue[0], { code: 'deleted' });
  for (const { response } of body.entry)
    if (Number(response.status.slice(0, 3)) >= 400)
      t.equal(response.outcome.resourceType, 'OperationOutcome');
});

t.test('entries take their own conditions', async (t) => {
  await ask('PUT', '/Patient/b', { ...patient('b'), id: 'b' });
  const { body } = await send(
    entry('PUT', 'Patient/b', { ...patient('b'), id: 'b' }, { ifMatch: 'W/"9"' }),
    entry('GET', 'Patient/b', undefined, { ifNoneMatch: 'W/"1"' }),
    entry('POST', 'Patient', patient('b'), { ifNoneExist: `identifier=${MRN}|b` }),
    entry('PUT', 'Patient/b', { ...patient('b'), id: 'b' }, { ifMatch: 5 }),
    entry('POST', 'Patient', patient('b'), { ifNoneExist: {} }),
  );
  t.same(
    body.entry.map(({ response }: { response: { status: string } }) => response.status.slice(0, 3)),
    ['412', '304', '200', '400', '400'],
  );
});

t.test('text in an address that is no valid encoding, or has a NUL, fails alone', async (t) => {
  const { status, body } = await send(
    entry('GET', 'Patient/%E0%A4%A'),
    entry('GET', 'Patient?family=%00'),
    entry('GET', 'Patient/%00'),
    entry('GET', 'metadata'),
  );
  t.equal(status, 200);
  t.same(
    body.entry.map(({ response }: { response: { status: string } }) => response.status.slice(0, 3)),
    ['404', '400', '400', '200'],
  );
});

t.test('an empty batch is answered with an empty response', async (t) => {
  t.same((await send()).body, { resourceType: 'Bundle', type: 'batch-response' });
});

t.test('what is posted to the base must be a batch or a transaction', async (t) => {
  const wrong = {
    status: 400,
    code: 'invalid',
    says: /Post a Bundle of type batch or transaction/,
    expression: ['Bundle.type'],
  };
  outcome(t, await ask('POST', '', { resourceType: 'Bundle', type: 'collection' }), wrong);
  outcome(t, await ask('POST', '', patient('1')), wrong);
  outcome(t, await ask('POST', '', '[]'), wrong);
  outcome(t, await ask('POST', '', { resourceType: 'Bundle', type: 'batch', entry: {} }), {
    status: 400,
    code: 'invalid',
    says: /Bundle\.entry must be an array/,
    expression: ['Bundle.entry'],
  });
  const many = { resourceType: 'Bundle', type: 'batch', entry: Array.from({ length: 5001 }, () => ({})) };
  outcome(t, await ask('POST', '', many), {
    status: 400,
    code: 'invalid',
    says: /has 5001 entries; at most 5000/,
    expression: ['Bundle.entry'],
  });
});

t.test(
  'one bundle gives 64 MB to read at most: its other entries are 413, a transaction whole',
  async (t) => {
    const code = { text: 'x'.repeat(1_000_000) };
    await send(
      ...Array.from({ length: 10 }, (_, n) =>
        entry('PUT', `Basic/large-${n}`, { resourceType: 'Basic', id: `large-${n}`, code }),
      ),
    );
    const reads = [
      ...Array.from({ length: 7 }, () => entry('GET', 'Basic?_count=10')),
      entry('GET', 'Basic/large-1'),
      entry('POST', 'Basic/_search?_count=1'),
    ];
    const { status, body } = await send(...reads);
    t.equal(status, 200);
    t.same(
      body.entry.map(({ response }: { response: { status: string } }) => response.status.slice(0, 3)),
      ['200', '200', '200', '200', '200', '200', '200', '413', '413'],
    );
    t.match(body.entry[7].response.outcome.issue, [
      {
        severity: 'error',
        code: 'too-costly',
        diagnostics: /fill 64 MB, the most that one bundle is answered/,
      },
    ]);
    outcome(
      t,
      await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry: reads.slice(0, 8) }),
      {
        status: 413,
        code: 'too-costly',
        says: /^Entry 7: The answers to the entries before this one fill 64 MB/,
        expression: ['Bundle.entry[7]'],
      },
    );
  },
);

t.test('a batch in a batch is 400', async (t) => {
  const inner = { resourceType: 'Bundle', type: 'batch', entry: [entry('GET', 'Patient')] };
  const { body } = await send(entry('POST', '', inner), entry('POST', '/', inner));
  for (const { response } of body.entry) {
    t.match(response.status, /^400/);
    t.match(response.outcome.issue, [
      {
        severity: 'error',
        code: 'invalid',
        diagnostics: /^A batch takes no other batch\./,
        expression: ['request.url'],
      },
    ]);
  }
});
