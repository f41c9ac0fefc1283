// A line of the audit journal: what is known of a request when its answer leaves, and nothing of its contents. What can be
// told later is told later: a line is written while somebody waits. https://hl7.org/fhir/R4/auditevent.html
import type { Access } from '../fhir/access.ts';

/** Who asked, as its token says. */
export interface Caller {
  subject: string;
  client?: string;
  fhirUser?: string;
  role?: string;
  /** Logical id of the patient whose chart was opened. */
  patient?: string;
  /** Purposes of use, codes of v3-ActReason. */
  purposes: readonly string[];
}

/** A request and its answer. Instants are milliseconds since 1970. */
export interface RequestLine {
  /** `begin`: before the work of a write; a later line of the same id, `request` or `entry`, says how it ended. */
  kind: 'begin' | 'request' | 'entry';
  /** UUIDv7, and the AuditEvent's id. */
  id: string;
  /** When the request came. */
  from: number;
  /** When the line was written. */
  at: number;
  /** X-Request-Id. */
  request: string;
  /** Network address of the client. */
  address: string;
  method: string;
  /** Path and query as they were sent, of an entry `request.url`. */
  url: string;
  /** The parameters of a search by POST. */
  form?: string;
  /** Absent where no valid token came. */
  caller?: Caller;
  /** A bundle's type. */
  bundle?: 'batch' | 'transaction';
  /** Absent in a `begin`. */
  status?: number;
  /** The resource version that the answer shows. */
  target?: { type: string; id: string; version: number };
  /** The request made that version. */
  made?: true;
  /** FHIR issue type of a refusal, and the rule that refused. */
  code?: string;
  rule?: string;
}

/** What an administrator changed that is no FHIR: an EHR, a client, an account. */
export interface AdminChange {
  action: 'C' | 'U' | 'D';
  what: string;
  id: string;
  members?: readonly (readonly [name: string, value: string])[];
}

/** What happened at the authorization server. */
export interface AuthorizationEvent {
  kind: 'token' | 'refused' | 'login' | 'logout' | 'registration' | 'revocation' | 'administration';
  client?: string;
  user?: string;
  /** Code of a failure, `invalid_grant`. */
  error?: string;
  /** Network address of whoever asked. */
  address?: string;
  change?: AdminChange;
}

export interface AuthorizationLine extends Omit<AuthorizationEvent, 'kind'> {
  kind: 'authorization';
  event: AuthorizationEvent['kind'];
  id: string;
  at: number;
}

export type Line = RequestLine | AuthorizationLine;

/** Longest text of a caller that a line repeats: an address, a form, a request id. */
const MAX_TEXT = 16_384;
const MAX_ID = 256;

/** What stands where text was cut off. */
export const CUT = '…';

const cut = (text: string, most: number): string =>
  text.length > most ? text.slice(0, most).toWellFormed() + CUT : text;

const TOKEN = 'access_token';

/** The parameters without a token, which some clients send there. https://www.rfc-editor.org/rfc/rfc6750#section-2.3 */
function withoutToken(query: string): string {
  if (!/%|token/i.test(query)) return query;
  const parameters = new URLSearchParams(query);
  if (![...parameters.keys()].some((name) => name.toLowerCase() === TOKEN)) return query;
  const kept = [...parameters].filter(([name]) => name.toLowerCase() !== TOKEN);
  return new URLSearchParams(kept).toString();
}

/** An address as it is written down. */
export function writtenUrl(url: string): string {
  const mark = url.indexOf('?');
  if (mark < 0) return cut(url, MAX_TEXT);
  return cut(`${url.slice(0, mark)}?${withoutToken(url.slice(mark + 1))}`, MAX_TEXT);
}

/** A form as it is written down. */
export const writtenForm = (form: URLSearchParams): string => cut(withoutToken(form.toString()), MAX_TEXT);

/** An id that a caller has chosen, as it is written down. */
export const writtenId = (id: string): string => cut(id, MAX_ID);

const callers = new WeakMap<Access, string>();

/** The caller's part of a line: written once for an access, which many requests share. */
function callerText(access: Access): string {
  const known = callers.get(access);
  if (known !== undefined) return known;
  const { subject, client, fhirUser, role, patient, policy } = access;
  const purposes = policy === 'unlimited' ? [] : policy.purposes;
  const caller: Caller = {
    subject,
    ...(client && { client }),
    ...(fhirUser && { fhirUser }),
    ...(role && { role }),
    ...(patient && { patient }),
    purposes,
  };
  const text = JSON.stringify(caller);
  callers.set(access, text);
  return text;
}

/** A line as text, with its line end. */
export function textOfLine(line: Omit<RequestLine, 'caller'>, access: Access | undefined): string {
  const text = JSON.stringify(line);
  return access ? `${text.slice(0, -1)},"caller":${callerText(access)}}\n` : `${text}\n`;
}

/** An event of the authorization server as a line, with its line end. */
export function textOfEvent(
  { kind, client, user, error, address, change }: AuthorizationEvent,
  { id, at }: { id: string; at: number },
): string {
  const line: AuthorizationLine = {
    kind: 'authorization',
    event: kind,
    id,
    at,
    ...(client && { client: writtenId(client) }),
    ...(user && { user: writtenId(user) }),
    ...(error && { error: writtenId(error) }),
    ...(address && { address }),
    ...(change && { change: { ...change, id: writtenId(change.id) } }),
  };
  return `${JSON.stringify(line)}\n`;
}

/** Texts that may be long. */
const LONG = new Set(['url', 'form']);
/** What neither PostgreSQL nor FHIR takes in a text: control characters, NUL above all, and halves of surrogate pairs. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/gu;

/** A text as it can be stored and indexed, whatever somebody sent as a name. */
const storable = (key: string, value: unknown): unknown =>
  typeof value === 'string'
    ? cut(value.replace(UNSTORABLE, '\uFFFD'), LONG.has(key) ? MAX_TEXT + CUT.length : MAX_ID + CUT.length)
    : value;

/** Reads a line. @returns undefined for what is none */
export function readLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text, storable) as Partial<Line> | null;
    return typeof line?.id === 'string' && typeof line.at === 'number' ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
