// Tests of consent: what is asked, what is remembered, what is taken back.
// https://openid.net/specs/openid-connect-core-1_0.html#Consent
import fc from 'fast-check';
import * as oauth from 'oauth4webapi';
import t from 'tap';
import { remembered } from '../../auth/consent/consent.ts';
import { consentGroups } from '../../auth/consent/words.ts';
import type { FhirError } from '../../fhir/errors.ts';
import { authorize, discover, location, type Server, startAuthorizationServer } from './harness.ts';
import { follow, open, visitor } from './visitor.ts';

const RISK_APP = { id: 'risk-app', redirect: 'http://127.0.0.1:9/callback' };
const SCOPE =
  'openid fhirUser offline_access launch/patient patient/Observation.rs patient/Condition.rs patient/Task.cruds';

async function registerApp({ sql }: Server): Promise<void> {
  const metadata = {
    redirect_uris: [RISK_APP.redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    post_logout_redirect_uris: ['http://127.0.0.1:9/bye'],
  };
  const scope = `${SCOPE} launch online_access patient/*.rs user/*.rs`;
  await sql`
    insert into auth_client (id, name, scope, metadata)
    values (${RISK_APP.id}, 'Risk <App>', ${scope}, ${sql.json(metadata)})`;
}

/** The app sends a browser here, and the nurse signs in: the answer that comes next. */
async function begin(server: Server, more: Record<string, string> = {}, browser = visitor()) {
  const parameters = { client: RISK_APP.id, redirect_uri: RISK_APP.redirect, scope: SCOPE, ...more };
  const opened = await open(server, parameters, browser);
  const posted = await browser(opened.page, { user: 'nurse', patient: 'ana' });
  const response = await follow(browser, posted, RISK_APP.redirect);
  return { ...opened, app: { ...opened.app, redirect: RISK_APP.redirect }, response };
}

type Begun = Awaited<ReturnType<typeof begin>>;

/** Answers the consent page that `begin` has come to. */
async function answer({ visit, response }: Begun, keep: string[], decision = 'allow') {
  const filled = new URLSearchParams([
    ['decision', decision],
    ...keep.map((key): [string, string] => ['keep', key]),
  ]);
  return follow(visit, await visit(response.url, filled), RISK_APP.redirect);
}

const ALL = ['offline', 'patient-clinical-see', 'patient-tasks-seeAndChange'];

/** Redeems the code as the app would. */
async function tokens({ app }: Begun, end: Response) {
  const checked = oauth.validateAuthResponse(app.as, app.client, location(end), app.parameters.get('state')!);
  const answered = await oauth.authorizationCodeGrantRequest(
    app.as,
    app.client,
    oauth.None(),
    checked,
    RISK_APP.redirect,
    app.verifier,
    { [oauth.allowInsecureRequests]: true },
  );
  return oauth.processAuthorizationCodeResponse(app.as, app.client, answered);
}

const refreshed = ({ app }: Begun, token: string) =>
  fetch(app.as.token_endpoint!, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: RISK_APP.id }),
  });

const words = (text: string | undefined) => (text ?? '').split(' ').sort();

t.test('what an app asks for is told in plain words, in English and Spanish', async (t) => {
  const groups = consentGroups([...SCOPE.split(' '), 'user/*.read', 'patient/Practitioner.r'], 'en');
  t.strictSame(
    groups.map(({ title, required }) => [title, required]),
    [
      ['Know who you are: your account, your name and your role', true],
      ['Know which patient and which visit are open', true],
      ['Stay signed in when you are not there, until you take it back', false],
      ['See problems, medicines, results and notes of this patient', false],
      ['See, add and change tasks, referrals and appointments of this patient', false],
      ['See all records of all patients whom you may see', false],
      ['See the directory of practices and staff', false],
    ],
  );
  t.same(groups[3]?.words, ['patient/Observation.rs', 'patient/Condition.rs']);
  t.equal(
    consentGroups(['patient/Coverage.u'], 'es')[0]?.title,
    'Agregar y cambiar nombre, domicilio, contactos y seguro de este paciente',
  );
});

t.test(
  'property: every word is in exactly one group, and never more is granted than was allowed',
  async (t) => {
    const word = fc
      .tuple(
        fc.constantFrom('patient', 'user'),
        fc.constantFrom('*', 'Task', 'Observation'),
        fc.constantFrom('rs', 'cruds', 'u', 'read'),
      )
      .map(([level, type, verbs]) => `${level}/${type}.${verbs}`);
    const list = fc.uniqueArray(
      fc.oneof(word, fc.constantFrom('openid', 'launch/patient', 'offline_access')),
    );
    fc.assert(
      fc.property(list, (asked) => {
        const grouped = consentGroups(asked, 'en').flatMap((group) => group.words);
        return words(grouped.join(' ')).join() === words(asked.join(' ')).join();
      }),
    );
    fc.assert(
      fc.property(list, list, list, (asked, allowed, declined) => {
        const { granted, isNew } = remembered(asked, { allowed, declined });
        const again = remembered(asked, { allowed: [...allowed, ...asked], declined });
        return granted.every((one) => asked.includes(one)) && (isNew || !again.isNew) && !again.isNew;
      }),
    );
    t.same(remembered(['patient/Task.r'], { allowed: ['patient/*.rs'], declined: [] }), {
      granted: ['patient/Task.r'],
      isNew: false,
    });
    t.same(remembered(['patient/Task.u'], { allowed: ['patient/*.rs'], declined: [] }), {
      granted: [],
      isNew: true,
    });
  },
);

t.test('consent', async (t) => {
  const server = await startAuthorizationServer(t);
  await registerApp(server);
  const forget = () => server.sql`delete from auth_consent`;

  t.test('a user is asked once, and what they leave out is not granted', async (t) => {
    const first = await begin(server);
    t.equal(first.response.status, 200);
    const html = await first.response.text();
    t.match(html, /<h1>Allow Risk &lt;App&gt;\?<\/h1>/);
    t.match(html, /You are signed in as Nick Nurse/);
    t.match(html, /name="keep" value="offline" checked/);
    t.match(html, /<details><summary>What exactly<\/summary><ul><li><code>patient\/Observation\.rs<\/code>/);
    t.match(
      first.response.headers.get('content-security-policy'),
      /form-action 'self' http:\/\/127\.0\.0\.1:9;/,
    );

    const end = await answer(first, ['patient-clinical-see']);
    const given = await tokens(first, end);
    const granted = 'openid fhirUser launch/patient patient/Observation.rs patient/Condition.rs';
    t.same(words(given.scope), words(granted));
    t.notOk(given.refresh_token, 'staying signed in was left out');
    t.equal(given.patient, 'ana');
    t.equal(oauth.getValidatedIdTokenClaims(given)?.sub, 'nurse');

    const second = await begin(server);
    t.equal(second.response.status, 303, 'the same again is not asked');
    t.same(words((await tokens(second, second.response)).scope), words(granted));
    const less = await begin(server, { scope: 'openid launch/patient patient/Observation.r' });
    t.equal(less.response.status, 303, 'nor is less');
    t.match((await tokens(less, less.response)).scope, /patient\/Observation\.r\b/);
    await forget();
  });

  t.test('more than before is asked, and so is everything with prompt=consent', async (t) => {
    await answer(await begin(server), ALL);
    const more = await begin(server, { scope: `${SCOPE} user/Task.rs` });
    t.equal(more.response.status, 200);
    t.match(await more.response.text(), /of all patients whom you may see/);
    const again = await begin(server, { prompt: 'consent' });
    t.equal(again.response.status, 200);
    const given = await tokens(again, await answer(again, ALL));
    t.same(words(given.scope), words(SCOPE));
    t.ok(given.refresh_token);
    await forget();
  });

  t.test('a user who does not allow it goes back with access_denied, and nothing is granted', async (t) => {
    const begun = await begin(server);
    const end = await answer(begun, ALL, 'deny');
    t.equal(location(end).searchParams.get('error'), 'access_denied');
    t.equal(location(end).searchParams.get('state'), begun.app.parameters.get('state'));
    t.same(await server.sql`select from auth_consent`, []);
    t.equal((await begin(server)).response.status, 200, 'and is asked again');
  });

  t.test('an EHR launch asks too; prompt=none is answered with consent_required', async (t) => {
    const launch = () => server.launch({ username: 'nurse', patient: 'ben', clientId: RISK_APP.id });
    const parameters = { client: RISK_APP.id, redirect_uri: RISK_APP.redirect };
    const scope = 'openid launch patient/Observation.rs';
    const silent = await discover(server, RISK_APP.id);
    const refused = await authorize(silent, {
      redirect_uri: RISK_APP.redirect,
      scope,
      launch: await launch(),
      prompt: 'none',
    });
    t.equal(location(refused).searchParams.get('error'), 'consent_required');

    const opened = await open(server, { ...parameters, scope, launch: await launch() });
    t.match(await opened.response.text(), /<h1>Allow Risk/);
    const begun = { ...opened, app: { ...opened.app, redirect: RISK_APP.redirect } };
    const given = await tokens(begun, await answer(begun, ['patient-clinical-see']));
    t.equal(given.patient, 'ben', 'with the context of the launch');
    const next = await open(server, { ...parameters, scope, launch: await launch() });
    t.ok(new URL(next.first.headers.get('location')!).searchParams.get('code'), 'and then no page at all');
    await forget();
  });

  t.test('the consent page of one browser is of no use to another', async (t) => {
    const { response } = await begin(server);
    const other = await visitor()(response.url, { decision: 'allow' });
    t.equal(other.status, 400);
    t.match(await other.text(), /expired, or the browser does not keep cookies/);
  });

  t.test('apps that the organisation has approved are not asked for', async (t) => {
    await server.sql`update auth_client set preapproved = true where id = ${RISK_APP.id}`;
    t.equal((await begin(server)).response.status, 303);
    await server.sql`update auth_client set preapproved = false where id = ${RISK_APP.id}`;
    const { first } = await open(server, {
      scope: 'openid launch user/Task.rs',
      launch: await server.launch({ username: 'nurse' }),
    });
    t.ok(new URL(first.headers.get('location')!).searchParams.get('code'), 'and neither is our own app');
  });

  t.test('what was allowed is seen and taken back at /auth/grants, with effect at once', async (t) => {
    const begun = await begin(server);
    const given = await tokens(begun, await answer(begun, ALL));
    const grants = `${server.publicUrl}/auth/grants`;
    const browser = visitor();
    t.match(await (await browser(grants)).text(), /<h1>Sign in to see what you have allowed<\/h1>/);
    const signedIn = await browser(`${grants}/sign-in`, { user: 'nurse' });
    t.equal(signedIn.status, 303);
    t.match(
      signedIn.headers.getSetCookie()[0],
      /^throughline_account=[\w-]{43}; Path=\/auth; .*HttpOnly; SameSite=Lax$/,
    );
    const html = await (await browser(grants)).text();
    t.match(html, /<h2>Risk &lt;App&gt;<\/h2>/);
    t.match(html, /See, add and change tasks/);
    const token = /name="token" value="([^"]+)"/.exec(html)![1]!;

    t.equal((await browser(`${grants}/revoke`, { client: RISK_APP.id, token: 'x' })).status, 403);
    t.equal((await visitor()(`${grants}/revoke`, { client: RISK_APP.id, token })).status, 403);
    t.equal((await browser(`${grants}/revoke`, { client: RISK_APP.id, token })).status, 303);
    const after = await (await browser(`${grants}?revoked`)).text();
    t.match(after, /role="status"><strong>It was taken back/);
    t.notMatch(after, /Risk/);
    const refusal = await refreshed(begun, given.refresh_token!);
    t.equal(refusal.status, 400);
    t.match(await refusal.json(), { error: 'invalid_grant' });
    const authorization = `Bearer ${given.access_token}`;
    const denied = await server.auth.guard({ authorization }).catch((error: FhirError) => error);
    t.equal((denied as FhirError).status, 401);
    t.equal((await begin(server)).response.status, 200, 'the app has to ask again');

    const out = await browser(`${server.publicUrl}/auth/sign-out`, { token });
    t.match(await out.text(), /<h1>You are signed out<\/h1>/);
    t.match(await (await browser(grants)).text(), /Sign in to see/);
  });

  t.test(
    'an app signs its user out: what needs the user to be there ends, offline access stays',
    async (t) => {
      await answer(await begin(server, { prompt: 'consent' }), ALL);
      const offline = await begin(server);
      const stays = await tokens(offline, offline.response);
      const online = await begin(server, {
        scope: 'openid online_access patient/Observation.rs launch/patient',
      });
      const ends = await tokens(online, await answer(online, ['online', 'patient-clinical-see']));
      const end = new URL(`${server.publicUrl}/auth/session/end`);
      end.search = new URLSearchParams({
        id_token_hint: ends.id_token!,
        post_logout_redirect_uri: 'http://127.0.0.1:9/bye',
        state: 'abc',
      }).toString();
      const response = await visitor()(end);
      t.equal(response.status, 303);
      t.equal(response.headers.get('location'), 'http://127.0.0.1:9/bye?state=abc');
      t.equal((await refreshed(online, ends.refresh_token!)).status, 400);
      t.equal((await refreshed(offline, stays.refresh_token!)).status, 200);

      const wrong: [Record<string, string>, RegExp][] = [
        [{ id_token_hint: ends.access_token }, /not an id token of this server/],
        [{ id_token_hint: `${ends.id_token}x` }, /not an id token of this server/],
        [
          { id_token_hint: ends.id_token!, client_id: 'other-app' },
          /not an id token of this server for that app/,
        ],
        [
          { id_token_hint: ends.id_token!, post_logout_redirect_uri: 'https://evil.example/' },
          /not registered for/,
        ],
        [{ post_logout_redirect_uri: 'http://127.0.0.1:9/bye' }, /has to send id_token_hint/],
      ];
      for (const [parameters, sentence] of wrong) {
        end.search = new URLSearchParams(parameters).toString();
        const refused = await visitor()(end);
        t.equal(refused.status, 400);
        t.match(await refused.text(), sentence);
      }
      const metadata = await fetch(`${server.publicUrl}/auth/.well-known/openid-configuration`);
      t.match(await metadata.json(), { end_session_endpoint: `${server.publicUrl}/auth/session/end` });
    },
  );

  t.test('nothing went wrong inside', async (t) => t.same(server.problems, []));
});
