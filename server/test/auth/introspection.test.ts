// Tests of token introspection. https://hl7.org/fhir/smart-app-launch/STU2.2/token-introspection.html
import { SignJWT } from 'jose';
import t from 'tap';
import {
  ASSERTION_TYPE,
  askToken,
  assertion,
  basic,
  clientKey,
  json,
  post,
  saveBackend,
  saveWithSecret,
} from './clients-harness.ts';
import { ehrLaunch, type Server, startAuthorizationServer } from './harness.ts';

const CONTEXT = { username: 'nurse', patient: 'ana', encounter: 'visit', intent: 'worklist' };
const SCOPE = 'launch openid fhirUser online_access patient/*.rs user/Task.cruds';
const INACTIVE = { active: false };
const key = await clientKey('ES384');

/** Asks as a server that holds resources. */
const introspect = async (server: Server, token: string, more: Record<string, string> = {}) => {
  const response = await post(server, '/introspect', { token, ...more }, basic('resources'));
  return { status: response.status, headers: response.headers, body: await json(response) };
};

t.test('introspection', async (t) => {
  const clock = { offset: 0 };
  const server = await startAuthorizationServer(t, { clock });
  await saveWithSecret(server, 'resources', 'client_secret_basic', { resource_server: true });
  await saveWithSecret(server, 'curious', 'client_secret_basic');
  await saveBackend(server, 'backend', { jwks: { keys: [key.publicJwk] } });
  const { answer } = await ehrLaunch(server, CONTEXT, SCOPE);

  t.test('an access token is told with scope, user and launch context', async (t) => {
    const { status, headers, body } = await introspect(server, answer.access_token);
    t.equal(status, 200);
    t.equal(headers.get('cache-control'), 'no-store');
    t.match(body, {
      active: true,
      client_id: 'throughline-app',
      sub: 'nurse',
      iss: `${server.publicUrl}/auth`,
      aud: server.fhirBase,
      token_type: 'Bearer',
      patient: 'ana',
      encounter: 'visit',
      intent: 'worklist',
      fhirUser: `${server.fhirBase}/PractitionerRole/nurse`,
      exp: Number,
      iat: Number,
    });
    t.same(String(body.scope).split(' ').sort(), answer.scope!.split(' ').sort());
    t.notOk('grant_id' in body, 'nothing of what is ours');
    t.notOk('role' in body);
    t.same((await introspect(server, answer.access_token, { token_type_hint: 'access_token' })).body, body);
    t.equal(
      (await introspect(server, answer.access_token, { token_type_hint: 'refresh_token' })).body.active,
      true,
    );
  });

  t.test('a token without a user is told with its client as subject', async (t) => {
    const { access_token } = await json(await askToken(server, await assertion(server, 'backend', key)));
    const { body } = await introspect(server, String(access_token));
    t.match(body, { active: true, client_id: 'backend', sub: 'backend', scope: 'system/Patient.rs' });
    const own = await post(server, '/introspect', {
      token: String(access_token),
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(server, 'backend', key, {
        aud: `${server.publicUrl}/auth/introspect`,
      }),
    });
    t.match(await json(own), { active: true, client_id: 'backend' }, 'by the client itself, with its key');
  });

  t.test('a refresh token is active until it is used', async (t) => {
    const { app, answer: given } = await ehrLaunch(server, CONTEXT, SCOPE);
    t.match((await introspect(server, given.refresh_token!)).body, { active: true, sub: 'nurse' });
    const form = { grant_type: 'refresh_token', client_id: app.client.client_id };
    await post(server, '/token', { ...form, refresh_token: given.refresh_token });
    t.same((await introspect(server, given.refresh_token!)).body, INACTIVE);
  });

  t.test('what is not ours, altered, unknown or expired is inactive, and nothing more is told', async (t) => {
    const [header, payload, signature] = answer.access_token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const foreign = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES384', kid: key.kid, typ: 'at+jwt' })
      .sign(key.privateKey);
    const unsigned = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`;
    for (const token of [
      foreign,
      unsigned,
      `${header}.${payload}x.${signature}`,
      'unknown',
      answer.id_token!,
    ])
      t.same((await introspect(server, token)).body, INACTIVE, token.slice(0, 20));
    clock.offset = 3_601_000;
    t.same((await introspect(server, answer.access_token)).body, INACTIVE, 'an hour later');
    clock.offset = 0;
  });

  t.test('a client learns of its own tokens only, unless it holds resources', async (t) => {
    const response = await post(server, '/introspect', { token: answer.access_token }, basic('curious'));
    t.equal(response.status, 200);
    t.same(await json(response), INACTIVE);
  });

  t.test('who does not authenticate is refused: public clients, nobody, a wrong secret', async (t) => {
    const token = answer.access_token;
    const cases: [form: Record<string, string>, headers: Record<string, string>][] = [
      [{ token, client_id: 'throughline-app' }, {}],
      [{ token }, {}],
      [{ token }, { authorization: `Bearer ${token}` }],
      [{ token }, basic('resources', 'wrong')],
      [{ token, client_id: 'other-app', client_secret: 'x' }, {}],
    ];
    for (const [form, headers] of cases) {
      const response = await post(server, '/introspect', form, headers);
      t.equal(response.status, 401);
      t.match(await json(response), { error: 'invalid_client', error_description: /\w/ });
      t.match(server.events.at(-1), { kind: 'refused', error: 'invalid_client' });
    }
  });

  t.test('a request without a token, or with two, is invalid_request', async (t) => {
    const bodies = ['', 'token=a&token=b', `token=${answer.access_token}&token=b`];
    for (const body of bodies) {
      const headers = { ...basic('resources'), 'content-type': 'application/x-www-form-urlencoded' };
      const response = await fetch(`${server.address}/auth/introspect`, { method: 'POST', headers, body });
      t.equal(response.status, 400);
      t.match(await json(response), { error: 'invalid_request' });
    }
  });

  t.test('tokens of a client that was removed are inactive', async (t) => {
    await server.sql`delete from auth_client where id = 'backend'`;
    const { answer: other } = await ehrLaunch(
      server,
      { username: 'nurse', patient: 'ana', clientId: 'other-app' },
      'launch patient/Task.rs',
    );
    t.equal((await introspect(server, other.access_token)).body.active, true);
    await server.sql`delete from auth_client where id = 'other-app'`;
    t.same((await introspect(server, other.access_token)).body, INACTIVE);
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});
