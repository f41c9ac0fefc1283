// SMART scopes as values: reads v1 and v2 clinical scopes, and finds what of the asked scopes a client may be given. Pure.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources
import type { Letter, Scope } from '../../fhir/access.ts';

/** The scope to ask the EHR's page to open one of its own screens. https://hl7.org/fhir/smart-web-messaging/#scopes */
export const MESSAGING_SCOPE = 'messaging/ui.launchActivity';

/** Scopes that ask for context, identity or refresh tokens rather than for resources. */
export const contextScopes = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'launch/encounter',
  'online_access',
  'offline_access',
  MESSAGING_SCOPE,
] as const;

/**
 * The scope of the addresses below `/auth/admin`, which are no FHIR. SMART leaves names with `__` to servers. Only the app of
 * this server is given it, and only when a programme administrator signs in here: docs/administration.md.
 */
export const ADMIN_SCOPE = '__admin';

/** What one word of a scope parameter turns out to be. */
export type ScopeReading =
  | { kind: 'context'; word: string }
  | { kind: 'clinical'; word: string; scope: Scope }
  | { kind: 'administration'; word: string }
  /** A clinical scope whose part after `?` is no series of search parameters; never read as the scope without it. */
  | { kind: 'malformed'; word: string }
  | { kind: 'unknown'; word: string };

/** Says in a sentence why search parameters cannot limit access to a type (or `*`); undefined when they can. */
export type CheckCriteria = (type: string, criteria: string) => string | undefined;

const CONTEXT: ReadonlySet<string> = new Set(contextScopes);
const LAUNCH_CONTEXT = /^launch\/([a-z]+)(?:\?role=(\S+))?$/;
const CLINICAL = /^(patient|user|system)\/([A-Z][A-Za-z]*|\*)\.(read|write|\*|c?r?u?d?s?)(?:\?(.*))?$/;
const PAIR = /^[^=]+=./;
/** What a scope cannot contain (RFC 6749, 3.3), and what would not be read as itself in a query. */
const NOT_PLAIN = /[^\x21\x23-\x5B\x5D-\x7E]|[%&+#]/gu;
const ORDER: readonly Letter[] = ['c', 'r', 'u', 'd', 's'];
const VERSION_1: ReadonlyMap<string, readonly Letter[]> = new Map([
  ['read', ['r', 's']],
  ['write', ['c', 'u', 'd']],
  ['*', ORDER],
]);

const plain = (text: string): string => text.replace(NOT_PLAIN, encodeURIComponent);

/**
 * Search parameters in their one way of writing: plain characters, each pair once, in alphabetical order (all of them
 * have to match, so order says nothing). Undefined when a part of the text is no `name=value`.
 */
function readCriteria(text: string): string | undefined {
  if (!text.split('&').every((pair) => PAIR.test(pair))) return undefined;
  const pairs = [...new URLSearchParams(text)].map(
    ([name, value]) => `${plain(name).replaceAll('=', '%3D')}=${plain(value)}`,
  );
  return [...new Set(pairs)].sort().join('&');
}

/** Reads one word of a scope parameter. Letters out of the order `cruds` are unknown, as the specification leaves them undefined. */
export function readScope(word: string): ScopeReading {
  if (CONTEXT.has(word) || LAUNCH_CONTEXT.test(word)) return { kind: 'context', word };
  if (word === ADMIN_SCOPE) return { kind: 'administration', word };
  const [, level, type, verbs, restriction] = CLINICAL.exec(word) ?? [];
  if (!level || !type || !verbs) return { kind: 'unknown', word };
  const criteria = restriction === undefined ? undefined : readCriteria(restriction);
  if (restriction !== undefined && criteria === undefined) return { kind: 'malformed', word };
  const letters = new Set(VERSION_1.get(verbs) ?? ([...verbs] as Letter[]));
  const scope = {
    level: level as Scope['level'],
    type,
    letters,
    ...(criteria !== undefined && { criteria }),
  };
  return { kind: 'clinical', word, scope };
}

/**
 * The resource type, in lower case, whose context a scope such as `launch/encounter` or `launch/list?role=…` asks for;
 * undefined for other scopes.
 */
export const launchType = (word: string): string | undefined => LAUNCH_CONTEXT.exec(word)?.[1];

/** True for words that the access token itself carries; the others are kept with the grant. */
export const inAccessToken = (word: string): boolean =>
  ['clinical', 'administration'].includes(readScope(word).kind);

/** The words of a scope parameter, each once, in the order given. */
export const scopeWords = (text: string): string[] => [...new Set(text.split(' ').filter(Boolean))];

/** The clinical scopes in a scope parameter or a token's `scope` claim; words of other kinds are left out. */
export function parseScope(text: string): Scope[] {
  return scopeWords(text).flatMap((word) => {
    const reading = readScope(word);
    return reading.kind === 'clinical' ? [reading.scope] : [];
  });
}

/** A clinical scope in v2 notation: `user/Task.rs`, `user/Task.rs?status=ready`. */
export function formatScope({ level, type, letters, criteria }: Scope): string {
  const verbs = ORDER.filter((letter) => letters.has(letter)).join('');
  return `${level}/${type}.${verbs}${criteria === undefined ? '' : `?${criteria}`}`;
}

/** What two scopes have in common, or undefined when that is nothing. Of two restrictions both have to match. */
function common(a: Scope, b: Scope): Scope | undefined {
  if (a.level !== b.level || (a.type !== b.type && a.type !== '*' && b.type !== '*')) return undefined;
  const letters = new Set([...a.letters].filter((letter) => b.letters.has(letter)));
  if (!letters.size) return undefined;
  const both = [a.criteria, b.criteria].filter((criteria) => criteria !== undefined);
  const criteria = both.length ? readCriteria(both.join('&')) : undefined;
  const type = a.type === '*' ? b.type : a.type;
  return { level: a.level, type, letters, ...(criteria !== undefined && { criteria }) };
}

/** Patient and encounter have to be allowed by name; context of other types only tells what the launch knows. */
function contextAllowed(word: string, allowed: ReadonlySet<string>): boolean {
  const type = launchType(word);
  if (type === undefined || allowed.has(word)) return allowed.has(word);
  const choosable = CONTEXT.has(`launch/${type}`);
  return allowed.has(`launch/${type}`) || (!choosable && allowed.has('launch'));
}

/**
 * The words of `asked` that may be granted: never more than asked, never more than `allowed`, only resource types in
 * `types`. A word that is allowed whole stays as it was written; one that is allowed in part becomes its allowed parts.
 */
export function grantable(asked: string, allowed: string, types: ReadonlySet<string>): string[] {
  const allowedWords = new Set(scopeWords(allowed));
  const allowedScopes = parseScope(allowed);
  const granted = scopeWords(asked).flatMap((word) => {
    const reading = readScope(word);
    if (reading.kind === 'context') return contextAllowed(word, allowedWords) ? [word] : [];
    if (reading.kind === 'administration') return allowedWords.has(word) ? [word] : [];
    if (reading.kind !== 'clinical') return [];
    const { scope } = reading;
    if (scope.type !== '*' && !types.has(scope.type)) return [];
    const parts = allowedScopes.flatMap((other) => common(scope, other) ?? []);
    const whole = parts.some((part) => formatScope(part) === formatScope(scope));
    return whole ? [word] : parts.map(formatScope);
  });
  return [...new Set(granted)];
}

const NOT_CHECKED: CheckCriteria = () => 'This server does not limit scopes by search parameters.';
const MALFORMED = 'After the "?" there have to be search parameters, such as ?status=active.';

function problemOf(word: string, checkCriteria: CheckCriteria): string | undefined {
  const reading = readScope(word);
  if (reading.kind === 'malformed') return MALFORMED;
  if (reading.kind !== 'clinical' || reading.scope.criteria === undefined) return undefined;
  return checkCriteria(reading.scope.type, reading.scope.criteria);
}

/**
 * Why one of the words cannot be granted as it stands: its search parameters cannot be enforced, and without them it would
 * allow more. Undefined when there is no such word. The sentence has only characters that an `error_description` may have.
 */
export function scopeProblem(
  words: readonly string[],
  checkCriteria: CheckCriteria = NOT_CHECKED,
): { word: string; sentence: string } | undefined {
  for (const word of words) {
    const problem = problemOf(word, checkCriteria);
    if (problem) {
      const sentence = `The scope ${word} cannot be given. ${problem}`.replace(/[^\x20-\x7E]|["\\]/g, "'");
      return { word, sentence };
    }
  }
  return undefined;
}
