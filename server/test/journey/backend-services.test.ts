// Backend services as a program of another organisation sees them: a client of jose and fetch alone finds the token endpoint,
// proves itself with RS384 and ES384 keys, inline and hosted, and takes a bulk export; each broken request is refused.
// https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuditEvent, Bundle, Group, Resource } from '@medplum/fhirtypes';
import {
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import t from 'tap';
import { saveClients } from '../../auth/index.ts';
import { openPool } from '../../db/pool.ts';
import { startServer } from '../helpers/server.ts';

t.setTimeout(120_000);

// The client: keys, assertions, requests.

interface Key {
  alg: 'RS384' | 'ES384';
  kid: string;
  sign: (payload: JWTPayload, header: Partial<JWTHeaderParameters>) => Promise<string>;
  jwk: JWK;
}

async function makeKey(alg: Key['alg']): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const kid = randomUUID();
  return {
    alg,
    kid,
    sign: (payload, header) =>
      new SignJWT(payload).setProtectedHeader({ alg, kid, typ: 'JWT', ...header }).sign(privateKey),
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig', key_ops: ['verify'] },
  };
}

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

interface Configuration {
  token_endpoint: string;
  grant_types_supported: string[];
  token_endpoint_auth_methods_supported: string[];
  token_endpoint_auth_signing_alg_values_supported: string[];
}
interface TokenAnswer {
  access_token: string;
  token_type: string;
  expires_in: number;
  scope: string;
}
interface Manifest {
  transactionTime: string;
  request: string;
  requiresAccessToken: boolean;
  output: { type: string; url: string; count: number }[];
  error: object[];
}

const read = async <T>(response: Response): Promise<T> => (await response.json()) as T;

// The server: the demo stories, and two registrations of the same programme's client.

const server = await startServer(t, { open: false, demo: true, listen: true });
const [rsa, ec, rotated, stranger] = [
  await makeKey('RS384'),
  await makeKey('ES384'),
  await makeKey('ES384'),
  await makeKey('ES384'),
];

let published: JWK[] = [rsa.jwk, ec.jwk];
let fetches = 0;
const keyHost = createServer((_request, response) => {
  fetches++;
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'max-age=300');
  response.end(JSON.stringify({ keys: published }));
}).listen(0, '127.0.0.1');
await once(keyHost, 'listening');
t.teardown(() => void keyHost.close());
const jwksUri = `http://127.0.0.1:${(keyHost.address() as AddressInfo).port}/jwks.json`;

const SCOPE = 'system/Patient.rs system/Task.rs system/Group.rs';
const sql = openPool(server.databaseUrl, { max: 1 });
t.teardown(() => sql.end());
const PANEL = 'Group/larkfield-panel';
const KEYS: Record<string, { jwks: { keys: JWK[] } } | { jwks_uri: string }> = {
  inline: { jwks: { keys: [rsa.jwk, ec.jwk] } },
  hosted: { jwks_uri: jwksUri },
  other: { jwks: { keys: [stranger.jwk] } },
};
await saveClients(
  sql,
  Object.entries(KEYS).map(([id, keys]) => ({
    id,
    name: `Quality programme, ${id}`,
    scope: SCOPE,
    role: 'quality-system',
    members: [{ by: 'group', group: PANEL }],
    metadata: {
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      ...keys,
    },
  })),
);

const configuration = await read<Configuration>(
  await fetch(`${server.base}/.well-known/smart-configuration`),
);
const endpoint = configuration.token_endpoint;

/** An assertion as the specification wants it, but for `changes`; undefined leaves a claim out. */
const assertion = (
  client: string,
  key: Key,
  changes: JWTPayload = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> =>
  key.sign(
    { iss: client, sub: client, aud: endpoint, exp: inSeconds(240), jti: randomUUID(), ...changes },
    header,
  );

const askToken = (clientAssertion: string, scope = SCOPE): Promise<Response> =>
  fetch(endpoint, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: clientAssertion,
    }),
  });

const tokenOf = async (client: string, key: Key, scope?: string): Promise<string> =>
  (await read<TokenAnswer>(await askToken(await assertion(client, key), scope))).access_token;

const get = (url: string, token: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { headers: { accept: 'application/fhir+json', authorization: `Bearer ${token}`, ...headers } });

t.test('The configuration says where tokens are, and which keys are taken', (t) => {
  t.equal(endpoint, `${server.url}/auth/token`);
  t.ok(configuration.grant_types_supported.includes('client_credentials'));
  t.ok(configuration.token_endpoint_auth_methods_supported.includes('private_key_jwt'));
  t.strictSame([...configuration.token_endpoint_auth_signing_alg_values_supported].sort(), [
    'ES384',
    'RS384',
  ]);
  t.end();
});

for (const client of ['inline', 'hosted']) {
  for (const key of [rsa, ec]) {
    t.test(`A client with ${client} keys gets a token with ${key.alg}`, async (t) => {
      const response = await askToken(await assertion(client, key));
      t.equal(response.status, 200);
      t.match(response.headers.get('content-type'), /^application\/json/);
      t.equal(response.headers.get('cache-control'), 'no-store');
      const answer = await read<TokenAnswer>(response);
      t.equal(answer.token_type.toLowerCase(), 'bearer');
      t.strictSame(answer.scope.split(' ').sort(), SCOPE.split(' ').sort());
      t.ok(answer.expires_in > 0 && answer.expires_in <= 300, 'for five minutes at most');
      t.notOk('refresh_token' in answer);
      const search = await get(`${server.base}/Patient?_count=1`, answer.access_token);
      t.equal(search.status, 200);
    });
  }
}

t.test('Hosted keys are fetched once while they may be kept, and again for a key that is new', async (t) => {
  t.equal(fetches, 1);
  published = [rsa.jwk, ec.jwk, rotated.jwk];
  // Keys are not fetched more often than once a second.
  await new Promise((done) => setTimeout(done, 1100));
  t.equal((await askToken(await assertion('hosted', rotated))).status, 200);
  t.equal(fetches, 2);
});

/** Polls as the specification says, until the answer is no longer 202. */
async function finished(status: string, token: string): Promise<Response> {
  for (let n = 0; n < 200; n++) {
    const answer = await get(status, token, { accept: 'application/json' });
    if (answer.status !== 202) return answer;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('The export does not end.');
}

t.test(
  'A token takes a bulk export: kick-off, status, manifest, files of its members, deletion',
  async (t) => {
    const token = await tokenOf('hosted', ec);
    const address = `${server.base}/$export?_type=Patient,Task`;
    const kickOff = await get(address, token, { prefer: 'respond-async' });
    t.equal(kickOff.status, 202);
    const status = kickOff.headers.get('content-location')!;
    const done = await finished(status, token);
    t.equal(done.status, 200);
    t.match(done.headers.get('content-type'), /^application\/json/);
    const manifest = await read<Manifest>(done);
    t.equal(decodeURIComponent(manifest.request), address);
    t.equal(manifest.requiresAccessToken, true);
    t.strictSame(manifest.error, []);
    t.ok(Date.parse(manifest.transactionTime) <= Date.now());
    t.strictSame([...new Set(manifest.output.map(({ type }) => type))].sort(), ['Patient', 'Task']);

    const group = await read<Group>(await get(`${server.base}/${PANEL}`, token));
    const members = new Set(group.member!.map(({ entity }) => entity!.reference!));
    const other = await tokenOf('other', stranger);
    const patients: string[] = [];
    for (const { type, url, count } of manifest.output) {
      const file = await get(url, token, { accept: 'application/fhir+ndjson' });
      t.equal(file.status, 200);
      t.equal(file.headers.get('content-type'), 'application/fhir+ndjson');
      const lines = (await file.text()).trimEnd().split('\n');
      t.equal(lines.length, count);
      for (const line of lines) {
        const resource = JSON.parse(line) as Resource;
        t.equal(resource.resourceType, type);
        const patient = resource.resourceType === 'Task' ? resource.for?.reference : `Patient/${resource.id}`;
        if (patient) t.ok(members.has(patient), `${type} of a member`);
        if (type === 'Patient') patients.push(patient!);
      }
      t.equal((await fetch(url)).status, 401, 'not without a token');
      t.equal((await get(url, other)).status, 404, 'not for another client');
      const narrow = await tokenOf('hosted', ec, 'system/Group.rs');
      t.equal((await get(url, narrow)).status, 403, 'not without the scope');
    }
    t.strictSame(patients.sort(), [...members].sort(), 'every member, and nobody else');
    t.equal((await get(status, other)).status, 404);

    const deleted = await fetch(status, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    t.equal(deleted.status, 202);
    t.equal((await get(status, token)).status, 404);
    t.equal((await get(manifest.output[0]!.url, token)).status, 404);
  },
);

t.test('An export of a type outside the scopes is refused', async (t) => {
  const token = await tokenOf('inline', rsa, 'system/Patient.rs');
  const answer = await get(`${server.base}/$export?_type=Task`, token, { prefer: 'respond-async' });
  t.equal(answer.status, 403);
  t.match(await read(answer), {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'forbidden', diagnostics: /system\/Task/ }],
  });
});

t.test('Each broken assertion is invalid_client, and leaves a record in the audit', async (t) => {
  const used = await assertion('inline', ec);
  t.equal((await askToken(used)).status, 200);
  const unsigned = [
    { alg: 'none', typ: 'JWT', kid: ec.kid },
    { iss: 'inline', sub: 'inline', aud: endpoint },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const byPublicKey = await new SignJWT({ iss: 'inline', sub: 'inline', aud: endpoint, jti: randomUUID() })
    .setProtectedHeader({ alg: 'HS384', kid: rsa.kid, typ: 'JWT' })
    .setExpirationTime('2 minutes')
    .sign(Buffer.from(JSON.stringify(rsa.jwk)));
  const cases: Record<string, string> = {
    'a replayed jti': used,
    'a replayed jti in an assertion signed anew': await assertion('inline', ec, {
      jti: JSON.parse(Buffer.from(used.split('.')[1]!, 'base64url').toString()).jti as string,
    }),
    'an expired assertion': await assertion('inline', ec, { exp: inSeconds(-120) }),
    'an expiry more than five minutes away': await assertion('inline', ec, { exp: inSeconds(600) }),
    'no expiry': await assertion('inline', ec, { exp: undefined }),
    'no jti': await assertion('inline', ec, { jti: undefined }),
    'the FHIR base as audience': await assertion('inline', ec, { aud: server.base }),
    'another server as audience': await assertion('inline', ec, { aud: 'https://elsewhere.example/token' }),
    'an iss that is not the sub': await assertion('inline', ec, { iss: 'hosted' }),
    'the key of another client': await assertion('inline', stranger),
    'a wrong key under a known kid': await assertion('inline', stranger, {}, { kid: ec.kid }),
    'a client that is not registered': await assertion('nobody', ec),
    'no signature': `${unsigned}.`,
    'the public key as a shared secret': byPublicKey,
  };
  for (const [what, broken] of Object.entries(cases)) {
    const response = await askToken(broken);
    t.equal(response.status, 401, what);
    t.equal(response.headers.get('cache-control'), 'no-store', what);
    const answer = await read<Record<string, unknown>>(response);
    t.match(answer, { error: 'invalid_client', error_description: /\w/ }, what);
    t.notOk('access_token' in answer, what);
  }
  const login = await fetch(`${server.url}/auth/demo-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'auditor' }),
  });
  const { access_token: auditor } = await read<TokenAnswer>(login);
  const found = await read<Bundle<AuditEvent>>(
    await get(`${server.base}/AuditEvent?subtype=refused&outcome=4&_count=100`, auditor),
  );
  t.equal(found.entry?.length, Object.keys(cases).length);
  for (const { resource } of found.entry ?? [])
    t.match(resource, { outcome: '4', outcomeDesc: 'Refused: invalid_client.', action: 'E' });
});

t.test(
  'Scopes outside the registration are invalid_scope; beyond it only what it holds is given',
  async (t) => {
    for (const scope of [
      'system/Observation.rs',
      'system/Patient.cud',
      'user/Patient.rs',
      'patient/*.rs',
      'openid',
    ]) {
      const response = await askToken(await assertion('inline', rsa), scope);
      t.equal(response.status, 400, scope);
      t.match(await read(response), { error: 'invalid_scope', error_description: /\w/ }, scope);
    }
    const wide = await askToken(await assertion('inline', rsa), 'system/*.cruds');
    t.strictSame((await read<TokenAnswer>(wide)).scope.split(' ').sort(), SCOPE.split(' ').sort());
  },
);

t.test(
  'Another grant type is unsupported_grant_type, and a request without a proof is invalid_client',
  async (t) => {
    const form = { scope: SCOPE, client_assertion_type: ASSERTION_TYPE };
    const post = async (fields: Record<string, string>) =>
      fetch(endpoint, { method: 'POST', body: new URLSearchParams(fields) });
    const implicit = await post({
      ...form,
      grant_type: 'implicit',
      client_assertion: await assertion('inline', rsa),
    });
    t.equal(implicit.status, 400);
    t.match(await read(implicit), { error: 'unsupported_grant_type' });
    const bare = await post({ grant_type: 'client_credentials', scope: SCOPE, client_id: 'inline' });
    t.equal(bare.status, 401);
    t.match(await read(bare), { error: 'invalid_client' });
  },
);
