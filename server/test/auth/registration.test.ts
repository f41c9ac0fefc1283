// Tests of dynamic client registration. https://www.rfc-editor.org/rfc/rfc7591, https://www.rfc-editor.org/rfc/rfc7592
import { execFile } from 'node:child_process';
import t from 'tap';
import { INVITED_SCOPE, invite } from '../../auth/client/registration.ts';
import { askToken, assertion, basic, clientKey, json, post } from './clients-harness.ts';
import { type Server, startAuthorizationServer } from './harness.ts';

const key = await clientKey('ES384');
const APP = {
  client_name: 'New app',
  redirect_uris: ['https://new.example/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
  scope: 'openid launch patient/*.rs',
};
const BACKEND = {
  client_name: 'New backend',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [key.publicJwk] },
};

const invitation = (server: Server, scope = INVITED_SCOPE, role?: string, now = new Date()) =>
  invite(server.sql, now, { scope, ...(role && { role }) });

const register = ({ address }: Server, token: string | undefined, metadata: unknown) =>
  fetch(`${address}/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
  });

/** Runs `npm run clients` on a server's database. */
const clients = ({ database }: Server, ...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const script = new URL('../../../scripts/clients.ts', import.meta.url).pathname;
    const env = { ...process.env, DATABASE_URL: database };
    execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

t.test('registration', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('an invited app registers itself, and is told its metadata', async (t) => {
    const response = await register(server, await invitation(server), APP);
    t.equal(response.status, 201);
    t.equal(response.headers.get('cache-control'), 'no-store');
    const client = await json(response);
    t.match(client, {
      ...APP,
      client_id: String,
      client_id_issued_at: Number,
      response_types: ['code'],
      registration_access_token: String,
      registration_client_uri: `${server.publicUrl}/auth/register/${client.client_id}`,
    });
    t.notOk('client_secret' in client, 'a public client has no secret');
    t.notOk('allowed_scope' in client || 'role' in client, 'nothing of what is ours');
    t.match(server.events.at(-1), { kind: 'registration', client: client.client_id, at: Date });
    const [row] =
      await server.sql`select scope, role, preapproved from auth_client where id = ${String(client.client_id)}`;
    t.same(row, { scope: APP.scope, role: null, preapproved: false });
  });

  t.test('a secret is made here, told once, and works', async (t) => {
    const metadata = { ...APP, token_endpoint_auth_method: 'client_secret_basic', client_secret: 'chosen' };
    const client = await json(await register(server, await invitation(server), metadata));
    t.match(client, { client_secret: /^[\w-]{80,}$/, client_secret_expires_at: 0 });
    const form = { grant_type: 'refresh_token', refresh_token: 'x' };
    const headers = basic(String(client.client_id), String(client.client_secret));
    t.match(await json(await post(server, '/token', form, headers)), { error: 'invalid_grant' });
    const [row] = await server.sql`select metadata from auth_client where id = ${String(client.client_id)}`;
    t.notOk(JSON.stringify(row).includes(String(client.client_secret)), 'it is stored as a hash');
  });

  t.test(
    'a backend service gets system scopes within its invitation, and the role that it names',
    async (t) => {
      const token = await invitation(server, 'system/Patient.rs system/Task.rs', 'quality-system');
      const client = await json(await register(server, token, { ...BACKEND, scope: 'system/*.cruds' }));
      t.match(client, { scope: 'system/Patient.rs system/Task.rs', redirect_uris: [] });
      const id = String(client.client_id);
      const answer = await json(await askToken(server, await assertion(server, id, key)));
      t.match(answer, { scope: 'system/Patient.rs' });
      const access = await server.auth.guard({ authorization: `Bearer ${answer.access_token}` });
      t.match(access, { client: id, policy: { role: 'quality-system' } });
    },
  );

  t.test('what an app says that only we may say is passed over', async (t) => {
    const greedy = {
      role: 'auditor',
      allowed_scope: 'system/*.cruds',
      resource_server: true,
      preapproved: true,
    };
    const client = await json(await register(server, await invitation(server), { ...APP, ...greedy }));
    const [row] =
      await server.sql`select scope, role, preapproved, metadata from auth_client where id = ${String(client.client_id)}`;
    t.match(row, { scope: APP.scope, role: null, preapproved: false });
    t.notOk('resource_server' in row!.metadata || 'allowed_scope' in row!.metadata);
  });

  t.test('an invitation is good once, and for 24 hours', async (t) => {
    const token = await invitation(server);
    t.equal((await register(server, token, APP)).status, 201);
    const day = 24 * 3_600_000;
    const old = await invitation(server, INVITED_SCOPE, undefined, new Date(Date.now() - day - 60_000));
    for (const [what, used] of Object.entries({ used: token, old, unknown: 'unknown', none: undefined })) {
      const response = await register(server, used, APP);
      t.equal(response.status, 401, what);
      t.match(response.headers.get('www-authenticate'), /^Bearer /, what);
      t.match(await json(response), { error: 'invalid_token' }, what);
      t.match(server.events.at(-1), { kind: 'refused', error: 'invalid_token' }, what);
    }
    const raced = await invitation(server);
    const statuses = await Promise.all(
      [1, 2, 3].map(async () => (await register(server, raced, APP)).status),
    );
    t.equal(statuses.filter((status) => status === 201).length, 1, 'of three at once one registers');
  });

  t.test('metadata that cannot be accepted is refused by name, and the invitation stays good', async (t) => {
    const token = await invitation(server);
    const cases: [metadata: object | string, error: string, sentence: RegExp][] = [
      [{ redirect_uris: ['http://new.example/'] }, 'invalid_redirect_uri', /https/],
      [{ redirect_uris: ['https://new.example/#here'] }, 'invalid_redirect_uri', /fragment/],
      [{ redirect_uris: ['newapp://callback'], application_type: 'native' }, 'invalid_redirect_uri', /https/],
      [{ redirect_uris: ['no address'] }, 'invalid_redirect_uri', /redirect_uris/],
      [{ redirect_uris: [] }, 'invalid_redirect_uri', /redirect_uris/],
      [{ redirect_uris: 'https://new.example/' }, 'invalid_redirect_uri', /redirect_uris/],
      [{ grant_types: ['implicit'] }, 'invalid_client_metadata', /grant_types/],
      [{ grant_types: ['client_credentials'] }, 'invalid_client_metadata', /private_key_jwt/],
      [{ grant_types: 'authorization_code' }, 'invalid_client_metadata', /grant_types/],
      [{ token_endpoint_auth_method: 'tls_client_auth' }, 'invalid_client_metadata', /auth_method/],
      [{ token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata', /jwks/],
      [
        { ...BACKEND, jwks: undefined, jwks_uri: 'http://new.example/' },
        'invalid_client_metadata',
        /jwks_uri/,
      ],
      [{ ...BACKEND, jwks_uri: 'https://new.example/' }, 'invalid_client_metadata', /jwks/],
      [{ ...BACKEND, jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }, 'invalid_client_metadata', /Key Set/],
      [{ scope: 'system/*.rs' }, 'invalid_client_metadata', /invitation/],
      [{ scope: 5 }, 'invalid_client_metadata', /scope/],
      [{ id_token_signed_response_alg: 'none' }, 'invalid_client_metadata', /id_token_signed_response_alg/],
      [{ client_name: 5 }, 'invalid_client_metadata', /client_name/],
      [[], 'invalid_request', /JSON object/],
      ['{', 'invalid_request', /parse/],
    ];
    for (const [changes, error, sentence] of cases) {
      const what = JSON.stringify(changes);
      const isWhole = typeof changes === 'string' || Array.isArray(changes);
      const response = await register(server, token, isWhole ? changes : { ...APP, ...changes });
      t.equal(response.status, 400, what);
      t.match(await json(response), { error, error_description: sentence }, what);
    }
    t.equal((await register(server, token, APP)).status, 201);
  });

  t.test('addresses on this machine need no TLS', async (t) => {
    for (const uri of ['http://127.0.0.1:4000/callback', 'http://localhost:4000/callback']) {
      const response = await register(server, await invitation(server), { ...APP, redirect_uris: [uri] });
      t.equal(response.status, 201, uri);
    }
  });

  t.test('a registered client is read and deleted by its own token, and not changed', async (t) => {
    const secret = { ...APP, token_endpoint_auth_method: 'client_secret_post' };
    const [mine, others] = await Promise.all(
      [1, 2].map(async () => json(await register(server, await invitation(server), secret))),
    );
    const address = String(mine!.registration_client_uri);
    const as = (client: Record<string, unknown> | undefined) => ({
      headers: { authorization: `Bearer ${client?.registration_access_token ?? 'unknown'}` },
    });
    const read = await fetch(address, as(mine));
    t.equal(read.status, 200);
    const shown = await json(read);
    t.match(shown, { client_id: mine!.client_id, client_name: 'New app', scope: APP.scope });
    t.notOk('client_secret' in shown, 'the secret is told once');
    t.equal((await fetch(address, as(undefined))).status, 401);
    const put = await fetch(address, { method: 'PUT', ...as(mine) });
    t.equal(put.status, 405);
    t.equal(put.headers.get('allow'), 'GET, DELETE');
    t.equal((await fetch(address, { method: 'DELETE', ...as(others) })).status, 401, 'not by another');
    t.equal((await fetch(address, { method: 'DELETE', ...as(mine) })).status, 204);
    t.equal((await fetch(address, as(mine))).status, 401);
    const form = { grant_type: 'refresh_token', refresh_token: 'x' };
    const proof = { client_id: String(mine!.client_id), client_secret: String(mine!.client_secret) };
    t.equal((await post(server, '/token', { ...form, ...proof })).status, 401, 'it is gone');
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});

t.test('npm run clients', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('invite prints an initial access token that registers a client', async (t) => {
    const scope = 'system/Patient.rs';
    const { code, stdout } = await clients(server, 'invite', '--scope', scope, '--role', 'payer-system');
    t.equal(code, 0);
    t.match(stdout, /^[\w-]{40,}\n$/);
    const client = await json(await register(server, stdout.trim(), BACKEND));
    t.match(client, { scope });
    const listed = await clients(server, 'list');
    t.match(listed.stdout, `${client.client_id}\tNew backend\tprivate_key_jwt\tpayer-system\t${scope}\n`);
    t.match(await clients(server, 'approve', String(client.client_id)), { code: 0 });
    t.match(await clients(server, 'remove', String(client.client_id)), { code: 0, stdout: /removed/ });
    t.notMatch((await clients(server, 'list')).stdout, 'New backend');
  });

  t.test('says in one sentence what is wrong, and exits with 1', async (t) => {
    const cases: [args: string[], sentence: RegExp][] = [
      [['invite', '--scope', 'everything'], /^The scope everything is not one that this server gives/],
      [['remove', 'nobody'], /^There is no client nobody\.\n$/],
      [['approve', 'nobody'], /^There is no client nobody\.\n$/],
      [[], /^Use list, invite/],
      [['remove'], /^Use list, invite/],
      [['invite', '--rôle', 'x'], /Unknown option/],
    ];
    for (const [args, stderr] of cases)
      t.match(await clients(server, ...args), { code: 1, stdout: '', stderr }, args.join(' '));
  });
});
