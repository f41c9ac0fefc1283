// The app of somebody else for the tests of fhirclient: its two pages on an origin of their own, its registrations, a browser.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Patient } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { extract } from 'tar';
import { openBrowser } from '../../../scripts/browser.ts';
import { hashSecret } from '../../auth/client/metadata.ts';
import { saveClients } from '../../auth/index.ts';
import { createLaunch, type LaunchContext } from '../../auth/launch/launch.ts';
import { openPool, type Sql } from '../../db/pool.ts';
import { startServer } from '../helpers/server.ts';

export const PACKAGE = 'fhirclient@2.6.3';
const REGISTRY_TIME = 30_000;

/** The browser bundle of fhirclient; undefined when the registry does not give it. */
export async function browserBundle(t: Test): Promise<Buffer | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-fhirclient-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const options = { cwd: folder, timeout: REGISTRY_TIME };
  const packed = await promisify(execFile)(
    'npm',
    ['pack', PACKAGE, '--json', '--fetch-retries=0'],
    options,
  ).catch(() => undefined);
  if (!packed) return undefined;
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  await extract({ file: join(folder, filename), cwd: folder }, ['package/build/fhir-client.js']);
  return readFileSync(join(folder, 'package/build/fhir-client.js'));
}

/** What of fhirclient the pages of this test put into `client`. */
interface FhirClient {
  patient: { id: string | null; read(): Promise<Patient> };
  user: { fhirUser: string | null };
  state: { tokenResponse: Record<string, unknown>; expiresAt: number };
  request(address: string, options?: object): Promise<unknown>;
  refresh(): Promise<unknown>;
}
export type WithClient = { client: FhirClient };

export const CLIENT = 'independent-app';
export const CONFIDENTIAL = 'independent-confidential';
export const SECRET = 'a secret of the test, with: signs & spaces';

const LAUNCH = `<!doctype html><title>Launch</title><script src="fhir-client.js"></script><script>
  const asked = new URLSearchParams(location.search);
  FHIR.oauth2.authorize({
    clientId: asked.get('client'),
    clientSecret: asked.get('secret') ?? undefined,
    scope: asked.get('scope'),
    redirectUri: 'index.html',
    pkceMode: 'required',
  });
</script>`;
const INDEX = `<!doctype html><title>App</title><script src="fhir-client.js"></script><h1>Opening</h1><script>
  const heading = document.querySelector('h1');
  FHIR.oauth2.ready().then(
    (client) => { window.client = client; heading.textContent = 'Ready'; },
    (error) => { heading.textContent = 'Refused: ' + error.message; },
  );
</script>`;

export const EHR_SCOPE = 'launch openid fhirUser online_access patient/Patient.rs patient/Task.rs';

const SCOPES = 'openid fhirUser launch launch/patient online_access offline_access patient/*.rs user/Task.rs';

/** Serves the pages. @returns their origin */
async function servePages(t: Test, bundle: Buffer): Promise<string> {
  const files = new Map<string, [type: string, content: string | Buffer]>([
    ['/launch.html', ['text/html; charset=utf-8', LAUNCH]],
    ['/index.html', ['text/html; charset=utf-8', INDEX]],
    ['/fhir-client.js', ['text/javascript', bundle]],
  ]);
  const pages = createServer((request, response) => {
    const [type, content] = files.get(new URL(request.url!, 'http://app').pathname) ?? ['text/plain', ''];
    response.writeHead(content ? 200 : 404, { 'content-type': type }).end(content);
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  t.teardown(() => void pages.close());
  return `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
}

async function register(sql: Sql, app: string): Promise<void> {
  const metadata = {
    redirect_uris: [`${app}/index.html`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  };
  await saveClients(sql, [
    {
      id: CLIENT,
      name: 'Independent app',
      scope: SCOPES,
      metadata: { ...metadata, token_endpoint_auth_method: 'none' },
    },
    {
      id: CONFIDENTIAL,
      name: 'Confidential app',
      scope: SCOPES,
      metadata: {
        ...metadata,
        token_endpoint_auth_method: 'client_secret_basic',
        client_secret: hashSecret(SECRET),
      },
    },
  ]);
}

/** Starts the app, a server with the demo stories that knows it, and a browser. */
export async function startIndependentApp(t: Test, bundle: Buffer) {
  const app = await servePages(t, bundle);
  const server = await startServer(t, { open: false, demo: true, listen: true });
  const sql = openPool(server.databaseUrl, { max: 2 });
  t.teardown(() => sql.end());
  await register(sql, app);
  const browser = await openBrowser();
  t.teardown(() => browser.close());

  /** A page of a browser of its own, which begins at the app's launch address. */
  async function open(query: Record<string, string>): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-US' });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(`${app}/launch.html?${new URLSearchParams({ iss: server.base, ...query })}`);
    return page;
  }

  /** Opens the app as an EHR does. */
  async function ehrLaunch(context: Partial<LaunchContext> = {}, more: Record<string, string> = {}) {
    const clientId = more.client ?? CLIENT;
    const launch = await createLaunch(sql, new Date(), {
      username: 'nurse',
      patient: 'ana-reyes',
      ...context,
      clientId,
    });
    return open({ launch, client: clientId, scope: EHR_SCOPE, ...more });
  }

  return { open, ehrLaunch, sql };
}

/** Gives consent. */
export const allow = async (page: Page, name = 'Independent app') => {
  await page.getByRole('heading', { name: `Allow ${name}?` }).waitFor();
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
};
/** What the app says once it is back. */
export const ready = async (page: Page) => {
  await page.getByRole('heading', { name: /^(Ready|Refused.*)$/ }).waitFor();
  return page.getByRole('heading').innerText();
};

/** The token answer as the client keeps it. */
export const tokenResponse = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as WithClient).client.state.tokenResponse);
