// The database goes away while the server runs: 503 that says so, and everything works again when it is back.
// https://hl7.org/fhir/R4/http.html#Status-Codes
import { connect, createServer, type Server, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { createApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import { createDatabase } from '../helpers/database.ts';
import { asking } from '../helpers/server.ts';
import { database, outcome, patient } from '../interaction/sample.ts';

/** A door to the database that the test can shut. */
async function doorTo(t: Test, databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server;
  const open = (at: number) =>
    new Promise<number>((done) => {
      server = createServer((client) => {
        const upstream = connect(Number(port), hostname);
        for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
        client.pipe(upstream).pipe(client);
      }).listen(at, '127.0.0.1', () => done((server.address() as { port: number }).port));
    });
  const shut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    return new Promise((done) => server.close(done));
  };
  const at = await open(0);
  t.teardown(shut);
  const url = new URL(databaseUrl);
  url.port = String(at);
  return { url: url.href, shut, open: () => open(at) };
}

const { url: direct } = await createDatabase(t);
const door = await doorTo(t, direct);
const config = readConfig({ DATABASE_URL: door.url, DEMO: 'off', LOG_LEVEL: 'silent', DB_CONNECTIONS: '2' }, [
  '--open',
]);
const app = await createApp({ config, databaseUrl: door.url });
t.teardown(() => app.close());
const ask = asking(app);
const sql = database(t, direct);
const put = (family: string) =>
  ask('PUT', '/Patient/a', { ...patient('a', { name: [{ family }] }), id: 'a' });
await put('Before');

t.test('connections that the database ends are made anew', async (t) => {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  await new Promise((done) => setTimeout(done, 50));
  const answers = [
    await ask('GET', '/Patient/a'),
    await ask('GET', '/Patient?family=before'),
    await put('Again'),
  ];
  for (const { status } of answers) t.ok(status < 500 || status === 503, String(status));
  t.equal((await ask('GET', '/Patient/a')).status, 200);
  t.equal((await put('Again')).status, 200);
});

t.test(
  'while the database is away every request is 503 with Retry-After, and /livez still answers',
  async (t) => {
    await door.shut();
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource: patient('t'), request: { method: 'POST', url: 'Patient' } }],
    };
    const requests: [string, string, object?][] = [
      ['GET', '/Patient/a'],
      ['GET', '/Patient?family=x'],
      ['GET', '/Patient/a/_history'],
      ['POST', '/Patient', patient('lost')],
      ['DELETE', '/Patient/a'],
      ['POST', '', bundle],
    ];
    for (const [method, path, body] of requests) {
      const answer = await ask(method, path, body);
      outcome(
        t,
        answer,
        { status: 503, code: 'transient', says: /database cannot be reached just now\. Try again/ },
        `${method} ${path}`,
      );
      t.equal(answer.headers['retry-after'], '5');
    }
    // A batch says it of each entry: those before may have been written.
    const batch = await ask('POST', '', { ...bundle, type: 'batch' });
    t.equal(batch.status, 200);
    t.equal(batch.body.entry[0].response.status, '503');
    t.match(batch.body.entry[0].response.outcome.issue[0], { code: 'transient', diagnostics: /Try again/ });
    t.equal((await app.server.inject('/livez')).statusCode, 200);
    const ready = await app.server.inject('/readyz');
    t.equal(ready.statusCode, 503);
    t.equal(ready.headers['retry-after'], '5');
    t.equal((await ask('GET', '/metadata')).status, 200, 'what needs no database is still there');
  },
);

t.test('when it is back everything works again and nothing was lost', async (t) => {
  await door.open();
  for (let n = 0; n < 100 && (await app.server.inject('/readyz')).statusCode !== 200; n++)
    await new Promise((done) => setTimeout(done, 50));
  const { status, body } = await ask('GET', '/Patient/a');
  t.equal(status, 200);
  t.equal(body.name[0].family, 'Again');
  t.equal((await put('After')).headers.etag, `W/"${Number(body.meta.versionId) + 1}"`);
  t.equal(
    (await ask('GET', '/Patient?identifier=lost,t')).body.entry,
    undefined,
    'what was answered 503 was not written',
  );
});
