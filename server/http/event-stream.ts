// One stream of server-sent events: its text, its heartbeat, and its end when the client does not keep up.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import type { ServerResponse } from 'node:http';

/** Milliseconds between two signs of life of a stream; proxies close what is silent for a minute. */
export const HEARTBEAT = 15_000;
/** Milliseconds that a client is asked to wait before it connects again. */
const RETRY = 2_000;
/** Bytes that may wait for a client when more comes; it is dropped then, and continues when it connects again. */
const MOST_WAITING = 65_536;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would hold back what is not yet a whole buffer.
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  // A stream ends with its connection, so that a server that closes waits for nobody.
  connection: 'close',
};

/** One event. */
export interface StreamEvent {
  event: string;
  data: object;
}

/** Events as they are sent. The cursor stands in the last: a client that is cut off before it is told all of them again. */
export function textOf(events: readonly StreamEvent[], cursor: string): string {
  let text = '';
  for (const [n, { event, data }] of events.entries()) {
    const id = n === events.length - 1 ? `id: ${cursor}\n` : '';
    text += `event: ${event}\n${id}data: ${JSON.stringify(data)}\n\n`;
  }
  return text;
}

export interface EventStream {
  send(events: readonly StreamEvent[], cursor: string): void;
  /** The cursor has moved on without an event; it is sent with the next sign of life. */
  pass(cursor: string): void;
  end(): void;
}

/**
 * Begins to answer with a stream.
 * @param headers what hooks have set
 * @param onClose called once, however it ends
 * @param pause milliseconds between two signs of life
 */
export function openStream(
  response: ServerResponse,
  headers: Record<string, string | number | string[] | undefined>,
  onClose: () => void,
  pause: number,
): EventStream {
  let passed: string | undefined;
  const write = (text: string): void => {
    if (response.writableEnded || response.destroyed) return;
    if (response.writableLength > MOST_WAITING) response.destroy();
    else response.write(text);
  };
  const heartbeat = setInterval(() => {
    // A block without data is no event, but moves the cursor.
    write(passed === undefined ? ':\n\n' : `:\nid: ${passed}\n\n`);
    passed = undefined;
  }, pause);
  heartbeat.unref();
  response.once('close', () => {
    clearInterval(heartbeat);
    onClose();
  });
  response.writeHead(200, { ...headers, ...HEADERS });
  response.write(`retry: ${RETRY}\n\n`);
  return {
    send(events, cursor) {
      passed = undefined;
      write(textOf(events, cursor));
    },
    pass(cursor) {
      passed = cursor;
    },
    end: () => void response.end(),
  };
}
