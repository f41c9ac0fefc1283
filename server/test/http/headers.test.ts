// Headers that protect pages and answers, request ids, and who may ask from another origin.
// https://owasp.org/www-project-secure-headers/ · https://fetch.spec.whatwg.org/#http-cors-protocol
import { request as ask, type IncomingHttpHeaders } from 'node:http';
import t from 'tap';
import { startServer } from '../helpers/server.ts';

const { url } = await startServer(t, { open: false, demo: true, listen: true });
const secure = await startServer(t, {
  open: false,
  demo: true,
  env: { PUBLIC_URL: 'https://care.example.org' },
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Asks the way no browser would stop: any method, any header. */
const send = (method: string, path: string, headers: Record<string, string | string[]> = {}, body = '') =>
  new Promise<Answer>((done, failed) => {
    const sent = ask(`${url}${path}`, { method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => done({ status: answer.statusCode!, headers: answer.headers, body: text }));
    });
    sent.on('error', failed);
    sent.end(body);
  });

/** A content security policy as a table. */
const policyOf = (text: unknown) =>
  Object.fromEntries(
    String(text)
      .split(';')
      .map((directive) => directive.trim().split(/\s+/))
      .map(([name, ...sources]) => [name, sources.join(' ')]),
  );

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const ORIGIN = { origin: 'https://app.example' };

for (const page of ['/', '/app/', '/app/launch?iss=x&launch=y', '/ehr/']) {
  t.test(`the page at ${page} runs nothing that is inline or from elsewhere`, async (t) => {
    const { status, headers } = await send('GET', page);
    t.equal(status, 200);
    t.match(headers['content-type'], /^text\/html/);
    t.strictSame(policyOf(headers['content-security-policy']), {
      'default-src': "'self'",
      'script-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'style-src-attr': "'none'",
      'img-src': "'self' data:",
      'font-src': "'self'",
      'connect-src': "'self'",
      'object-src': "'none'",
      'base-uri': "'self'",
      'form-action': "'self'",
      'frame-ancestors': "'self'",
    });
    t.match(headers, {
      'referrer-policy': 'no-referrer',
      'permissions-policy': /camera=\(\).*geolocation=\(\).*microphone=\(\)/,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-request-id': /^[\w-]{36}$/,
    });
    t.equal(headers['x-frame-options'], undefined, 'it would keep the app out of an EHR’s frame');
    t.equal(headers['strict-transport-security'], undefined, 'not without https');
  });
}

t.test('what the authorization server answers is guarded too, whoever writes it', async (t) => {
  for (const path of [
    '/auth/jwks',
    '/auth/authorize?client_id=nobody',
    '/auth/sign-in/none',
    '/auth/nothing',
  ]) {
    const { headers } = await send('GET', path);
    const policy = policyOf(headers['content-security-policy']);
    t.equal(policy['default-src'], "'none'", path);
    t.equal(policy['base-uri'], "'none'", path);
    t.equal(policy['frame-ancestors'], "'self'", path);
    t.match(headers, {
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'permissions-policy': /camera=\(\)/,
      'x-request-id': /^[\w-]{36}$/,
    });
    t.equal(headers['x-frame-options'], undefined);
    t.equal(
      headers['cross-origin-opener-policy'],
      undefined,
      'apps sign in through windows that they hold on to',
    );
  }
});

t.test('behind https, pages and the authorization server ask for it from then on', async (t) => {
  for (const path of ['/', '/app/', '/auth/jwks']) {
    const answer = await secure.server.inject({ method: 'GET', url: path });
    t.equal(answer.headers['strict-transport-security'], 'max-age=31536000', path);
  }
});

t.test('FHIR answers carry constant headers and are never cached', async (t) => {
  for (const [path, status] of [
    ['/fhir/metadata', 200],
    ['/fhir/Task', 401],
    ['/fhir/%zz', 400],
  ] as const) {
    const answer = await send('GET', path);
    t.equal(answer.status, status, path);
    t.match(answer.headers, {
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-request-id': /^[\w-]{36}$/,
    });
    t.equal(answer.headers['content-security-policy'], undefined, path);
  }
});

t.test('a sane X-Request-Id is kept, any other is replaced, on every kind of answer', async (t) => {
  const paths = [
    '/',
    '/livez',
    '/fhir/metadata',
    '/fhir/Task',
    '/fhir/%zz',
    '/nothing',
    '/auth/jwks',
    '/auth/x',
  ];
  for (const path of paths) {
    const given = await send('GET', path, { 'x-request-id': 'Trace-1.a_2' });
    t.equal(given.headers['x-request-id'], 'Trace-1.a_2', path);
    for (const bad of ['a b', '', 'x'.repeat(65), '<script>', 'a,b', 'ä', '{"level":60}']) {
      const { headers } = await send('GET', path, { 'x-request-id': Buffer.from(bad).toString('latin1') });
      t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/, `${path} ${bad}`);
    }
    const { headers } = await send('GET', path, { 'x-request-id': ['one', 'two'] });
    t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/, `${path} twice`);
  }
  t.equal(
    (await send('GET', '/livez', { 'x-request-id': 'x'.repeat(64) })).headers['x-request-id'],
    'x'.repeat(64),
  );
});

t.test('pages of every origin may use the FHIR endpoint, without cookies', async (t) => {
  for (const path of ['/fhir/metadata', '/fhir/Task', '/fhir/.well-known/smart-configuration']) {
    const { headers } = await send('GET', path, ORIGIN);
    t.equal(headers['access-control-allow-origin'], '*', path);
    t.equal(headers['access-control-allow-credentials'], undefined, path);
  }
  const preflight = await send('OPTIONS', '/fhir/Task', {
    ...ORIGIN,
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization,if-match',
  });
  t.equal(preflight.status, 204);
  t.match(preflight.headers, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': /PATCH/,
    'access-control-allow-headers': 'authorization,if-match',
  });
});

t.test('no other origin may use pages, sign-in or the demo EHR', async (t) => {
  for (const path of [
    '/',
    '/app/',
    '/ehr/',
    '/ehr/context',
    '/auth/authorize',
    '/auth/sign-in/x',
    '/livez',
    '/readyz',
  ]) {
    const { headers } = await send('GET', path, ORIGIN);
    t.equal(headers['access-control-allow-origin'], undefined, path);
  }
  for (const [path, allow] of [
    ['/ehr/launch', 'POST'],
    ['/livez', 'GET, HEAD'],
    ['/', 'GET, HEAD'],
  ] as const) {
    const preflight = await send('OPTIONS', path, { ...ORIGIN, 'access-control-request-method': 'POST' });
    t.equal(preflight.status, 405, path);
    t.match(preflight.headers.allow?.split(', ').sort(), allow.split(', '), path);
    t.equal(preflight.headers['access-control-allow-origin'], undefined, path);
  }
});

t.test(
  'the token endpoint is open to the origins of its clients, as the authorization server decides',
  async (t) => {
    const preflight = await send('OPTIONS', '/auth/token', {
      ...ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    });
    t.equal(preflight.status, 204);
    t.equal(preflight.headers['access-control-allow-origin'], ORIGIN.origin);
    const body = 'grant_type=authorization_code&code=x&client_id=throughline-app';
    const strange = await send('POST', '/auth/token', { ...FORM, ...ORIGIN }, body);
    t.equal(strange.status, 400);
    t.equal(strange.headers['access-control-allow-origin'], undefined);
    const own = await send('POST', '/auth/token', { ...FORM, origin: url }, body);
    t.equal(own.headers['access-control-allow-origin'], url);
  },
);
