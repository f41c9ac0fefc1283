// Clients, accounts and exports by HTTP, on a whole server: what changes, from when on it holds, and what the audit keeps of it.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#register-app-with-ehr
import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import t from 'tap';
import { clientDirectory } from '../../auth/index.ts';
import { openPool } from '../../db/pool.ts';
import { type Answer, asking, startServer } from '../helpers/server.ts';

const server = await startServer(t, { open: false, demo: true, listen: true });
const sql = openPool(server.databaseUrl, { max: 1 });
t.teardown(() => sql.end());

async function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Answer> {
  const answer = await server.server.inject({
    method: method as 'GET',
    url,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  });
  const read = answer.body ? (JSON.parse(answer.body) as unknown) : undefined;
  return { status: answer.statusCode, headers: answer.headers, body: read };
}
async function bearer(body: Record<string, string>) {
  const answer = await send('POST', '/auth/demo-token', {}, body);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return { authorization: `Bearer ${answer.body.access_token}` };
}
const admin = await bearer({ user: 'admin', scope: 'user/*.cruds __admin' });
const ask = (method: string, path: string, body?: unknown) =>
  send(method, `/auth/admin/${path}`, admin, body);
const auditor = asking(server, await bearer({ user: 'auditor', scope: 'user/*.rs' }));

t.test(
  'No other role gets a token for administration, and no token without the scope is taken',
  async (t) => {
    const users = (await ask('GET', 'users')).body.users as { username: string; role: string }[];
    t.ok(users.length >= 9);
    for (const { username, role } of users.filter((one) => one.role !== 'programme-admin')) {
      const refused = await send('POST', '/auth/demo-token', {}, { user: username, scope: '__admin' });
      t.equal(refused.status, 400, role);
      const authorization = await bearer({ user: username });
      t.match(await send('GET', '/auth/admin/users', authorization), {
        status: 403,
        body: { error: 'insufficient_scope', error_description: /__admin/ },
      });
    }
    t.equal((await send('GET', '/auth/admin/users', await bearer({ user: 'admin' }))).status, 403);
  },
);

t.test('Clients are listed with what they may be given, and without secrets', async (t) => {
  const { status, body } = await ask('GET', 'clients');
  t.equal(status, 200);
  t.match(body.clients, [
    {
      id: 'ehr',
      role: 'ehr-system',
      preapproved: false,
      authentication: 'none',
      grantTypes: [],
      redirectUris: [],
    },
    { id: 'payer', members: [{ by: 'payor' }] },
    { id: 'quality', scope: 'system/*.rs' },
  ]);
  t.match(await ask('GET', 'clients/payer'), { status: 200, body: { id: 'payer', role: 'payer-system' } });
  t.equal((await ask('GET', 'clients/nobody')).status, 404);
  t.equal((await ask('GET', 'clients/%00')).status, 404);
});

t.test(
  'An app is invited: what it registers itself with is shown once, and bounds what it is given',
  async (t) => {
    const made = await ask('POST', 'clients', { scope: 'openid launch user/Task.rs' });
    t.match(made, {
      status: 201,
      body: {
        initialAccessToken: /^[\w-]{43}$/,
        registrationEndpoint: `${server.url}/auth/register`,
        expiresAt: /^\d{4}-/,
        scope: 'openid launch user/Task.rs',
        role: null,
      },
    });
    const registration = await fetch(made.body.registrationEndpoint, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${made.body.initialAccessToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        client_name: 'Ride finder',
        redirect_uris: ['https://rides.example/callback'],
        scope: 'openid user/*.cruds',
        token_endpoint_auth_method: 'client_secret_basic',
      }),
    });
    t.equal(registration.status, 201);
    const { client_id: id, client_secret: secret } = (await registration.json()) as Record<string, string>;
    const { body: found } = await ask('GET', `clients/${id}`);
    t.match(found, { id, name: 'Ride finder', authentication: 'client_secret_basic', role: null });
    t.strictSame(found.scope.split(' ').sort(), ['openid', 'user/Task.rs']);
    t.notMatch(JSON.stringify(found), secret);
    t.notMatch(JSON.stringify((await ask('GET', 'clients')).body), made.body.initialAccessToken);
  },
);

t.test('Scopes and roles that nobody may have here are refused', async (t) => {
  const wrong: [path: string, method: string, body: object, sentence: RegExp][] = [
    [
      'clients',
      'POST',
      { scope: 'user/Task.rs __admin' },
      /The scope __admin is not one that this server gives/,
    ],
    ['clients', 'POST', { scope: 'nonsense' }, /The scope nonsense/],
    ['clients', 'POST', { scope: 'user/Task.rs?nothing=1' }, /user\/Task.rs\?nothing=1 cannot be given/],
    ['clients', 'POST', { role: 'emperor' }, /The member role is "emperor"; allowed is null/],
    ['clients/payer', 'PUT', { scope: 'system/*.cruds __admin' }, /__admin/],
    [
      'clients/payer',
      'PUT',
      { members: [] },
      /"members" is not known; allowed are name, scope, role, preapproved/,
    ],
    ['clients/payer', 'PUT', { preapproved: 1 }, /The member preapproved is 1; allowed is true or false/],
    ['users/peer', 'PUT', { role: 'emperor' }, /The member role is "emperor"/],
    ['users/peer', 'PUT', { fhirUser: 'Task/x' }, /FHIR user "Task\/x"/],
    ['users/peer', 'PUT', { npi: '12' }, /NPI "12"/],
    ['users/peer', 'PUT', { password: 'secret' }, /"password" is not known/],
    ['users', 'POST', { username: 'x', name: 'X', role: 'rn' }, /The member fhirUser is missing/],
    [
      'users',
      'POST',
      { username: 'A B', name: 'X', role: 'rn', fhirUser: 'Practitioner/x' },
      /account name "A B"/,
    ],
  ];
  const before = JSON.stringify([(await ask('GET', 'clients')).body, (await ask('GET', 'users')).body]);
  for (const [path, method, body, sentence] of wrong)
    t.match(
      await ask(method, path, body),
      { status: 400, body: { error: 'invalid_request', error_description: sentence } },
      `${method} ${path} ${JSON.stringify(body)}`,
    );
  t.equal(JSON.stringify([(await ask('GET', 'clients')).body, (await ask('GET', 'users')).body]), before);
});

t.test('A client is changed and removed; a narrower scope ends what users had given it', async (t) => {
  const now = new Date();
  await sql`insert into auth_record (kind, id, payload, expires_at) values
    ('Grant', 'g1', ${sql.json({ clientId: 'ehr', accountId: 'nurse' })}, ${new Date(now.getTime() + 60_000)})`;
  const grants = async () =>
    (await sql`select id from auth_record where kind = 'Grant' and id = 'g1'`).length;
  t.match(await ask('PUT', 'clients/ehr', { name: 'The hospital', preapproved: true }), {
    status: 200,
    body: { name: 'The hospital', preapproved: true, role: 'ehr-system' },
  });
  t.equal(await grants(), 1, 'a name ends nothing');
  t.match(await ask('PUT', 'clients/ehr', { scope: 'system/Patient.rs', role: null, preapproved: false }), {
    body: { scope: 'system/Patient.rs', role: null, preapproved: false, name: 'The hospital' },
  });
  t.equal(await grants(), 0);
  t.match(await clientDirectory(sql).find('ehr'), { scope: 'system/Patient.rs', role: null });
  t.equal((await ask('DELETE', 'clients/ehr')).status, 204);
  t.equal((await ask('DELETE', 'clients/ehr')).status, 404);
  t.equal((await ask('PUT', 'clients/ehr', { preapproved: true })).status, 404);
});

t.test('An account is added without a password, changed, switched off and on', async (t) => {
  const account = { username: 'petra', name: 'Petra Lind', role: 'rn', fhirUser: 'PractitionerRole/petra' };
  t.match(await ask('POST', 'users', { ...account, npi: null, locale: 'es' }), {
    status: 201,
    headers: { location: `${server.url}/auth/admin/users/petra` },
    body: { ...account, active: true, hasPassword: false, npi: null, locale: 'es' },
  });
  t.match(await ask('POST', 'users', account), { status: 409, body: { error: 'conflict' } });
  t.match(
    await ask('PUT', 'users/petra', { role: 'supervisor', email: 'petra@clinic.example', locale: null }),
    {
      status: 200,
      body: { role: 'supervisor', email: 'petra@clinic.example', locale: null, name: 'Petra Lind' },
    },
  );
  t.match(await ask('PUT', 'users/petra', { active: false }), {
    body: { active: false, role: 'supervisor' },
  });
  t.match(await ask('PUT', 'users/petra', { active: true }), { body: { active: true } });
  t.match(await ask('PUT', 'users/nobody', { active: true }), { status: 404 });
});

t.test('Another role ends what was signed in under the one before', async (t) => {
  const grant = { clientId: 'throughline-app', accountId: 'petra' };
  const soon = new Date(Date.now() + 60_000);
  await sql`insert into auth_record (kind, id, payload, expires_at) values ('Grant', 'g2', ${sql.json(grant)}, ${soon})`;
  const revoked = async () => (await sql`select from auth_revocation where id = 'g2'`).length;
  await ask('PUT', 'users/petra', { name: 'Petra Lind-Roth' });
  t.equal(await revoked(), 0, 'a name ends nothing');
  await ask('PUT', 'users/petra', { role: 'rn' });
  t.equal(await revoked(), 1);
});

t.test('Nobody takes administration away from themselves', async (t) => {
  for (const body of [{ active: false }, { role: 'rn' }, { active: true, role: 'supervisor' }])
    t.match(await ask('PUT', 'users/admin', body), {
      status: 409,
      body: { error: 'conflict', rule: 'own-account', error_description: /another programme administrator/ },
    });
  t.match(await ask('PUT', 'users/admin', { name: 'Kofi A. Mensah', active: true }), { status: 200 });
  t.match(await ask('GET', 'users/admin'), { body: { role: 'programme-admin', active: true } });
});

t.test(
  'Exports are listed with their progress: all of them for administrators, their own for others',
  async (t) => {
    const quality = asking(server, await bearer({ client: 'quality' }));
    const payer = asking(server, await bearer({ client: 'payer', scope: 'system/Patient.rs' }));
    const kickOff = async (as: typeof quality, types: string) => {
      const { status, headers } = await as('GET', `/$export?_type=${types}`, undefined, {
        prefer: 'respond-async',
      });
      t.equal(status, 202);
      return String(headers['content-location']).split('/').at(-1)!;
    };
    const [one, two] = [await kickOff(quality, 'Patient,Organization'), await kickOff(payer, 'Patient')];
    for (const [as, id] of [
      [quality, one],
      [payer, two],
    ] as const)
      for (let n = 0; (await as('GET', `/$export/${id}`)).status === 202 && n < 200; n++)
        await new Promise((done) => setTimeout(done, 25));
    const { body } = await ask('GET', 'exports');
    t.match(body.exports, [
      { id: two, subject: 'payer', client: 'payer', status: 'completed', types: 1, done: 1 },
      {
        id: one,
        subject: 'quality',
        url: `${server.base}/$export?_type=Patient%2COrganization`,
        status: 'completed',
        types: 2,
        done: 2,
        output: [{ type: 'Organization', count: Number }],
      },
    ]);
    t.notMatch(JSON.stringify(body), /\$export-file/, 'the files are nobody else’s');
    const own = await quality('GET', '/$export-jobs');
    t.equal(own.body.parameter.length, 1);
    const part = own.body.parameter[0].part as {
      name: string;
      valueUrl?: string;
      part?: { valueUrl?: string }[];
    }[];
    t.match(part, [
      { name: 'status', valueCode: 'completed' },
      { name: 'statusUrl', valueUrl: `${server.base}/$export/${one}` },
    ]);
    const file = part.find(({ name }) => name === 'output')?.part?.at(-1)?.valueUrl;
    t.match(file, `${server.base}/$export-file/${one}/Organization.ndjson`);
    const nurse = asking(server, await bearer({ user: 'nurse' }));
    t.strictSame((await nurse('GET', '/$export-jobs')).body.parameter, []);

    t.equal((await ask('DELETE', `exports/${two}`)).status, 204);
    t.equal((await payer('GET', `/$export/${two}`)).status, 404);
    t.equal((await ask('DELETE', `exports/${two}`)).status, 404);
    t.equal((await ask('DELETE', 'exports/nonsense')).status, 404);
    t.equal((await ask('GET', 'exports')).body.exports.length, 1);
  },
);

t.test(
  'Holidays, rate tables, policies and groups are FHIR, and an administrator keeps them there',
  async (t) => {
    const fhir = asking(server, admin);
    const ofType = async (query: string) => ((await fhir('GET', query)).body as Bundle).entry?.[0]?.resource;
    for (const query of [
      '/HealthcareService?service-category=calendar',
      '/OrganizationAffiliation?_count=1',
      '/Basic?code=access-policy&_count=1',
    ]) {
      const resource = await ofType(query);
      t.ok(resource, query);
      const path = `/${resource!.resourceType}/${resource!.id}`;
      t.equal((await fhir('PUT', path, resource)).status, 200, path);
      const nurse = asking(server, await bearer({ user: 'nurse' }));
      t.equal((await nurse('PUT', path, resource)).status, 403, path);
    }
  },
);

t.test('An address that tries tokens is slowed down', async (t) => {
  const guarded = await startServer(t, { open: false, env: { AUTH_RATE_LIMIT: '5' } });
  const headers = { authorization: 'Bearer wrong' };
  const statuses: number[] = [];
  for (let n = 0; n < 7; n++)
    statuses.push((await guarded.server.inject({ url: '/auth/admin/users', headers })).statusCode);
  t.strictSame(statuses, [401, 401, 401, 401, 401, 429, 429]);
});

t.test('The audit keeps who changed what, without secrets', async (t) => {
  const { body } = await auditor('GET', '/AuditEvent?subtype=administration&_count=200');
  const events = ((body as Bundle).entry ?? []).map(({ resource }) => resource as AuditEvent);
  const told = (value: string) =>
    events.find(
      ({ entity }) =>
        entity?.[0]?.what?.identifier?.value === value &&
        entity[0].detail?.some(({ type }) => type === 'role'),
    );
  t.match(told('petra'), {
    type: { code: '110137' },
    subtype: [{ code: 'administration' }],
    outcome: '0',
    agent: [{ who: { display: 'demo-token' } }, {}, { name: 'admin', requestor: true }],
    entity: [{ what: { identifier: { system: 'https://throughline.example/fhir/identifier/account' } } }],
  });
  t.match(
    events.map(({ action }) => action),
    [/[CUD]/],
  );
  t.ok(events.length >= 10, 'every change');
  t.notMatch(JSON.stringify(events), /petra@clinic|Lind-Roth/);
});
