// Tests of the EHR launch over HTTP. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import * as oauth from 'oauth4webapi';
import t from 'tap';
import { reach } from '../../fhir/access.ts';
import {
  authorize,
  type Discovered,
  discover,
  ehrLaunch,
  location,
  OTHER_APP,
  redeem,
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
  const server = await startAuthorizationServer(t);

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
      t.equal(reach(access, 'Observation', 'r'), 'compartment');
      t.equal(reach(access, 'Task', 'u'), 'all');
      t.equal(reach(access, 'Observation', 'c'), 'none');
    },
  );

  t.test('the authorization request may be sent as a form (authorize-post)', async (t) => {
    const app = await discover(server);
    const response = await authorize(app, { launch: await server.launch(CONTEXT) }, 'POST');
    t.equal(response.status, 303);
    t.equal((await redeem(app, location(response))).patient, 'ana');
  });

  t.test('the EHR has authenticated its user: prompt=login asks nothing again', async (t) => {
    const response = await authorize(await discover(server), {
      launch: await server.launch(CONTEXT),
      prompt: 'login',
    });
    t.ok(location(response).searchParams.get('code'));
  });

  t.test('aud may end with a slash', async (t) => {
    const app = await discover(server);
    const response = await authorize(app, {
      launch: await server.launch(CONTEXT),
      aud: `${server.fhirBase}/`,
    });
    t.ok(location(response).searchParams.get('code'));
  });

  const refusals: [
    title: string,
    changes: Record<string, string | undefined>,
    error: string,
    description: RegExp,
  ][] = [
    [
      'a request without PKCE is refused',
      { code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
      /PKCE/,
    ],
    [
      'PKCE with the method plain is refused',
      { code_challenge_method: 'plain' },
      'invalid_request',
      /code_challenge_method/,
    ],
    [
      'a request for another audience is refused',
      { aud: 'https://other.example/fhir' },
      'invalid_request',
      /aud/,
    ],
    ['a request without an audience is refused', { aud: undefined }, 'invalid_request', /aud/],
    [
      'an unknown launch is refused',
      { launch: 'made-up' },
      'invalid_request',
      /Open the app from the EHR again/,
    ],
    [
      'a launch without the scope launch is refused',
      { scope: 'openid patient/*.rs' },
      'invalid_scope',
      /scope launch/,
    ],
    [
      'a scope narrowed by a parameter is refused',
      { scope: 'launch patient/Task.rs?status=ready' },
      'invalid_scope',
      /ask for patient\/Task\.rs/,
    ],
    [
      'a request of which nothing may be granted is refused',
      { scope: 'system/*.rs' },
      'invalid_scope',
      /None of the scopes/,
    ],
    [
      'another resource than the FHIR server is refused',
      { resource: 'https://other.example/' },
      'invalid_target',
      /only for/,
    ],
  ];
  for (const [title, changes, error, description] of refusals) {
    t.test(title, async (t) => {
      const app = await discover(server);
      const response = await authorize(app, { launch: await server.launch(CONTEXT), ...changes });
      t.equal(response.status, 303);
      const { searchParams } = location(response);
      t.equal(searchParams.get('error'), error);
      t.match(searchParams.get('error_description'), description);
      t.equal(searchParams.get('state'), app.parameters.get('state'));
      t.equal(searchParams.get('code'), null);
    });
  }

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

  t.test('an app that is not registered gets a page in words', async (t) => {
    const response = await authorize(await discover(server), { client_id: 'nobody' });
    t.equal(response.status, 400);
    t.match(await response.text(), /This app is not registered here/);
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
    const access = await server.auth.guard({ authorization: `Bearer ${answer.access_token}` });
    t.equal(reach(access, 'Task', 'r'), 'none');
    t.equal(reach(access, 'Patient', 'r'), 'all');
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

  t.same(server.problems, [], 'nothing went wrong inside');
});

t.test('a launch older than five minutes is refused', async (t) => {
  const clock = { offset: -301_000 };
  const server = await startAuthorizationServer(t, { clock });
  const launch = await server.launch(CONTEXT);
  clock.offset = 0;
  const answer = await authorize(await discover(server), { launch });
  t.equal(location(answer).searchParams.get('error'), 'invalid_request');
  t.match(location(answer).searchParams.get('error_description'), /expired/);
});
