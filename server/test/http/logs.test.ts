// What a process writes while it works, at the most talkative level: no token, no secret, no name, no text of a body.
// https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from '../../db/embedded.ts';
import { cleanLine, loggedError, loggedPath } from '../../http/log.ts';
import { createDatabase } from '../helpers/database.ts';
import { run, until } from '../helpers/process.ts';

const NAME = 'Zyxwvutsname';
const JSON_TYPE = { 'content-type': 'application/fhir+json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

t.test(
  'a session at LOG_LEVEL=trace leaves every request in the log, and nothing of what it said',
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-logs-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const { url: databaseUrl } = await createDatabase(t);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { said } = run(t, 'server/main.ts', [], {
      DATABASE_URL: databaseUrl,
      DATA_DIR: folder,
      PORT: String(port),
      DEMO: 'on',
      LOG_LEVEL: 'trace',
    });
    await until(() => said.out.includes('Try this'), 'the server runs');

    const secrets: string[] = [NAME, new URL(databaseUrl).password].filter(Boolean);
    const secret = (text: string) => {
      secrets.push(text);
      return text;
    };
    let asked = 0;
    const send = (path: string, init: RequestInit = {}, id = `request-${++asked}`) =>
      fetch(`${url}${path}`, {
        redirect: 'manual',
        ...init,
        headers: { ...(init.headers as Record<string, string>), 'x-request-id': id },
      });
    const given = await send('/auth/demo-token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'nurse' }),
    });
    const { access_token: token } = (await given.json()) as { access_token: string };
    secret(token.split('.')[1]!);
    secret(token.split('.')[2]!);
    const authorization = `Bearer ${token}`;

    const statuses: number[] = [];
    const answered = async (response: Promise<Response>) => {
      const { status } = await response;
      statuses.push(status);
      await (await response).arrayBuffer();
    };
    // Reads and searches with names, right and wrong.
    for (const path of [
      `/fhir/Patient?family=${NAME}`,
      `/fhir/Patient?famly=${NAME}`,
      `/fhir/Patient?birthdate=${NAME}`,
      `/fhir/Patient/${NAME}`,
      `/fhir/${NAME}/1`,
      `/fhir/Task?_filter=code eq "${NAME}"`,
      `/fhir/Patient?family=%zz${NAME}`,
      `/fhir/%zz${NAME}`,
      `/nothing/${NAME}?name=${NAME}`,
    ])
      await answered(send(path, { headers: { authorization } }));
    await answered(
      send('/fhir/Patient/_search', {
        method: 'POST',
        headers: { authorization, ...FORM },
        body: `family=${NAME}`,
      }),
    );
    // Writes: one that is stored, and those that cannot be read or are no resource.
    for (const body of [
      JSON.stringify({ resourceType: 'Patient', name: [{ family: NAME }] }),
      `{"resourceType":"Patient","name":"${NAME}`,
      `${NAME} is no JSON`,
      JSON.stringify({ resourceType: 'Patient', birthDate: NAME }),
      JSON.stringify({ resourceType: NAME }),
    ])
      await answered(
        send('/fhir/Patient', { method: 'POST', headers: { authorization, ...JSON_TYPE }, body }),
      );
    // Wrong tokens, and secrets in every place of the authorization server.
    await answered(send('/fhir/Task', { headers: { authorization: `Bearer ${secret('wrong-bearer-1')}` } }));
    await answered(send('/fhir/Task', { headers: { authorization: `Basic ${secret('d3Jvbmc6YmFzaWM=')}` } }));
    await answered(
      send('/fhir/Task', { headers: { authorization, cookie: `id=${secret('cookie-value-1')}` } }),
    );
    await answered(
      send(
        `/auth/authorize?client_id=throughline-app&launch=${secret('launch-1')}&state=${secret('state-1')}`,
      ),
    );
    await answered(send(`/app/?code=${secret('code-1')}&state=${secret('state-2')}`));
    for (const [name, value] of [
      ['code', secret('code-2')],
      ['refresh_token', secret('refresh-1')],
      ['client_assertion', secret('eyJhbGciOiJub25lIn0.e30.sig-1')],
      ['client_secret', secret('client-secret-1')],
    ])
      await answered(
        send('/auth/token', {
          method: 'POST',
          headers: FORM,
          body: `grant_type=authorization_code&client_id=throughline-app&${name}=${value}`,
        }),
      );
    t.ok(
      statuses.includes(200) && statuses.includes(201) && statuses.includes(400) && statuses.includes(401),
    );
    t.same(
      statuses.filter((status) => status >= 500),
      [],
    );

    await until(() => said.out.includes(`"request-${asked}"`), 'the last request is in the log');
    const lines = said.out.split('\n').filter((line) => line.startsWith('{'));
    const entries = lines.map((line) => JSON.parse(line));
    for (let n = 1; n <= asked; n++) {
      const [entry] = entries.filter(({ reqId, msg }) => reqId === `request-${n}` && msg === 'answered');
      t.match(entry, { method: /^(GET|POST)$/, path: /^[/(]/, status: Number, ms: Number }, `request ${n}`);
    }
    t.equal(entries.find(({ reqId }) => reqId === 'request-5')?.path, '/fhir/Patient/*', 'ids are not told');
    for (const text of secrets) t.notOk((said.out + said.err).includes(text), `not in the log: ${text}`);
  },
);

t.test('what PostgreSQL and V8 quote of a value is cut out of a failure', async (t) => {
  const ofDatabase = Object.assign(new Error(`invalid input syntax for type date: "${NAME}"`), {
    name: 'PostgresError',
    code: '22007',
    query: `select '${NAME}'`,
    parameters: [NAME],
    detail: `Key (name)=(${NAME}) exists.`,
  });
  const logged = loggedError(ofDatabase);
  t.equal(logged.type, 'PostgresError');
  t.equal(logged.code, '22007');
  t.equal(logged.message, 'invalid input syntax for type date: "…"');
  t.match(logged.stack, /^ {4}at .*logs\.test\.ts/);
  t.notMatch(JSON.stringify(logged), NAME);
  try {
    JSON.parse(`${NAME} is no JSON`);
  } catch (error) {
    t.notMatch(JSON.stringify(loggedError(error)), NAME);
  }
  t.notMatch(loggedError(new Error(`"${NAME} without an end`)).message, NAME);
  t.equal(loggedError(new Error('x'.repeat(999))).message.length, 300);
  t.same(loggedError(undefined), { type: 'undefined', message: 'undefined', stack: '' });
});

t.test('a line loses its secrets whichever part of the program wrote it', async (t) => {
  const cut: [string, string][] = [
    ['GET /auth/authorize?launch=abc&state=x HTTP', 'GET /auth/authorize?… HTTP'],
    ['{"url":"/fhir/Patient?family=Reyes"}', '{"url":"/fhir/Patient?…"}'],
    ['authorization: Bearer abc.def-1~', 'authorization: Bearer …'],
    ['authorization: basic bWU6c2VjcmV0', 'authorization: basic …'],
    ['token eyJhbGciOi.eyJzdWIi.c2ln ended', 'token … ended'],
    ['grant_type=x&refresh_token=abc&code_verifier=def', 'grant_type=x&refresh_token=…&code_verifier=…'],
    ['Is it late? No, it is not.', 'Is it late? No, it is not.'],
    ['{"code":"22007","status":400}', '{"code":"22007","status":400}'],
  ];
  for (const [line, expected] of cut) t.equal(cleanLine(line), expected);
});

t.test('an address is logged without ids and without its query', async (t) => {
  const logged: [string, string | undefined, string][] = [
    ['/fhir/Patient/ana-reyes/_history/2?x=y', '/fhir/*', '/fhir/Patient/*/_history/*'],
    ['/fhir/Patient/ana/$everything', '/fhir/*', '/fhir/Patient/*/$everything'],
    ['/fhir?name=Ana', '/fhir', '/fhir'],
    ['/fhir/metadata', '/fhir/*', '/fhir/metadata'],
    ['/fhir/Reyes/$Ana', '/fhir/*', '/fhir/*/*'],
    ['/auth/sign-in/abc', '/auth/sign-in/:uid', '/auth/sign-in/:uid'],
    ['/ana?name=reyes', undefined, '(unknown)'],
  ];
  for (const [url, route, expected] of logged) t.equal(loggedPath(url, route), expected);
});
