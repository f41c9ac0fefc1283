// What the browser tests of forms and hand-offs work with: a server with its forms, charts of the demo, and what was stored.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import type { Frame } from 'playwright-core';
import type { Test } from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Violations of WCAG A and AA in what a frame shows. */
export async function violations(frame: Frame): Promise<string[]> {
  await frame.evaluate(AXE);
  return frame.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

/** Starts a server and a browser for a test file. */
export async function openApp(t: Test) {
  await buildAppIfStale();
  const server = await startServer(t, { open: false, demo: true, listen: true });
  await server.storeDefinitions();
  const { url, base } = server;
  const browser = await openBrowser();
  t.teardown(() => browser.close());
  t.setTimeout(180_000);

  const tokenOf = async (user: string): Promise<string> => {
    const answer = await fetch(`${url}/auth/demo-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  return {
    /** The demo chart with the app in its frame. */
    chart: (hash: string) => openChart(browser, url, hash),
    /** What a search below the FHIR base finds, as a user. */
    found: async <T extends Resource>(path: string, user = 'nurse'): Promise<T[]> => {
      const answer = await fetch(`${base}/${path}`, {
        headers: { authorization: `Bearer ${await tokenOf(user)}` },
      });
      return (((await answer.json()) as Bundle).entry ?? []).map(({ resource }) => resource as T);
    },
  };
}
