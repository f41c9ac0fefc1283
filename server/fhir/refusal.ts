// The sentences that refuse what no scope of a caller, or no rule of their policy, covers.
// https://hl7.org/fhir/R4/security.html#access-denied
import { type Access, inScope, type Letter } from './access.ts';
import { type FhirError, forbidden } from './errors.ts';

const VERBS: Readonly<Record<Letter, string>> = {
  c: 'creating',
  r: 'reading',
  u: 'updating',
  d: 'deleting',
  s: 'searching',
};

/** Types whose scopes are named in a sentence; of more, one scope stands for all. */
const MOST = 5;

/** Names of a few types, for a sentence. */
export const namesOf = (types: readonly string[]): string =>
  types.length <= MOST
    ? types.join(', ')
    : `${types.slice(0, 4).join(', ')} and ${types.length - 4} more types`;

/** What an interaction does, for a sentence: `reading Task/1`. */
export const doing = (letter: Letter, what: string): string => `${VERBS[letter]} ${what}`;

/** Who is refused, for a sentence: the role, or the client itself. */
export const nameOf = ({ role, client, subject }: Access): string =>
  role ? `The role ${role}` : `The client ${client ?? subject}`;

/**
 * 403 for an interaction that the caller may not do on any resource of the types.
 * @param letters what a scope has to have, when that is more than the letter of the interaction
 */
export function notReached(
  access: Access,
  types: readonly string[],
  letter: Letter,
  letters: string = letter,
): FhirError {
  const what = namesOf(types);
  if (types.every((type) => inScope(access, type, letter)))
    return forbidden(
      `${nameOf(access)} may not do this: ${doing(letter, what)} is outside its scope of practice. Ask a colleague who may, or an administrator.`,
      undefined,
      'scope-of-practice',
    );
  const scopes = types.length > MOST ? [`user/*.${letters}`] : types.map((type) => `user/${type}.${letters}`);
  return forbidden(
    `Your access does not cover ${doing(letter, what)}. Ask for the scope ${scopes.join(', ')}.`,
    undefined,
    'scope',
  );
}
