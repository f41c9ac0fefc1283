// Tests of the discovery documents. https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html
import t from 'tap';
import { startAuthorizationServer } from './harness.ts';

type Document = Record<string, string | string[]>;

t.test('discovery', async (t) => {
  const server = await startAuthorizationServer(t);
  const auth = `${server.publicUrl}/auth`;
  const smartConfiguration = (headers = {}) =>
    fetch(`${server.fhirBase}/.well-known/smart-configuration`, { headers });
  const openidConfiguration = (headers = {}) =>
    fetch(`${auth}/.well-known/openid-configuration`, { headers });

  t.test('the SMART document has all fields, and names this server as the place for app state', async (t) => {
    const response = await smartConfiguration();
    t.equal(response.status, 200);
    t.same(await response.json(), {
      issuer: auth,
      jwks_uri: `${auth}/jwks`,
      authorization_endpoint: `${auth}/authorize`,
      token_endpoint: `${auth}/token`,
      introspection_endpoint: `${auth}/introspect`,
      revocation_endpoint: `${auth}/revoke`,
      registration_endpoint: `${auth}/register`,
      management_endpoint: `${auth}/grants`,
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types_supported: ['code'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: [
        'openid',
        'fhirUser',
        'profile',
        'launch',
        'launch/patient',
        'launch/encounter',
        'online_access',
        'offline_access',
        'messaging/ui.launchActivity',
        'patient/*.cruds',
        'user/*.cruds',
        'system/*.cruds',
      ],
      capabilities: [
        'launch-ehr',
        'launch-standalone',
        'authorize-post',
        'client-public',
        'client-confidential-symmetric',
        'client-confidential-asymmetric',
        'sso-openid-connect',
        'context-banner',
        'context-style',
        'context-ehr-patient',
        'context-ehr-encounter',
        'context-standalone-patient',
        'context-standalone-encounter',
        'permission-offline',
        'permission-online',
        'permission-patient',
        'permission-user',
        'permission-v1',
        'permission-v2',
        'smart-app-state',
      ],
      associated_endpoints: [{ url: server.fhirBase, capabilities: ['smart-app-state'] }],
    });
  });

  t.test('it is JSON whatever is accepted, cacheable, and readable from every origin', async (t) => {
    for (const accept of ['application/json', 'application/fhir+json', 'text/html', '*/*']) {
      const response = await smartConfiguration({ accept, origin: 'https://app.example' });
      t.equal(response.status, 200, accept);
      t.match(response.headers.get('content-type'), /^application\/json/);
      t.equal(response.headers.get('access-control-allow-origin'), '*');
      t.match(response.headers.get('cache-control'), /^public, max-age=[1-9]/);
    }
  });

  t.test('the OpenID document agrees with it, whatever Host the request claims', async (t) => {
    const smart = (await (await smartConfiguration()).json()) as Document;
    for (const headers of [{}, { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }]) {
      const response = await openidConfiguration(headers);
      t.equal(response.status, 200);
      const openid = (await response.json()) as Document;
      const endpoints = Object.keys(smart).filter((name) => /_endpoint$|^issuer$|_uri$/.test(name));
      for (const name of endpoints.filter((one) => one !== 'management_endpoint'))
        t.equal(openid[name], smart[name], name);
      for (const name of Object.keys(smart).filter(
        (one) => /_supported$/.test(one) && one !== 'scopes_supported',
      ))
        for (const value of smart[name]!) t.ok(openid[name]?.includes(value), `${name}: ${value}`);
      for (const scope of openid.scopes_supported!) t.ok(smart.scopes_supported!.includes(scope), scope);
      t.same(openid.response_types_supported, smart.response_types_supported);
      t.same(openid.code_challenge_methods_supported, ['S256']);
      t.equal(openid.authorization_response_iss_parameter_supported as unknown, true);
      t.ok(openid.claims_supported!.includes('fhirUser'));
    }
  });

  t.test('every endpoint that it names is there', async (t) => {
    const smart = (await (await smartConfiguration()).json()) as Document;
    for (const name of Object.keys(smart).filter((one) => /_endpoint$|_uri$/.test(one))) {
      const response = await fetch(String(smart[name]), { redirect: 'manual' });
      const posted =
        response.status === 404 ? await fetch(String(smart[name]), { method: 'POST' }) : response;
      t.not(posted.status, 404, name);
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
