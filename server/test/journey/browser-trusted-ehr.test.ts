// The app opened from the charts of another hospital: a second server with its own users, patients and keys is the EHR, and
// a page of a third origin shows the app in a frame, in a real Chromium that sends no cookie.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html · https://www.rfc-editor.org/rfc/rfc8693
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bundle, Patient, Practitioner, PractitionerRole, Resource } from '@medplum/fhirtypes';
import type { FrameLocator, Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { openBrowser } from '../../../scripts/browser.ts';
import { removeIssuer } from '../../auth/ehr/issuer.ts';
import { registerEhr } from '../../auth/ehr/issuer-admin.ts';
import { linkUser } from '../../auth/ehr/link-store.ts';
import { saveClients, saveUsers } from '../../auth/index.ts';
import { createLaunch } from '../../auth/launch/launch.ts';
import { openPool } from '../../db/pool.ts';
import { systemAccess } from '../../fhir/access.ts';
import { startServer } from '../helpers/server.ts';

t.setTimeout(180_000);
await buildAppIfStale();

const CLIENT_ID = 'throughline-of-larkfield';
const OUR_MRN = 'https://throughline.example/fhir/identifier/mrn';
const THEIR_MRN = 'https://ashgrove.example/mrn';
const NPI = 'http://hl7.org/fhir/sid/us-npi';
/** The demo's nurse. */
const NURSE_NPI = '9999900004';

const ours = await startServer(t, { open: false, demo: true, listen: true });
const theirs = await startServer(t, { open: false, listen: true, env: { DEMO: 'on' } });
const [sql, theirSql] = [openPool(ours.databaseUrl, { max: 2 }), openPool(theirs.databaseUrl, { max: 2 })];
t.teardown(() => Promise.all([sql.end(), theirSql.end()]));
await theirs.storeDefinitions();

const context = (await (await fetch(`${ours.url}/ehr/context`)).json()) as {
  patients: { id: string; birthDate: string }[];
};
const ana = context.patients.find(({ id }) => id === 'ana-reyes')!;

const chart = (id: string, family: string, birthDate: string, system: string, value: string): Patient => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system, value }],
  name: [{ family, given: ['Ana'] }],
  birthDate,
});
const clinician = (id: string, npi: string): (Practitioner | PractitionerRole)[] => [
  { resourceType: 'Practitioner', id, identifier: [{ system: NPI, value: npi }] },
  { resourceType: 'PractitionerRole', id: `${id}-role`, practitioner: { reference: `Practitioner/${id}` } },
];
const THEIR_RECORDS: Resource[] = [
  chart('ash-1', 'Reyes', ana.birthDate, OUR_MRN, 'LK-4401'),
  chart('ash-2', 'Reyes', ana.birthDate, THEIR_MRN, 'A-2'),
  chart('ash-3', 'Unknown', '1951-01-01', THEIR_MRN, 'A-3'),
  ...clinician('ash-nurse', NURSE_NPI),
  ...clinician('ash-visitor', '9999900077'),
];
const bundle: Bundle = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: THEIR_RECORDS.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  })),
};
await theirs.dispatch({
  method: 'POST',
  path: [],
  query: new URLSearchParams(),
  headers: {},
  body: bundle,
  access: systemAccess,
});
await saveUsers(theirSql, [
  { username: 'their-nurse', name: 'N. Brandt', role: 'rn', fhirUser: 'PractitionerRole/ash-nurse-role' },
  { username: 'visitor', name: 'V. Visitor', role: 'rn', fhirUser: 'PractitionerRole/ash-visitor-role' },
]);
await saveClients(theirSql, [
  {
    id: CLIENT_ID,
    name: 'Throughline of Larkfield',
    scope: 'launch openid fhirUser patient/Patient.r user/Practitioner.r user/PractitionerRole.r',
    metadata: {
      redirect_uris: [`${ours.url}/app/`],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
]);
await theirSql`update auth_client set preapproved = true where id = ${CLIENT_ID}`;

/** The chart page of the other hospital, on an origin of its own: it shows whatever address it is given in a frame. */
const charts = createServer((request, response) => {
  const src = new URL(request.url!, 'http://charts').searchParams.get('show') ?? '';
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(
    `<!doctype html><title>Chart</title><iframe width="900" height="700" src="${src.replaceAll('&', '&amp;')}"></iframe>`,
  );
}).listen(0, '127.0.0.1');
await once(charts, 'listening');
const chartsOrigin = `http://127.0.0.1:${(charts.address() as AddressInfo).port}`;
t.teardown(() => void charts.close());

const browser = await openBrowser();
t.teardown(() => browser.close());

const trust = async (changes: { frameOrigins?: string[] } = {}) => {
  await registerEhr(sql, ours.base, {
    fhirBase: theirs.base,
    clientId: CLIENT_ID,
    name: 'Ashgrove',
    patientSystems: [OUR_MRN],
    frameOrigins: [chartsOrigin],
    ...changes,
  });
  await new Promise((done) => setTimeout(done, 1500));
};

interface Opened {
  page: Page;
  app: FrameLocator;
  /** Addresses that the browser asked, and violations of the content security policy. */
  asked: string[];
  problems: string[];
}

/** Opens the app from the other hospital's chart. */
async function launch(username: string, patient: string, locale = 'en-US'): Promise<Opened> {
  const handle = await createLaunch(theirSql, new Date(), { username, clientId: CLIENT_ID, patient });
  const page = await browser.newPage({ locale });
  page.setDefaultTimeout(15_000);
  const asked: string[] = [];
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) problems.push(message.text());
  });
  await page.route('**', async (route) => {
    const { cookie: _, ...headers } = await route.request().allHeaders();
    asked.push(route.request().url());
    await route.continue({ headers });
  });
  const address = `${ours.url}/app/launch?${new URLSearchParams({ iss: theirs.base, launch: handle })}`;
  await page.goto(`${chartsOrigin}/?show=${encodeURIComponent(address)}`);
  return { page, app: page.frameLocator('iframe'), asked, problems };
}

/** The app shows work: a button of Ana's. */
const showsAna = ({ app }: Opened) =>
  app.getByRole('button', { name: 'Glucose meter and strips from Bluebird', exact: true }).waitFor();

const linksStored = () => sql`select ehr_patient, patient, confirmed_by from auth_patient_link`;

t.test('An EHR that is not registered is refused in words, and may not show the app', async (t) => {
  const handle = await createLaunch(theirSql, new Date(), { username: 'their-nurse', clientId: CLIENT_ID });
  const page = await browser.newPage({ locale: 'en-US' });
  await page.goto(`${ours.url}/app/launch?${new URLSearchParams({ iss: theirs.base, launch: handle })}`);
  await page.getByText('a record server that this app does not work with').waitFor();
  await page.close();
  const framed = await launch('their-nurse', 'ash-1');
  await framed.page.waitForTimeout(500);
  t.match(framed.problems.join(), /frame-ancestors/);
  t.notMatch(await framed.page.frames()[1]!.content(), /Throughline/);
  await framed.page.close();
});

t.test(
  'frame-ancestors of the app and the sign-in pages names the charts of trusted EHRs, those of the demo chart do not',
  async (t) => {
    await trust();
    const policyOf = async (path: string) =>
      (await fetch(`${ours.url}${path}`)).headers
        .get('content-security-policy')
        ?.match(/frame-ancestors ([^;]*)/)?.[1];
    t.equal(await policyOf('/app/'), `'self' ${chartsOrigin}`);
    t.equal(await policyOf('/app/launch'), `'self' ${chartsOrigin}`);
    t.equal(await policyOf('/auth/sign-in/none'), `'self' ${chartsOrigin}`);
    t.equal(await policyOf('/ehr/'), "'self'");
    const connects = (await fetch(`${ours.url}/app/`)).headers.get('content-security-policy');
    t.match(connects, `connect-src 'self' ${chartsOrigin} ${theirs.url};`, 'its style may be read');
  },
);

t.test(
  'The user by NPI and the patient by identifier open at once, in the frame, without a cookie or a popup',
  async (t) => {
    const opened = await launch('their-nurse', 'ash-1');
    await showsAna(opened);
    const { page, asked, problems } = opened;
    t.strictSame(problems, []);
    t.equal(page.frames().length, 2, 'one frame, and no popup');
    const frame = page.frames()[1]!;
    t.equal(new URL(frame.url()).origin, ours.url);
    t.equal(
      await frame.evaluate('sessionStorage.length + localStorage.length'),
      0,
      'nothing of the launch is left',
    );
    const elsewhere = asked.filter((url) => ![ours.url, chartsOrigin].includes(new URL(url).origin));
    t.ok(elsewhere.length > 0);
    t.ok(
      elsewhere.every((url) => /^\/auth\/(authorize|smart-style\.json)\b/.test(url.slice(theirs.url.length))),
      'the browser asks the EHR for nothing but the sign-in and its style',
    );
    t.equal((await linksStored()).length, 0, 'nothing had to be confirmed');
    await page.close();
  },
);

t.test('A patient who is only alike is asked for once, then known, with who confirmed it', async (t) => {
  const asked = await launch('their-nurse', 'ash-2');
  const { app, page } = asked;
  await app.getByRole('heading', { name: 'Which patient is this?' }).waitFor();
  t.notMatch(await app.locator('body').innerText(), /Glucose/);
  const open = app.getByRole('button', { name: 'Open this patient' });
  t.ok(await open.isDisabled());
  await app.getByRole('radio', { name: /^Ana Reyes, born/ }).check();
  await open.click();
  await showsAna(asked);
  await page.close();
  t.strictSame(
    [...(await linksStored())],
    [{ ehr_patient: 'ash-2', patient: 'ana-reyes', confirmed_by: 'nurse' }],
  );
  const again = await launch('their-nurse', 'ash-2');
  await showsAna(again);
  await again.page.close();
  await sql`delete from auth_patient_link`;
});

t.test('Who is none of the candidates is not opened and not stored', async (t) => {
  const { app, page } = await launch('their-nurse', 'ash-2');
  await app.getByRole('radio', { name: 'None of these' }).check();
  await app.getByRole('button', { name: 'Open this patient' }).click();
  await app.getByRole('heading', { name: 'This patient is not in Throughline' }).waitFor();
  t.equal((await linksStored()).length, 0);
  await page.close();
});

t.test('A patient who is nobody here gets a page that says so', async (t) => {
  const { app, page } = await launch('their-nurse', 'ash-3');
  await app.getByRole('heading', { name: 'This patient is not in Throughline' }).waitFor();
  t.match(await app.locator('main').innerText(), /Ask your navigation team to register the patient/);
  await page.close();
});

t.test(
  'A user who is not linked gets a clear page with a code, in their language, and gets in once linked',
  async (t) => {
    const { app, page } = await launch('visitor', 'ash-1', 'es-MX');
    await app.getByRole('heading', { name: 'Su cuenta todavía no está vinculada' }).waitFor();
    const code = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(await app.locator('main').innerText())![0];
    await page.close();
    t.equal(await linkUser(sql, new Date(), code, 'navigator'), undefined);
    const linked = await launch('visitor', 'ash-1');
    await linked.app.getByRole('main').getByRole('group').first().waitFor();
    t.match(await linked.app.locator('body').innerText(), /Ana/);
    await linked.page.close();
  },
);

t.test('The link page fits 320 pixels', async (t) => {
  const { app, page } = await launch('their-nurse', 'ash-2');
  await page.evaluate("document.querySelector('iframe').width = 320");
  await app.getByRole('heading', { name: 'Which patient is this?' }).waitFor();
  const overflow = await page
    .frames()[1]!
    .evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  t.ok((overflow as number) <= 0);
  await page.close();
});

t.test('An EHR that is taken out of the registry opens nothing any more', async (t) => {
  t.ok(await removeIssuer(sql, theirs.base));
  await new Promise((done) => setTimeout(done, 1500));
  const refused = await fetch(`${ours.url}/auth/ehr?${new URLSearchParams({ iss: theirs.base })}`);
  t.equal(refused.status, 404);
});
