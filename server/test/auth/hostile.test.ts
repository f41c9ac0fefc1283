// The endpoints of the authorization server refuse what is no request of theirs, and never fail inside.
// https://www.rfc-editor.org/rfc/rfc6749#section-5.2
import fc from 'fast-check';
import t from 'tap';
import { basic, clientKey, json, saveBackend, saveWithSecret } from './clients-harness.ts';
import { ehrLaunch, startAuthorizationServer } from './harness.ts';

const ENDPOINTS = ['/token', '/introspect', '/revoke'];
const NAMES = [
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
  'resource',
  'scope',
  'token',
  'token_type_hint',
];
const VALUES = [
  'authorization_code',
  'client_credentials',
  'refresh_token',
  'throughline-app',
  'web',
  'backend',
  'a\u0000b',
  'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJiYWNrZW5kIn0.',
  'eyJhbGciOiJFUzM4NCJ9.eyJzdWIiOnsiYSI6MX19.AAAA',
  'system/*.rs',
  '\ud800',
  '%',
  '__proto__',
];

t.test('hostile requests', async (t) => {
  const server = await startAuthorizationServer(t);
  await saveWithSecret(server, 'web', 'client_secret_basic', { resource_server: true });
  await saveBackend(server, 'backend', { jwks: { keys: [(await clientKey('ES384')).publicJwk] } });

  t.test('property: any form is answered with 200, 400 or 401, and a refusal names its error', async (t) => {
    const value = fc.oneof(fc.constantFrom(...VALUES), fc.string());
    const form = fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 6 });
    const authorization = fc.constantFrom(
      undefined,
      basic('web').authorization,
      'Basic',
      'Basic %%%',
      'Bearer x',
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ENDPOINTS), form, authorization, async (path, pairs, proof) => {
        const response = await fetch(`${server.address}/auth${path}`, {
          method: 'POST',
          body: new URLSearchParams(pairs),
          headers: proof === undefined ? {} : { authorization: proof },
        });
        const text = await response.text();
        if (response.status === 200) return true;
        const { error } = JSON.parse(text) as { error?: string };
        return [400, 401].includes(response.status) && /^[a-z_]+$/.test(error ?? '');
      }),
      { numRuns: 150 },
    );
    t.pass();
  });

  t.test('bodies of other kinds, too large or cut off are refused', async (t) => {
    const cases: [body: string, type: string, status: number][] = [
      ['{"grant_type":"refresh_token"}', 'application/json', 400],
      ['<grant/>', 'application/xml', 400],
      [`token=${'x'.repeat(70_000)}`, 'application/x-www-form-urlencoded', 413],
      ['%E0%A4%A', 'application/x-www-form-urlencoded', 400],
    ];
    for (const path of ENDPOINTS.filter((name) => name !== '/introspect'))
      for (const [body, type, status] of cases) {
        const headers = { 'content-type': type };
        const response = await fetch(`${server.address}/auth${path}`, { method: 'POST', body, headers });
        t.equal(response.status, status, `${path} ${type} ${body.length}`);
      }
  });

  t.test('client ids that no client can have are unknown ones', async (t) => {
    for (const id of ['a\u0000b', 'é', '\n', 'x'.repeat(10_000)]) {
      const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: id });
      const response = await fetch(`${server.address}/auth/token`, { method: 'POST', body: form });
      t.equal(response.status, 401);
      t.match(await json(response), { error: 'invalid_client' });
    }
  });

  t.test('a sign-in and the tokens that follow are told to whoever audits', async (t) => {
    server.events.length = 0;
    await ehrLaunch(server, { username: 'nurse', patient: 'ana' });
    const about = { client: 'throughline-app', user: 'nurse', address: '127.0.0.1', at: Date };
    t.match(server.events, [
      { kind: 'login', ...about },
      { kind: 'token', grantType: 'authorization_code', ...about },
    ]);
    t.equal(server.events.length, 2);
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});
