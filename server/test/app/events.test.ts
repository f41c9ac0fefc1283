// The app listens: the reader of its stream, how it connects again, and what it gathers for a screen.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import fc from 'fast-check';
import t from 'tap';
import { createBatch, type Live } from '../../../smart-app/events/batch.ts';
import { createParser, type Message } from '../../../smart-app/events/parse.ts';
import { type Change, type Handlers, type StreamState, subscribe } from '../../../smart-app/events/stream.ts';
import { until } from '../helpers/process.ts';

function parsed(pieces: readonly string[]) {
  const messages: Message[] = [];
  const ids: string[] = [];
  const retries: number[] = [];
  const push = createParser(
    (message) => void messages.push(message),
    (id) => void ids.push(id),
    (time) => void retries.push(time),
  );
  for (const piece of pieces) push(piece);
  return { messages, ids, retries };
}

const TEXT = [
  ': a comment\r\nretry: 2000\r\n\r\n',
  'event: change\nid: 7\ndata: {"a":1}\n\n',
  'data:one\ndata:  two\n\n',
  'id\ndata\n\n',
  'id: 8\rdata: cr\r\r',
  ':\nid: 9\n\n',
  'retry: soon\nid: \0\nother: x\nconstructor: x\nevent: none\n\n',
  'data: last\n\n',
  'data: not ended\n',
].join('');

t.test('a stream is read as the standard says', async (t) => {
  const { messages, ids, retries } = parsed([TEXT]);
  t.strictSame(messages, [
    { event: 'change', data: '{"a":1}', id: '7' },
    { event: 'message', data: 'one\n two', id: '7' },
    { event: 'message', data: '', id: '' },
    { event: 'message', data: 'cr', id: '8' },
    { event: 'message', data: 'last', id: '9' },
  ]);
  t.equal(ids.at(-1), '9', 'an id without data counts');
  t.strictSame(retries, [2000]);
});

t.test('however it is cut into pieces, a stream says the same', async (t) => {
  const whole = parsed([TEXT]);
  fc.assert(
    fc.property(fc.array(fc.nat(TEXT.length), { maxLength: 30 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), TEXT.length];
      const pieces = places.slice(1).map((end, n) => TEXT.slice(places[n], end));
      t.strictSame(parsed(pieces), whole);
    }),
    { numRuns: 200 },
  );
});

const change = (id: string, versionId = '1'): Change => ({
  type: 'Task',
  id,
  versionId,
  lastUpdated: '2026-03-02T15:00:00.000Z',
  method: 'PUT',
});
const READY = (id: string) => `retry: 1\n\nevent: ready\nid: ${id}\ndata: {}\n\n`;
const CHANGE = (id: string, cursor: string) =>
  `event: change\nid: ${cursor}\ndata: ${JSON.stringify(change(id))}\n\n`;

/** Answers one after the other; the last for good. */
function answering(answers: readonly (() => Response)[]) {
  const asked: { path: string; cursor: string | null }[] = [];
  return {
    asked,
    send: async (path: string, init: RequestInit = {}) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)]!;
      asked.push({ path, cursor: new Headers(init.headers).get('last-event-id') });
      return answer();
    },
  };
}
const stream = (text: string) => () =>
  new Response(text, { headers: { 'content-type': 'text/event-stream' } });

function listening() {
  const told: string[] = [];
  const states: StreamState[] = [];
  const handlers: Handlers = {
    onChange: ({ id }) => void told.push(id),
    onGone: ({ id }) => void told.push(`gone ${id}`),
    onRefresh: () => void told.push('refresh'),
    onState: (state) => void states.push(state),
  };
  return { told, states, handlers };
}

t.test('a stream that ends is gone on with, from the last cursor, until the signal', async (t) => {
  const { asked, send } = answering([
    stream(READY('1') + CHANGE('a', '2')),
    () => {
      throw new TypeError('no network');
    },
    () => new Response('', { status: 503 }),
    stream(
      `${READY('2')}${CHANGE('b', '3')}event: gone\nid: 4\ndata: {"type":"Task","id":"a"}\n\nevent: later\ndata: {}\n\n`,
    ),
  ]);
  const { told, states, handlers } = listening();
  const controller = new AbortController();
  const done = subscribe(send, ['Task', 'Flag'], handlers, controller.signal);
  await until(() => told.includes('gone a'), 'it went on');
  controller.abort();
  t.equal(await done, '4', 'where to go on');
  t.strictSame(told.slice(0, 4), ['refresh', 'a', 'b', 'gone a'], 'read anew once, at the beginning');
  t.strictSame(
    asked.slice(0, 4),
    [null, '2', '2', '2'].map((cursor) => ({ path: '../events?type=Task&type=Flag', cursor })),
  );
  t.strictSame(states.slice(0, 6), ['connecting', 'open', 'waiting', 'connecting', 'waiting', 'connecting']);
});

t.test('a refusal for good, or the end of the session, is not tried again', async (t) => {
  const refused = answering([() => new Response('', { status: 403 })]);
  const ended = answering([
    () => {
      throw Object.assign(new Error(), { name: 'SessionEnded' });
    },
  ]);
  for (const { asked, send } of [refused, ended]) {
    const { told, states, handlers } = listening();
    t.equal(await subscribe(send, ['Task'], handlers, new AbortController().signal), undefined);
    t.strictSame(states, ['connecting', 'ended']);
    t.strictSame(told, []);
    t.equal(asked.length, 1);
  }
});

t.test('who is told to wait waits', async (t) => {
  const { asked, send } = answering([
    () => new Response('', { status: 429, headers: { 'retry-after': '30' } }),
  ]);
  const { states, handlers } = listening();
  const controller = new AbortController();
  const done = subscribe(send, ['Task'], handlers, controller.signal, '5');
  await until(() => states.at(-1) === 'waiting');
  await new Promise((again) => setTimeout(again, 100));
  t.equal(asked.length, 1);
  t.equal(asked[0]!.cursor, '5', 'goes on where another call was');
  controller.abort();
  t.equal(await done, '5', 'waiting ends with the signal');
});

t.test('what comes in a moment is told together, of each resource what is last', async (t) => {
  const lives: Live[] = [];
  const batch = createBatch((live) => void lives.push(live));
  batch.onChange(change('a'));
  batch.onChange(change('b'));
  batch.onChange(change('a', '2'));
  batch.onGone({ type: 'Task', id: 'b' });
  batch.onGone({ type: 'Task', id: 'c' });
  batch.onChange(change('c', '3'));
  await until(() => lives.length > 0);
  t.strictSame(lives, [
    { changes: [change('a', '2'), change('c', '3')], gone: [{ type: 'Task', id: 'b' }], refresh: false },
  ]);
  batch.onRefresh();
  batch.stop();
  await new Promise((done) => setTimeout(done, 300));
  t.equal(lives.length, 1, 'what was not told is forgotten at the end');
});
