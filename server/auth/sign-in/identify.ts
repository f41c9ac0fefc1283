// Who somebody is, from what they filled in: a demo user while DEMO is on, else an account with its password, throttled.
// https://pages.nist.gov/800-63-4/sp800-63b.html#throttle
import type { Accounts } from '../account/account.ts';
import type { Throttle } from '../account/throttle.ts';
import type { User, UserDirectory } from '../directory.ts';
import { choice, field, form, submit } from '../page/form.ts';
import { escapeHtml } from '../page/page.ts';
import type { SignInWords } from './words.ts';

/** What can be filled in on a sign-in page of this server. */
export interface IdentifyDeps {
  /** Users who may be chosen without a password; undefined with DEMO=off. */
  demo: UserDirectory | undefined;
  /** False when only the other provider signs people in. */
  passwords: boolean;
  accounts: Accounts;
  throttle: Throttle;
}

/** What is wrong with what was filled in: a sentence, the field it is about, the status of the answer. */
export interface Problem {
  sentence: string;
  field: string;
  status: 400 | 401 | 403 | 429 | 502;
  /** Seconds after which to try again. */
  wait?: number;
}

export type Identified = { user: User; amr: string[] } | { problem: Problem };

/** True for a problem. */
export const isProblem = (result: object): result is { problem: Problem } => 'problem' in result;

async function byPassword(
  { accounts, throttle }: IdentifyDeps,
  name: string,
  password: string,
  address: string,
  words: SignInWords,
): Promise<Identified> {
  const wait = await throttle.take(name, address);
  if (wait) return { problem: { sentence: words.wait(wait), field: 'name', status: 429, wait } };
  const user = await accounts.authenticate(name.trim().toLowerCase(), password);
  if (!user) return { problem: { sentence: words.wrong, field: 'name', status: 401 } };
  await throttle.succeeded(name);
  return { user, amr: ['pwd'] };
}

/** Finds out who filled in the form; `address` is where the request comes from. */
export async function identify(
  deps: IdentifyDeps,
  filled: URLSearchParams,
  address: string,
  words: SignInWords,
): Promise<Identified> {
  const { demo, passwords } = deps;
  const password = filled.get('password');
  if (passwords && password !== null)
    return byPassword(deps, filled.get('name') ?? '', password, address, words);
  if (!demo) {
    const problem: Problem = { sentence: passwords ? words.wrong : words.nobody, field: 'name', status: 403 };
    return { problem };
  }
  const user = await demo.find(filled.get('user') ?? '');
  return user ? { user, amr: [] } : { problem: { sentence: words.unknownUser, field: 'user', status: 400 } };
}

const passwordForm = (words: SignInWords, action: string, name: string, wrong: string) =>
  form(
    field(
      'name',
      words.name,
      `type="text" value="${escapeHtml(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required${wrong}`,
    ) +
      field(
        'password',
        words.password,
        `type="password" autocomplete="current-password" maxlength="256" required${wrong}`,
      ) +
      submit(words.signIn),
    action,
  );

/** How the page that asks who somebody is may be filled. */
export interface IdentifyPage {
  /** Address that the forms are posted to; '' for that of the page. */
  action: string;
  /** The way to the other provider. */
  upstream?: { name: string; href: string } | undefined;
  /** The account name that was filled in before. */
  name?: string;
  /** Whether the form with a password was sent, and did not do. */
  triedPassword?: boolean;
  /** HTML of more questions in the form of demo users. */
  more?: string;
}

/** The forms of the page; undefined when there is no way to sign in at all. */
export async function identifyForms(
  { demo, passwords }: IdentifyDeps,
  words: SignInWords,
  { action, upstream, name = '', triedPassword = false, more = '' }: IdentifyPage,
): Promise<string | undefined> {
  const people = ((await demo?.list()) ?? []).map((user) => ({
    value: user.username,
    label: `${user.name} (${user.role})`,
  }));
  const withPassword = passwords
    ? passwordForm(words, action, name, triedPassword ? ' aria-invalid="true"' : '')
    : '';
  const folded = people.length && !triedPassword;
  const parts = [
    upstream &&
      `<div class="actions"><a class="button" href="${escapeHtml(upstream.href)}">${escapeHtml(words.upstream(upstream.name))}</a></div>`,
    people.length &&
      `<p>${words.demo}</p>${form(choice('user', words.who, people) + more + submit(words.continueOn), action)}`,
    folded && withPassword
      ? `<details class="open"><summary>${words.withPassword}</summary>${withPassword}</details>`
      : withPassword,
  ].filter(Boolean);
  return parts.length ? parts.join('') : undefined;
}
