// A stream of events: its text, its signs of life, and a client that does not keep up.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import t, { type Test } from 'tap';
import { type EventStream, openStream, textOf } from '../../http/event-stream.ts';
import { until } from '../helpers/process.ts';

/** A server whose answer is a stream, and a raw connection to it. */
async function opened(t: Test, pause: number) {
  const streams: EventStream[] = [];
  let closed = 0;
  const server = createServer((_request, response) => {
    streams.push(openStream(response, { 'x-request-id': '1' }, () => void closed++, pause));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  t.teardown(async () => {
    socket.destroy();
    await new Promise((done) => server.close(done));
  });
  await until(() => streams.length === 1 && text.includes('retry:'));
  return { stream: streams[0]!, socket, text: () => text, closed: () => closed };
}

t.test('only the last of several events carries the cursor', async (t) => {
  const events = [
    { event: 'change', data: { id: 'a\nb' } },
    { event: 'refresh', data: {} },
  ];
  t.equal(textOf(events, '7'), 'event: change\ndata: {"id":"a\\nb"}\n\nevent: refresh\nid: 7\ndata: {}\n\n');
});

t.test('a silent stream gives signs of life, with the cursor when it has moved', async (t) => {
  const { stream, text, closed } = await opened(t, 20);
  t.match(text(), /^HTTP\/1\.1 200 OK\r\nx-request-id: 1\r\ncontent-type: text\/event-stream/);
  t.match(text(), /retry: 2000\n\n/);
  await until(() => text().includes(':\n\n'), 'a sign of life came');
  stream.pass('41');
  stream.pass('42');
  await until(() => text().includes(':\nid: 42\n\n'), 'the cursor came');
  t.notMatch(text(), /id: 41/);
  stream.end();
  await until(() => closed() === 1, 'it was closed');
  stream.send([{ event: 'change', data: {} }], '43');
  t.notMatch(text(), /id: 43/, 'nothing is sent after the end');
});

t.test('a client that does not read is dropped when more than 64 kB wait for it', async (t) => {
  const { stream, socket, closed } = await opened(t, 60_000);
  socket.pause();
  const data = { text: 'x'.repeat(30_000) };
  let sent = 0;
  for (; !closed() && sent < 1_000; sent++) {
    stream.send([{ event: 'change', data }], String(sent));
    await new Promise((done) => setImmediate(done));
  }
  t.equal(closed(), 1, `dropped after ${sent * 30} kB, most of which the system took`);
});
