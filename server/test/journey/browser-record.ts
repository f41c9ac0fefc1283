// What browser tests of the actions share: the record as somebody reads and lays it, clicks that are counted, and axe.
// https://www.w3.org/TR/WCAG22/
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import type { Frame, Locator } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Reads and writes as users of the demo. */
export function recordOf({ url, base }: { url: string; base: string }) {
  const tokens = new Map<string, Promise<string>>();
  const signIn = async (user: string): Promise<string> => {
    const answer = await fetch(`${url}/auth/demo-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const tokenOf = (user: string): Promise<string> => {
    const known = tokens.get(user) ?? signIn(user);
    tokens.set(user, known);
    return known;
  };
  const ask = async <T>(user: string, method: string, path: string, body?: Resource): Promise<T> => {
    const answer = await fetch(`${base}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf(user)}`,
        ...(body && { 'content-type': 'application/fhir+json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    read: <T extends Resource>(path: string, user = 'nurse'): Promise<T> => ask<T>(user, 'GET', path),
    /** The resources of one type that a search finds, the newest first. */
    find: async <T extends Resource>(path: string, user = 'nurse'): Promise<T[]> =>
      ((await ask<Bundle>(user, 'GET', `${path}&_sort=-_lastUpdated&_count=50`)).entry ?? []).map(
        ({ resource }) => resource as T,
      ),
    write: <T extends Resource>(resource: T, user = 'nurse'): Promise<T & { id: string }> =>
      ask(user, 'POST', resource.resourceType, resource),
    remove: (path: string, user: string): Promise<unknown> => ask(user, 'DELETE', path),
  };
}

/** Asks as a user of the demo: a GET, or a POST of the body. */
export const askingOver =
  ({ url, base }: { url: string; base: string }) =>
  async (user: string, path: string, body?: object): Promise<Response> => {
    const login = await fetch(`${url}/auth/demo-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    });
    const { access_token } = (await login.json()) as { access_token: string };
    return fetch(`${base}/${path}`, {
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/fhir+json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
  };

/** Clicks, and counts them. */
export function counted() {
  let clicks = 0;
  return {
    click: async (target: Locator): Promise<void> => {
      clicks += 1;
      await target.click();
    },
    /** Counts what is chosen in another way, as in a list. */
    chosen: (): void => {
      clicks += 1;
    },
    get clicks() {
      return clicks;
    },
  };
}

/** Violations of WCAG A and AA. */
export async function violations(frame: Frame): Promise<string[]> {
  await frame.evaluate(AXE);
  return frame.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

/** Waits until a dialog is done; otherwise the error says what it shows instead. */
export const gone = (dialog: Locator): Promise<void> =>
  dialog.waitFor({ state: 'detached' }).catch(async () => {
    throw new Error(`The dialog shows: ${await dialog.innerText()}`);
  });

/** Opens a dialog from what can be begun for a patient. */
export async function begin(frame: Frame, entry: string, click = (target: Locator) => target.click()) {
  await click(frame.getByRole('button', { name: 'New…' }));
  await click(frame.getByRole('menuitem', { name: entry }));
  return frame.getByRole('dialog');
}

/** How far a dialog reaches over the edge of its frame, or its content over its own. */
export const overflows = (frame: Frame): Promise<number> =>
  frame.evaluate(`[...document.querySelectorAll('[role="dialog"]')].map((one) =>
    Math.max(one.getBoundingClientRect().right - innerWidth, one.scrollWidth - one.clientWidth))[0]`);
