// Tests of auth/guard.ts: which tokens are believed. https://www.rfc-editor.org/rfc/rfc9068#section-4
import { generateKeyPair, SignJWT } from 'jose';
import t from 'tap';
import { type ClientStanding, createGuard } from '../../auth/guard.ts';
import { emptyPolicy, type Policy, reach } from '../../fhir/access.ts';

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
  new SignJWT({ ...CLAIMS, ...changes }).setProtectedHeader({ alg: 'ES256', typ, kid: 'k' }).sign(key);

/** What holds for callers; each test may change it. */
function world(clock: { time: number }) {
  const state = {
    generation: 0,
    revoked: new Set<unknown>(),
    prepared: 0,
    keys: new Map([['k', publicKey]]),
  };
  const policies = new Map<string, Policy>(
    ['rn', 'payer-system'].map((role) => [
      role,
      {
        ...emptyPolicy(role),
        rules: [{ rule: 'all', types: new Set(['*']), letters: new Set(['r', 's'] as const), whose: 'any' }],
      },
    ]),
  );
  const clients = new Map<string, ClientStanding>([
    ['payer', { role: 'payer-system', members: [{ by: 'payor', payor: 'Organization/plan' }] }],
    ['nobody', {}],
  ]);
  const guard = createGuard({
    publicUrl: PUBLIC_URL,
    keys: { verify: async (kid) => state.keys.get(kid ?? '') },
    now: () => new Date(clock.time),
    revocations: { has: ({ jti }) => state.revoked.has(jti) },
    standings: {
      generation: () => state.generation,
      policy: (role) => policies.get(role) ?? emptyPolicy(role),
      client: async (id) => clients.get(id),
    },
    prepare: async () => void state.prepared++,
  });
  return {
    state,
    policies,
    guard: (token: string) => guard({ authorization: `Bearer ${token}` }),
    raw: guard,
  };
}
const guardAt = (clock: { time: number }) => world(clock).guard;

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
  const { raw: guard } = world({ time: NOW });
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

t.test('a token of a key that is gone, or of one that nobody names, is refused', async (t) => {
  const { state, guard } = world({ time: NOW });
  const token = await sign();
  state.keys.clear();
  await t.rejects(guard(token), refused(/not valid/));
});

t.test('a token that was revoked is refused with the next request', async (t) => {
  const { state, guard } = world({ time: NOW });
  const token = await sign({ jti: 'one' });
  await guard(token);
  state.revoked.add('one');
  await t.rejects(guard(token), refused(/was revoked/));
});

t.test(
  'a user has the policy of the role, and what has changed of it holds for the next request',
  async (t) => {
    const { state, policies, guard } = world({ time: NOW });
    const token = await sign();
    const access = await guard(token);
    t.match(access.policy, { role: 'rn' });
    t.equal(reach(access, 'Task', 'r'), 'part', 'labels may hide some');
    t.equal(reach(access, 'Task', 'u'), 'none', 'scopes never widen the policy');
    await guard(token);
    t.equal(state.prepared, 1, 'prepared once');
    policies.delete('rn');
    state.generation++;
    t.equal(reach(await guard(token), 'Task', 'r'), 'none', 'a role without a policy reaches nothing');
  },
);

t.test('a client without a user has the policy and the members that it is registered with', async (t) => {
  const { guard } = world({ time: NOW });
  const of = async (client: string) =>
    guard(
      await sign({
        sub: client,
        client_id: client,
        role: undefined,
        fhirUser: undefined,
        scope: 'system/*.rs',
      }),
    );
  const payer = await of('payer');
  t.match(payer, { client: 'payer', policy: { role: 'payer-system' } });
  t.same(payer.members, [{ by: 'payor', payor: 'Organization/plan' }]);
  t.equal(payer.role, undefined);
  for (const client of ['nobody', 'unknown'])
    t.equal(reach(await of(client), 'Task', 'r'), 'none', `${client} reaches nothing`);
});
