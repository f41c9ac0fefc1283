// npm run users: adds, lists and switches off accounts, sets passwords and links identities; the work is in server/auth/account.ts.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Account, createAccounts } from '../server/auth/account/account.ts';
import { createGrants } from '../server/auth/account/grants.ts';
import { createRevocations } from '../server/auth/token/revocation.ts';
import type { Sql } from '../server/db/pool.ts';
import { fail, onDatabase } from './database.ts';

const USAGE = `Use add, password, disable, enable, link or list.
  add NAME --full-name "Nadia Brandt, RN" --role rn --fhir-user PractitionerRole/x
    --npi NPI, --email ADDRESS   by which the account may be found when an OpenID provider signs its user in
    --locale en|es               language of the person
    --no-password                only an OpenID provider or a trusted EHR signs the person in
  password NAME                  sets a password, and ends what was signed in with the old one
  disable NAME                   switches an account off, at once and everywhere
  enable NAME                    switches it on again
  link NAME --issuer URL --subject ID   links a person of an OpenID provider with the account
  list                           the accounts
A password is asked for, or read from the standard input; never given on the command line.`;

/** What an administrator types is not shown. */
async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await readAll(process.stdin)).replace(/\r?\n$/, '');
  const password = await askHidden('Password: ');
  if ((await askHidden('Once more: ')) !== password) fail('The two passwords differ. Nothing was changed.');
  return password;
}

function readArguments() {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({
      allowPositionals: true,
      options: {
        'full-name': text,
        role: text,
        'fhir-user': text,
        npi: text,
        email: text,
        locale: text,
        issuer: text,
        subject: text,
        'no-password': { type: 'boolean' },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}. ${USAGE}`);
  }
}

const { values, positionals } = readArguments();
const [command = '', name = '', ...more] = positionals;

async function accountsOf(sql: Sql) {
  const now = () => new Date();
  return createAccounts(sql, now, createGrants(sql, now, await createRevocations(sql, now)));
}

const line = ({ username, name: fullName, role, fhirUser, active, hasPassword, npi, email }: Account) =>
  [
    username,
    fullName,
    role,
    fhirUser,
    active ? 'active' : 'switched off',
    hasPassword ? 'password' : 'no password',
    npi && `NPI ${npi}`,
    email,
  ]
    .filter(Boolean)
    .join('  ');

type Work = Parameters<typeof onDatabase>[0];

const add: Work = async (sql) => {
  const { 'full-name': fullName = name, role, 'fhir-user': fhirUser, npi, email, locale } = values;
  if (!role || !fhirUser) fail(`An account needs --role and --fhir-user. ${USAGE}`);
  const account = {
    username: name,
    name: fullName,
    role,
    fhirUser,
    ...(npi && { npi }),
    ...(email && { email }),
    ...(locale && { locale }),
  };
  const password = values['no-password'] ? undefined : await readPassword();
  await (await accountsOf(sql)).add(account, password);
  return [`Added ${name}.`];
};

const COMMANDS: Readonly<Record<string, Work>> = {
  add,
  password: async (sql) => {
    await (await accountsOf(sql)).setPassword(name, await readPassword());
    return [`The password of ${name} was set. Apps have to sign in anew.`];
  },
  disable: async (sql) => {
    await (await accountsOf(sql)).setActive(name, false);
    return [`${name} is switched off, and what it was signed in to has ended.`];
  },
  enable: async (sql) => {
    await (await accountsOf(sql)).setActive(name, true);
    return [`${name} is switched on.`];
  },
  link: async (sql) => {
    const { issuer, subject } = values;
    if (!issuer || !subject) fail(`A link needs --issuer and --subject. ${USAGE}`);
    await (await accountsOf(sql)).link(issuer, subject, name);
    return [`Linked with ${name}.`];
  },
  list: async (sql) => (await (await accountsOf(sql)).list()).map(line),
};

const work = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
if (!work || more.length || (name === '') !== (command === 'list')) fail(USAGE);
await onDatabase(work);
