// The accounts of local users: made and changed by an administrator, proven by a password, linked to identities elsewhere.
// https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
import type { Sql } from '../../db/pool.ts';
import type { User } from '../directory.ts';
import type { Grants } from './grants.ts';
import { hashPassword, isPassword, passwordProblem } from './password.ts';

/** An account as an administrator sees it. */
export interface Account extends User {
  active: boolean;
  hasPassword: boolean;
  locale: string | null;
  npi: string | null;
  email: string | null;
}

/** What a new account is made of; `locale` is a language that pages are written in, `npi` ten digits. */
export interface NewAccount extends User {
  locale?: string;
  npi?: string;
  email?: string;
}

/** What may be changed of an account; what is absent stays, null takes a value away. */
export interface AccountChange {
  name?: string;
  role?: string;
  fhirUser?: string;
  locale?: string | null;
  npi?: string | null;
  email?: string | null;
}

/** An account that cannot be made or changed so; the message is a sentence for the administrator. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
}

/** By which of its values an account may be found when somebody comes from another identity provider for the first time. */
export type MatchedValue = 'npi' | 'email';

export interface Accounts {
  /** The active user with this name and password; undefined for every other pair, after the same time. */
  authenticate(username: string, password: string): Promise<User | undefined>;
  /** @throws AccountError when the name is taken, or something is not as it has to be */
  add(account: NewAccount, password?: string): Promise<void>;
  /** Sets a password and ends what was signed in with the old one. @throws AccountError */
  setPassword(username: string, password: string): Promise<void>;
  /** Switches an account on or off; off ends all its grants and refresh tokens. @throws AccountError when unknown */
  setActive(username: string, active: boolean): Promise<void>;
  /** Changes what is said of an account; another role or FHIR user ends all its grants. @throws AccountError */
  change(username: string, change: AccountChange): Promise<void>;
  list(): Promise<Account[]>;
  /** The active user who is linked with a subject of an issuer. */
  linked(issuer: string, subject: string): Promise<User | undefined>;
  /** Links a subject of an issuer with an account; an existing link stays. @throws AccountError when unknown or taken */
  link(issuer: string, subject: string, username: string): Promise<void>;
  /** The active users with this value: usually one, and nobody may be chosen when there are several. */
  matching(value: MatchedValue, text: string): Promise<User[]>;
}

const USERNAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/;
const REFERENCE = /^(Practitioner|PractitionerRole|Patient|RelatedPerson|Person)\/[A-Za-z0-9.-]{1,64}$/;
const NPI = /^\d{10}$/;
const ROLE = /^[a-z][a-z0-9-]{0,63}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const LOCALES = ['en', 'es'];

/** What is wrong with a new account, in a sentence. */
function problemOf(
  account: Omit<NewAccount, keyof AccountChange> & Required<AccountChange>,
): string | undefined {
  const { username, name, role, fhirUser, npi, email, locale } = account;
  const rules: [holds: boolean, sentence: string][] = [
    [
      USERNAME.test(username),
      `The account name "${username}" may have small letters, digits and . _ @ - only, 64 at most.`,
    ],
    [name.trim() !== '', 'The account needs the name of the person.'],
    [ROLE.test(role), `The role "${role}" is not a code such as rn or navigator.`],
    [REFERENCE.test(fhirUser), `The FHIR user "${fhirUser}" is not a reference such as PractitionerRole/x.`],
    [npi === null || NPI.test(npi), `The NPI "${npi}" does not have ten digits.`],
    [email === null || EMAIL.test(email), `The e-mail address "${email}" is not one.`],
    [locale === null || LOCALES.includes(locale), `The locale "${locale}" is not en or es.`],
  ];
  return rules.find(([holds]) => !holds)?.[1];
}

const unknown = (username: string) => new AccountError(`There is no account ${username}.`);

function required(password: string, username: string): void {
  const problem = passwordProblem(password, username);
  if (problem) throw new AccountError(problem);
}

/** The accounts in table `auth_user`. */
export function createAccounts(sql: Sql, now: () => Date, grants: Pick<Grants, 'revoke'>): Accounts {
  const user = sql`u.username, u.name, u.role, u.fhir_user as "fhirUser"`;
  return {
    async authenticate(username, password) {
      const [row] = await sql<(User & { hash: string | null })[]>`
        select ${user}, password_hash as hash from auth_user u where username = ${username} and active`;
      const right = await isPassword(password, row?.hash);
      if (!row || !right) return undefined;
      const { hash: _, ...found } = row;
      return found;
    },
    async add(account, password) {
      const { username, name, role, fhirUser, locale = null, npi = null, email = null } = account;
      const problem = problemOf({ username, name, role, fhirUser, locale, npi, email });
      if (problem) throw new AccountError(problem);
      if (password !== undefined) required(password, username);
      const hash = password === undefined ? null : await hashPassword(password);
      const { count } = await sql`
        insert into auth_user
          (username, name, role, fhir_user, locale, npi, email, created_at, password_hash, password_changed_at)
        values (${username}, ${name}, ${role}, ${fhirUser}, ${locale}, ${npi}, ${email}, ${now()}, ${hash},
          ${hash && now()})
        on conflict do nothing`;
      if (!count)
        throw new AccountError(`There is an account ${username} already; choose another name for this one.`);
    },
    async setPassword(username, password) {
      required(password, username);
      const hash = await hashPassword(password);
      const { count } = await sql`
        update auth_user set password_hash = ${hash}, password_changed_at = ${now()} where username = ${username}`;
      if (!count) throw unknown(username);
      await grants.revoke(username);
    },
    async setActive(username, active) {
      const { count } = await sql`update auth_user set active = ${active} where username = ${username}`;
      if (!count) throw unknown(username);
      if (!active) await grants.revoke(username);
    },
    async change(username, change) {
      const isMoved = await sql.begin(async (transaction) => {
        // Locked, so that of two changes at once neither brings back what the other has taken.
        const [known] = await transaction<Required<NewAccount>[]>`
          select ${user}, locale, npi, email from auth_user u where username = ${username} for update`;
        if (!known) throw unknown(username);
        const changed = { ...known, ...change, username };
        const problem = problemOf(changed);
        if (problem) throw new AccountError(problem);
        const { name, role, fhirUser, locale, npi, email } = changed;
        await transaction`
          update auth_user set name = ${name}, role = ${role}, fhir_user = ${fhirUser}, locale = ${locale},
            npi = ${npi}, email = ${email}
          where username = ${username}`;
        return role !== known.role || fhirUser !== known.fhirUser;
      });
      // Tokens say both, and the guard believes them.
      if (isMoved) await grants.revoke(username);
    },
    async list() {
      return [
        ...(await sql<Account[]>`
        select ${user}, active, password_hash is not null as "hasPassword", locale, npi, email
        from auth_user u order by username`),
      ];
    },
    async linked(issuer, subject) {
      const [row] = await sql<User[]>`
        select ${user} from auth_user u join auth_identity i using (username)
        where i.issuer = ${issuer} and i.subject = ${subject} and u.active`;
      return row;
    },
    async link(issuer, subject, username) {
      const [account] = await sql`select from auth_user where username = ${username}`;
      if (!account) throw unknown(username);
      const [row] = await sql<{ username: string }[]>`
        with added as (
          insert into auth_identity (issuer, subject, username, linked_at)
          values (${issuer}, ${subject}, ${username}, ${now()}) on conflict do nothing returning username)
        select username from added union all
        select username from auth_identity where issuer = ${issuer} and subject = ${subject} limit 1`;
      if (row && row.username !== username)
        throw new AccountError(`This identity belongs to the account ${row.username} already.`);
    },
    async matching(value, text) {
      const matches = { npi: sql`npi = ${text}`, email: sql`lower(email) = ${text.toLowerCase()}` };
      return [
        ...(await sql<User[]>`select ${user} from auth_user u where active and ${matches[value]} limit 2`),
      ];
    },
  };
}
