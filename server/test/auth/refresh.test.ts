// Tests of refresh tokens. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#refresh-access-token
import * as oauth from 'oauth4webapi';
import t from 'tap';
import { hashSecret } from '../../auth/client/metadata.ts';
import { saveClients } from '../../auth/index.ts';
import {
  ehrLaunch,
  OTHER_APP,
  refresh,
  type Server,
  type SmartAnswer,
  startAuthorizationServer,
} from './harness.ts';

const CONTEXT = { username: 'nurse', patient: 'ana', needPatientBanner: true };

/** Posts a form to the token endpoint, as a client without any OAuth library would. */
const post = ({ publicUrl }: Server, form: Record<string, string> | [string, string][], headers = {}) =>
  fetch(`${publicUrl}/auth/token`, { method: 'POST', body: new URLSearchParams(form), headers });

/** A refresh that does not say who the client is. */
const anonymousRefresh = (server: Server, token: string, headers = {}) =>
  post(server, { grant_type: 'refresh_token', refresh_token: token }, headers);

/** Registers the other app so that it may refresh, with a way to authenticate. */
const saveOtherApp = ({ sql }: Server, method: string) =>
  saveClients(sql, [
    {
      id: OTHER_APP.client_id,
      name: 'Other app',
      scope: 'launch online_access patient/Task.rs',
      metadata: {
        redirect_uris: [OTHER_APP.redirect],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: method,
        ...(method !== 'none' && { client_secret: hashSecret('secret') }),
      },
    },
  ]);
const OTHER_CONTEXT = { ...CONTEXT, clientId: OTHER_APP.client_id };
const OTHER_SCOPE = 'launch online_access patient/Task.rs';

const NO_CLIENT = {
  error: 'invalid_request',
  error_description: 'no client authentication mechanism provided',
};
const WRONG_TOKEN = { error: 'invalid_grant', error_description: 'grant request is invalid' };

t.test('refresh tokens', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('a refreshed answer has the same context and scope and a new refresh token', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const response = await refresh(app, answer.refresh_token!);
    const next = (await oauth.processRefreshTokenResponse(app.as, app.client, response)) as SmartAnswer;
    t.match(next, { patient: 'ana', need_patient_banner: true, expires_in: 3600 });
    t.same(next.scope!.split(' ').sort(), answer.scope!.split(' ').sort());
    t.not(next.refresh_token, answer.refresh_token);
    const access = await server.auth.guard({ authorization: `Bearer ${next.access_token}` });
    t.match(access, { subject: 'nurse', role: 'rn', patient: 'ana' });
  });

  t.test('a refresh token that was used before is refused, and takes its successors with it', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const next = await oauth.processRefreshTokenResponse(
      app.as,
      app.client,
      await refresh(app, answer.refresh_token!),
    );
    for (const token of [answer.refresh_token!, next.refresh_token!]) {
      const response = await refresh(app, token);
      t.equal(response.status, 400);
      t.match(await response.json(), { error: 'invalid_grant' });
    }
  });

  t.test('of five refreshes with one token at once, one succeeds', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const responses = await Promise.all(Array.from({ length: 5 }, () => refresh(app, answer.refresh_token!)));
    t.equal(responses.filter((response) => response.status === 200).length, 1);
  });

  t.test('offline_access gives a refresh token too, without a question to the user', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT, 'launch offline_access patient/*.rs');
    t.ok(answer.refresh_token);
    t.same(answer.scope!.split(' ').sort(), ['launch', 'offline_access', 'patient/*.rs']);
  });

  t.test('without online_access or offline_access there is no refresh token', async (t) => {
    t.notOk((await ehrLaunch(server, CONTEXT, 'launch patient/*.rs')).answer.refresh_token);
  });

  t.test('a revoked refresh token is refused', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const revoked = await oauth.revocationRequest(
      app.as,
      app.client,
      oauth.None(),
      answer.refresh_token!,
      insecure,
    );
    t.equal(revoked.status, 200);
    t.equal((await refresh(app, answer.refresh_token!)).status, 400);
  });

  t.test('a user who is removed gets no more tokens', async (t) => {
    const { app, answer } = await ehrLaunch(server, { ...CONTEXT, username: 'navigator' });
    await server.sql`delete from auth_user where username = 'navigator'`;
    const response = await refresh(app, answer.refresh_token!);
    t.equal(response.status, 400);
    t.match(await response.json(), { error: 'invalid_grant' });
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});

t.test('refresh without client_id', async (t) => {
  const server = await startAuthorizationServer(t);
  await saveOtherApp(server, 'none');

  t.test('a public client is known by its refresh token, which is replaced', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT);
    const response = await anonymousRefresh(server, answer.refresh_token!);
    t.equal(response.status, 200);
    t.equal(response.headers.get('cache-control'), 'no-store');
    const next = (await response.json()) as SmartAnswer;
    t.match(next, { token_type: 'Bearer', patient: 'ana', need_patient_banner: true, expires_in: 3600 });
    t.same(next.scope!.split(' ').sort(), answer.scope!.split(' ').sort());
    t.match(next.refresh_token, /^[\w-]{20,}$/);
    t.not(next.refresh_token, answer.refresh_token);
    const access = await server.auth.guard({ authorization: `Bearer ${next.access_token}` });
    t.match(access, { subject: 'nurse', role: 'rn', patient: 'ana' });
    t.equal((await anonymousRefresh(server, next.refresh_token!)).status, 200);
  });

  t.test('a registered app may do so from its own origin and from no other', async (t) => {
    const { answer } = await ehrLaunch(server, OTHER_CONTEXT, OTHER_SCOPE);
    const foreign = await anonymousRefresh(server, answer.refresh_token!, { origin: 'https://evil.example' });
    t.equal(foreign.status, 400);
    t.equal(foreign.headers.get('access-control-allow-origin'), null);
    const origin = new URL(OTHER_APP.redirect).origin;
    const own = await anonymousRefresh(server, answer.refresh_token!, { origin });
    t.equal(own.status, 200);
    t.equal(own.headers.get('access-control-allow-origin'), origin);
  });

  t.test('a refresh token that was used before is refused, and takes its successors with it', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT);
    const next = (await (await anonymousRefresh(server, answer.refresh_token!)).json()) as SmartAnswer;
    for (const token of [answer.refresh_token!, next.refresh_token!]) {
      const response = await anonymousRefresh(server, token);
      t.equal(response.status, 400);
      t.same(await response.json(), WRONG_TOKEN);
    }
  });

  t.test('of five refreshes with one token at once, one succeeds', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT);
    const responses = await Promise.all(
      Array.from({ length: 5 }, () => anonymousRefresh(server, answer.refresh_token!)),
    );
    t.equal(responses.filter((response) => response.status === 200).length, 1);
  });

  t.test('an unknown token is answered as one with a client_id is', async (t) => {
    const named = { grant_type: 'refresh_token', refresh_token: 'unknown', client_id: 'throughline-app' };
    t.same(await (await post(server, named)).json(), WRONG_TOKEN);
    for (const token of ['unknown', 'a\u0000b', "' or true --", 'x'.repeat(50_000)]) {
      const response = await anonymousRefresh(server, token, { origin: 'https://app.example' });
      t.equal(response.status, 400);
      t.equal(response.headers.get('cache-control'), 'no-store');
      t.equal(response.headers.get('access-control-allow-origin'), '*');
      t.match(response.headers.get('content-type'), 'application/json');
      t.same(await response.json(), WRONG_TOKEN);
    }
  });

  t.test('a request that says who the client is is held to that', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT);
    const token = { grant_type: 'refresh_token', refresh_token: answer.refresh_token! };
    const mismatch = await post(server, { ...token, client_id: OTHER_APP.client_id });
    t.equal(mismatch.status, 400);
    t.same(await mismatch.json(), WRONG_TOKEN);
    const basic = { authorization: `Basic ${btoa('throughline-app:secret')}` };
    for (const refresh_token of [answer.refresh_token!, 'unknown']) {
      const refused = await post(server, { ...token, refresh_token }, basic);
      t.equal(refused.status, 401);
      t.match(await refused.json(), { error: 'invalid_client' });
    }
    t.equal((await anonymousRefresh(server, answer.refresh_token!)).status, 200, 'the token is still good');
  });

  t.test('requests that are no single refresh reach the server as they are', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT);
    const grant: [string, string] = ['grant_type', 'refresh_token'];
    const token: [string, string] = ['refresh_token', answer.refresh_token!];
    const forms: [string, string][][] = [
      [grant],
      [grant, ['refresh_token', '']],
      [grant, token, token],
      [grant, grant, token],
      [['grant_type', 'authorization_code'], token],
      [],
    ];
    for (const form of forms) {
      const response = await post(server, form);
      t.equal(response.status, 400);
      t.same(await response.json(), NO_CLIENT);
    }
    const broken = await post(server, [grant, token, ['client_assertion', 'x']]);
    t.equal(broken.status, 400);
    t.match(await broken.json(), { error: 'invalid_request', error_description: /client_assertion/ });
    const json = await fetch(`${server.publicUrl}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries([grant, token])),
    });
    t.equal(json.status, 400);
    t.match(await json.json(), { error: 'invalid_request' });
    t.equal((await anonymousRefresh(server, answer.refresh_token!)).status, 200, 'the token is still good');
  });

  t.test('a client that has to authenticate is not taken from its refresh token', async (t) => {
    const { answer } = await ehrLaunch(server, OTHER_CONTEXT, OTHER_SCOPE);
    await saveOtherApp(server, 'client_secret_basic');
    const response = await anonymousRefresh(server, answer.refresh_token!);
    t.equal(response.status, 400);
    t.same(await response.json(), NO_CLIENT);
    await saveOtherApp(server, 'none');
    t.equal((await anonymousRefresh(server, answer.refresh_token!)).status, 200, 'the token is still good');
  });

  t.test('a client that was removed gets no more tokens', async (t) => {
    const { answer } = await ehrLaunch(server, OTHER_CONTEXT, OTHER_SCOPE);
    await server.sql`delete from auth_client where id = ${OTHER_APP.client_id}`;
    const response = await anonymousRefresh(server, answer.refresh_token!);
    t.equal(response.status, 400);
    t.same(await response.json(), NO_CLIENT);
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});
