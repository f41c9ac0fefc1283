// Tests of signing in through another OpenID provider: a real one, on a port of its own.
// https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import t from 'tap';
import type { UpstreamSettings } from '../../auth/account/upstream.ts';
import { freePort } from '../../db/embedded.ts';
import { location, redeem, type Server, startAuthorizationServer } from './harness.ts';
import { accountsOf, follow, open, PASSWORD, type Visit, visitor } from './visitor.ts';

const CLIENT = { client_id: 'throughline', client_secret: 'a secret of the test' };
type Test = Parameters<typeof startAuthorizationServer>[0];

/** People of the other provider, by their subject. */
const PEOPLE: Record<string, Record<string, unknown>> = {
  'u-1': { npi: '1999999984', email: 'nadia@clinic.example', email_verified: true },
  'u-2': { npi: '1111111111', email: 'noor@clinic.example', email_verified: false },
  'u-3': { npi: '1222222222' },
  'u-4': {},
};

/** Another OpenID provider: whoever comes is the person of `signedIn`; `answers` changes its token answers. */
async function startProvider(t: Test, issuer: string, redirectUri: string) {
  const state: { signedIn: string; refuses: boolean; answers: (body: Record<string, unknown>) => unknown } = {
    signedIn: 'u-1',
    refuses: false,
    answers: (body) => body,
  };
  const requests: URL[] = [];
  const provider = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [redirectUri], grant_types: ['authorization_code'] }],
    claims: { openid: ['sub'], profile: ['npi'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `${issuer}/who/${uid}` },
    findAccount: (_ctx: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, ...PEOPLE[sub] }),
    }),
    async loadExistingGrant(ctx: {
      oidc: { account: { accountId: string }; client: { clientId: string }; provider: Provider };
    }) {
      const grant = new ctx.oidc.provider.Grant({
        accountId: ctx.oidc.account.accountId,
        clientId: ctx.oidc.client.clientId,
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    cookies: { keys: ['cookies of the test'] },
    ttl: { Session: 60, Interaction: 60, Grant: 60, AccessToken: 60, IdToken: 60, AuthorizationCode: 60 },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === 'token' && ctx.status === 200)
      ctx.body = state.answers(ctx.body as Record<string, unknown>);
  });
  const answer = provider.callback();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, issuer);
    requests.push(url);
    if (!url.pathname.startsWith('/who/')) return answer(request, response);
    const result = state.refuses
      ? { error: 'access_denied', error_description: 'no' }
      : { login: { accountId: state.signedIn, remember: false } };
    const next = await provider.interactionResult(request, response, result);
    response.writeHead(303, { location: next }).end();
  });
  await new Promise<void>((resolve) => server.listen(Number(new URL(issuer).port), '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { state, requests };
}

/** Both servers, and an account with an NPI here. */
async function startBoth(t: Test, settings: Partial<UpstreamSettings> = {}, localSignIn = true) {
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const upstream = {
    issuer,
    clientId: CLIENT.client_id,
    clientSecret: CLIENT.client_secret,
    name: 'Ashgrove <Login>',
    ...settings,
  };
  const server = await startAuthorizationServer(t, { DEMO: 'off', people: { upstream, localSignIn } });
  const accounts = await accountsOf(server.sql);
  const account = { username: 'nadia', name: 'Nadia', role: 'rn', fhirUser: 'PractitionerRole/nadia' };
  await accounts.add({ ...account, npi: '1999999984', email: 'nadia@clinic.example' });
  const start = () => startProvider(t, issuer, `${server.publicUrl}/auth/upstream/callback`);
  return { server, accounts, issuer, start };
}

/** From the sign-in page through the other provider and back. */
async function signIn(server: Server, browser: Visit = visitor()) {
  const opened = await open(server, {}, browser);
  const left = await browser(`${opened.page}/upstream`);
  const response = await follow(browser, left, `${server.publicUrl}/app/`);
  return { ...opened, left, response };
}

t.test(
  'a provider that does not answer is told of in plain words, and asked again the next time',
  async (t) => {
    const { server, issuer, start } = await startBoth(t, { userClaim: 'npi' });
    const { response } = await signIn(server);
    t.equal(response.status, 502);
    t.match(await response.text(), /Ashgrove &lt;Login&gt; does not answer as it should/);
    t.match(server.problems, [{ issuer, error: String }]);
    await start();
    t.ok(location((await signIn(server)).response).searchParams.get('code'));
  },
);

t.test('signing in through another provider', async (t) => {
  const { server, accounts, issuer, start } = await startBoth(t, { userClaim: 'npi' });

  const { state, requests } = await start();

  t.test('the page has a button, and the provider is asked with PKCE, state and nonce', async (t) => {
    const { page, response } = await open(server);
    const html = await response.text();
    t.match(html, /class="button" href="[^"]*\/upstream">Sign in with Ashgrove &lt;Login&gt;<\/a>/);
    t.ok(html.includes(`href="${page}/upstream"`));
    const { left } = await signIn(server);
    const asked = location(left).searchParams;
    t.equal(asked.get('code_challenge_method'), 'S256');
    t.match(asked.get('state'), /^[\w-]{43}$/);
    t.match(asked.get('nonce'), /^[\w-]{43}$/);
    t.equal(asked.get('redirect_uri'), `${server.publicUrl}/auth/upstream/callback`);
    t.match(
      left.headers.getSetCookie()[0],
      /^throughline_upstream=[\w-]{43}; Path=\/auth\/sign-in\/[\w-]+; /,
    );
  });

  t.test('the first time the claim finds the account, and from then on the link does', async (t) => {
    const { app, response } = await signIn(server);
    const answer = await redeem(app, location(response));
    t.match(await server.auth.guard({ authorization: `Bearer ${answer.access_token}` }), {
      subject: 'nadia',
    });
    t.equal((await accounts.linked(issuer, 'u-1'))?.username, 'nadia');
    PEOPLE['u-1'] = { npi: '1333333333' };
    t.ok(location((await signIn(server)).response).searchParams.get('code'), 'whatever the claim says now');
    t.ok(
      requests.some(({ pathname }) => pathname === '/me'),
      'the claim came from its userinfo endpoint',
    );
  });

  t.test('nobody is guessed: no match, several matches and an inactive account are not linked', async (t) => {
    await accounts.add({
      username: 'one',
      name: 'One',
      role: 'rn',
      fhirUser: 'Practitioner/1',
      npi: '1222222222',
    });
    await accounts.add({
      username: 'two',
      name: 'Two',
      role: 'rn',
      fhirUser: 'Practitioner/2',
      npi: '1222222222',
    });
    for (const person of ['u-2', 'u-3', 'u-4']) {
      state.signedIn = person;
      const { response } = await signIn(server);
      t.equal(response.status, 403);
      const html = await response.text();
      t.match(html, /<h1>Your account is not linked here<\/h1>.*Ask an administrator/s);
      t.ok(html.includes(`<code>${issuer}</code>`) && html.includes(`<code>${person}</code>`));
      t.equal(await accounts.linked(issuer, person), undefined);
    }
    state.signedIn = 'u-1';
    await accounts.setActive('nadia', false);
    t.equal((await signIn(server)).response.status, 403);
    await accounts.setActive('nadia', true);
    await accounts.link(issuer, 'u-4', 'one');
    state.signedIn = 'u-4';
    t.ok(
      location((await signIn(server)).response).searchParams.get('code'),
      'an administrator can link them',
    );
    state.signedIn = 'u-1';
  });

  t.test('who says no there is told so here', async (t) => {
    state.refuses = true;
    const { response } = await signIn(server);
    state.refuses = false;
    t.equal(response.status, 403);
    t.match(await response.text(), /did not sign you in\. You can try again/);
  });

  t.test('an answer counts once, in the browser and for the page that began', async (t) => {
    const browser = visitor();
    const { page } = await open(server, {}, browser);
    const callback = await follow(
      browser,
      await browser(`${page}/upstream`),
      `${server.publicUrl}/auth/upstream/callback`,
    );
    const answer = location(callback);
    const other = await visitor()(location(await visitor()(answer)));
    t.equal(other.status, 400);
    t.match(await other.text(), /begun in another browser/);
    const elsewhere = visitor();
    const second = await open(server, {}, elsewhere);
    t.equal((await elsewhere(`${second.page}/upstream/callback${answer.search}`)).status, 400);
    t.equal((await visitor()(`${answer.origin}${answer.pathname}?code=x&state=y`)).status, 400);
    const first = await browser(location(await browser(answer)));
    t.equal(first.status, 303, 'where it began it counts');
    const again = await browser(`${page}/upstream/callback${answer.search}`);
    t.equal(again.status, 400);
  });

  t.test('an id token that is unsigned, or made for another request, signs nobody in', async (t) => {
    let former: unknown;
    state.answers = (body) => {
      former = body.id_token;
      return body;
    };
    await signIn(server);
    const unsigned = (token: string) => {
      const [, claims] = token.split('.');
      return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
    };
    const changes: ((body: Record<string, unknown>) => unknown)[] = [
      (body) => ({ ...body, id_token: former }),
      (body) => ({ ...body, id_token: unsigned(String(body.id_token)) }),
      ({ id_token: _, ...body }) => body,
    ];
    for (const change of changes) {
      state.answers = change;
      const { response } = await signIn(server);
      t.equal(response.status, 502);
      t.match(server.problems.pop(), { issuer });
    }
    state.answers = (body) => body;
  });

  t.test('the account page is reached that way too', async (t) => {
    const browser = visitor();
    const grants = `${server.publicUrl}/auth/grants`;
    const left = await browser(`${grants}/upstream`);
    const response = await follow(browser, left, 'nowhere:');
    t.equal(response.status, 200);
    t.match(await response.text(), /You are signed in as Nadia/);
  });

  t.test('nothing else went wrong inside', async (t) => t.same(server.problems, []));
});

t.test('an e-mail address finds an account only when the other provider has verified it', async (t) => {
  const { server, accounts, start } = await startBoth(t, { userClaim: 'email' });
  const { state } = await start();
  await accounts.add({
    username: 'noor',
    name: 'Noor',
    role: 'rn',
    fhirUser: 'Practitioner/n',
    email: 'noor@clinic.example',
  });
  PEOPLE['u-1'] = { email: 'NADIA@clinic.example', email_verified: true };
  t.ok(location((await signIn(server)).response).searchParams.get('code'));
  state.signedIn = 'u-2';
  t.equal((await signIn(server)).response.status, 403);
});

t.test(
  'with local sign-in off the page goes to the other provider at once, and passwords count for nothing',
  async (t) => {
    const { server, accounts, start } = await startBoth(t, { userClaim: 'npi' }, false);
    await start();
    PEOPLE['u-1'] = { npi: '1999999984' };
    const { page, response, visit, app } = await open(server);
    t.equal(response.status, 303);
    t.equal(response.headers.get('location'), `${page}/upstream`);
    await accounts.setPassword('nadia', PASSWORD);
    t.equal((await visit(page, { name: 'nadia', password: PASSWORD })).status, 403);
    const end = await follow(visit, response, `${server.publicUrl}/app/`);
    t.ok((await redeem(app, location(end))).access_token);
  },
);
