// Tests of the standalone launch and its sign-in page. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-standalone-launch
import t from 'tap';
import { authorize, discover, location, redeem, type Server, startAuthorizationServer } from './harness.ts';

const SCOPE = 'openid fhirUser launch/patient patient/*.rs user/Task.rs';

/** A browser with cookies: follows redirects within the authorization server. */
function browser(server: Server) {
  const jar = new Map<string, string>();
  return async (address: string | URL, init: RequestInit = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(address, server.publicUrl), {
      redirect: 'manual',
      ...init,
      headers: { cookie },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      jar.set(name!, value!);
    }
    return response;
  };
}

/** Opens the sign-in page: its address and the page. */
async function openSignIn(server: Server, scope = SCOPE) {
  const app = await discover(server);
  app.parameters.set('scope', scope);
  const visit = browser(server);
  const first = await visit(`${app.as.authorization_endpoint}?${app.parameters}`);
  const page = first.headers.get('location')!;
  return { app, visit, page, response: await visit(page) };
}

const choose = (choice: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(choice) });

t.test('standalone launch', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('a user and a patient are chosen on one page, and become those of the token', async (t) => {
    const { app, visit, page, response } = await openSignIn(server);
    t.equal(response.status, 200);
    t.match(response.headers.get('content-security-policy'), /default-src 'none'.*frame-ancestors 'self'/);
    t.equal(response.headers.get('cache-control'), 'no-store');
    const html = await response.text();
    t.match(html, /<legend>Who are you\?<\/legend>[\s\S]*value="nurse"/);
    t.match(html, /Ben &lt;Example&gt;/, 'names are escaped');

    const resume = await visit(page, choose({ user: 'nurse', patient: 'ben' }));
    t.equal(resume.status, 303);
    const back = await visit(location(resume));
    const answer = await redeem(app, location(back));
    t.equal(answer.patient, 'ben');
    t.same(answer.scope!.split(' ').sort(), SCOPE.split(' ').sort());
    t.match(await server.auth.guard({ authorization: `Bearer ${answer.access_token}` }), {
      subject: 'nurse',
      patient: 'ben',
    });
  });

  t.test('the next request asks again: no session outlives a sign-in', async (t) => {
    const { app, visit, page } = await openSignIn(server);
    const back = await visit(location(await visit(page, choose({ user: 'nurse', patient: 'ben' }))));
    t.ok(location(back).searchParams.get('code'));
    const again = await visit(`${app.as.authorization_endpoint}?${app.parameters}`);
    t.match(again.headers.get('location'), /\/auth\/sign-in\//);
    t.same(await server.sql`select 1 from auth_record where kind = 'Session'`, []);
  });

  t.test('an app that does not ask for a patient shows no list of patients and gets none', async (t) => {
    const { app, visit, page, response } = await openSignIn(server, 'openid user/Task.rs');
    t.notMatch(await response.text(), /Ana Example/);
    const back = await visit(location(await visit(page, choose({ user: 'nurse', patient: 'ana' }))));
    const answer = await redeem(app, location(back));
    t.notOk('patient' in answer);
  });

  t.test('a user or patient that is not on the lists is refused in words', async (t) => {
    const choices: Record<string, string>[] = [
      { user: 'root', patient: 'ana' },
      { user: 'nurse', patient: 'zoe' },
      {},
    ];
    for (const choice of choices) {
      const { visit, page } = await openSignIn(server);
      const response = await visit(page, choose(choice));
      t.equal(response.status, 400);
      t.match(await response.text(), /choose from the lists/);
    }
  });

  t.test('the sign-in page of one browser is of no use to another', async (t) => {
    const { page } = await openSignIn(server);
    for (const init of [{}, choose({ user: 'nurse', patient: 'ana' })]) {
      const response = await browser(server)(page, init);
      t.equal(response.status, 400);
      t.match(await response.text(), /expired, or the browser does not keep cookies/);
    }
  });

  t.test('prompt=none is answered with login_required', async (t) => {
    const app = await discover(server);
    const response = await authorize(app, { prompt: 'none', scope: 'openid user/Task.rs' });
    t.equal(location(response).searchParams.get('error'), 'login_required');
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});

t.test('with DEMO=off nobody can sign in by choosing a name: a password is asked for', async (t) => {
  const server = await startAuthorizationServer(t, { DEMO: 'off' });
  const { visit, page, response } = await openSignIn(server);
  t.equal(response.status, 200);
  const html = await response.text();
  t.match(html, /type="password"/);
  t.notMatch(html, /Nick Nurse|Ana Example/);
  const refused = await visit(page, choose({ user: 'nurse', patient: 'ana' }));
  t.ok(refused.status >= 400 && refused.status < 500);
  t.equal(refused.headers.get('location'), null);
  t.same(await server.sql`select from auth_launch`, []);
});

t.test('behind a proxy that ends TLS, cookies are secure and work in a frame of another site', async (t) => {
  const server = await startAuthorizationServer(t, { publicUrl: 'https://throughline.example' });
  const query = new URLSearchParams({
    client_id: 'throughline-app',
    response_type: 'code',
    redirect_uri: 'https://throughline.example/app/',
    scope: SCOPE,
    aud: server.fhirBase,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const response = await fetch(`${server.address}/auth/authorize?${query}`, { redirect: 'manual' });
  t.match(response.headers.get('location'), /^https:\/\/throughline\.example\/auth\/sign-in\//);
  const cookies = response.headers.getSetCookie();
  t.ok(cookies.length);
  for (const cookie of cookies) t.match(cookie, /samesite=none; secure; httponly; partitioned/i);
});
