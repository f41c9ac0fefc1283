// SMART scopes as values: reads v1 and v2 clinical scopes, and finds what of the asked scopes a client may be given. Pure.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources
import type { Letter, Scope } from '../fhir/access.ts';

/** Scopes that ask for context, identity or refresh tokens rather than for resources. */
export const contextScopes = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'online_access',
  'offline_access',
] as const;

/** What one word of a scope parameter turns out to be. */
export type ScopeReading =
  | { kind: 'context'; word: string }
  | { kind: 'clinical'; word: string; scope: Scope }
  /** Well formed, but narrowed by `?parameter=value`: refused, since granting it without the narrowing would widen it. */
  | { kind: 'restricted'; word: string }
  | { kind: 'unknown'; word: string };

const CONTEXT: ReadonlySet<string> = new Set(contextScopes);
const CLINICAL = /^(patient|user|system)\/([A-Z][A-Za-z]*|\*)\.(read|write|\*|c?r?u?d?s?)(\?.*)?$/;
const ORDER: readonly Letter[] = ['c', 'r', 'u', 'd', 's'];
const VERSION_1: ReadonlyMap<string, readonly Letter[]> = new Map([
  ['read', ['r', 's']],
  ['write', ['c', 'u', 'd']],
  ['*', ORDER],
]);

/** Reads one word of a scope parameter. Letters out of the order `cruds` are unknown, as the specification leaves them undefined. */
export function readScope(word: string): ScopeReading {
  if (CONTEXT.has(word)) return { kind: 'context', word };
  const [, level, type, verbs, restriction] = CLINICAL.exec(word) ?? [];
  if (!level || !type || !verbs) return { kind: 'unknown', word };
  if (restriction !== undefined) return { kind: 'restricted', word };
  const letters = new Set(VERSION_1.get(verbs) ?? ([...verbs] as Letter[]));
  return { kind: 'clinical', word, scope: { level: level as Scope['level'], type, letters } };
}

/** The words of a scope parameter, each once, in the order given. */
export const scopeWords = (text: string): string[] => [...new Set(text.split(' ').filter(Boolean))];

/** The clinical scopes in a scope parameter or a token's `scope` claim; words of other kinds are left out. */
export function parseScope(text: string): Scope[] {
  return scopeWords(text).flatMap((word) => {
    const reading = readScope(word);
    return reading.kind === 'clinical' ? [reading.scope] : [];
  });
}

/** A clinical scope in v2 notation: `user/Task.rs`. */
export function formatScope({ level, type, letters }: Scope): string {
  return `${level}/${type}.${ORDER.filter((letter) => letters.has(letter)).join('')}`;
}

/** What two scopes have in common, or undefined when that is nothing. */
function common(a: Scope, b: Scope): Scope | undefined {
  if (a.level !== b.level || (a.type !== b.type && a.type !== '*' && b.type !== '*')) return undefined;
  const letters = new Set([...a.letters].filter((letter) => b.letters.has(letter)));
  return letters.size ? { level: a.level, type: a.type === '*' ? b.type : a.type, letters } : undefined;
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
    if (reading.kind === 'context') return allowedWords.has(word) ? [word] : [];
    if (reading.kind !== 'clinical') return [];
    const { scope } = reading;
    if (scope.type !== '*' && !types.has(scope.type)) return [];
    const parts = allowedScopes.flatMap((other) => common(scope, other) ?? []);
    const whole = parts.some((part) => formatScope(part) === formatScope(scope));
    return whole ? [word] : parts.map(formatScope);
  });
  return [...new Set(granted)];
}
