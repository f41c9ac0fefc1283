// One client cannot take the server from the others. https://www.rfc-editor.org/rfc/rfc6585#section-4
import fastify from 'fastify';
import t, { type Test } from 'tap';
import { createRateLimits } from '../../http/rate-limit.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

type Options = { headers?: Record<string, string>; from?: string };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** A server with demo users that allows few requests. */
const limited = (t: Test, env: Record<string, string>) =>
  startServer(t, { open: false, demo: true, env: { RATE_LIMIT: '4', AUTH_RATE_LIMIT: '0', ...env } });

const ask = ({ server }: Pick<TestServer, 'server'>, url: string, { headers = {}, from }: Options = {}) =>
  server.inject({ method: 'GET', url, headers, ...(from && { remoteAddress: from }) });

async function bearer({ server }: TestServer, user: string): Promise<Record<string, string>> {
  const answer = await server.inject({ method: 'POST', url: '/auth/demo-token', payload: { user } });
  return { authorization: `Bearer ${answer.json().access_token}` };
}

const server = await limited(t, {});

t.test(
  'requests beyond the limit of a client are 429 with an outcome, Retry-After and RateLimit',
  async (t) => {
    const headers = await bearer(server, 'nurse');
    for (let n = 0; n < 4; n++) t.equal((await ask(server, '/fhir/Task', { headers })).statusCode, 200);
    const refused = await ask(server, '/fhir/Task', { headers });
    t.equal(refused.statusCode, 429);
    const [issue, ...others] = refused.json().issue;
    t.same(others, []);
    t.match(issue, { severity: 'error', code: 'throttled' });
    const seconds = Number(refused.headers['retry-after']);
    t.ok(seconds > 0 && seconds <= 60, 'within a minute');
    t.equal(issue.diagnostics, `Too many requests. Try again in ${seconds} seconds.`);
    t.match(refused.headers, {
      'content-type': 'application/fhir+json; charset=utf-8',
      'ratelimit-limit': '4',
      'ratelimit-remaining': '0',
      'ratelimit-reset': String(seconds),
      'access-control-allow-origin': '*',
      'access-control-expose-headers': /Retry-After.*RateLimit-Reset/,
      'x-request-id': /^[\w-]{36}$/,
    });
    const other = await bearer(server, 'navigator');
    t.equal(
      (await ask(server, '/fhir/Task', { headers: other })).statusCode,
      200,
      'another user, same address',
    );
    t.equal((await ask(server, '/fhir/metadata')).statusCode, 200, 'nobody, same address');
    t.equal((await ask(server, '/fhir/Task', { headers, from: '10.0.0.9' })).statusCode, 429, 'elsewhere');
  },
);

t.test('what needs no token is counted by the address, an IPv6 network being one', async (t) => {
  const from = (address: string) => ask(server, '/fhir/metadata', { from: address });
  for (const last of [1, 2, 3, 4]) t.equal((await from(`2001:db8:1:2::${last}`)).statusCode, 200);
  t.equal((await from('2001:db8:1:2::5')).statusCode, 429);
  t.equal((await from('2001:db8:1:3::5')).statusCode, 200);
});

t.test(
  'requests with a wrong token are counted by the address, and do not shut out those with a right one',
  async (t) => {
    const strict = await limited(t, { AUTH_RATE_LIMIT: '6' });
    const right = await bearer(strict, 'nurse');
    const wrong = { authorization: 'Bearer nonsense' };
    for (let n = 0; n < 6; n++)
      t.equal((await ask(strict, '/fhir/Task', { headers: wrong })).statusCode, 401);
    const refused = await ask(strict, '/fhir/Task', { headers: wrong });
    t.equal(refused.statusCode, 429);
    t.equal(refused.json().issue[0].code, 'throttled');
    t.equal(refused.headers['www-authenticate'], undefined);
    t.equal((await ask(strict, '/fhir/Task', { headers: right })).statusCode, 200);
    t.equal((await ask(strict, '/fhir/Task', { headers: wrong, from: '10.0.0.9' })).statusCode, 401);
  },
);

t.test('0 and --open limit nothing', async (t) => {
  const free = await limited(t, { RATE_LIMIT: '0' });
  const headers = await bearer(free, 'nurse');
  const wrong = { authorization: 'Bearer nonsense' };
  for (let n = 0; n < 9; n++) {
    t.equal((await ask(free, '/fhir/Task', { headers })).statusCode, 200);
    t.equal((await ask(free, '/fhir/Task', { headers: wrong })).statusCode, 401);
  }
  const open = await startServer(t, { env: { RATE_LIMIT: '4' } });
  for (let n = 0; n < 9; n++) t.equal((await ask(open, '/fhir/Task')).statusCode, 200);
});

t.test('X-Forwarded-For counts only when it comes from a trusted proxy', async (t) => {
  const told = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const trusting = await limited(t, { TRUSTED_PROXY: '127.0.0.0/8' });
  for (let n = 0; n < 4; n++) await ask(trusting, '/fhir/metadata', told('10.0.0.1'));
  t.equal((await ask(trusting, '/fhir/metadata', told('10.0.0.1'))).statusCode, 429);
  t.equal(
    (await ask(trusting, '/fhir/metadata', told('10.0.0.2'))).statusCode,
    200,
    'another client of the proxy',
  );
  const stranger = { ...told('10.0.0.1'), from: '192.0.2.1' };
  t.equal(
    (await ask(trusting, '/fhir/metadata', stranger)).statusCode,
    200,
    'told by a stranger: counted as his',
  );
  const from = '192.0.2.7';
  for (let n = 0; n < 4; n++) await ask(server, '/fhir/metadata', { ...told(`10.0.0.${n}`), from });
  const ignored = await ask(server, '/fhir/metadata', { ...told('10.0.0.9'), from });
  t.equal(ignored.statusCode, 429, 'no proxy is trusted');
});

t.test(
  'the authorization server has a limit of its own, told to apps in JSON and to people on a page',
  async (t) => {
    const server = await limited(t, { AUTH_RATE_LIMIT: '2' });
    const token = () =>
      server.server.inject({ method: 'POST', url: '/auth/token', headers: FORM, payload: 'grant_type=none' });
    t.equal((await token()).statusCode, 400);
    t.equal((await token()).statusCode, 400);
    const refused = await token();
    t.equal(refused.statusCode, 429);
    t.equal(refused.json().error, 'temporarily_unavailable');
    t.match(refused.json().error_description, /^Too many requests\. Try again in \d+ seconds\.$/);
    t.match(refused.headers, {
      'retry-after': /^\d+$/,
      'ratelimit-limit': '2',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    });
    const page = await ask(server, '/auth/authorize', { headers: { accept: 'text/html,*/*' } });
    t.equal(page.statusCode, 429);
    t.match(page.headers['content-type'], /^text\/html/);
    t.match(page.body, /Too many requests\. Try again in \d+ seconds\./);
    t.match(page.headers['content-security-policy'], /default-src 'none'/);
    t.equal(
      (await ask(server, '/fhir/.well-known/smart-configuration')).statusCode,
      200,
      'discovery is not counted',
    );
    t.equal((await ask(server, '/fhir/metadata')).statusCode, 200, 'nor is the FHIR endpoint');
  },
);

t.test(
  'a client that runs wild leaves half of its address’s share to others, however it names itself',
  async (t) => {
    const app = fastify();
    t.teardown(() => app.close());
    const limits = await createRateLimits(app, { requests: 0, authorization: 8 });
    await app.register(async (scope) => {
      scope.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'buffer' },
        (_r, body, done) => done(null, body),
      );
      limits.limitAuthorization(scope);
      scope.all('/auth/token', async () => 'reached');
    });
    const send = async (payload: string, headers = {}, remoteAddress = '10.1.1.1') => {
      const url = '/auth/token';
      const answer = await app.inject({
        method: 'POST',
        url,
        payload,
        headers: { ...FORM, ...headers },
        remoteAddress,
      });
      return answer.statusCode;
    };
    const basic = { authorization: `Basic ${Buffer.from('wild:secret').toString('base64')}` };
    const claims = Buffer.from(JSON.stringify({ sub: 'wild' })).toString('base64url');
    const ways: [string, object?][] = [
      ['client_id=wild'],
      ['grant_type=x', basic],
      [`client_assertion=e30.${claims}.x`],
      ['client_id=wild&a=b'],
    ];
    for (const [body, headers] of ways) t.equal(await send(body, headers), 200, body);
    for (const [body, headers] of ways) t.equal(await send(body, headers), 429, body);
    for (let n = 0; n < 4; n++) t.equal(await send('client_id=calm'), 200, 'the other half');
    t.equal(await send(`client_id=new-name`), 429, 'the address has spent all of it');
    t.equal(await send('client_assertion=nonsense'), 429);
    t.equal(await send('client_id=wild', {}, '10.1.1.2'), 200, 'nobody is shut out from elsewhere');
  },
);
