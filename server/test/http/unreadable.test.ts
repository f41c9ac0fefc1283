// What cannot even be read as a request is told in the same words as everything else.
import { connect } from 'node:net';
import t from 'tap';
import { startServer } from '../helpers/server.ts';

/** Sends bytes on a connection of their own and gives what comes back until the server closes it. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((done, failed) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => done(answer));
    socket.on('error', failed);
  });
}

const outcomeIn = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));

t.test('an address of 20 kB is 431, and the sentence says to search by POST', async (t) => {
  const { url } = await startServer(t, { listen: true });
  const address = `/fhir/Task?code=${'a'.repeat(20_000)}`;
  const answer = await exchange(Number(new URL(url).port), `GET ${address} HTTP/1.1\r\nHost: x\r\n\r\n`);
  t.match(answer, /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
  t.match(answer, /Content-Type: application\/fhir\+json/);
  t.match(outcomeIn(answer), {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'invalid', diagnostics: /POST to _search/ }],
  });
});

t.test('bytes that are no HTTP are 400 with an OperationOutcome', async (t) => {
  const { url } = await startServer(t, { listen: true });
  const answer = await exchange(Number(new URL(url).port), 'hello\r\n\r\n');
  t.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  t.equal(outcomeIn(answer).issue[0].diagnostics, 'This is not an HTTP request.');
});

t.test('an OPTIONS request that is no preflight is answered without a failure', async (t) => {
  const { server } = await startServer(t);
  const answer = await server.inject({ method: 'OPTIONS', url: '/fhir/Task' });
  t.equal(answer.statusCode, 204);
});

t.test('a write that names thousands of new code systems is refused, and nothing is stored', async (t) => {
  const { server } = await startServer(t);
  const identifier = Array.from({ length: 1_500 }, (_, n) => ({
    system: `http://example.org/${n}`,
    value: 'x',
  }));
  const payload = JSON.stringify({ resourceType: 'Patient', identifier });
  const headers = { 'content-type': 'application/fhir+json' };
  const answer = await server.inject({ method: 'POST', url: '/fhir/Patient', payload, headers });
  t.equal(answer.statusCode, 422);
  t.match(answer.json().issue[0], { code: 'too-costly', diagnostics: /1500 code systems/ });
  const count = await server.inject({ method: 'GET', url: '/fhir/Patient?_summary=count' });
  t.equal(count.json().total, 0);
});
