// Trusted EHRs by HTTP: registered by asking them, changed, switched off and removed; their users linked, their patients forgotten.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#register-app-with-ehr
import t from 'tap';
import { createIssuers, type Issuers, listIssuers } from '../../auth/ehr/issuer.ts';
import { DEFAULT_SCOPE } from '../../auth/ehr/issuer-admin.ts';
import { confirmPatient, linkedUser, requestLink } from '../../auth/ehr/link-store.ts';
import { saveUsers } from '../../auth/index.ts';
import { ADMIN_SCOPE } from '../../auth/launch/scopes.ts';
import { json } from './clients-harness.ts';
import { ehrLaunch, startAuthorizationServer } from './harness.ts';
import { CLIENT_ID, startEhr } from './trusted-ehr.ts';
import { addAccount } from './visitor.ts';

const nobody = {
  patient: async () => undefined,
  withIdentifier: async () => [],
  alike: async () => [],
  withNpi: async () => [],
};
let issuers!: Issuers;
const server = await startAuthorizationServer(t, {
  trust: async (sql) => {
    issuers = await createIssuers(sql, (error) => t.fail(error.message));
    return { issuers, charts: nobody };
  },
});
const ehr = await startEhr(t, []);
const { sql } = server;
await saveUsers(sql, [
  { username: 'admin', name: 'Ada', role: 'programme-admin', fhirUser: 'PractitionerRole/admin' },
]);
const { answer } = await ehrLaunch(server, { username: 'admin' }, `openid launch ${ADMIN_SCOPE}`);

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.address}/auth/admin/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${answer.access_token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { status, headers } = response;
  return {
    status,
    location: headers.get('location'),
    body: status === 204 ? undefined : await json(response),
  };
}
const changes = () =>
  server.events
    .splice(0)
    .flatMap(({ kind, user, change }) => (kind === 'administration' ? [{ user, change }] : []));
let id = '';

t.test('An EHR is registered with what it says of itself, and trusted at once', async (t) => {
  const made = await ask('POST', 'ehrs', {
    fhirBase: `${ehr.fhirBase}/`,
    clientId: CLIENT_ID,
    makeKey: true,
  });
  t.equal(made.status, 201);
  t.match(made.body, {
    fhirBase: ehr.fhirBase,
    name: new URL(ehr.address).host,
    issuer: ehr.address,
    jwksUri: `${ehr.address}/jwks`,
    clientId: CLIENT_ID,
    scope: DEFAULT_SCOPE,
    active: true,
    publicKeys: { keys: [{ kty: 'EC', alg: 'ES384', kid: String, x: String, y: String }] },
  });
  id = String(made.body?.id);
  t.equal(made.location, `${server.publicUrl}/auth/admin/ehrs/${id}`);
  t.ok(issuers.find(ehr.fhirBase), 'no second is waited for');
  const text = JSON.stringify([await ask('GET', 'ehrs'), await ask('GET', `ehrs/${id}`), made.body]);
  const [stored] = await listIssuers(sql);
  t.ok(stored?.privateKey?.d);
  t.notMatch(text, String(stored?.privateKey?.d), 'the private key is never shown');
  t.match(changes(), [
    {
      user: 'admin',
      change: {
        action: 'C',
        what: 'ehr',
        id: ehr.fhirBase,
        members: [
          ['fhirBase', 'changed'],
          ['clientId', CLIENT_ID],
          ['makeKey', 'changed'],
        ],
      },
    },
  ]);
});

t.test('What is said of an EHR wrongly is refused in a sentence, and nothing is stored', async (t) => {
  const other = `${ehr.address}/other`;
  const wrong: [body: object, status: number, sentence: RegExp][] = [
    [{ clientId: 'x' }, 400, /The member fhirBase is missing/],
    [{ fhirBase: other }, 400, /The member clientId is missing/],
    [
      { fhirBase: 'http://other.example/fhir', clientId: 'x' },
      400,
      /FHIR base is "http:.*allowed is an https/,
    ],
    [{ fhirBase: server.fhirBase, clientId: 'x' }, 400, /our own FHIR base/],
    [{ fhirBase: other, clientId: 'x' }, 400, /The EHR does not say where.* Check fhirBase/],
    [
      {
        fhirBase: other,
        clientId: 'x',
        frameOrigins: ['https://x.example/path'],
        issuer: ehr.address,
        jwksUri: `${ehr.address}/jwks`,
      },
      400,
      /frame origin/,
    ],
    [
      { fhirBase: other, clientId: 'x', frameOrigins: 'https://x.example' },
      400,
      /The member frameOrigins is .*allowed is a list/,
    ],
    [
      { fhirBase: other, clientId: 'x', active: 'yes' },
      400,
      /The member active is "yes"; allowed is true or false/,
    ],
    [{ fhirBase: other, clientId: 'x', privateKey: {} }, 400, /"privateKey" is not known/],
    [{ fhirBase: ehr.fhirBase, clientId: 'x' }, 409, /registered already/],
  ];
  const before = await listIssuers(sql);
  for (const [body, status, sentence] of wrong) {
    const refused = await ask('POST', 'ehrs', body);
    t.equal(refused.status, status, JSON.stringify(body));
    t.match(refused.body, { error_description: sentence }, JSON.stringify(body));
  }
  t.strictSame(await listIssuers(sql), before);
  t.strictSame(changes(), []);
});

t.test('A change leaves what is not said, the key and the standing too', async (t) => {
  const off = await ask('PUT', `ehrs/${id}`, { active: false, name: 'The other house' });
  t.match(off, { status: 200, body: { active: false, name: 'The other house', clientId: CLIENT_ID } });
  t.equal(issuers.find(ehr.fhirBase), undefined, 'it takes no launches');
  const named = await ask('PUT', `ehrs/${id}`, { patientSystems: ['urn:mrn'] });
  t.match(named.body, { active: false, patientSystems: ['urn:mrn'], publicKeys: off.body?.publicKeys });
  t.match(await ask('PUT', `ehrs/${id}`, { active: true }), { body: { active: true } });
  t.ok(issuers.find(ehr.fhirBase));
  t.match(await ask('PUT', `ehrs/${id}`, { fhirBase: 'https://x.example' }), { status: 400 });
  t.match(await ask('PUT', 'ehrs/unknown', { active: true }), { status: 404, body: { error: 'not_found' } });
  t.match(changes()[0], {
    change: {
      action: 'U',
      members: [
        ['active', 'false'],
        ['name', 'changed'],
      ],
    },
  });
});

t.test('A user of the EHR is linked to an account by the code that they were shown', async (t) => {
  await addAccount(sql);
  const code = await requestLink(sql, new Date(), ehr.address, 'user-1');
  const link = (body: object) => ask('POST', 'links', body);
  t.match(await link({ code, username: 'nobody' }), {
    status: 404,
    body: { error_description: 'There is no account nobody.' },
  });
  t.match(await link({ code: 'WRONG', username: 'nadia' }), {
    status: 404,
    body: { error_description: /no code WRONG/ },
  });
  t.equal(await linkedUser(sql, ehr.address, 'user-1'), undefined);
  t.match(await link({ code: code.toLowerCase(), username: 'nadia' }), {
    status: 201,
    body: { username: 'nadia' },
  });
  t.equal(await linkedUser(sql, ehr.address, 'user-1'), 'nadia');
  t.equal((await link({ code, username: 'nadia' })).status, 404, 'a code is good once');
  t.match(changes(), [{ change: { action: 'C', what: 'user-link', id: 'nadia' } }]);
});

t.test('A confirmed patient of the EHR is forgotten', async (t) => {
  const confirmation = {
    username: 'nurse',
    fhirBase: ehr.fhirBase,
    ehrPatient: 'their-ana',
    candidates: ['ana'],
  };
  await confirmPatient(sql, new Date(), confirmation, 'ana');
  t.equal((await ask('DELETE', `ehrs/${id}/patients/nobody`)).status, 404);
  t.equal((await ask('DELETE', `ehrs/${id}/patients/%00`)).status, 404);
  t.equal((await ask('DELETE', `ehrs/${id}/patients/their-ana`)).status, 204);
  t.equal((await ask('DELETE', `ehrs/${id}/patients/their-ana`)).status, 404);
});

t.test('A removed EHR is trusted no more', async (t) => {
  t.equal((await ask('DELETE', `ehrs/${id}`)).status, 204);
  t.equal(issuers.find(ehr.fhirBase), undefined);
  t.strictSame((await ask('GET', 'ehrs')).body, { ehrs: [] });
  t.equal((await ask('DELETE', `ehrs/${id}`)).status, 404);
  t.match(changes().at(-1), { change: { action: 'D', what: 'ehr', id: ehr.fhirBase } });
  t.strictSame(server.problems, [], 'nothing failed');
});
