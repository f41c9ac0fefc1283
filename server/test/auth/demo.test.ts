// Tests of what exists only with demo data: the demo EHR's launches and the tokens of npm run token.
import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { decodeJwt } from 'jose';
import t from 'tap';
import { formatScope } from '../../auth/launch/scopes.ts';
import { authorize, discover, location, redeem, type Server, startAuthorizationServer } from './harness.ts';

const post = (server: Server, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(server.publicUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** The status of a request for the nurse with any headers, also those that fetch does not let through. */
const statusOf = (server: Server, method: string, path: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((done, failed) => {
    const options = { method, headers: { 'content-type': 'application/json', ...headers } };
    const sent = request(server.publicUrl + path, options);
    sent.on('response', (response) => done(response.resume().statusCode)).on('error', failed);
    sent.end(method === 'POST' ? '{"user":"nurse"}' : undefined);
  });

/** Runs `npm run token` against a server. */
const token = (server: Server, ...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const script = new URL('../../../scripts/token.ts', import.meta.url).pathname;
    const env = { ...process.env, PORT: new URL(server.publicUrl).port };
    execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

t.test('the demo EHR', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('tells its users and patients', async (t) => {
    const response = await fetch(`${server.publicUrl}/ehr/context`);
    t.equal(response.status, 200);
    t.same(await response.json(), {
      users: [
        { username: 'navigator', name: 'Nora Navigator', role: 'navigator' },
        { username: 'nurse', name: 'Nick Nurse', role: 'rn' },
      ],
      patients: [
        { id: 'ana', name: 'Ana Example', birthDate: '1980-02-03', gender: 'female' },
        { id: 'ben', name: 'Ben <Example>', birthDate: '1971-05-06', gender: 'male' },
      ],
      publicUrl: server.publicUrl,
    });
  });

  t.test('makes a launch that the app can take', async (t) => {
    const response = await post(
      server,
      '/ehr/launch',
      { user: 'nurse', patient: 'ana', needPatientBanner: false },
      { origin: server.publicUrl },
    );
    t.equal(response.status, 201);
    const { launch, iss, url, messaging } = (await response.json()) as {
      launch: string;
      iss: string;
      url: string;
      messaging: { origin: string; handle: string };
    };
    t.equal(messaging.origin, server.publicUrl);
    t.match(messaging.handle, /^[\w-]{32}$/);
    t.equal(iss, server.fhirBase);
    t.equal(url, `${server.publicUrl}/app/launch?${new URLSearchParams({ iss, launch })}`);
    const app = await discover(server);
    const answer = await redeem(app, location(await authorize(app, { launch })));
    const styleUrl = `${server.publicUrl}/ehr/style/light.json`;
    t.match(answer, { patient: 'ana', need_patient_banner: false, smart_style_url: styleUrl });
    const style = await fetch(styleUrl);
    t.match(await style.json(), { color_background: /^#/, color_highlight: /^#/ });
  });

  t.test('refuses what it does not know, in words', async (t) => {
    const cases: [body: unknown, status: number, diagnostics: RegExp][] = [
      [{ user: 'root', patient: 'ana' }, 404, /no such user/],
      [{ user: 'nurse', patient: 'zoe' }, 404, /no such patient/],
      [{ patient: 'ana' }, 400, /"user" is missing/],
      [{ user: 'nurse', patient: 5 }, 400, /"patient" has to be a string/],
      [{ user: 'nurse', pateint: 'ana' }, 400, /Unknown field "pateint"/],
      [{ user: 'nurse', style: 'constructor' }, 400, /"style" has to be one of light, dark/],
      [[], 400, /JSON object/],
      ['{', 400, /not valid JSON/],
    ];
    for (const [body, status, diagnostics] of cases) {
      const response = await post(server, '/ehr/launch', body);
      t.equal(response.status, status, JSON.stringify(body));
      t.match(await response.json(), {
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', diagnostics }],
      });
    }
  });

  t.test('makes no launch for a page of another site, and tells it nothing', async (t) => {
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { host: 'rebound.example' },
    ];
    for (const headers of foreign) {
      t.equal(await statusOf(server, 'POST', '/ehr/launch', headers), 403, JSON.stringify(headers));
      t.equal(await statusOf(server, 'GET', '/ehr/context', headers), 403, JSON.stringify(headers));
    }
    const form = await post(server, '/ehr/launch', '{"user":"nurse"}', { 'content-type': 'text/plain' });
    t.equal(form.status, 415);
  });
});

t.test('npm run token', async (t) => {
  const checkCriteria = (_type: string, criteria: string) =>
    criteria.startsWith('modified') ? 'Not enforceable.' : undefined;
  const server = await startAuthorizationServer(t, { checkCriteria });
  const accessOf = (printed: string) => server.auth.guard({ authorization: `Bearer ${printed.trim()}` });

  t.test('prints a user token and nothing else', async (t) => {
    const { code, stdout, stderr } = await token(server, '--user', 'nurse');
    t.match({ code, stderr }, { code: 0, stderr: '' });
    t.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const access = await accessOf(stdout);
    t.match(access, { subject: 'nurse', role: 'rn', fhirUser: 'PractitionerRole/nurse' });
    t.same(access.scopes.map(formatScope), ['user/*.cruds']);
    t.match(decodeJwt(stdout), { client_id: 'demo-token', jti: /^[\w-]{20,}$/ });
    t.not(decodeJwt(stdout).jti, decodeJwt((await token(server, '--user', 'nurse')).stdout).jti);
  });

  t.test('--patient confines the token to one patient, --scope to some resources', async (t) => {
    const confined = await accessOf((await token(server, '--user', 'nurse', '--patient', 'ana')).stdout);
    t.equal(confined.patient, 'ana');
    t.same(confined.scopes.map(formatScope), ['patient/*.cruds']);
    const narrow = await accessOf((await token(server, '--user', 'nurse', '--scope', 'user/Task.rs')).stdout);
    t.same(narrow.scopes.map(formatScope), ['user/Task.rs']);
  });

  t.test('--encounter names a visit of the patient', async (t) => {
    const { stdout } = await token(server, '--user', 'nurse', '--patient', 'ana', '--encounter', 'visit');
    t.match(decodeJwt(stdout), { patient: 'ana', encounter: 'visit' });
  });

  t.test('--scope may narrow by search parameters that can be enforced', async (t) => {
    const args = ['--user', 'nurse', '--scope', 'user/Task.rs?status=ready&code=a'];
    const access = await accessOf((await token(server, ...args)).stdout);
    t.same(access.scopes.map(formatScope), ['user/Task.rs?code=a&status=ready']);
  });

  t.test('--client gives the scopes that the client is registered for', async (t) => {
    const access = await accessOf((await token(server, '--client', 'quality')).stdout);
    t.equal(access.subject, 'quality');
    t.equal(access.role, undefined);
    t.same(access.scopes.map(formatScope), ['system/*.rs']);
  });

  t.test('says in one sentence what is wrong, and exits with 1', async (t) => {
    const cases: [args: string[], stderr: RegExp][] = [
      [['--user', 'root'], /^There is no user root\. Users: navigator, nurse\.\n$/],
      [['--client', 'root'], /^There is no client root\. Clients: other-app, quality\.\n$/],
      [['--user', 'nurse', '--patient', 'zoe'], /^There is no patient zoe\.\n$/],
      [
        ['--user', 'nurse', '--scope', 'everything'],
        /^The scope everything is not one that this server gives/,
      ],
      [
        ['--user', 'nurse', '--scope', 'user/Task.rs?modified=1'],
        /modified=1 cannot be given\. Not enforceable/,
      ],
      [['--user', 'nurse', '--scope', 'user/Task.rs?'], /cannot be given\. After the '\?'/],
      [['--user', 'nurse', '--encounter', 'visit'], /^Use --user NAME/],
      [['--client', 'quality', '--scope', 'system/*.cud'], /^The scope system\/\*\.cud is beyond/],
      [[], /^Use --user NAME/],
      [['--user', 'nurse', '--client', 'quality'], /^Use --user NAME/],
    ];
    for (const [args, stderr] of cases) {
      t.match(await token(server, ...args), { code: 1, stdout: '', stderr }, args.join(' '));
    }
  });

  t.test('the end point refuses a body that is no request', async (t) => {
    for (const body of ['null', '{', '[]', '{"user":5}', '{"usr":"nurse"}']) {
      const response = await post(server, '/auth/demo-token', body);
      t.equal(response.status, 400, body);
      t.match(await response.json(), { error: /JSON/ });
    }
  });

  t.test('says that no server runs, when none does', async (t) => {
    const nowhere = { ...server, publicUrl: 'http://127.0.0.1:9' };
    t.match(await token(nowhere, '--user', 'nurse'), {
      code: 1,
      stdout: '',
      stderr: /^No server answers at http:\/\/127\.0\.0\.1:9\./,
    });
  });

  t.test('gives nothing to a browser, to a proxy, or under a foreign host name', async (t) => {
    const foreign: Record<string, string>[] = [
      { origin: server.publicUrl },
      { 'sec-fetch-site': 'same-origin' },
      { 'x-forwarded-for': '203.0.113.9' },
      { host: 'rebound.example' },
    ];
    for (const headers of foreign) {
      const status = await statusOf(server, 'POST', '/auth/demo-token', headers);
      t.equal(status, 403, JSON.stringify(headers));
    }
  });
});

t.test(
  'without demo data, or open to the network, there are no demo tokens; with DEMO=off no demo EHR either',
  async (t) => {
    const off = await startAuthorizationServer(t, { DEMO: 'off' });
    t.equal((await post(off, '/auth/demo-token', { user: 'nurse' })).status, 404);
    t.equal((await post(off, '/ehr/launch', { user: 'nurse' })).status, 404);
    t.equal((await fetch(`${off.publicUrl}/ehr/context`)).status, 404);
    t.match(await token(off, '--user', 'nurse'), { code: 1, stderr: /without demo data/ });
    const open = await startAuthorizationServer(t, { HOST: '0.0.0.0' });
    t.equal((await post(open, '/auth/demo-token', { user: 'nurse' })).status, 404);
  },
);
