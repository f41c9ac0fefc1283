// Tests of the choice of patient and visit against the stored resources of a whole server.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#requesting-context-with-scopes
import { createHash } from 'node:crypto';
import t from 'tap';
import { openPool } from '../../db/pool.ts';
import { startServer } from '../helpers/server.ts';
import { accountsOf, follow, PASSWORD, visitor } from './visitor.ts';

const VERIFIER = 'a-verifier-of-the-test-that-is-long-enough-0123456789';

t.test('a standalone launch on a whole server', async (t) => {
  const { url, base, databaseUrl } = await startServer(t, { open: false, demo: true, listen: true });
  const request = new URLSearchParams({
    client_id: 'throughline-app',
    response_type: 'code',
    redirect_uri: `${url}/app/`,
    scope: 'openid launch/patient launch/encounter patient/Patient.rs',
    aud: base,
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const browser = visitor();
  const page = (await browser(`${url}/auth/authorize?${request}`)).headers.get('location')!;

  t.test('the page comes with its own policy, also behind the guards of the server', async (t) => {
    const response = await browser(page);
    t.equal(response.status, 200);
    const policy = response.headers.get('content-security-policy');
    t.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self' /);
    t.match(policy, /; frame-ancestors 'self'$/);
    t.equal(response.headers.get('cache-control'), 'no-store');
    t.equal(response.headers.get('access-control-allow-origin'), null);
  });

  t.test('patients are found by the beginning of their names and by record number', async (t) => {
    t.equal((await browser(page, { user: 'nurse' })).status, 303);
    const found = async (find: string) => {
      const html = await (await browser(page, { find })).text();
      return [...html.matchAll(/name="patient" value="([^"]+)"/g)].map(([, id]) => id);
    };
    t.same(await found('rey an'), ['ana-reyes']);
    t.same(await found('Nobody'), []);
    t.same(await found('a,b|c$d\\'), [], 'signs of the search language mean themselves');
    const html = await (await browser(page, { find: 'rey an' })).text();
    const number = /, record ([^<,]+)/.exec(html)?.[1];
    t.ok(number, 'the list shows the record number');
    t.same(await found(number!), ['ana-reyes']);
  });

  t.test('whoever sees only the people assigned to them chooses among these', async (t) => {
    const peer = visitor();
    const own = (await peer(`${url}/auth/authorize?${request}`)).headers.get('location')!;
    t.equal((await peer(own, { user: 'peer' })).status, 303);
    const token = await fetch(`${url}/auth/demo-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'peer' }),
    });
    const { access_token: bearer } = (await token.json()) as { access_token: string };
    const seen = await fetch(`${base}/Patient?_count=100`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
    const { entry = [] } = (await seen.json()) as { entry?: { resource: { id: string } }[] };
    const html = await (await peer(own)).text();
    const offered = [...html.matchAll(/name="patient" value="([^"]+)"/g)].map(([, id]) => id);
    t.same(offered.sort(), entry.map(({ resource }) => resource.id).sort());
    t.ok(offered.length < 8, `${offered.length} of 8 patients`);
    t.equal(
      (await peer(own, { patient: 'grace-oduya' })).status,
      offered.includes('grace-oduya') ? 303 : 400,
    );
  });

  t.test('the visits of the patient can be chosen, and the token is told of them', async (t) => {
    t.equal((await browser(page, { patient: 'ana-reyes' })).status, 303);
    const html = await (await browser(page)).text();
    const visits = [...html.matchAll(/name="encounter" value="([^"]+)"[^>]*> <span>([^<]*)/g)];
    t.ok(visits.length > 1, 'a visit, and none in particular');
    const [, id = '', label = ''] = visits[0]!;
    t.match(label, /^\d{4}-\d\d-\d\d/);
    const end = await follow(browser, await browser(page, { encounter: id }), `${url}/app/`);
    const code = new URL(end.headers.get('location')!).searchParams.get('code')!;
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: `${url}/app/`,
      client_id: 'throughline-app',
      code_verifier: VERIFIER,
    });
    const answer = await fetch(`${url}/auth/token`, { method: 'POST', body });
    t.match(await answer.json(), { patient: 'ana-reyes', encounter: id });
  });

  t.test('the demo EHR and demo tokens leave out who has a password', async (t) => {
    const sql = openPool(databaseUrl, { max: 1 });
    await (await accountsOf(sql)).setPassword('supervisor', PASSWORD);
    await sql.end();
    const context = (await (await fetch(`${url}/ehr/context`)).json()) as { users: { username: string }[] };
    t.ok(context.users.some(({ username }) => username === 'nurse'));
    t.notOk(context.users.some(({ username }) => username === 'supervisor'));
    const post = (path: string) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user: 'supervisor' }),
      });
    t.equal((await post('/ehr/launch')).status, 404);
    t.equal((await post('/auth/demo-token')).status, 400);
  });
});
