// Bodies of administration: a JSON object whose members stand in a table; each refusal names the member, the value and what is allowed.
// https://www.rfc-editor.org/rfc/rfc8259
import { badRequest } from '../../fhir/errors.ts';

/** What a member may be. */
type Kind = 'text' | 'text or null' | 'texts' | 'flag';

/** The members of a body, each with what it may be. */
export type Members = Readonly<Record<string, Kind>>;

interface Values {
  text: string;
  'text or null': string | null;
  texts: string[];
  flag: boolean;
}

/** A body as it was read: members that were not sent are absent. */
export type Read<M extends Members> = { [Name in keyof M]?: Values[M[Name]] };

const MAX_TEXT = 2_000;
const MAX_TEXTS = 100;
/** Longest part of a wrong value that a refusal repeats. */
const MAX_SHOWN = 80;
/** What PostgreSQL takes in no text, and nobody means: control characters and halves of surrogate pairs. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/u;

/** True for a text that can be stored and looked up. */
export const isPlain = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_TEXT && !UNSTORABLE.test(value);

const isText = (value: unknown): boolean => isPlain(value) && value.trim() !== '';

const KINDS: Readonly<Record<Kind, { holds: (value: unknown) => boolean; allowed: string }>> = {
  text: {
    holds: isText,
    allowed: `a text of 1 to ${MAX_TEXT} characters, in one line`,
  },
  'text or null': {
    holds: (value) => value === null || isText(value),
    allowed: `a text of 1 to ${MAX_TEXT} characters, in one line, or null`,
  },
  texts: {
    holds: (value) => Array.isArray(value) && value.length <= MAX_TEXTS && value.every(isText),
    allowed: `a list of at most ${MAX_TEXTS} texts`,
  },
  flag: { holds: (value) => typeof value === 'boolean', allowed: 'true or false' },
};

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text;
};

function parse(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    throw badRequest('The body is not JSON. Send an object, {"name": "…"}, as application/json.');
  }
}

/**
 * Reads a body.
 * @param body its text
 * @param required members that have to be there
 * @throws FhirError 400 for the first member that is not as the table says
 */
export function readBody<M extends Members>(
  body: unknown,
  members: M,
  required: readonly (keyof M & string)[] = [],
): Read<M> {
  const known = Object.keys(members).join(', ');
  const read = parse(body ?? '');
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw badRequest(`The body is ${shown(read)}; allowed is an object with the members ${known}.`);
  for (const [name, value] of Object.entries(read)) {
    const kind = Object.hasOwn(members, name) ? members[name] : undefined;
    if (!kind) throw badRequest(`The member ${shown(name)} is not known; allowed are ${known}.`);
    const { holds, allowed } = KINDS[kind];
    if (!holds(value)) throw badRequest(`The member ${name} is ${shown(value)}; allowed is ${allowed}.`);
  }
  const missing = required.find((name) => !Object.hasOwn(read, name));
  if (missing)
    throw badRequest(`The member ${missing} is missing; it is ${KINDS[members[missing]!].allowed}.`);
  return read as Read<M>;
}

/** Members whose values the audit may repeat: they say who may do what, and are nobody's data. */
const TOLD = new Set(['active', 'role', 'scope', 'preapproved', 'username', 'fhirUser', 'clientId']);

/** What the audit is told of a body. */
export const toldOf = (body: Readonly<Record<string, unknown>>): (readonly [string, string])[] =>
  Object.entries(body).map(([name, value]) => [name, TOLD.has(name) ? String(value) : 'changed'] as const);
