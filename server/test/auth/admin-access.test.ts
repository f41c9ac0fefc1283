// Who may administer by HTTP: the scope for it, whom it is given to, and every token that is refused.
// https://www.rfc-editor.org/rfc/rfc6750#section-3.1
import { decodeJwt } from 'jose';
import t from 'tap';
import { invite } from '../../auth/client/registration.ts';
import { saveClients, saveUsers } from '../../auth/index.ts';
import { ADMIN_SCOPE } from '../../auth/launch/scopes.ts';
import { askToken, assertion, clientKey, json, saveBackend } from './clients-harness.ts';
import { ehrLaunch, location, OTHER_APP, redeem, refresh, startAuthorizationServer } from './harness.ts';
import { follow, open } from './visitor.ts';

const SCOPE = `openid launch online_access user/Task.rs ${ADMIN_SCOPE}`;
const ADDRESSES = [
  'ehrs',
  'ehrs/x',
  'links',
  'clients',
  'clients/other-app',
  'users',
  'users/admin',
  'exports',
  'nothing',
];

const server = await startAuthorizationServer(t);
const admin = { username: 'admin', name: 'Ada', role: 'programme-admin', fhirUser: 'PractitionerRole/admin' };
await saveUsers(server.sql, [admin]);
// Somebody wrote the scope into a registration where it does not belong.
await saveClients(server.sql, [
  {
    id: OTHER_APP.client_id,
    name: 'Other app',
    scope: `openid launch user/Task.rs ${ADMIN_SCOPE}`,
    preapproved: true,
    metadata: {
      redirect_uris: [OTHER_APP.redirect],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
]);

const ask = (token: string | undefined, path = 'users', method = 'GET', body?: unknown) =>
  fetch(`${server.address}/auth/admin/${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const tokenOf = async (username: string, clientId?: string) =>
  (await ehrLaunch(server, { username, ...(clientId && { clientId }) }, SCOPE)).answer;

t.test(
  'A programme administrator who opens the app of this server gets the scope, and may administer',
  async (t) => {
    const answer = await tokenOf('admin');
    t.ok(String(answer.scope).split(' ').includes(ADMIN_SCOPE), 'the app is told');
    t.equal(decodeJwt(answer.access_token).scope, `user/Task.rs ${ADMIN_SCOPE}`);
    const response = await ask(answer.access_token);
    t.equal(response.status, 200);
    t.equal(response.headers.get('cache-control'), 'no-store');
    t.equal(response.headers.get('access-control-allow-origin'), null, 'no page of another origin reads it');
    t.match(await response.json(), { users: [{ username: 'admin', role: 'programme-admin', active: true }] });
  },
);

t.test('The scope comes with a sign-in without an EHR too, to administrators alone', async (t) => {
  const signIn = async (user: string) => {
    const { app, visit, page } = await open(server, { scope: `openid user/Task.rs ${ADMIN_SCOPE}` });
    const back = await follow(visit, await visit(page, { user }), `${server.publicUrl}/app/`);
    return redeem(app, location(back));
  };
  const { access_token: token } = await signIn('admin');
  t.equal((await ask(token)).status, 200);
  t.notMatch(String((await signIn('navigator')).scope), ADMIN_SCOPE);
});

t.test('A refreshed token keeps the scope', async (t) => {
  const { app, answer } = await ehrLaunch(server, { username: 'admin' }, SCOPE);
  const renewed = await json(await refresh(app, answer.refresh_token!));
  t.match(String(renewed.scope), ADMIN_SCOPE);
  t.equal((await ask(String(renewed.access_token))).status, 200);
});

const refusedScope = async (response: Response) => ({
  status: response.status,
  challenge: response.headers.get('www-authenticate'),
  body: await json(response),
});
const WITHOUT_SCOPE = {
  status: 403,
  challenge: `Bearer error="insufficient_scope", scope="${ADMIN_SCOPE}"`,
  body: { error: 'insufficient_scope', error_description: new RegExp(ADMIN_SCOPE), rule: 'scope' },
};

t.test('No other role gets the scope, and each is refused at every address', async (t) => {
  for (const username of ['navigator', 'nurse']) {
    const { access_token: token, scope } = await tokenOf(username);
    t.notMatch(String(scope), ADMIN_SCOPE, username);
    for (const address of ADDRESSES)
      for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
        t.match(await refusedScope(await ask(token, address, method)), WITHOUT_SCOPE, `${method} ${address}`);
  }
});

t.test(
  'Another app of the same administrator is not given the scope, whatever its registration says',
  async (t) => {
    const { access_token: token, scope } = await tokenOf('admin', OTHER_APP.client_id);
    t.notMatch(String(scope), ADMIN_SCOPE);
    t.match(await refusedScope(await ask(token)), WITHOUT_SCOPE);
  },
);

t.test('A client without a user is not given the scope', async (t) => {
  const key = await clientKey('ES384');
  const more = { jwks: { keys: [key.publicJwk] } };
  await saveBackend(server, 'backend', more);
  await server.sql`update auth_client set scope = scope || ${` ${ADMIN_SCOPE}`} where id = 'backend'`;
  const scope = `system/Patient.rs ${ADMIN_SCOPE}`;
  const answer = await json(await askToken(server, await assertion(server, 'backend', key), { scope }));
  t.equal(answer.scope, 'system/Patient.rs');
  t.match(await refusedScope(await ask(String(answer.access_token))), WITHOUT_SCOPE);
});

t.test('No app can be invited with the scope', async (t) => {
  await t.rejects(invite(server.sql, new Date(), { scope: `user/Task.rs ${ADMIN_SCOPE}` }), {
    message: `The scope ${ADMIN_SCOPE} is not one that this server gives.`,
  });
});

t.test('Without a valid token nobody learns which addresses there are', async (t) => {
  const { access_token: token } = await tokenOf('admin');
  for (const wrong of [undefined, 'nonsense', `${token.slice(0, -6)}AAAAAA`])
    for (const address of ADDRESSES) {
      const response = await ask(wrong, address);
      t.equal(response.status, 401, address);
      t.match(response.headers.get('www-authenticate'), /^Bearer/);
      t.match(await json(response), { error: 'invalid_token', error_description: /access token|bearer/ });
    }
  const cookies = await fetch(`${server.address}/auth/admin/users`, {
    headers: { cookie: `token=${token}` },
  });
  t.equal(cookies.status, 401, 'a cookie counts for nothing');
});

t.test(
  'What is nowhere, and a method that an address does not have, is said to administrators',
  async (t) => {
    const { access_token: token } = await tokenOf('admin');
    t.match(await json(await ask(token, 'nothing')), {
      error: 'not_found',
      error_description: /ehrs, links, clients/,
    });
    const wrong = await ask(token, 'links');
    t.equal(wrong.status, 405);
    t.equal(wrong.headers.get('allow'), 'POST');
    t.equal((await ask(token, 'users/admin', 'PATCH')).status, 405);
  },
);

t.test('The role counts that the account has now: a demoted administrator is refused at once', async (t) => {
  const { access_token: token } = await tokenOf('admin');
  await server.sql`update auth_user set role = 'supervisor' where username = 'admin'`;
  const refused = await ask(token);
  t.equal(refused.status, 403);
  t.match(await json(refused), {
    error: 'access_denied',
    error_description: /Your role is supervisor/,
    rule: 'programme-admin-only',
  });
  await server.sql`update auth_user set role = 'programme-admin', active = false where username = 'admin'`;
  t.match(await json(await ask(token)), { error: 'access_denied', error_description: /not active/ });
  await server.sql`update auth_user set active = true where username = 'admin'`;
  t.equal((await ask(token)).status, 200);
});

t.test('Bodies that are no JSON object are refused in a sentence', async (t) => {
  const { access_token: token } = await tokenOf('admin');
  const send = (body: string, type = 'application/json') =>
    fetch(`${server.address}/auth/admin/links`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body,
    });
  const wrong: [body: string, sentence: RegExp][] = [
    ['', /not JSON/],
    ['{', /not JSON/],
    ['[]', /The body is \[\]; allowed is an object with the members code, username/],
    ['{"__proto__":"x"}', /"__proto__" is not known/],
    ['{"constructor":"x"}', /"constructor" is not known; allowed are code, username/],
    ['{"code":7}', /The member code is 7; allowed is a text/],
    ['{"code":"x"}', /The member username is missing/],
    ['{"code":"a\\u0000b","username":"nurse"}', /The member code is/],
    ['{"code":"a\\ud800b","username":"nurse"}', /The member code is/],
  ];
  for (const [body, sentence] of wrong) {
    const response = await send(body);
    t.equal(response.status, 400, body);
    t.match(await json(response), { error: 'invalid_request', error_description: sentence }, body);
  }
  t.equal((await send('code=x', 'application/x-www-form-urlencoded')).status, 415);
  t.strictSame(server.problems, [], 'nothing failed');
});

t.test('The audit is told who was refused', async (t) => {
  server.events.length = 0;
  const { access_token: token } = await tokenOf('nurse');
  await ask(token, 'clients', 'POST', {});
  await ask(undefined);
  t.match(
    server.events.filter(({ kind }) => kind === 'refused'),
    [
      { error: 'insufficient_scope', user: 'nurse', client: 'throughline-app', address: '127.0.0.1' },
      { error: 'invalid_token', address: '127.0.0.1' },
    ],
  );
});
