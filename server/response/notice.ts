// Labelled content carries its notice: what a label means for whoever receives the answer, in headers and, in a searchset, as an
// outcome beside the matches. https://hl7.org/fhir/R4/security-labels.html · 42 CFR 2.32 (notice to accompany disclosure)
import type { Coding } from '@medplum/fhirtypes';
import { type Issue, issue } from '../fhir/errors.ts';
import { endOfString } from '../fhir/json-scan.ts';
import type { Result } from '../fhir/result.ts';
import { ACT_CODE, INLINE_LABEL, securityLabels, sensitivityOfCoding } from '../fhir/sensitivity.ts';

/** One kind of notice. */
interface Notice {
  /** Header that carries it. */
  readonly header: string;
  readonly coding: Coding;
  readonly text: string;
}

const REDISCLOSURE = 'x-redisclosure-notice';

const PART_2: Notice = {
  header: REDISCLOSURE,
  coding: { system: ACT_CODE, code: '42CFRPart2' },
  text: '42 CFR part 2 prohibits unauthorized use or disclosure of these records.',
};
const NO_REDISCLOSURE: Notice = {
  header: REDISCLOSURE,
  coding: { system: ACT_CODE, code: 'NORDSCLCD' },
  text: 'Do not disclose these records further unless the patient consents to it.',
};
const SENSITIVE: Notice = {
  header: REDISCLOSURE,
  coding: { system: ACT_CODE, code: 'CPLYCD' },
  text: 'These records are sensitive: disclose them only as the patient has agreed and the law of the state allows.',
};
const NO_CONTACT: Notice = {
  header: 'x-contact-notice',
  coding: {
    system: 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes',
    code: 'contacting-subject-prohibited',
  },
  text: 'Do not contact this person.',
};

/** Notices by label; any other sensitivity has the general one. */
const byCode: ReadonlyMap<unknown, Notice> = new Map([
  ...['42CFRPart2', 'SUD', 'ETH', 'ETHUD', 'OPIOIDUD'].map((code) => [code, PART_2] as const),
  ...['NORDSCLCD', 'NODSCLCD'].map((code) => [code, NO_REDISCLOSURE] as const),
  ...['contacting-subject-prohibited', 'contact-prohibited'].map((code) => [code, NO_CONTACT] as const),
]);

const NONE: readonly never[] = [];
const META = '"meta":{';

/** The text of the meta of a stored resource, third of its members; '' without any. */
function metaOf(content: string): string {
  const at = content.indexOf(META);
  const start = at + META.length - 1;
  let depth = 0;
  for (let n = start; at >= 0 && n < content.length; n++) {
    const char = content.charCodeAt(n);
    if (char === 34) n = endOfString(content, n);
    else if (char === 123) depth++;
    else if (char === 125 && --depth === 0) return content.slice(start, n + 1);
  }
  return '';
}

/**
 * The security labels of stored bytes. Only the meta is looked through; the rest is parsed when an element in it is labelled, or
 * other resources are.
 */
function labelsIn(content: string): readonly unknown[] {
  if (content.includes(INLINE_LABEL) || content.startsWith('{"resourceType":"Bundle"'))
    return securityLabels(JSON.parse(content));
  const meta = metaOf(content);
  if (!meta.includes('"security":')) return NONE;
  const { security } = JSON.parse(meta) as { security?: unknown };
  return Array.isArray(security) ? security : NONE;
}

/** Adds the notices of stored bytes. */
function addNotices(notices: Set<Notice>, content: string): void {
  for (const label of labelsIn(content)) {
    const { code } = (label ?? {}) as Coding;
    const notice = byCode.get(code) ?? (sensitivityOfCoding(label) && SENSITIVE);
    if (notice) notices.add(notice);
  }
}

function noticesOf(contents: Iterable<string>): ReadonlySet<Notice> {
  const notices = new Set<Notice>();
  for (const content of contents) addNotices(notices, content);
  return notices;
}

const headersOf = (notices: ReadonlySet<Notice>): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const { header, text } of notices)
    headers[header] = headers[header] ? `${headers[header]} ${text}` : text;
  return headers;
};

const outcomeOf = ({ coding, text }: Notice): Issue => ({
  ...issue('informational', text),
  severity: 'information',
  details: { coding: [coding] },
});

type Of<K extends Result['kind']> = Extract<Result, { kind: K }>;
/** Notices of an answer, and the answer with those that its Bundle carries itself. */
type Noticing<K extends Result['kind']> = (result: Of<K>) => { notices: ReadonlySet<Notice>; result: Of<K> };

const noticing: { readonly [K in 'resource' | 'search' | 'history' | 'batch']: Noticing<K> } = {
  resource: (result) => ({ notices: noticesOf([result.resource.content]), result }),
  search(result) {
    const { page } = result;
    const notices = noticesOf([...page.matches, ...page.included]);
    const outcomes = [...page.outcomes, ...[...notices].map(outcomeOf)];
    return { notices, result: notices.size ? { ...result, page: { ...page, outcomes } } : result };
  },
  // An entry of a history is a version; nothing else may stand there.
  history: (result) => ({ notices: noticesOf(result.versions.map(({ content }) => content)), result }),
  batch(result) {
    const made = result.entries.map(noticed);
    const notices = new Set(made.flatMap((one) => [...one.notices]));
    return { notices, result: notices.size ? { ...result, entries: made.map((one) => one.result) } : result };
  },
};

const isNoticing = (kind: Result['kind']): kind is keyof typeof noticing => Object.hasOwn(noticing, kind);

function noticed(result: Result): { notices: ReadonlySet<Notice>; result: Result } {
  if (!isNoticing(result.kind)) return { notices: new Set(), result };
  return noticing[result.kind](result as never);
}

/**
 * An answer with the notices of what it holds: headers, and in searchsets an outcome of each kind. Costs below a microsecond for a
 * resource without labels.
 */
export function withNotices(given: Result): Result {
  const { notices, result } = noticed(given);
  return notices.size ? { ...result, headers: { ...result.headers, ...headersOf(notices) } } : result;
}
