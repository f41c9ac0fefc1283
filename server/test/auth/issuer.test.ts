// The registry of trusted EHRs: what an administrator may say of one, the snapshot that follows it, and the app's way there.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import t from 'tap';
import {
  createIssuers,
  type Issuer,
  type Issuers,
  listIssuers,
  removeIssuer,
  saveIssuer,
} from '../../auth/ehr/issuer.ts';
import { DEFAULT_SCOPE, type EhrDescription, publicKey, registerEhr } from '../../auth/ehr/issuer-admin.ts';
import { removeExpiredLinks, requestLink } from '../../auth/ehr/link-store.ts';
import { startAuthorizationServer } from './harness.ts';
import { CLIENT_ID, EHR_TOKEN, startEhr } from './trusted-ehr.ts';

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
const register = (said: Omit<EhrDescription, 'fhirBase'> & { fhirBase?: string }) =>
  registerEhr(sql, server.fhirBase, { fhirBase: ehr.fhirBase, ...said });

t.test('An EHR is registered with what it says of itself, and the least that is needed', async (t) => {
  const registered = await register({ clientId: CLIENT_ID, fhirBase: `${ehr.fhirBase}/` });
  t.strictSame(registered, {
    fhirBase: ehr.fhirBase,
    name: new URL(ehr.address).host,
    issuer: ehr.address,
    jwksUri: `${ehr.address}/jwks`,
    clientId: CLIENT_ID,
    privateKey: null,
    scope: DEFAULT_SCOPE,
    readsCharts: true,
    matchNpi: true,
    patientSystems: [],
    frameOrigins: [ehr.address],
    active: true,
  });
  t.strictSame(await listIssuers(sql), [registered]);
});

t.test('What is not said again stays as it was', async (t) => {
  await register({ name: 'The other house', patientSystems: ['urn:mrn'], matchNpi: false });
  const changed = await register({ frameOrigins: ['https://*.other.example:8443'] });
  t.match(changed, {
    name: 'The other house',
    patientSystems: ['urn:mrn'],
    matchNpi: false,
    clientId: CLIENT_ID,
  });
  t.strictSame(await listIssuers(sql), [changed]);
});

t.test('What is said of an EHR wrongly is refused in a sentence', async (t) => {
  const wrong: [said: Parameters<typeof register>[0], sentence: RegExp][] = [
    [{ fhirBase: 'http://other.example/fhir', clientId: 'x' }, /FHIR base is "http:.*https/],
    [{ fhirBase: 'https://user@other.example/fhir', clientId: 'x' }, /FHIR base/],
    [{ fhirBase: 'https://other.example/fhir?x', clientId: 'x' }, /FHIR base/],
    [{ fhirBase: 'nonsense', clientId: 'x' }, /FHIR base/],
    [{ fhirBase: server.fhirBase, clientId: 'x' }, /our own FHIR base/],
    [{ fhirBase: `${ehr.address}/other` }, /--client-id/],
    [{ frameOrigins: ['https://x.example; script-src *'] }, /frame origin/],
    [{ frameOrigins: ['https://x.example/path'] }, /frame origin/],
    [{ frameOrigins: ["'unsafe-inline'"] }, /frame origin/],
    [{ frameOrigins: ['http://x.example'] }, /frame origin/],
    [{ issuer: 'http://x.example', jwksUri: 'https://x.example/jwks' }, /issuer is/],
    [{ issuer: 'https://x.example', jwksUri: 'http://x.example/jwks' }, /keys is/],
    [{ fhirBase: `${ehr.address}/nothing`, clientId: 'x' }, /The EHR/],
  ];
  const before = await listIssuers(sql);
  for (const [said, sentence] of wrong)
    await t.rejects(register(said), { message: sentence }, JSON.stringify(said));
  t.strictSame(await listIssuers(sql), before, 'nothing was stored');
});

t.test('The snapshot in memory follows the registry within a second', async (t) => {
  await issuers.refresh();
  t.equal(issuers.find(`${ehr.fhirBase}/`)?.clientId, CLIENT_ID);
  t.strictSame(issuers.frameOrigins(), ['https://*.other.example:8443']);
  await register({ active: false });
  await new Promise((done) => setTimeout(done, 1500));
  t.equal(issuers.find(ehr.fhirBase), undefined);
  t.equal(issuers.signing(ehr.address), undefined);
  t.strictSame(issuers.frameOrigins(), []);
  await register({});
  await issuers.refresh();
  t.equal(issuers.signing(ehr.address)?.fhirBase, ehr.fhirBase);
});

t.test('An issuer that signs for two EHRs does not say which one is meant', async (t) => {
  const [one] = await listIssuers(sql);
  await saveIssuer(sql, { ...(one as Issuer), fhirBase: `${ehr.address}/second` });
  await issuers.refresh();
  t.equal(issuers.signing(ehr.address), undefined);
  t.ok(await removeIssuer(sql, `${ehr.address}/second`));
  t.notOk(await removeIssuer(sql, `${ehr.address}/second`));
  await issuers.refresh();
});

const about = (iss: string) => fetch(`${server.address}/auth/ehr?${new URLSearchParams({ iss })}`);

t.test('The app is told where to sign in at a trusted EHR, and of no other', async (t) => {
  const answer = await about(ehr.fhirBase);
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('cache-control'), 'no-store');
  t.strictSame(await answer.json(), {
    issuer: ehr.address,
    authorization_endpoint: `${ehr.address}/authorize`,
    token_endpoint: `${server.publicUrl}/auth/ehr/token`,
    client_id: CLIENT_ID,
    scope: DEFAULT_SCOPE,
    reads_charts: true,
    fhir_base: server.fhirBase,
  });
  for (const iss of ['https://unknown.example/fhir', '', server.fhirBase]) {
    const refused = await about(iss);
    t.equal(refused.status, 404, iss);
    t.match(await refused.json(), { error: 'invalid_request', error_description: /not trusted here/ });
  }
});

const redeem = (changes: Record<string, string> = {}) =>
  fetch(`${server.address}/auth/ehr/token`, {
    method: 'POST',
    body: new URLSearchParams({
      iss: ehr.fhirBase,
      grant_type: 'authorization_code',
      code: 'good-code',
      code_verifier: 'verifier',
      client_id: 'ignored',
      redirect_uri: 'https://evil.example/',
      ...changes,
    }),
  });

t.test('A code of the EHR is redeemed there as this app, with this app’s redirect address', async (t) => {
  const answer = await redeem();
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('cache-control'), 'no-store');
  t.strictSame(await answer.json(), {
    access_token: EHR_TOKEN,
    token_type: 'Bearer',
    form: {
      grant_type: 'authorization_code',
      code: 'good-code',
      redirect_uri: `${server.publicUrl}/app/`,
      code_verifier: 'verifier',
      client_id: CLIENT_ID,
    },
  });
  const refused = await redeem({ code: 'used' });
  t.equal(refused.status, 400);
  t.strictSame(await refused.json(), { error: 'invalid_grant' });
});

t.test('Only codes are redeemed, only at trusted EHRs', async (t) => {
  const cases: [Record<string, string>, string, RegExp][] = [
    [{ iss: 'https://unknown.example/fhir' }, 'invalid_request', /not trusted/],
    [{ grant_type: 'client_credentials' }, 'unsupported_grant_type', /authorization_code/],
    [{ code: '' }, 'invalid_request', /code and code_verifier/],
    [{ code_verifier: '' }, 'invalid_request', /code and code_verifier/],
  ];
  for (const [changes, error, sentence] of cases) {
    const answer = await redeem(changes);
    t.equal(answer.status, 400);
    t.match(await answer.json(), { error, error_description: sentence });
  }
});

t.test('An EHR that does not answer is said to be so, and is not our failure', async (t) => {
  const [one] = await listIssuers(sql);
  await saveIssuer(sql, { ...(one as Issuer), fhirBase: 'http://127.0.0.1:1/fhir' });
  await issuers.refresh();
  const silent = await about('http://127.0.0.1:1/fhir');
  t.equal(silent.status, 502);
  t.match(await silent.json(), { error: 'temporarily_unavailable', error_description: /Try again/ });
  await removeIssuer(sql, 'http://127.0.0.1:1/fhir');
});

t.test('With a private key the app proves itself at the EHR, which gets only the public part', async (t) => {
  const keyed = await register({ makeKey: true });
  const key = publicKey(keyed);
  t.match(key, { kty: 'EC', crv: 'P-384', alg: 'ES384', use: 'sig', kid: String });
  t.notOk('d' in key!);
  t.strictSame((await register({ name: 'Renamed' })).privateKey, keyed.privateKey, 'a change keeps the key');
  const strict = await startEhr(t, [], [key!]);
  const asked = { fhirBase: strict.fhirBase, clientId: CLIENT_ID };
  await register(asked);
  await issuers.refresh();
  const unproven = await redeem({ iss: strict.fhirBase });
  t.equal(unproven.status, 401);
  t.strictSame(await unproven.json(), { error: 'invalid_client' });
  await saveIssuer(sql, { ...(await register(asked)), privateKey: keyed.privateKey });
  await issuers.refresh();
  t.equal((await redeem({ iss: strict.fhirBase })).status, 200);
});

t.test('What has expired is removed', async (t) => {
  const code = await requestLink(sql, new Date(), ehr.address, 'somebody');
  await removeExpiredLinks(sql, new Date());
  t.equal(await requestLink(sql, new Date(), ehr.address, 'somebody'), code, 'what is in time stays');
  await removeExpiredLinks(sql, new Date(Date.now() + 15 * 24 * 3600_000));
  t.strictSame([...(await sql`select from auth_link_request`)], []);
});

t.test('No failure was one of the server', async (t) => t.strictSame(server.problems, []));
