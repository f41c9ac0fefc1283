// The record of one request: made when it comes, written down before its answer leaves.
import type { Access } from '../fhir/access.ts';
import { type Issue, unavailable } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { asksForAudit } from './concern.ts';
import type { Journal } from './journal.ts';
import { type RequestLine, textOfLine, writtenForm, writtenId, writtenUrl } from './line.ts';

/** A request as it comes, before anybody knows who asks. */
export interface Asked {
  /** X-Request-Id. */
  request: string;
  /** Network address of the client. */
  address: string;
  method: string;
  /** Path and query. */
  url: string;
}

/** How a request was answered. */
export type Answered = { status: number; result: Result } | { status: number; issues: readonly Issue[] };

export interface RecordDependencies {
  journal: Pick<Journal, 'append'>;
  log: { error(details: object, message: string): void };
  /** Waits until stored events are those of all answers so far. @param time milliseconds; absent: until it says why not */
  catchUp: (time?: number) => Promise<void>;
  newId: () => string;
  now: () => Date;
}

/** Milliseconds that answers wait in which audit events may stand beside what was asked for. */
const BESIDE = 1_000;
const SAFE = new Set(['GET', 'HEAD']);

interface BundleBody {
  resourceType?: unknown;
  type?: unknown;
  entry?: unknown;
}

/** The entries of a batch or transaction as they were sent. */
function requestsOf(body: unknown): readonly { method: string; url: string }[] {
  const { entry } = (body ?? {}) as BundleBody;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return (Array.isArray(entry) ? entry : []).map(
    (one: { request?: { method?: unknown; url?: unknown } }) => ({
      method: text(one?.request?.method),
      url: text(one?.request?.url),
    }),
  );
}

const bundleOf = (body: unknown): RequestLine['bundle'] => {
  const { resourceType, type } = (body ?? {}) as BundleBody;
  return resourceType === 'Bundle' && (type === 'batch' || type === 'transaction') ? type : undefined;
};

/** The version that an answer shows, or is about. */
function targetOf(result: Result): RequestLine['target'] {
  const shown = result.kind === 'resource' ? result.resource : 'target' in result ? result.target : undefined;
  return shown && { type: shown.type, id: shown.id, version: shown.version };
}

/** Whether a request made the version of its answer. A POST that made nothing, as its criteria found what is there, is 200. */
function hasMade(method: string, result: Result): boolean {
  if (SAFE.has(method)) return false;
  if (result.kind !== 'resource') return targetOf(result) !== undefined;
  return result.made === true || (result.location === true && (method !== 'POST' || result.status === 201));
}

/** What was written because of a request, each as a request of its own would have. */
function followedOf(result: Result): [sent: { method: string; url: string }, result: Result][] {
  if (result.kind === 'batch') return result.entries.flatMap(followedOf);
  return 'followed' in result
    ? (result.followed ?? []).map((resource) => [
        { method: resource.method, url: `/fhir/${resource.type}/${resource.id}` },
        { kind: 'resource', status: resource.version > 1 ? 200 : 201, resource, location: true },
      ])
    : [];
}

type Said = Pick<RequestLine, 'status' | 'target' | 'made' | 'code' | 'rule'>;

/** What a line says of an answer. */
function saidOf(answer: Answered, method: string): Said {
  const { status } = answer;
  const issues =
    'issues' in answer ? answer.issues : answer.result.kind === 'outcome' ? answer.result.issues : [];
  const target = 'result' in answer ? targetOf(answer.result) : undefined;
  const made = target && 'result' in answer && hasMade(method, answer.result);
  const [first] = status >= 400 ? issues : [];
  const rule = first?.details?.coding?.[0]?.code;
  return {
    status,
    ...(target && { target }),
    ...(made && { made }),
    ...(first && { code: first.code }),
    ...(rule && { rule }),
  };
}

/** The record of one request. */
export class RequestRecord {
  /** Known when the token has been read. */
  access: Access | undefined;
  readonly #deps: RecordDependencies;
  readonly #asked: Asked;
  readonly #from: number;
  readonly #id: string;
  #form: URLSearchParams | undefined;
  #body: unknown;
  #ended = false;

  constructor(asked: Asked, deps: RecordDependencies) {
    this.#asked = asked;
    this.#deps = deps;
    this.#from = deps.now().getTime();
    this.#id = deps.newId();
  }

  /**
   * Notes what came with the request, and of a write that it begins, so that it leaves a trace even if it is never answered.
   * @throws FhirError 503 when it cannot be written down; nothing must be done then
   */
  async begin(body: unknown): Promise<void> {
    if (body instanceof URLSearchParams) this.#form = body;
    else this.#body = body;
    const { method, url } = this.#asked;
    if (!SAFE.has(method) && !this.#form) await this.#write(textOfLine(this.#line('begin'), this.access));
    const asked = this.access && asksForAudit(this.access, method, url, body);
    if (asked) await this.#deps.catchUp(asked === 'named' ? undefined : BESIDE);
  }

  /**
   * Writes down how the request was answered, once; of a batch or transaction that was carried out, each entry too.
   * @throws FhirError 503 when it cannot be written down; the answer must not leave then
   */
  async end(answer: Answered): Promise<void> {
    if (this.#ended) return;
    const { method } = this.#asked;
    let text = textOfLine({ ...this.#line('request'), ...saidOf(answer, method) }, this.access);
    if ('result' in answer && answer.result.kind === 'batch') {
      const sent = requestsOf(this.#body);
      for (const [n, result] of answer.result.entries.entries())
        text += textOfLine(this.#entry(sent[n], result), this.access);
    }
    if ('result' in answer)
      for (const version of followedOf(answer.result))
        text += textOfLine(this.#entry(...version), this.access);
    await this.#write(text);
    this.#ended = true;
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#deps.journal.append(text);
    } catch (error) {
      this.#deps.log.error({ reason: (error as Error).message }, 'audit journal not written');
      throw unavailable(
        'The audit record of this request cannot be written, so it is not answered. Try again later.',
      );
    }
  }

  #line(kind: 'begin' | 'request'): Omit<RequestLine, 'caller'> {
    const { request, address, method, url } = this.#asked;
    const bundle = bundleOf(this.#body);
    const at = kind === 'begin' ? this.#from : this.#deps.now().getTime();
    return {
      kind,
      id: this.#id,
      from: this.#from,
      at,
      request: writtenId(request),
      address,
      method,
      url: writtenUrl(url),
      ...(this.#form && { form: writtenForm(this.#form) }),
      ...(bundle && { bundle }),
    };
  }

  #entry(sent: { method: string; url: string } | undefined, result: Result): Omit<RequestLine, 'caller'> {
    const { request, address } = this.#asked;
    const { method = '', url = '' } = sent ?? {};
    return {
      kind: 'entry',
      id: this.#deps.newId(),
      from: this.#from,
      at: this.#deps.now().getTime(),
      request: writtenId(request),
      address,
      method: method.slice(0, 10),
      url: writtenUrl(url),
      ...saidOf({ status: result.status, result }, method),
    };
  }
}
