// Token exchange with a trusted EHR: whose id token is taken, whom it becomes here, and every way in which it is refused.
// https://www.rfc-editor.org/rfc/rfc8693
import { createHash } from 'node:crypto';
import type { Patient, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import { decodeJwt, type JWTPayload, UnsecuredJWT } from 'jose';
import t, { type Test } from 'tap';
import { createIssuers, type Issuer, saveIssuer } from '../../auth/ehr/issuer.ts';
import type { LocalPatient } from '../../auth/ehr/link.ts';
import type { Charts } from '../../auth/ehr/link-charts.ts';
import { linkUser, requestLink } from '../../auth/ehr/link-store.ts';
import { saveUsers } from '../../auth/index.ts';
import { startAuthorizationServer } from './harness.ts';
import { CLIENT_ID, EHR_TOKEN, type Ehr, MRN, startEhr } from './trusted-ehr.ts';

const NPI = 'http://hl7.org/fhir/sid/us-npi';
const NURSE_NPI = '9999900004';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const patient = (id: string, mrn: string, family: string, birthDate: string): Patient => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system: MRN, value: mrn }],
  name: [{ family, given: ['Ana'] }],
  birthDate,
});
const THEIR_CHARTS: (Patient | Practitioner | PractitionerRole)[] = [
  patient('their-ana', 'A-1', 'Example', '1980-02-03'),
  patient('twin', 'T-1', 'Twin', '1990-01-01'),
  patient('nobody', 'N-1', 'Nobody', '1950-01-01'),
  patient('unsure', 'U-1', 'Example', '1980-02-03'),
  patient('moved', 'A-1', 'Example', '1981-02-03'),
  { resourceType: 'Practitioner', id: 'their-nurse', identifier: [{ system: NPI, value: NURSE_NPI }] },
  { resourceType: 'Practitioner', id: 'visitor', identifier: [{ system: NPI, value: '9999900099' }] },
  {
    resourceType: 'PractitionerRole',
    id: 'nurse-role',
    practitioner: { reference: 'Practitioner/their-nurse' },
  },
];

/** Our own records, as the look-ups see them. */
const OURS: (LocalPatient & { mrn: string; family: string })[] = [
  { id: 'ana', name: 'Ana Example', birthDate: '1980-02-03', mrn: 'A-1', family: 'Example' },
  { id: 'twin-1', name: 'Tia Twin', birthDate: '1990-01-01', mrn: 'T-1', family: 'Twin' },
  { id: 'twin-2', name: 'Tom Twin', birthDate: '1990-01-01', mrn: 'T-1', family: 'Twin' },
];
const shown = ({ id, name, birthDate }: LocalPatient): LocalPatient => ({
  id,
  name,
  ...(birthDate && { birthDate }),
});
const CHARTS: Charts = {
  patient: async (id) => OURS.filter((one) => one.id === id).map(shown)[0],
  withIdentifier: async (identifiers) =>
    OURS.filter(({ mrn }) => identifiers.some(({ value }) => value === mrn)).map(shown),
  alike: async (family, birthDate) =>
    OURS.filter((one) => one.family === family && one.birthDate === birthDate).map(shown),
  withNpi: async (npi) => (npi === NURSE_NPI ? ['Practitioner/n', 'PractitionerRole/nurse'] : []),
};

const registration = (ehr: Ehr): Issuer => ({
  fhirBase: ehr.fhirBase,
  name: 'The other house',
  issuer: ehr.address,
  jwksUri: `${ehr.address}/jwks`,
  clientId: CLIENT_ID,
  privateKey: null,
  scope: 'launch openid fhirUser patient/Patient.r',
  readsCharts: true,
  matchNpi: true,
  patientSystems: [MRN],
  frameOrigins: ['https://charts.other.example'],
  active: true,
});

const ehr = await startEhr(t, THEIR_CHARTS);
const clock = { offset: 0 };
const server = await startAuthorizationServer(t, {
  clock,
  trust: async (sql) => {
    await saveIssuer(sql, registration(ehr));
    const issuers = await createIssuers(sql, (error) => t.fail(error.message));
    return { issuers, charts: CHARTS };
  },
});

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any answer
  body: any;
  headers: Headers;
}

async function token(parameters: Record<string, string | undefined>): Promise<Answer> {
  const entries = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const response = await fetch(`${server.address}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams(entries),
    headers: { accept: 'application/json' },
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const SCOPE = 'launch openid fhirUser online_access offline_access user/Task.rs patient/Patient.rs';

/** An exchange as the app asks for it. */
async function exchange(
  changes: Record<string, string | undefined> = {},
  claims: JWTPayload = {},
): Promise<Answer> {
  return token({
    grant_type: EXCHANGE,
    client_id: 'throughline-app',
    subject_token: changes.subject_token ?? (await ehr.idToken(claims)),
    subject_token_type: ID_TOKEN,
    ehr: ehr.fhirBase,
    ehr_access_token: EHR_TOKEN,
    ehr_patient: 'their-ana',
    scope: SCOPE,
    ...changes,
  });
}

/** Asserts a refusal of the token endpoint: status, error, sentence, and no token. */
function refused(t: Test, { status, body, headers }: Answer, error: string, sentence: RegExp) {
  t.equal(status, 400);
  t.equal(body.error, error);
  t.match(body.error_description, sentence);
  t.equal(body.access_token, undefined);
  t.match(headers.get('cache-control'), /no-store/);
}

t.test(
  'The id token of a trusted EHR becomes tokens for the user by NPI and the patient by identifier',
  async (t) => {
    const { status, body, headers } = await exchange();
    t.equal(status, 200);
    t.match(headers.get('cache-control'), /no-store/);
    t.equal(body.issued_token_type, ACCESS_TOKEN);
    t.equal(body.token_type, 'Bearer');
    t.equal(body.expires_in, 3600);
    t.equal(body.patient, 'ana');
    t.strictSame(body.scope.split(' ').sort(), [
      'fhirUser',
      'launch',
      'online_access',
      'openid',
      'patient/Patient.rs',
      'user/Task.rs',
    ]);
    const claims = decodeJwt(body.access_token);
    t.match(claims, {
      iss: `${server.publicUrl}/auth`,
      aud: server.fhirBase,
      sub: 'nurse',
      client_id: 'throughline-app',
      role: 'rn',
      fhirUser: 'PractitionerRole/nurse',
      patient: 'ana',
      scope: 'user/Task.rs patient/Patient.rs',
    });
    t.equal(decodeJwt(body.id_token).fhirUser, `${server.fhirBase}/PractitionerRole/nurse`);
  },
);

t.test('Its refresh token gives tokens for the same patient, and is good once', async (t) => {
  const { body } = await exchange();
  const refresh = { grant_type: 'refresh_token', client_id: 'throughline-app' };
  const next = await token({ ...refresh, refresh_token: body.refresh_token });
  t.equal(next.status, 200);
  t.equal(next.body.patient, 'ana');
  t.equal(decodeJwt(next.body.access_token).patient, 'ana');
  t.equal(next.body.scope, body.scope);
  const again = await token({ ...refresh, refresh_token: body.refresh_token });
  t.equal(again.status, 400);
  t.equal(again.body.error, 'invalid_grant');
});

t.test('An administrator whom an EHR vouches for does not administer this server', async (t) => {
  const { sql } = server;
  await saveUsers(sql, [
    { username: 'admin', name: 'Ada', role: 'programme-admin', fhirUser: 'PractitionerRole/admin' },
  ]);
  const code = await requestLink(sql, new Date(), ehr.address, 'their-admin');
  t.equal(await linkUser(sql, new Date(), code, 'admin'), undefined);
  const { body } = await exchange({ scope: `${SCOPE} __admin` }, { sub: 'their-admin' });
  t.match(decodeJwt(body.access_token), { sub: 'admin', scope: 'user/Task.rs patient/Patient.rs' });
  t.notMatch(body.scope, /__admin/);
});

t.test('An EHR user who is a PractitionerRole is known by the NPI of its Practitioner', async (t) => {
  const { status, body } = await exchange({}, { fhirUser: 'PractitionerRole/nurse-role' });
  t.equal(status, 200);
  t.equal(decodeJwt(body.access_token).sub, 'nurse');
});

t.test('Without a patient of the EHR the tokens are for no patient', async (t) => {
  const { status, body } = await exchange({ ehr_patient: undefined });
  t.equal(status, 200);
  t.equal(body.patient, undefined);
  t.equal(decodeJwt(body.access_token).patient, undefined);
  t.notMatch(body.scope, /patient\//);
});

t.test('The EHR is found by the issuer of the id token when the request does not name it', async (t) => {
  t.equal((await exchange({ ehr: undefined })).status, 200);
});

t.test('A subject token that is invalid for any reason is invalid_request', async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const cases: [why: string, Promise<Answer>, RegExp][] = [
    ['wrong audience', exchange({}, { aud: 'another-app' }), /claim aud/],
    ['several audiences without azp', exchange({}, { aud: [CLIENT_ID, 'other'] }), /another app \(azp\)/],
    ['made for another app', exchange({}, { azp: 'another-app' }), /another app \(azp\)/],
    ['wrong issuer', exchange({}, { iss: 'https://evil.example' }), /claim iss/],
    ['expired', exchange({}, { exp: now - 60 }), /has expired/],
    ['too old', exchange({}, { iat: now - 3600 }), /has expired/],
    ['without sub', exchange({}, { sub: undefined as never }), /claim sub/],
    ['without exp', exchange({}, { exp: undefined as never }), /claim exp/],
    ['another nonce', exchange({ nonce: 'mine' }, { nonce: 'yours' }), /nonce/],
    ['no nonce', exchange({ nonce: 'mine' }), /nonce/],
    ['another access token', exchange({}, { at_hash: 'AAAA' }), /at_hash/],
    ['no JWT', exchange({ subject_token: 'x.y.z' }), /not a signed JWT/],
    ['no JWT, no EHR named', exchange({ subject_token: 'x', ehr: undefined }), /not a signed JWT/],
  ];
  for (const [why, answer, sentence] of cases)
    await t.test(why, async (t) => refused(t, await answer, 'invalid_request', sentence));
  const stranger = await ehr.idToken({}, { signer: { ...ehr.stranger, kid: ehr.key.kid } });
  await t.test('another key', async (t) =>
    refused(t, await exchange({ subject_token: stranger }), 'invalid_request', /not signed with a key/),
  );
  const unknownKey = await ehr.idToken({}, { signer: ehr.stranger });
  await t.test('a key that the issuer does not publish', async (t) =>
    refused(t, await exchange({ subject_token: unknownKey }), 'invalid_request', /not signed with a key/),
  );
  const none = new UnsecuredJWT({ iss: ehr.address, aud: CLIENT_ID, sub: 'user-1', iat: now, exp: now + 60 });
  await t.test('alg none', async (t) =>
    refused(t, await exchange({ subject_token: none.encode() }), 'invalid_request', /has to be signed with/),
  );
});

t.test('An id token whose at_hash is that of the access token is accepted', async (t) => {
  const half = createHash('sha384').update(EHR_TOKEN).digest().subarray(0, 24).toString('base64url');
  t.equal((await exchange({ nonce: 'n-1' }, { at_hash: half, nonce: 'n-1' })).status, 200);
});

t.test('A subject token is good once', async (t) => {
  const subject = await ehr.idToken();
  const [one, other] = await Promise.all([
    exchange({ subject_token: subject }),
    exchange({ subject_token: subject }),
  ]);
  t.strictSame([one.status, other.status].sort(), [200, 400]);
  refused(t, one.status === 400 ? one : other, 'invalid_request', /used before/);
  refused(t, await exchange({ subject_token: subject }), 'invalid_request', /used before/);
});

t.test('A request that is not valid is refused by name', async (t) => {
  const cases: [changes: Record<string, string | undefined>, error: string, sentence: RegExp][] = [
    [{ subject_token_type: undefined }, 'invalid_request', /subject_token_type is missing/],
    [{ subject_token_type: ACCESS_TOKEN }, 'invalid_request', /Allowed: .*id_token/],
    [{ actor_token: 'x', actor_token_type: ID_TOKEN }, 'invalid_request', /actor_token/],
    [{ requested_token_type: ID_TOKEN }, 'invalid_request', /requested_token_type has to be/],
    [{ resource: 'https://elsewhere.example/fhir' }, 'invalid_target', /only for/],
    [{ audience: 'elsewhere' }, 'invalid_target', /only for/],
    [{ ehr: 'https://unknown.example/fhir' }, 'invalid_request', /not trusted here/],
    [{ ehr_patient: '../Patient/x' }, 'invalid_request', /ehr_patient/],
    [{ ehr_access_token: undefined }, 'invalid_request', /needs ehr_access_token/],
    [{ scope: undefined }, 'invalid_scope', /None of the scopes/],
    [{ ehr_patient: undefined, scope: 'patient/Patient.rs' }, 'invalid_scope', /Without a patient/],
  ];
  for (const [changes, error, sentence] of cases)
    await t.test(JSON.stringify(changes), async (t) => refused(t, await exchange(changes), error, sentence));
  refused(
    t,
    await token({ grant_type: EXCHANGE, client_id: 'throughline-app', subject_token_type: ID_TOKEN }),
    'invalid_request',
    /subject_token is missing/,
  );
});

t.test('Both discovery documents name the grant type', async (t) => {
  for (const path of ['/fhir/.well-known/smart-configuration', '/auth/.well-known/openid-configuration']) {
    const document = (await (await fetch(`${server.address}${path}`)).json()) as {
      grant_types_supported: string[];
    };
    t.ok(document.grant_types_supported.includes(EXCHANGE), path);
  }
});

t.test('Another client than the app may not exchange tokens', async (t) => {
  const { status, body } = await exchange({ client_id: 'other-app' });
  t.equal(status, 400);
  t.match(body.error, /invalid_request|unauthorized_client/);
});

t.test('The patient is what the EHR says with the user’s own token, within bounds', async (t) => {
  refused(
    t,
    await exchange({ ehr_access_token: 'stolen' }),
    'invalid_request',
    /did not give its Practitioner/,
  );
  refused(t, await exchange({ ehr_patient: 'unknown' }), 'invalid_request', /did not give its Patient/);
  const faulty = async (fault: object, error: string, sentence: RegExp) => {
    Object.assign(ehr.faults, fault);
    refused(t, await exchange(), error, sentence);
    for (const name of Object.keys(fault)) delete ehr.faults[name as keyof typeof ehr.faults];
  };
  await faulty({ status: 503 }, 'temporarily_unavailable', /Try again/);
  await faulty({ body: 'no JSON' }, 'temporarily_unavailable', /not in JSON/);
  await faulty({ body: `{"x":"${'x'.repeat(1 << 20)}"}` }, 'temporarily_unavailable', /more than 1 MiB/);
  await faulty(
    { body: '{"resourceType":"Patient","id":"other"}' },
    'temporarily_unavailable',
    /did not give/,
  );
  await faulty({ redirect: `${server.address}/elsewhere` }, 'temporarily_unavailable', /./);
});

t.test('A patient who is nobody here, or not sure, is asked for and never guessed', async (t) => {
  const unknown = await exchange({ ehr_patient: 'nobody' });
  refused(t, unknown, 'interaction_required', /not known here/);
  t.strictSame(unknown.body.interaction, { type: 'unknown_patient' });

  const several = await exchange({ ehr_patient: 'twin' });
  refused(t, several, 'interaction_required', /not sure/);
  t.equal(several.body.interaction.type, 'confirm_patient');
  t.strictSame(several.body.interaction.patients, [
    { id: 'twin-1', name: 'Tia Twin', birthDate: '1990-01-01' },
    { id: 'twin-2', name: 'Tom Twin', birthDate: '1990-01-01' },
  ]);

  const alike = await exchange({ ehr_patient: 'unsure' });
  t.strictSame(alike.body.interaction.patients, [
    { id: 'ana', name: 'Ana Example', birthDate: '1980-02-03' },
  ]);

  const moved = await exchange({ ehr_patient: 'moved' });
  t.equal(moved.body.error, 'interaction_required', 'the identifier agrees, the birth date does not');
});

/** Answers the question which patient is meant. */
const confirm = ({ body }: Answer, chosen: string | undefined) =>
  token({
    grant_type: EXCHANGE,
    client_id: 'throughline-app',
    scope: SCOPE,
    subject_token: body.interaction.subject_token,
    subject_token_type: body.interaction.subject_token_type,
    patient: chosen,
  });

t.test(
  'The patient whom the user confirms is bound, remembered with who and when, and not asked again',
  async (t) => {
    const asked = await exchange({ ehr_patient: 'twin' });
    const confirmed = await confirm(asked, 'twin-2');
    t.equal(confirmed.status, 200);
    t.equal(confirmed.body.patient, 'twin-2');
    t.equal(decodeJwt(confirmed.body.access_token).sub, 'nurse');
    const [link] = await server.sql`select * from auth_patient_link`;
    t.match(link, {
      fhir_base: ehr.fhirBase,
      ehr_patient: 'twin',
      patient: 'twin-2',
      confirmed_by: 'nurse',
      confirmed_at: Date,
    });
    refused(t, await confirm(asked, 'twin-2'), 'invalid_request', /expired or was used/);
    const next = await exchange({ ehr_patient: 'twin' });
    t.equal(next.status, 200);
    t.equal(next.body.patient, 'twin-2');
  },
);

t.test('A confirmation takes only a patient that was offered, and ends after ten minutes', async (t) => {
  refused(
    t,
    await confirm(await exchange({ ehr_patient: 'unsure' }), 'twin-1'),
    'invalid_request',
    /offered/,
  );
  refused(
    t,
    await confirm(await exchange({ ehr_patient: 'unsure' }), undefined),
    'invalid_request',
    /offered/,
  );
  const asked = await exchange({ ehr_patient: 'unsure' });
  clock.offset = 11 * 60_000;
  refused(t, await confirm(asked, 'ana'), 'invalid_request', /expired or was used/);
  clock.offset = 0;
});

t.test('A user who is nobody here gets a code by which an administrator links the account', async (t) => {
  const visitor = { sub: 'visitor', fhirUser: `${ehr.fhirBase}/Practitioner/visitor` };
  const first = await exchange({}, visitor);
  refused(t, first, 'interaction_required', /not linked here yet/);
  t.equal(first.body.interaction.type, 'link_user');
  const { code } = first.body.interaction;
  t.match(code, /^[2-9A-Z]{8}$/);
  t.equal((await exchange({}, visitor)).body.interaction.code, code, 'the same code each time');

  t.equal(await linkUser(server.sql, new Date(), code, 'nobody'), 'username');
  t.equal(await linkUser(server.sql, new Date(), 'WRONG', 'navigator'), 'code');
  const spoken = `${code.slice(0, 4)}-${code.slice(4).toLowerCase()}`;
  t.equal(await linkUser(server.sql, new Date(), spoken, 'navigator'), undefined);
  t.equal(await linkUser(server.sql, new Date(), code, 'navigator'), 'code', 'good once');
  const linked = await exchange({}, visitor);
  t.equal(linked.status, 200);
  t.equal(decodeJwt(linked.body.access_token).sub, 'navigator');
});

t.test(
  'A user with an address outside the EHR, or with the NPI of two accounts, is not linked',
  async (t) => {
    for (const fhirUser of [
      'https://evil.example/fhir/Practitioner/x',
      'Practitioner/../x',
      'Patient/their-ana',
      7,
    ]) {
      const before = ehr.reads.length;
      const { body } = await exchange({ ehr_patient: undefined }, { sub: 'far', fhirUser });
      t.equal(body.interaction?.type, 'link_user', String(fhirUser));
      t.equal(ehr.reads.length, before, 'nothing was read for it');
    }
    await server.sql`update auth_user set npi = ${NURSE_NPI} where username = 'navigator'`;
    t.equal((await exchange()).body.interaction?.type, 'link_user');
    await server.sql`update auth_user set npi = null where username = 'navigator'`;
  },
);

t.test('What the registration of an EHR does not allow is not used', async (t) => {
  const change = async (changes: Partial<Issuer>) => {
    await saveIssuer(server.sql, { ...registration(ehr), ...changes });
    await new Promise((done) => setTimeout(done, 1500));
  };
  await change({ readsCharts: false });
  refused(t, await exchange(), 'invalid_request', /not used here/);
  await change({ matchNpi: false });
  t.equal((await exchange()).body.interaction.type, 'link_user');
  await change({ patientSystems: [] });
  t.equal((await exchange()).body.error, 'interaction_required');
  await change({ active: false });
  refused(t, await exchange(), 'invalid_request', /not trusted here/);
  await change({});
  t.equal((await exchange()).status, 200);
});

t.test('No failure was one of the server', async (t) => t.strictSame(server.problems, []));
