// Tests of auth/guard.ts: which tokens are believed. https://www.rfc-editor.org/rfc/rfc9068#section-4
import { generateKeyPair, SignJWT } from 'jose';
import t from 'tap';
import { createGuard } from '../../auth/guard.ts';
import { reach } from '../../fhir/access.ts';

const PUBLIC_URL = 'http://127.0.0.1:3000';
const NOW = Date.parse('2026-03-04T10:00:00Z');
const HOUR = 3_600_000;
const { privateKey, publicKey } = await generateKeyPair('ES256');
const stranger = await generateKeyPair('ES256');

const CLAIMS = {
  sub: 'nurse',
  iss: `${PUBLIC_URL}/auth`,
  aud: `${PUBLIC_URL}/fhir`,
  exp: NOW / 1000 + 3600,
  scope: 'openid patient/*.rs user/Task.cruds',
  role: 'rn',
  fhirUser: 'PractitionerRole/nurse',
  patient: 'ana',
};

const sign = (changes: object = {}, key = privateKey, typ = 'at+jwt') =>
  new SignJWT({ ...CLAIMS, ...changes }).setProtectedHeader({ alg: 'ES256', typ }).sign(key);

function guardAt(clock: { time: number }) {
  const guard = createGuard({
    publicUrl: PUBLIC_URL,
    keys: { accessToken: { kid: 'k', privateKey, publicKey } },
    now: () => new Date(clock.time),
  });
  return (token: string) => guard({ authorization: `Bearer ${token}` });
}

const refused = (diagnostics: RegExp) => ({
  name: 'FhirError',
  status: 401,
  issues: [{ severity: 'error', code: 'login', diagnostics }],
});

t.test('a valid token becomes a frozen Access', async (t) => {
  const access = await guardAt({ time: NOW })(await sign());
  t.match(access, { subject: 'nurse', role: 'rn', fhirUser: 'PractitionerRole/nurse', patient: 'ana' });
  t.equal(access.scopes.length, 2);
  t.ok(Object.isFrozen(access) && Object.isFrozen(access.scopes));
});

t.test('a token is good until it expires and not after, also when it was seen before', async (t) => {
  const clock = { time: NOW };
  const guard = guardAt(clock);
  const token = await sign();
  const first = await guard(token);
  t.equal(await guard(token), first, 'a verified token is remembered');
  clock.time = NOW + HOUR - 1000;
  t.equal(await guard(token), first);
  clock.time = NOW + HOUR;
  await t.rejects(guard(token), refused(/has expired/));
  await t.rejects(guardAt(clock)(token), refused(/has expired/));
});

t.test('tokens that are not ours, or altered, are refused', async (t) => {
  const guard = guardAt({ time: NOW });
  const good = await sign();
  const [header, , signature] = good.split('.') as [string, string, string];
  const richer = Buffer.from(JSON.stringify({ ...CLAIMS, role: 'supervisor' })).toString('base64url');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
  const cases: [title: string, token: string, diagnostics: RegExp][] = [
    ['altered claims', `${header}.${richer}.${signature}`, /not valid/],
    ['no signature', `${none}.${richer}.`, /not valid|bearer token/],
    ['signed by a stranger', await sign({}, stranger.privateKey), /not valid/],
    ['another issuer', await sign({ iss: 'https://other.example/auth' }), /not made for this server \(iss\)/],
    [
      'another audience',
      await sign({ aud: 'https://other.example/fhir' }),
      /not made for this server \(aud\)/,
    ],
    ['an id token', await sign({}, privateKey, 'JWT'), /not made for this server \(typ\)/],
    ['without an end', await sign({ exp: undefined }), /not made for this server \(exp\)/],
    ['no JWT at all', 'abc', /not valid/],
  ];
  for (const [title, token, diagnostics] of cases) await t.rejects(guard(token), refused(diagnostics), title);
});

t.test('a request without a bearer token is told how to send one', async (t) => {
  const guard = createGuard({
    publicUrl: PUBLIC_URL,
    keys: { accessToken: { kid: 'k', privateKey, publicKey } },
    now: () => new Date(NOW),
  });
  await t.rejects(guard({}), refused(/needs an access token/));
  await t.rejects(guard({ authorization: 'Basic bnVyc2U6' }), refused(/not a bearer token/));
  await t.rejects(guard({ authorization: 'Bearer ' }), refused(/not a bearer token/));
});

t.test(
  'patient/ scopes reach nothing without a patient, and a token without clinical scopes reaches nothing',
  async (t) => {
    const guard = guardAt({ time: NOW });
    const withoutPatient = await guard(await sign({ patient: undefined, scope: 'patient/*.cruds' }));
    t.equal(reach(withoutPatient, 'Task', 'r'), 'none');
    const withoutScopes = await guard(await sign({ scope: 'openid' }));
    t.equal(reach(withoutScopes, 'Task', 'r'), 'none');
  },
);

t.test('more tokens than are remembered are all still believed', async (t) => {
  const guard = guardAt({ time: NOW });
  const tokens = await Promise.all(
    Array.from({ length: 1100 }, (_, index) => sign({ sub: `user-${index}` })),
  );
  for (const token of tokens) await guard(token);
  t.equal((await guard(tokens[0]!)).subject, 'user-0');
});
