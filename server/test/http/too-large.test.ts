// A body beyond BODY_LIMIT over a real connection: a client that is still sending is told, and may go on.
// https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14
import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { startServer } from '../helpers/server.ts';

const server = await startServer(t, { listen: true, env: { BODY_LIMIT: '65536' } });
const { hostname, port } = new URL(server.url);
const LENGTH = 4_000_000;
const HALF = 'a'.repeat(LENGTH / 2);
const post = (framing: string) =>
  `POST /fhir/Binary HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/fhir+json\r\n${framing}\r\n\r\n`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

for (const [name, first, rest] of [
  ['with its length', `${post(`content-length: ${LENGTH}`)}${HALF}`, HALF],
  ['in chunks', `${post('transfer-encoding: chunked')}${chunk(HALF)}`, `${chunk(HALF)}0\r\n\r\n`],
] as const) {
  t.test(
    `a body that is sent ${name} is 413 at once; the rest is dropped, and the connection stays`,
    async (t) => {
      const socket = connect(Number(port), hostname);
      t.teardown(() => socket.destroy());
      let received = '';
      socket.setEncoding('utf8').on('data', (text: string) => {
        received += text;
      });
      const until = async (text: string) => {
        while (!received.includes(text)) await once(socket, 'data', { signal: AbortSignal.timeout(5000) });
      };
      socket.write(first);
      await until('BODY_LIMIT');
      t.match(received, /^HTTP\/1\.1 413 /);
      t.match(
        received,
        /"code":"too-long","diagnostics":"The body is larger than 65536 bytes\. Send less at once/,
      );
      t.notMatch(received, /connection: close/i);
      received = '';
      socket.write(`${rest}GET /livez HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
      await until('"ok"');
      t.match(received, /^HTTP\/1\.1 200 /);
    },
  );
}
