// Passwords: argon2id hashes, what a password has to be, and a comparison that takes the same with and without an account.
// https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
import { randomBytes } from 'node:crypto';

/** One of the equal choices of OWASP, the one with less memory; about 22 ms on the machine that it was measured on. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Characters; NIST SP 800-63B-4 asks for 15 where the password is the only factor. */
export const PASSWORD_LENGTH = { min: 15, max: 256 };

/** Loaded when somebody signs in with a password: a hash takes 19 MB for a moment, which a start has no use for. */
const argon2 = () => import('@node-rs/argon2');

/** Compared with when there is no such account, so that both take the same time. */
let nobody: Promise<string> | undefined;

/** The hash to store, in PHC string format. */
export const hashPassword = async (password: string): Promise<string> =>
  (await argon2()).hash(password.normalize('NFC'), COST);

/** True for the right password; without a stored hash never, after the same work. */
export async function isPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  if (password.length > PASSWORD_LENGTH.max) return false;
  const { hash, verify } = await argon2();
  nobody ??= hash(randomBytes(32), COST);
  const other = await nobody;
  const right = await verify(stored ?? other, password.normalize('NFC'));
  return right && Boolean(stored);
}

/** What is wrong with a new password, in a sentence; undefined when it may be used. */
export function passwordProblem(password: string, username: string): string | undefined {
  const { min, max } = PASSWORD_LENGTH;
  const length = [...password].length;
  if (length < min || length > max)
    return `The password has ${length} characters; allowed are ${min} to ${max}. A few words are easy to remember.`;
  if (password.toLowerCase().includes(username.toLowerCase()))
    return 'The password contains the name of the account; choose one that does not.';
  if (new Set(password).size < 5)
    return 'The password repeats the same few characters; choose one with at least five different ones.';
  return undefined;
}
