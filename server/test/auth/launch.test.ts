// Tests of the EHR launch over HTTP. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import t from 'tap';
import { formatScope } from '../../auth/launch/scopes.ts';
import {
  authorize,
  type Discovered,
  discover,
  ehrLaunch,
  location,
  OTHER_APP,
  redeem,
  refresh,
  type SmartAnswer,
  startAuthorizationServer,
} from './harness.ts';

const CONTEXT = {
  username: 'nurse',
  patient: 'ana',
  encounter: 'visit',
  intent: 'worklist',
  needPatientBanner: false,
};

/** The OAuth error code with which a code is refused. */
const refusal = (app: Discovered, callback: URL) =>
  redeem(app, callback).then(
    () => 'not refused',
    (error: oauth.ResponseBodyError) => error.error,
  );

t.test('EHR launch', async (t) => {
  const clock = { offset: 0 };
  const server = await startAuthorizationServer(t, { clock });

  t.test(
    'an app launched from the EHR gets a token with the launch context, and no cookie is needed',
    async (t) => {
      const app = await discover(server);
      const response = await authorize(app, { launch: await server.launch(CONTEXT) });
      t.equal(response.status, 303);
      t.same(response.headers.getSetCookie(), []);
      const callback = location(response);
      t.equal(callback.origin + callback.pathname, `${server.publicUrl}/app/`);
      const answer = await redeem(app, callback);
      t.match(answer, {
        token_type: 'bearer',
        expires_in: 3600,
        patient: 'ana',
        encounter: 'visit',
        intent: 'worklist',
        need_patient_banner: false,
        refresh_token: String,
      });
      t.same(answer.scope!.split(' ').sort(), app.parameters.get('scope')!.split(' ').sort());
      t.equal(oauth.getValidatedIdTokenClaims(answer)?.fhirUser, `${server.fhirBase}/PractitionerRole/nurse`);
      t.equal(oauth.getValidatedIdTokenClaims(answer)?.sub, 'nurse');

      const access = await server.auth.guard({ authorization: `Bearer ${answer.access_token}` });
      t.match(access, { subject: 'nurse', role: 'rn', fhirUser: 'PractitionerRole/nurse', patient: 'ana' });
      t.ok(Object.isFrozen(access));
      t.same(access.scopes.map(formatScope), ['patient/*.rs', 'user/Task.cruds']);
    },
  );

  t.test('the authorization request may be sent as a form (authorize-post)', async (t) => {
    const app = await discover(server);
    const response = await authorize(app, { launch: await server.launch(CONTEXT) }, 'POST');
    t.equal(response.status, 303);
    t.equal((await redeem(app, location(response))).patient, 'ana');
  });

  t.test('prompt=login asks the user to sign in, also in a launch from the EHR', async (t) => {
    const response = await authorize(await discover(server), {
      launch: await server.launch(CONTEXT),
      prompt: 'login',
    });
    t.equal(response.status, 303);
    t.match(location(response).pathname, /^\/auth\/sign-in\//);
    t.equal(location(response).searchParams.get('code'), null);
  });

  t.test('aud may end with a slash', async (t) => {
    const app = await discover(server);
    const response = await authorize(app, {
      launch: await server.launch(CONTEXT),
      aud: `${server.fhirBase}/`,
    });
    t.ok(location(response).searchParams.get('code'));
  });

  t.test('a launch works once', async (t) => {
    const app = await discover(server);
    const launch = await server.launch(CONTEXT);
    t.ok(location(await authorize(app, { launch })).searchParams.get('code'));
    t.equal(location(await authorize(app, { launch })).searchParams.get('error'), 'invalid_request');
  });

  t.test('of ten requests with one launch at once, one gets a code', async (t) => {
    const app = await discover(server);
    const launch = await server.launch(CONTEXT);
    const answers = await Promise.all(Array.from({ length: 10 }, () => authorize(app, { launch })));
    t.equal(answers.filter((answer) => location(answer).searchParams.has('code')).length, 1);
  });

  t.test('a launch made for one app cannot be taken by another', async (t) => {
    const thief = await discover(server, OTHER_APP.client_id);
    const launch = await server.launch(CONTEXT);
    t.equal(location(await authorize(thief, { launch })).searchParams.get('error'), 'invalid_request');
    const owner = await discover(server);
    t.ok(
      location(await authorize(owner, { launch })).searchParams.get('code'),
      'the owner can still take it',
    );
  });

  t.test('a launch for a user who is not known here is refused', async (t) => {
    const { searchParams } = location(
      await authorize(await discover(server), { launch: await server.launch({ username: 'ghost' }) }),
    );
    t.equal(searchParams.get('error'), 'invalid_request');
    t.match(searchParams.get('error_description'), /user of this launch is not known/);
  });

  t.test(
    'two launches in one browser stay apart: each token has the user and patient of its own launch',
    async (t) => {
      const nurse = await ehrLaunch(server, CONTEXT);
      const navigator = await ehrLaunch(server, { username: 'navigator', patient: 'ben' });
      const accessOf = (token: string) => server.auth.guard({ authorization: `Bearer ${token}` });
      t.match(await accessOf(nurse.answer.access_token), { subject: 'nurse', patient: 'ana' });
      t.match(await accessOf(navigator.answer.access_token), { subject: 'navigator', patient: 'ben' });
      t.notOk('need_patient_banner' in navigator.answer, 'what the EHR did not say is left out');
    },
  );

  t.test('a redirect address that is not registered gets a page in words and no redirect', async (t) => {
    const app = await discover(server);
    const response = await authorize(app, { redirect_uri: 'https://evil.example/<script>' });
    t.equal(response.status, 400);
    t.equal(response.headers.get('location'), null);
    t.match(response.headers.get('content-type'), /text\/html/);
    t.match(response.headers.get('content-security-policy'), /frame-ancestors 'self'/);
    const html = await response.text();
    t.match(html, /The app could not be opened/);
    t.match(html, /an address that it is not registered for/);
    t.notMatch(html, /<script|\.js:\d+|at async/);
  });

  t.test('an empty form is answered like a request without parameters', async (t) => {
    const response = await fetch(`${server.publicUrl}/auth/authorize`, { method: 'POST' });
    t.equal(response.status, 400);
    t.match(await response.text(), /client_id/);
  });

  t.test('a code works once, and with the right verifier only', async (t) => {
    const app = await discover(server);
    const callback = location(await authorize(app, { launch: await server.launch(CONTEXT) }));
    t.equal(
      await refusal({ ...app, verifier: oauth.generateRandomCodeVerifier() }, callback),
      'invalid_grant',
    );
    t.ok((await redeem(app, callback)).access_token);
    t.equal(await refusal(app, callback), 'invalid_grant');
  });

  t.test('patient/ scopes are not granted when the launch has no patient', async (t) => {
    const { answer } = await ehrLaunch(
      server,
      { username: 'nurse' },
      'launch openid patient/*.rs user/Patient.rs',
    );
    t.same(answer.scope!.split(' ').sort(), ['launch', 'openid', 'user/Patient.rs']);
    t.notOk('patient' in answer);
    t.equal(decodeJwt(answer.access_token).scope, 'user/Patient.rs');
  });

  t.test(
    'a client gets what it is registered for and no more, and system/ scopes never through a user',
    async (t) => {
      const context = { username: 'nurse', patient: 'ana', clientId: OTHER_APP.client_id };
      const { answer } = await ehrLaunch(
        server,
        context,
        'launch openid online_access patient/*.cruds user/Patient.rs system/Task.rs',
      );
      t.same(answer.scope!.split(' ').sort(), ['launch', 'openid', 'patient/Task.rs']);
      t.notOk(answer.refresh_token);
    },
  );

  t.test('a launch older than five minutes is refused', async (t) => {
    clock.offset = -301_000;
    const launch = await server.launch(CONTEXT);
    clock.offset = 0;
    const answer = await authorize(await discover(server), { launch });
    t.equal(location(answer).searchParams.get('error'), 'invalid_request');
    t.match(location(answer).searchParams.get('error_description'), /expired/);
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});

t.test('a scope narrowed by search parameters is granted as it was asked, and stays narrowed', async (t) => {
  const checked: string[] = [];
  const checkCriteria = (type: string, criteria: string) => {
    checked.push(`${type}?${criteria}`);
    return criteria === 'status=draft' ? 'Drafts are not looked for.' : undefined;
  };
  const server = await startAuthorizationServer(t, { checkCriteria });
  const narrow = 'patient/Observation.rs?status=final&category=http://example.org/category%7Claboratory';
  const { app, answer } = await ehrLaunch(server, CONTEXT, `launch online_access user/Task.rs ${narrow}`);
  t.same(answer.scope!.split(' ').sort(), ['launch', 'online_access', narrow, 'user/Task.rs']);
  t.equal(decodeJwt(answer.access_token).scope, `user/Task.rs ${narrow}`);
  t.match(await server.auth.guard({ authorization: `Bearer ${answer.access_token}` }), {
    scopes: [
      { type: 'Task' },
      { type: 'Observation', criteria: 'category=http://example.org/category|laboratory&status=final' },
    ],
  });
  t.ok(checked.includes('Observation?category=http://example.org/category|laboratory&status=final'));
  const next = (await (await refresh(app, answer.refresh_token!)).json()) as SmartAnswer;
  t.equal(next.scope, answer.scope);

  await server.sql`
    update auth_client set scope = 'launch patient/Task.rs?status=ready' where id = ${OTHER_APP.client_id}`;
  const context = { ...CONTEXT, clientId: OTHER_APP.client_id };
  const { answer: less } = await ehrLaunch(server, context, 'launch patient/Task.cruds');
  t.same(less.scope!.split(' ').sort(), ['launch', 'patient/Task.rs?status=ready'], 'as far as the app may');

  await server.sql`
    update auth_client set scope = 'launch patient/Task.rs?status=draft' where id = ${OTHER_APP.client_id}`;
  const other = await discover(server, OTHER_APP.client_id);
  const launch = await server.launch(context);
  const { searchParams } = location(await authorize(other, { launch, scope: 'launch patient/Task.rs' }));
  t.equal(searchParams.get('error'), 'invalid_scope', 'what cannot be enforced is given to nobody');
  t.match(searchParams.get('error_description'), /patient\/Task\.rs\?status=draft cannot be given/);
  t.same(server.problems, []);
});
