// Tests of the discovery documents. https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html
import t from 'tap';
import { startAuthorizationServer } from './harness.ts';

t.test('discovery', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('the SMART document has all required fields and may be read from any origin', async (t) => {
    const response = await fetch(`${server.fhirBase}/.well-known/smart-configuration`, {
      headers: { origin: 'https://app.example' },
    });
    t.equal(response.status, 200);
    t.match(response.headers.get('content-type'), /^application\/json/);
    t.equal(response.headers.get('access-control-allow-origin'), '*');
    const auth = `${server.publicUrl}/auth`;
    t.match(await response.json(), {
      issuer: auth,
      jwks_uri: `${auth}/jwks`,
      authorization_endpoint: `${auth}/authorize`,
      token_endpoint: `${auth}/token`,
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      capabilities: ['launch-ehr', 'authorize-post', 'client-public', 'sso-openid-connect'],
    });
  });

  t.test('the OpenID document names the same endpoints, whatever Host the request claims', async (t) => {
    for (const headers of [{}, { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }]) {
      const response = await fetch(`${server.publicUrl}/auth/.well-known/openid-configuration`, { headers });
      t.equal(response.status, 200);
      t.match(await response.json(), {
        issuer: `${server.publicUrl}/auth`,
        authorization_endpoint: `${server.publicUrl}/auth/authorize`,
        token_endpoint: `${server.publicUrl}/auth/token`,
        jwks_uri: `${server.publicUrl}/auth/jwks`,
        code_challenge_methods_supported: ['S256'],
      });
    }
  });

  t.test('the published keys are public', async (t) => {
    const { keys } = (await (await fetch(`${server.publicUrl}/auth/jwks`)).json()) as {
      keys: Record<string, string>[];
    };
    t.same(keys.map((key) => key.alg).sort(), ['ES256', 'RS256']);
    for (const key of keys) t.notOk('d' in key, `${key.alg} without its private part`);
  });

  t.test('the token endpoint answers the preflight of the app and not of strangers', async (t) => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'x',
      client_id: 'throughline-app',
    });
    const allowed = await fetch(`${server.publicUrl}/auth/token`, {
      method: 'POST',
      body,
      headers: { origin: server.publicUrl },
    });
    t.equal(allowed.status, 400);
    t.equal(allowed.headers.get('access-control-allow-origin'), server.publicUrl);
    const stranger = await fetch(`${server.publicUrl}/auth/token`, {
      method: 'POST',
      body,
      headers: { origin: 'https://evil.example' },
    });
    t.equal(stranger.status, 400);
    t.match(await stranger.json(), { error: 'invalid_request', error_description: /origin/i });
  });

  t.test('an unknown address under /auth is 404', async (t) => {
    t.equal((await fetch(`${server.publicUrl}/auth/nothing`)).status, 404);
  });
});

t.test('with DEMO=off standalone launch is not announced', async (t) => {
  const server = await startAuthorizationServer(t, { DEMO: 'off' });
  const { capabilities } = (await (
    await fetch(`${server.fhirBase}/.well-known/smart-configuration`)
  ).json()) as { capabilities: string[] };
  t.notOk(capabilities.some((capability) => capability.includes('standalone')));
  t.ok(capabilities.includes('launch-ehr'));
});
