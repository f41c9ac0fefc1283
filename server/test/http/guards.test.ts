// Requests that are too large, too slow or of a method that is not offered. https://www.rfc-editor.org/rfc/rfc9110#section-15.5
import { once } from 'node:events';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { freePort } from '../../db/embedded.ts';
import { startServer } from '../helpers/server.ts';

const server = await startServer(t, { open: false, demo: true, listen: true });
const { hostname, port } = new URL(server.url);

/** Sends a text on a connection of its own and gives all that comes back until the server closes it. */
function exchange(text: string, to = Number(port)): Promise<string> {
  return new Promise((done, failed) => {
    let answer = '';
    const socket = connect(to, hostname, () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => done(answer));
    socket.on('error', failed);
  });
}
const request = (line: string, headers = '', body = '') =>
  exchange(`${line} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n${headers}\r\n${body}`);
const outcomeIn = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
const chunked = (length: number) => `${length.toString(16)}\r\n${'a'.repeat(length)}\r\n0\r\n\r\n`;

t.test('TRACE is 405 at every address, and repeats nothing of the request', async (t) => {
  for (const path of ['/', '/fhir', '/fhir/Task', '/auth/token', '/auth/x', '/app/', '/livez', '/nothing']) {
    const answer = await request(`TRACE ${path}`, 'cookie: s3cret=1\r\n');
    t.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n/, path);
    t.match(answer, /\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/i, path);
    t.notMatch(answer, 's3cret', path);
    t.match(outcomeIn(answer).issue, [
      {
        severity: 'error',
        code: 'not-supported',
        diagnostics: /^The method TRACE is not offered at this address\./,
      },
    ]);
  }
});

t.test('methods that nobody knows are 405 with those that are offered', async (t) => {
  for (const method of ['FOO', 'X-Y', 'PROPFIND', 'get']) {
    const answer = await request(`${method} /fhir/Task`);
    t.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n/, method);
    t.match(answer, /\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/i, method);
    t.match(answer, /\r\nx-request-id: [\w-]{36}\r\n/i, method);
    t.match(answer, /\r\nx-content-type-options: nosniff\r\n/i, method);
    t.equal(outcomeIn(answer).issue.length, 1);
  }
});

t.test('a method that another address has is 405 with those of this one', async (t) => {
  for (const [line, allow] of [
    ['POST /livez', 'GET, HEAD'],
    ['DELETE /readyz', 'GET, HEAD'],
    ['PUT /', 'GET, HEAD'],
    ['POST /app/x', 'GET, HEAD'],
    ['GET /ehr/launch', 'POST'],
  ]) {
    const answer = await request(line!);
    t.match(answer, /^HTTP\/1\.1 405 /, line!);
    const offered = /\r\nallow: (.*)\r\n/i.exec(answer)?.[1];
    t.same(offered?.split(', ').sort(), allow!.split(', '), line!);
    t.equal(outcomeIn(answer).issue[0].code, 'not-supported');
  }
  t.match(await request('GET /nothing'), /^HTTP\/1\.1 404 /);
});

t.test('health tells that the process and its database answer, and nothing else', async (t) => {
  for (const path of ['/livez', '/readyz']) {
    const answer = await fetch(`${server.url}${path}`);
    t.equal(answer.status, 200);
    t.same(await answer.json(), { status: 'ok' });
    t.equal(answer.headers.get('cache-control'), 'no-store');
    for (const name of ['server', 'x-powered-by', 'via']) t.equal(answer.headers.get(name), null, name);
  }
});

t.test(
  'the authorization server and the demo EHR take bodies of 64 kB, whatever BODY_LIMIT says',
  async (t) => {
    for (const path of ['/auth/token', '/auth/authorize', '/auth/register', '/auth/revoke', '/ehr/launch']) {
      const told = await request(
        `POST ${path}`,
        'content-type: application/json\r\ncontent-length: 65537\r\n',
      );
      t.match(told, /^HTTP\/1\.1 413 /, path);
      t.match(outcomeIn(told).issue, [
        {
          severity: 'error',
          code: 'too-long',
          diagnostics: 'The body is larger than 65536 bytes, which is the limit at this address.',
        },
      ]);
    }
    const form = 'content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n';
    for (const path of ['/auth/token', '/auth/authorize', '/auth/revoke']) {
      const untold = await request(`POST ${path}`, form, chunked(70_000));
      t.match(untold, /^HTTP\/1\.1 4\d\d /, path);
    }
  },
);

t.test('an address and headers of more than 16 kB are 431', async (t) => {
  for (const [line, headers] of [
    [`GET /fhir/Task?code=${'a'.repeat(17_000)}`, ''],
    ['GET /fhir/Task', `x-long: ${'a'.repeat(17_000)}\r\n`],
    ['GET /fhir/Task', Array.from({ length: 400 }, (_, n) => `x-${n}: ${'a'.repeat(40)}\r\n`).join('')],
  ] as const) {
    const answer = await request(line, headers);
    t.match(answer, /^HTTP\/1\.1 431 /);
    t.match(outcomeIn(answer).issue[0], { code: 'invalid', diagnostics: /POST to _search/ });
    t.match(answer, /\r\nX-Request-Id: [\w-]{36}\r\n/);
  }
});

/** A server of its own that gives up slow connections within a second. */
async function hasty(t: Test): Promise<number> {
  const { server: app } = await startServer(t);
  const http = app.server as typeof app.server & { connectionsCheckingInterval: number };
  t.equal(http.headersTimeout, 20_000, 'as it is set');
  t.equal(http.requestTimeout, 120_000);
  t.equal(http.timeout, 300_000);
  t.equal(http.keepAliveTimeout, 72_000);
  http.headersTimeout = 400;
  http.requestTimeout = 800;
  http.keepAliveTimeout = 300;
  http.connectionsCheckingInterval = 100;
  const listening = await freePort();
  await app.listen({ host: '127.0.0.1', port: listening });
  return listening;
}

t.test('a connection that sends nothing, half of its headers or half of its body is given up', async (t) => {
  const slow = await hasty(t);
  for (const [text, name] of [
    ['', 'nothing'],
    ['GET /livez HTTP/1.1\r\nhost: x\r\nx-a: ', 'headers'],
    [
      'POST /fhir/Task HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
      'body',
    ],
  ] as const) {
    const began = Date.now();
    const answer = await exchange(text, slow);
    t.ok(Date.now() - began < 5_000, `${name}: in time`);
    t.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/, name);
    t.match(outcomeIn(answer).issue[0].diagnostics, /did not arrive whole in time/);
  }
});

t.test('a connection that is done waits for its next request only so long', async (t) => {
  const slow = await hasty(t);
  const socket = connect(slow, '127.0.0.1', () => socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'));
  socket.resume();
  const began = Date.now();
  await once(socket, 'close');
  t.ok(Date.now() - began < 5_000);
});
