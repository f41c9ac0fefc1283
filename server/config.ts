// Settings: environment -> frozen Config. A wrong value stops the start with one sentence that names the variable.
import { availableParallelism } from 'node:os';

interface Setting<T> {
  parse(text: string): T | undefined;
  default: T;
  allowed: string;
  describe: string;
}

const integer = (min: number, max: number) => (text: string) => {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= min && value <= max ? value : undefined;
};
const oneOf =
  <T extends string>(...values: T[]) =>
  (text: string) =>
    values.find((value) => value === text);
const url =
  (...protocols: string[]) =>
  (text: string) =>
    URL.canParse(text) && protocols.includes(new URL(text).protocol) ? text.replace(/\/+$/, '') : undefined;
const anyText = (text: string) => text || undefined;
const setting = <T>(
  parse: (text: string) => T | undefined,
  fallback: T,
  allowed: string,
  describe: string,
): Setting<T> => ({
  parse,
  default: fallback,
  allowed,
  describe,
});

/** Every setting: how it is read, its default, what is allowed, what it is for. The README's table is checked against this one. */
export const settings = {
  DATABASE_URL: setting<string>(
    url('postgres:', 'postgresql:'),
    '',
    'a postgres:// URL',
    'PostgreSQL to use; unset: an embedded PostgreSQL in DATA_DIR',
  ),
  HOST: setting<string>(anyText, '127.0.0.1', 'a host name or address', 'address to listen on'),
  PORT: setting<number>(integer(1, 65535), 3000, 'a port from 1 to 65535', 'port to listen on'),
  PUBLIC_URL: setting<string>(
    url('http:', 'https:'),
    '',
    'an http:// or https:// URL',
    'address that clients use; unset: http://HOST:PORT',
  ),
  DATA_DIR: setting<string>(
    anyText,
    '.data',
    'a folder',
    'where the embedded database, export files and unpacked packages live',
  ),
  LOG_LEVEL: setting<string>(
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'warn',
    'fatal, error, warn, info, debug, trace or silent',
    'how much is logged',
  ),
  FHIR_PACKAGES: setting<string>(
    anyText,
    '',
    'a folder',
    'folder of FHIR packages (.tgz) whose profiles are enforced and whose resources are stored; unset: none',
  ),
  BODY_LIMIT: setting<number>(
    integer(1024, 1 << 30),
    16 << 20,
    'bytes from 1024 to 1073741824',
    'largest request body, in bytes',
  ),
  DB_CONNECTIONS: setting<number>(
    integer(2, 100),
    4,
    'a number from 2 to 100',
    'database connections of a server process for reads and writes; it has as many again for searches',
  ),
  DEMO: setting<string>(
    oneOf('auto', 'on', 'off'),
    'auto',
    'auto, on or off',
    'demo stories, demo users without passwords and the demo EHR; auto: on with the embedded database, off with DATABASE_URL',
  ),
} as const;

type Settings = { [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never };

/** The frozen configuration. `open` and `workers` come from the command line, `publicUrl` is PUBLIC_URL or derived from HOST and PORT; DEMO is settled to on or off. */
export interface Config extends Readonly<Settings> {
  readonly open: boolean;
  /** Server processes that share the port. */
  readonly workers: number;
  /** Without a trailing slash. */
  readonly publicUrl: string;
}

/** A setting that cannot be used; the message is the sentence shown to the user. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A URL without the password in it, fit for a terminal. */
export const withoutPassword = (url: string): string => url.replace(/:[^:@/]*@/, ':***@');

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const MAX_WORKERS = 64;

/** What the command line says. @throws ConfigError for an option that nobody knows, or a number of workers that is none */
function readOptions(args: readonly string[]): { open: boolean; workers: number } {
  const options = { open: false, workers: 1 };
  for (let n = 0; n < args.length; n++) {
    const [name, attached] = args[n]!.split('=', 2) as [string, string?];
    if (args[n] === '--open') options.open = true;
    else if (name === '--workers') {
      const text = attached ?? args[++n] ?? '';
      const workers = text === 'auto' ? availableParallelism() : integer(1, MAX_WORKERS)(text);
      if (workers === undefined)
        throw new ConfigError(
          `--workers is "${text}"; allowed is auto (one a core) or a number from 1 to ${MAX_WORKERS}.`,
        );
      options.workers = Math.min(workers, MAX_WORKERS);
    } else throw new ConfigError(`Unknown option ${args[n]}. Allowed: --open, --workers auto|N.`);
  }
  return options;
}

/**
 * Reads the configuration.
 * @throws ConfigError with one sentence that names the variable, the value and what is allowed
 */
export function readConfig(env: Record<string, string | undefined>, args: readonly string[] = []): Config {
  const { open, workers } = readOptions(args);
  const values = Object.fromEntries(
    Object.entries(settings).map(([name, { parse, default: fallback, allowed }]) => {
      const text = env[name];
      if (text === undefined || text === '') return [name, fallback];
      const value = parse(text);
      if (value === undefined)
        throw new ConfigError(`${name} is "${withoutPassword(text)}"; allowed is ${allowed}.`);
      return [name, value];
    }),
  ) as Settings;
  if (open && !LOOPBACK.has(values.HOST)) {
    throw new ConfigError(
      `--open switches authorization off and binds only loopback; HOST is "${values.HOST}". Use 127.0.0.1.`,
    );
  }
  const publicUrl =
    values.PUBLIC_URL ||
    `http://${values.HOST.includes(':') ? `[${values.HOST}]` : values.HOST}:${values.PORT}`;
  const DEMO = values.DEMO === 'auto' ? (values.DATABASE_URL ? 'off' : 'on') : values.DEMO;
  return Object.freeze({ ...values, DEMO, open, workers, publicUrl });
}
