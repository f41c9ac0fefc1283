// A whole server for a test: on its own database, listening on a free port of loopback, or asked in process.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type App, createApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import { freePort } from '../../db/embedded.ts';
import { systemAccess } from '../../fhir/access.ts';
import { createDatabase } from './database.ts';

export interface TestServer extends App {
  /** Address without a trailing slash; listens only with `listen`. */
  url: string;
  /** FHIR base. */
  base: string;
  databaseUrl: string;
}

export interface TestServerOptions {
  /** Authorization off (default), or on. */
  open?: boolean;
  /** Loads the demo stories and users. */
  demo?: boolean;
  /** Listens on a port; without it the server is asked through `server.inject`. */
  listen?: boolean;
  now?: () => Date;
  env?: Record<string, string>;
}

/** Starts a server; it is closed and its data removed when the test ends. */
export async function startServer(
  t: Test,
  { open = true, demo = false, listen = false, now, env = {} }: TestServerOptions = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-data-'));
  const { url: databaseUrl } = await createDatabase(t);
  const port = listen ? await freePort() : 3000;
  const settings = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    PORT: String(port),
    DEMO: demo ? 'on' : 'off',
    LOG_LEVEL: 'silent',
    DB_CONNECTIONS: '2',
    ...env,
  };
  const config = readConfig(settings, open ? ['--open'] : []);
  const app = await createApp({ config, databaseUrl, ...(now && { now }) });
  t.teardown(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });
  if (demo) await app.seedDemo();
  if (listen) await app.server.listen({ host: '127.0.0.1', port });
  return { ...app, url: config.publicUrl, base: `${config.publicUrl}/fhir`, databaseUrl };
}

/** An answer with its body read as JSON. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any resource
  body: any;
}

export type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** Asks a server in process: `ask('POST', '/Task', task)`. Paths are below the FHIR base. */
export function asking({ server }: Pick<TestServer, 'server'>, defaults: Record<string, string> = {}): Ask {
  return async (method, path, body, headers = {}) => {
    const answer = await server.inject({
      method: method as 'GET',
      url: `/fhir${path}`,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...defaults,
        ...headers,
      },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.body ? (JSON.parse(answer.body) as unknown) : undefined,
    };
  };
}

/** Writes as the server itself, without HTTP: for what a test begins with. @throws the refusal */
export const laying =
  ({ dispatch }: Pick<TestServer, 'dispatch'>) =>
  async (method: 'PUT' | 'DELETE', path: string, body?: object): Promise<void> => {
    await dispatch({
      method,
      path: path.split('/').filter(Boolean),
      query: new URLSearchParams(),
      headers: {},
      body,
      access: systemAccess,
    });
  };
