// Settings: environment -> frozen Config. A wrong value stops the start with one sentence that names the variable.

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
    'where the embedded database and export files live',
  ),
  LOG_LEVEL: setting<string>(
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'warn',
    'fatal, error, warn, info, debug, trace or silent',
    'how much is logged',
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
    'database connections of this process for reads and writes',
  ),
  DEMO: setting<string>(
    oneOf('auto', 'on', 'off'),
    'auto',
    'auto, on or off',
    'demo stories, demo users without passwords and the demo EHR; auto: on with the embedded database, off with DATABASE_URL',
  ),
} as const;

type Settings = { [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never };

/** The frozen configuration. `open` comes from the command line, `publicUrl` is PUBLIC_URL or derived from HOST and PORT; DEMO is settled to on or off. */
export interface Config extends Readonly<Settings> {
  readonly open: boolean;
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

/**
 * Reads the configuration.
 * @throws ConfigError with one sentence that names the variable, the value and what is allowed
 */
export function readConfig(env: Record<string, string | undefined>, args: readonly string[] = []): Config {
  const unknown = args.find((arg) => arg !== '--open');
  if (unknown) throw new ConfigError(`Unknown option ${unknown}. Allowed: --open.`);
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
  const open = args.includes('--open');
  if (open && !LOOPBACK.has(values.HOST)) {
    throw new ConfigError(
      `--open switches authorization off and binds only loopback; HOST is "${values.HOST}". Use 127.0.0.1.`,
    );
  }
  const publicUrl =
    values.PUBLIC_URL ||
    `http://${values.HOST.includes(':') ? `[${values.HOST}]` : values.HOST}:${values.PORT}`;
  const DEMO = values.DEMO === 'auto' ? (values.DATABASE_URL ? 'off' : 'on') : values.DEMO;
  return Object.freeze({ ...values, DEMO, open, publicUrl });
}
