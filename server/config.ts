// Settings: environment -> frozen Config. A wrong value stops the start with one sentence that names the variable.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';

interface Setting<T> {
  parse(text: string): T | undefined;
  default: T;
  allowed: string;
  describe: string;
  /** May come from the file that NAME_FILE names, and is not repeated when it is wrong. */
  secret?: true;
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
/** An address or a network (`10.0.0.0/8`). */
const isNetwork = (text: string): boolean => {
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (!version || more !== undefined) return false;
  return bits === undefined || integer(0, version === 4 ? 32 : 128)(bits) !== undefined;
};
const networks = (text: string) => {
  const items = text.split(',').map((item) => item.trim());
  return items.every(isNetwork) ? items.join(',') : undefined;
};
const timeZone = (text: string) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone && text;
  } catch {
    return undefined;
  }
};
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

const secret = <T>(open: Setting<T>): Setting<T> => ({ ...open, secret: true });

/** Every setting: how it is read, its default, what is allowed, what it is for. The README's table is checked against this one. */
export const settings = {
  DATABASE_URL: secret(
    setting<string>(
      url('postgres:', 'postgresql:'),
      '',
      'a postgres:// URL',
      'PostgreSQL to use; unset: an embedded PostgreSQL in DATA_DIR',
    ),
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
  RATE_LIMIT: setting<number>(
    integer(0, 1_000_000_000),
    60_000,
    'a number of requests from 0 to 1000000000',
    'requests a minute that a client may send for one user, to each server process; 0: no limit',
  ),
  AUTH_RATE_LIMIT: setting<number>(
    integer(0, 1_000_000_000),
    1_200,
    'a number of requests from 0 to 1000000000',
    'requests a minute from one address to the authorization server, to each server process; 0: no limit',
  ),
  TRUSTED_PROXY: setting<string>(
    networks,
    '',
    'addresses and networks with commas between (10.0.0.5,192.168.0.0/16)',
    'proxies whose X-Forwarded-For is believed; unset: nobody’s',
  ),
  LOCAL_SIGN_IN: setting<string>(
    oneOf('on', 'off'),
    'on',
    'on or off',
    'sign-in with an account of this server and a password; off: only the provider of UPSTREAM_ISSUER signs people in',
  ),
  UPSTREAM_ISSUER: setting<string>(
    (text) => (url('http:', 'https:')(text) ? text : undefined),
    '',
    'an http:// or https:// URL',
    'OpenID provider that signs people in, by its issuer identifier; unset: none',
  ),
  UPSTREAM_NAME: setting<string>(
    anyText,
    'your organisation',
    'a name',
    'what the button calls that provider',
  ),
  UPSTREAM_CLIENT_ID: setting<string>(
    anyText,
    '',
    'a client id',
    'client id of this server at that provider',
  ),
  UPSTREAM_CLIENT_SECRET: secret(
    setting<string>(
      anyText,
      '',
      'a client secret',
      'client secret of this server at that provider; unset: a public client',
    ),
  ),
  UPSTREAM_USER_CLAIM: setting<string>(
    oneOf('npi', 'email'),
    '',
    'npi or email',
    'claim by which that provider’s users find their account the first time; unset: an administrator links them',
  ),
  DB_CONNECTIONS: setting<number>(
    integer(2, 100),
    4,
    'a number from 2 to 100',
    'database connections of a server process for reads and writes; it has as many again for searches',
  ),
  TIME_ZONE: setting<string>(
    timeZone,
    'UTC',
    'a time zone by its IANA name (America/New_York)',
    'time zone of organisations whose calendar names none',
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

/** A URL without the password in it, fit for a terminal; also when it is not well formed. */
export const withoutPassword = (url: string): string =>
  url.replace(/(\/\/[^:/?#]*:).*@/, '$1***@').replace(/([?&]\w*password=)[^&]*/gi, '$1***');

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const MAX_WORKERS = 64;

/** An option fit for a terminal: its value, or what stands where an option should, may be a secret. */
const nameOf = (option: string): string => (/^-{1,2}\w[\w-]*$/.test(option) ? option : '(a value)');

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
    } else throw new ConfigError(`Unknown option ${nameOf(name)}. Allowed: --open, --workers auto|N.`);
  }
  return options;
}

/** A wrong value fit for a terminal: of a secret only an address without its password. */
const shown = (text: string, isSecret?: boolean): string =>
  isSecret && !text.includes('://') ? '…' : withoutPassword(text);

type Env = Record<string, string | undefined>;

/** The text of a setting; a secret's may stand in the file that NAME_FILE names. @throws ConfigError */
function textOf(env: Env, name: string, isSecret: boolean): string {
  const text = env[name] ?? '';
  const file = isSecret && env[`${name}_FILE`];
  if (!file) return text;
  if (text) throw new ConfigError(`${name} and ${name}_FILE are both set; set one of them.`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${name}_FILE is "${file}", which cannot be read (${code}).`);
  }
}

/** What the operator should know about a configuration that works, a sentence each. */
export function warningsOf({ publicUrl, HOST, DEMO, open }: Config): string[] {
  const { protocol, hostname } = new URL(publicUrl);
  const isLocal = LOOPBACK.has(hostname.replace(/^\[|\]$/g, ''));
  return [
    ...(protocol === 'http:' && !isLocal
      ? [
          `Warning: clients reach this server at ${withoutPassword(publicUrl)}, without encryption: passwords, tokens and patient data can be read on the way. Put a proxy that ends TLS in front of it, and set PUBLIC_URL to its https:// address.`,
        ]
      : []),
    ...(DEMO === 'on' && !open && !LOOPBACK.has(HOST)
      ? [
          'Warning: demo users have no passwords, and this server can be reached from other machines. Set DEMO=off, or HOST=127.0.0.1.',
        ]
      : []),
  ];
}

/**
 * Reads the configuration.
 * @throws ConfigError with one sentence that names the variable, the value and what is allowed
 */
export function readConfig(env: Env, args: readonly string[] = []): Config {
  const { open, workers } = readOptions(args);
  const values = Object.fromEntries(
    Object.entries(settings).map(([name, { parse, default: fallback, allowed, secret: isSecret }]) => {
      const text = textOf(env, name, isSecret === true);
      if (text === '') return [name, fallback];
      const value = parse(text);
      if (value === undefined)
        throw new ConfigError(`${name} is "${shown(text, isSecret)}"; allowed is ${allowed}.`);
      return [name, value];
    }),
  ) as Settings;
  if (open && !LOOPBACK.has(values.HOST)) {
    throw new ConfigError(
      `--open switches authorization off and binds only loopback; HOST is "${values.HOST}". Use 127.0.0.1.`,
    );
  }
  if (values.UPSTREAM_ISSUER && !values.UPSTREAM_CLIENT_ID)
    throw new ConfigError('UPSTREAM_ISSUER is set and UPSTREAM_CLIENT_ID is not; set both, or none.');
  if (values.LOCAL_SIGN_IN === 'off' && !values.UPSTREAM_ISSUER)
    throw new ConfigError('LOCAL_SIGN_IN is "off", so nobody could sign in; set UPSTREAM_ISSUER as well.');
  const publicUrl =
    values.PUBLIC_URL ||
    `http://${values.HOST.includes(':') ? `[${values.HOST}]` : values.HOST}:${values.PORT}`;
  const DEMO = values.DEMO === 'auto' ? (values.DATABASE_URL ? 'off' : 'on') : values.DEMO;
  return Object.freeze({ ...values, DEMO, open, workers, publicUrl });
}
