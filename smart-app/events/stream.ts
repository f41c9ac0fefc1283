// Listens to the server's stream of changes, and connects again when it breaks off; docs/events.md.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { ResourceType } from '@medplum/fhirtypes';
import { createParser, type Message } from './parse.ts';

/** A resource that has changed, as it is now. */
export interface Change {
  readonly type: ResourceType;
  readonly id: string;
  readonly versionId: string;
  readonly lastUpdated: string;
  readonly method: 'POST' | 'PUT' | 'PATCH';
}

/** A resource that is no longer there, or no longer the user's to see. */
export interface Gone {
  readonly type: ResourceType;
  readonly id: string;
}

/** `waiting`: the stream broke off, and is tried again. `ended`: it is refused; nothing more will come. */
export type StreamState = 'connecting' | 'open' | 'waiting' | 'ended';

export interface Handlers {
  onChange(change: Change): void;
  onGone(gone: Gone): void;
  /** Anything may have changed: what is shown has to be read again. Also when the stream begins. */
  onRefresh(): void;
  onState(state: StreamState): void;
}

/** A request with the session's token, to a path relative to the FHIR base: `session.send`. */
type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** Milliseconds without a sign of life after which the connection counts as lost; the server gives one every 15 s. */
const SILENCE = 40_000;
/** Milliseconds before the stream is tried again: doubled each time, up to the last. */
const BACK_OFF = { first: 1_000, last: 60_000 };

/** The stream lies beside the FHIR base, not under it. */
const addressOf = (types: readonly ResourceType[]): string =>
  `../events?${types.map((type) => `type=${type}`).join('&')}`;

/** Waits, or until the signal. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}

/** What came of one connection. */
interface Outcome {
  /** Trying again makes no sense. */
  ended?: boolean;
  /** Milliseconds that the server wants to be left alone. */
  rest?: number;
}

/** An answer that is no stream. */
function refusedBy({ status, headers }: Response): Outcome {
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return { ended: isFinal, rest: Number(headers.get('retry-after') ?? 0) * 1_000 };
}

/** Gives the text of an answer piece by piece. @param onPiece also told of pieces without a whole event */
async function readText(response: Response, onPiece: (piece: string) => void): Promise<void> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) onPiece(piece.value);
}

/** An abort after a silence that nothing interrupts. */
function watchSilence() {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), SILENCE);
  };
  heard();
  return { signal: controller.signal, heard, stop: () => clearTimeout(timer) };
}

/**
 * Listens until the signal, or until the server refuses for good.
 * @param send `session.send`
 * @param from the cursor that an earlier call has given back: nothing that came between is lost
 * @returns the cursor to go on from, if there is one
 */
export async function subscribe(
  send: Send,
  types: readonly ResourceType[],
  handlers: Handlers,
  signal: AbortSignal,
  from?: string,
): Promise<string | undefined> {
  let cursor = from;
  let tries = 0;
  let first = BACK_OFF.first;

  const told: Readonly<Record<string, (data: string) => void>> = {
    change: (data) => handlers.onChange(JSON.parse(data) as Change),
    gone: (data) => handlers.onGone(JSON.parse(data) as Gone),
    refresh: () => handlers.onRefresh(),
  };

  const connect = async (): Promise<Outcome> => {
    const silence = watchSilence();
    const isNew = cursor === undefined;
    const onMessage = ({ event, data }: Message): void => {
      if (event === 'ready') {
        tries = 0;
        handlers.onState('open');
        if (isNew) handlers.onRefresh();
      } else if (Object.hasOwn(told, event)) told[event]!(data);
    };
    const parse = createParser(
      onMessage,
      (id) => {
        cursor = id;
      },
      (milliseconds) => {
        first = Math.min(milliseconds, BACK_OFF.last);
      },
    );
    try {
      const headers = {
        accept: 'text/event-stream',
        ...(cursor !== undefined && { 'last-event-id': cursor }),
      };
      const response = await send(addressOf(types), {
        headers,
        signal: AbortSignal.any([signal, silence.signal]),
      });
      if (!response.ok) return refusedBy(response);
      await readText(response, (piece) => {
        silence.heard();
        parse(piece);
      });
      return {};
    } catch (error) {
      return { ended: (error as Error).name === 'SessionEnded' };
    } finally {
      silence.stop();
    }
  };

  while (!signal.aborted) {
    handlers.onState('connecting');
    const { ended, rest = 0 } = await connect();
    if (signal.aborted) break;
    if (ended) {
      handlers.onState('ended');
      break;
    }
    handlers.onState('waiting');
    // Between half and one and a half of it, so that all who lost the same server do not come back at once.
    const wait = Math.min(first * 2 ** tries++, BACK_OFF.last) * (0.5 + Math.random());
    await pause(Math.max(wait, rest), signal);
  }
  return cursor;
}
