// Two patients in one window, in one storage, one after the other and side by side: never anything of the other. And a frame of
// another site whose cookies and storage are blocked. https://github.com/smart-on-fhir/client-js/issues/199
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Frame, Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { appFrame, openBrowser } from '../../../scripts/browser.ts';
import { saveIssuer } from '../../auth/ehr/issuer.ts';
import { openPool } from '../../db/pool.ts';
import { startServer } from '../helpers/server.ts';

t.setTimeout(180_000);
await buildAppIfStale();
const { url, databaseUrl } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());

const ANA = /Ana|Glucose|MRI/;
const WALTER = /Walter/;

async function launchUrl(patient?: string): Promise<string> {
  const answer = await fetch(`${url}/ehr/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'nurse', ...(patient && { patient }), needPatientBanner: true }),
  });
  return ((await answer.json()) as { url: string }).url;
}

async function newPage(): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  return page;
}

const shows = (where: Page | Frame, name: string) =>
  where.getByRole('region', { name: 'Patient', exact: true }).getByRole('heading', { name }).waitFor();
const wordsOf = (where: Page | Frame) => where.innerText('body');

/** Every word that the app has shown since this began, also for a moment. */
const RECORD = `new MutationObserver(() => {
  (window.top.said ??= []).push(document.body?.innerText ?? '');
}).observe(document, { subtree: true, childList: true, characterData: true })`;

t.test(
  'An answer for the first patient that comes after the second was opened is shown to nobody',
  async (t) => {
    const page = await newPage();
    let release = () => undefined as unknown;
    const late = new Promise((done) => {
      release = () => done(undefined);
    });
    await page.route('**/fhir/Task?patient=*ana-reyes*', async (route) => {
      const response = await route.fetch();
      await late;
      await route.fulfill({ response }).catch(() => undefined);
    });
    await page.goto(`${url}/ehr/#user=nurse&patient=ana-reyes&frame=900&banner=app`);
    await page.frameLocator('iframe').getByText('Opening the record').waitFor();
    await page.getByLabel('Patient').selectOption('walter-lindqvist');
    const frame = await appFrame(page);
    await shows(frame, 'Walter Lindqvist');
    release();
    await page.waitForTimeout(300);
    t.notMatch(await wordsOf(frame), ANA);
    t.notMatch(await frame.title(), ANA);
    t.equal(await frame.evaluate('sessionStorage.length + localStorage.length'), 0);
    t.equal(page.frames().length, 2);
    await page.close();
  },
);

t.test('Two frames of two patients share a storage and mix nothing', async (t) => {
  const page = await newPage();
  await page.goto(`${url}/`);
  const urls = [await launchUrl('ana-reyes'), await launchUrl('walter-lindqvist')];
  await page.evaluate(`for (const src of ${JSON.stringify(urls)}) {
    document.body.append(Object.assign(document.createElement('iframe'), { src, width: 900, height: 600 }));
  }`);
  await page.waitForTimeout(300);
  const [, ana, walter] = page.frames();
  await Promise.all([shows(ana!, 'Ana Reyes'), shows(walter!, 'Walter Lindqvist')]);
  t.notMatch(await wordsOf(ana!), WALTER);
  t.notMatch(await wordsOf(walter!), ANA);
  await page.close();
});

t.test('Going back in the window does not bring the patient before back', async (t) => {
  const page = await newPage();
  await page.goto(await launchUrl('ana-reyes'));
  await shows(page, 'Ana Reyes');
  await page.goto(await launchUrl('walter-lindqvist'));
  await shows(page, 'Walter Lindqvist');
  await page.addInitScript(RECORD);
  await page.goBack();
  await page.waitForTimeout(1_000);
  const said = await page.evaluate<string[]>('[...(window.said ?? []), document.body.innerText]');
  t.notMatch(said.join(' '), ANA);
  await page.close();
});

t.test('A place in the address opens no other patient in a launch, and outlives none', async (t) => {
  const page = await newPage();
  await page.goto(`${await launchUrl('ana-reyes')}#/Patient/walter-lindqvist`);
  await shows(page, 'Ana Reyes');
  t.equal(await page.evaluate('location.hash'), '');
  await page.evaluate(`location.hash = '#/Patient/walter-lindqvist'`);
  await page.waitForTimeout(300);
  t.notMatch(await wordsOf(page), WALTER);

  await page.goto(await launchUrl());
  await page.getByRole('link', { name: 'Work list' }).waitFor();
  t.equal(await page.evaluate('location.hash'), '', 'the place of the launch before is gone');
  await page.close();
});

t.test('Of two patients chosen quickly one after the other only the second is shown', async (t) => {
  const page = await newPage();
  await page.goto(await launchUrl());
  await page.getByRole('link', { name: 'Work list' }).waitFor();
  await page.route('**/fhir/Patient/ana-reyes', async (route) => {
    const response = await route.fetch();
    await new Promise((done) => setTimeout(done, 1_000));
    await route.fulfill({ response }).catch(() => undefined);
  });
  await page.evaluate(`location.hash = '#/Patient/ana-reyes'`);
  await page.waitForTimeout(100);
  await page.evaluate(`location.hash = '#/Patient/walter-lindqvist'`);
  await shows(page, 'Walter Lindqvist');
  await page.waitForTimeout(1_200);
  t.notMatch(await wordsOf(page), ANA);
  await page.close();
});

t.test(
  'In a frame of another site, without cookies and without storage, the app opens, works and renews its token',
  async (t) => {
    const charts = createServer((request, response) => {
      const src = new URL(request.url!, 'http://charts').searchParams.get('show') ?? '';
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(
        `<!doctype html><title>Chart</title><iframe width="900" height="700" src="${src.replaceAll('&', '&amp;')}"></iframe>`,
      );
    }).listen(0, 'localhost');
    await once(charts, 'listening');
    t.teardown(() => void charts.close());
    const origin = `http://localhost:${(charts.address() as AddressInfo).port}`;
    const sql = openPool(databaseUrl, { max: 1 });
    t.teardown(() => sql.end());
    await saveIssuer(sql, {
      ...{
        fhirBase: 'https://ehr.example/fhir',
        name: 'Elsewhere',
        issuer: 'https://ehr.example',
        clientId: 'x',
      },
      ...{
        jwksUri: 'https://ehr.example/jwks',
        privateKey: null,
        scope: 'launch openid',
        readsCharts: false,
      },
      ...{ matchNpi: false, patientSystems: [], frameOrigins: [origin], active: true },
    });
    await new Promise((done) => setTimeout(done, 1_500));

    const page = await newPage();
    await page.addInitScript(`if (window !== top) for (const name of ['sessionStorage', 'localStorage'])
    Object.defineProperty(window, name, { get() { throw new DOMException('blocked', 'SecurityError'); } })`);
    let cookies = 0;
    let renewals = 0;
    let isExpired = false;
    await page.route('**', async (route) => {
      const { cookie, ...headers } = await route.request().allHeaders();
      if (cookie) cookies++;
      const asked = new URL(route.request().url());
      if (asked.pathname === '/auth/token' && /refresh_token/.test(route.request().postData() ?? ''))
        renewals++;
      if (!isExpired || !asked.pathname.startsWith('/fhir/Task/')) return route.continue({ headers });
      isExpired = false;
      return route.fulfill({ status: 401, contentType: 'application/fhir+json', body: '{}' });
    });
    await page.goto(`${origin}/?show=${encodeURIComponent(await launchUrl('ana-reyes'))}`);
    const frame = await appFrame(page);
    t.not(new URL(frame.url()).hostname, new URL(page.url()).hostname, 'another site');
    isExpired = true;
    await frame.getByRole('button', { name: /^Start: MRI/ }).click();
    await frame.getByRole('button', { name: 'Undo' }).first().waitFor();
    t.equal(renewals, 1);
    t.equal(cookies, 0, 'no cookie was needed');
    t.equal(await frame.evaluate('window.name'), '', 'nothing of the launch is left in the window');
    await page.close();
  },
);
