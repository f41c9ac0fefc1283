// Tests of clients with a secret, and of codes. https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-symmetric.html
import * as oauth from 'oauth4webapi';
import t from 'tap';
import { basic, json, post, SECRET, saveWithSecret } from './clients-harness.ts';
import { authorize, discover, location, type Server, startAuthorizationServer } from './harness.ts';

const CONTEXT = { username: 'nurse', patient: 'ana' };
const REDIRECT = 'https://other.example/callback';

/** A code for a client, and the form that redeems it. */
async function codeFor(
  server: Server,
  client_id: string,
  scope = 'launch openid online_access patient/*.rs',
) {
  const app = await discover(server);
  const launch = await server.launch({ ...CONTEXT, clientId: client_id });
  const response = await authorize(app, { launch, client_id, redirect_uri: REDIRECT, scope });
  const code = location(response).searchParams.get('code')!;
  return {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    code_verifier: app.verifier,
  } as Record<string, string | undefined>;
}

t.test('clients with a secret', async (t) => {
  const server = await startAuthorizationServer(t);
  await saveWithSecret(server, 'web basic', 'client_secret_basic');
  await saveWithSecret(server, 'web-post', 'client_secret_post');

  t.test('a secret in HTTP Basic, or in the form, redeems a code and refreshes', async (t) => {
    const ways: [id: string, form: Record<string, string>, headers: Record<string, string>][] = [
      ['web basic', {}, basic('web basic')],
      ['web-post', { client_id: 'web-post', client_secret: SECRET }, {}],
    ];
    for (const [id, proof, headers] of ways) {
      const response = await post(server, '/token', { ...(await codeFor(server, id)), ...proof }, headers);
      t.equal(response.status, 200, id);
      const answer = await json(response);
      t.match(answer, { patient: 'ana', access_token: String, refresh_token: String }, id);
      const refresh = { grant_type: 'refresh_token', refresh_token: String(answer.refresh_token) };
      t.equal((await post(server, '/token', { ...refresh, ...proof }, headers)).status, 200, id);
    }
  });

  t.test('a missing or wrong secret, or another client, is invalid_client', async (t) => {
    const form = { grant_type: 'refresh_token', refresh_token: 'x' };
    const cases: [form: Record<string, string>, headers: Record<string, string>][] = [
      [{ ...form, client_id: 'web-post', client_secret: 'wrong' }, {}],
      [form, basic('web basic', 'wrong')],
      [form, basic('nobody')],
      [{ ...form, client_id: 'web-post' }, {}],
      [form, basic('other-app')],
    ];
    for (const [sent, headers] of cases) {
      const response = await post(server, '/token', sent, headers);
      t.equal(response.status, 401);
      t.match(await json(response), { error: 'invalid_client', error_description: String });
      if (headers.authorization) t.match(response.headers.get('www-authenticate'), /^Basic /);
      t.match(server.events.at(-1), { kind: 'refused', error: 'invalid_client', client: String });
    }
  });

  t.test('the stored hash of a secret is no secret', async (t) => {
    const [row] =
      await server.sql`select metadata ->> 'client_secret' as hash from auth_client where id = 'web-post'`;
    t.notMatch(row!.hash, SECRET);
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'web-post' };
    const response = await post(server, '/token', { ...form, client_secret: row!.hash });
    t.equal(response.status, 401);
  });

  t.test('a code that is used twice is refused, and takes back all that it gave', async (t) => {
    const form = { ...(await codeFor(server, 'web-post')), client_id: 'web-post', client_secret: SECRET };
    const answer = await json(await post(server, '/token', form));
    const bearer = { authorization: `Bearer ${answer.access_token}` };
    t.equal((await server.auth.guard(bearer)).subject, 'nurse');
    const again = await post(server, '/token', form);
    t.equal(again.status, 400);
    t.match(await json(again), { error: 'invalid_grant' });
    await t.rejects(server.auth.guard(bearer), { name: 'FhirError', message: /revoked/ });
    const refresh = {
      ...{ grant_type: 'refresh_token', refresh_token: String(answer.refresh_token) },
      ...{ client_id: 'web-post', client_secret: SECRET },
    };
    t.match(
      await json(await post(server, '/token', refresh)),
      { error: 'invalid_grant' },
      'the refresh token',
    );
  });

  t.test(
    'a code of another client, with another address or verifier, or none, is invalid_grant',
    async (t) => {
      const proof = { client_id: 'web-post', client_secret: SECRET };
      const verifier = oauth.generateRandomCodeVerifier();
      const good = await codeFor(server, 'web-post');
      const cases: [what: string, form: Record<string, string | undefined>, error: string][] = [
        ['wrong verifier', { ...good, code_verifier: verifier }, 'invalid_grant'],
        ['no verifier', { ...good, code_verifier: undefined }, 'invalid_grant'],
        ['other address', { ...good, redirect_uri: 'https://other.example/else' }, 'invalid_grant'],
        ['unknown code', { ...good, code: 'unknown' }, 'invalid_grant'],
        ['code of another client', await codeFor(server, 'web basic'), 'invalid_grant'],
        ['no code', { ...good, code: undefined }, 'invalid_request'],
        ['no address', { ...good, redirect_uri: undefined }, 'invalid_request'],
      ];
      for (const [what, form, error] of cases) {
        const response = await post(server, '/token', { ...form, ...proof });
        t.equal(response.status, 400, what);
        t.match(await json(response), { error }, what);
      }
      t.equal((await post(server, '/token', { ...good, ...proof })).status, 200, 'the code was good');
    },
  );

  t.test('a grant type that the client is not registered for is unauthorized_client', async (t) => {
    const form = { grant_type: 'client_credentials', client_id: 'web-post', client_secret: SECRET };
    const response = await post(server, '/token', form);
    t.equal(response.status, 400);
    t.match(await json(response), { error: 'unauthorized_client', error_description: /client_credentials/ });
  });

  t.test('PKCE is asked for, and only with S256', async (t) => {
    const app = await discover(server);
    for (const changes of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
      { code_challenge_method: undefined },
    ]) {
      const launch = await server.launch(CONTEXT);
      const answer = location(await authorize(app, { ...changes, launch })).searchParams;
      t.equal(answer.get('error'), 'invalid_request', JSON.stringify(changes));
      t.match(server.events.at(-1), { kind: 'refused', error: 'invalid_request', client: 'throughline-app' });
    }
  });

  t.test('a client that asks for it gets id tokens signed with ES256', async (t) => {
    await saveWithSecret(server, 'modern', 'client_secret_post', { id_token_signed_response_alg: 'ES256' });
    for (const [id, alg] of [
      ['web-post', 'RS256'],
      ['modern', 'ES256'],
    ] as const) {
      const form = { ...(await codeFor(server, id)), client_id: id, client_secret: SECRET };
      const { id_token } = await json(await post(server, '/token', form));
      const header = JSON.parse(Buffer.from(String(id_token).split('.')[0]!, 'base64url').toString());
      t.equal(header.alg, alg, id);
    }
  });

  t.test('codes and refresh tokens are stored by their hash alone', async (t) => {
    const { code, ...form } = await codeFor(server, 'web-post');
    const proof = { client_id: 'web-post', client_secret: SECRET };
    const answer = await json(await post(server, '/token', { ...form, code, ...proof }));
    const rows = JSON.stringify(await server.sql`select * from auth_record`);
    for (const secret of [code!, String(answer.refresh_token)]) t.notOk(rows.includes(secret));
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});
