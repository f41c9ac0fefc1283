// A browser without scripts for the tests of the sign-in pages: keeps cookies as a browser does, and fills in forms.
import { createAccounts } from '../../auth/account/account.ts';
import { createGrants } from '../../auth/account/grants.ts';
import { createRevocations } from '../../auth/token/revocation.ts';
import type { Sql } from '../../db/pool.ts';
import { discover, location, type Server } from './harness.ts';

interface Cookie {
  name: string;
  value: string;
  path: string;
}

/** A browser; `visit` makes one request, with the cookies of its origin and path. */
export function visitor(headers: Record<string, string> = {}) {
  const jars = new Map<string, Map<string, Cookie>>();
  return async function visit(address: string | URL, form?: Record<string, string> | URLSearchParams) {
    const url = new URL(address);
    const jar = jars.get(url.origin) ?? new Map<string, Cookie>();
    jars.set(url.origin, jar);
    const cookie = [...jar.values()]
      .filter(({ path }) => url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, '/')))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { ...headers, cookie },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /; *path=([^;]*)/i.exec(line)?.[1] ?? '/';
      const isGone = /max-age=0|expires=Thu, 01 Jan 1970/i.test(line);
      if (isGone) jar.delete(`${name} ${path}`);
      else jar.set(`${name} ${path}`, { name, value, path });
    }
    return response;
  };
}

export type Visit = ReturnType<typeof visitor>;

/** Follows redirects from one answer until a page is shown, or a redirect leads to `stop`. */
export async function follow(visit: Visit, first: Response, stop: string): Promise<Response> {
  let response = first;
  for (let step = 0; step < 12 && response.status >= 300 && response.status < 400; step++) {
    const next = location(response);
    if (next.href.startsWith(stop)) return response;
    response = await visit(next);
  }
  return response;
}

/** An app that sends a browser to sign in: up to the first page. */
export async function open(
  server: Server,
  { client, ...parameters }: Record<string, string> = {},
  browser = visitor(),
) {
  const app = await discover(server, client);
  app.parameters.set('scope', 'openid user/Task.rs');
  for (const [name, value] of Object.entries(parameters)) app.parameters.set(name, value);
  const first = await browser(`${app.as.authorization_endpoint}?${app.parameters}`);
  const page = first.headers.get('location') ?? '';
  const isPage = page.startsWith(`${server.publicUrl}/auth/sign-in/`);
  return { app, visit: browser, first, page, response: isPage ? await browser(page) : first };
}

/** The accounts of a server under test. */
export async function accountsOf(sql: Sql, now = () => new Date()) {
  return createAccounts(sql, now, createGrants(sql, now, await createRevocations(sql, now)));
}

export const PASSWORD = 'correct horse battery staple';

/** Adds an account with the password. */
export async function addAccount(sql: Sql, username = 'nadia', more = {}) {
  const account = { username, name: 'Nadia Brandt', role: 'rn', fhirUser: 'PractitionerRole/nadia', ...more };
  await (await accountsOf(sql)).add(account, PASSWORD);
}
