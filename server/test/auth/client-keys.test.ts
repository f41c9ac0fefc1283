// Tests of keys that clients publish. https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { createClientKeys } from '../../auth/client/keys.ts';
import { askToken, assertion, type ClientKey, clientKey, json, saveBackend } from './clients-harness.ts';
import { startAuthorizationServer } from './harness.ts';

/** A client's web server that publishes keys; what it answers can be changed, and its visits are counted. */
async function publish(t: Parameters<typeof startAuthorizationServer>[0], keys: ClientKey[]) {
  const state = {
    visits: 0,
    headers: {} as Record<string, string>,
    answer: (response: ServerResponse): void =>
      void response.end(JSON.stringify({ keys: keys.map((key) => key.publicJwk) })),
  };
  const server = createServer((_request, response) => {
    state.visits++;
    for (const [name, value] of Object.entries(state.headers)) response.setHeader(name, value);
    state.answer(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.teardown(() => server.close());
  return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` };
}

const first = await clientKey('ES384', 'first');
const second = await clientKey('RS384', 'second');

t.test('keys at an address', async (t) => {
  const server = await startAuthorizationServer(t);
  const published = [first];
  const { state, url } = await publish(t, published);
  await saveBackend(server, 'remote', { jwks_uri: url });

  t.test('an assertion is checked with a key from the jwks_uri, which is fetched once', async (t) => {
    for (let n = 0; n < 3; n++)
      t.equal((await askToken(server, await assertion(server, 'remote', first))).status, 200);
    t.equal(state.visits, 1);
    const jku = await assertion(server, 'remote', first, {}, { jku: url });
    t.equal((await askToken(server, jku)).status, 200, 'a jku may repeat the registered address');
  });

  t.test('a kid that is not known yet makes the keys be fetched again', async (t) => {
    published.push(second);
    await new Promise((done) => setTimeout(done, 1000));
    t.equal((await askToken(server, await assertion(server, 'remote', second))).status, 200);
    t.equal(state.visits, 2);
  });

  t.test('a failing address is invalid_client with the reason; known keys stay good', async (t) => {
    await new Promise((done) => setTimeout(done, 1000));
    state.answer = (response) => void response.writeHead(503).end();
    const unknown = await assertion(server, 'remote', { ...first, kid: 'third' });
    const response = await askToken(server, unknown);
    t.equal(response.status, 401);
    t.match(await json(response), {
      error: 'invalid_client',
      error_description: /could not be fetched.*503/,
    });
    t.equal((await askToken(server, await assertion(server, 'remote', first))).status, 200);
  });

  t.test('an address without TLS is not asked', async (t) => {
    await saveBackend(server, 'plain', { jwks_uri: 'http://client.example/jwks' });
    const response = await askToken(server, await assertion(server, 'plain', first));
    t.equal(response.status, 401);
    t.match(await json(response), { error: 'invalid_client', error_description: /begin with https/ });
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});

t.test('what is kept of published keys', async (t) => {
  const clock = { time: 1_000_000 };
  const { state, url } = await publish(t, [first]);
  const keys = createClientKeys(() => clock.time);
  const visitsFor = async (kid: string) => {
    const before = state.visits;
    await keys.find(url, kid).catch(() => {});
    return state.visits - before;
  };

  t.test('no longer than the client lets us', async (t) => {
    state.headers = { 'cache-control': 'max-age=10' };
    t.equal(await visitsFor('first'), 1);
    clock.time += 9_000;
    t.equal(await visitsFor('first'), 0);
    clock.time += 2_000;
    t.equal(await visitsFor('first'), 1);
    state.headers = { 'cache-control': 'no-store' };
    clock.time += 11_000;
    t.equal(await visitsFor('first'), 1);
    clock.time += 1_500;
    t.equal(await visitsFor('first'), 1);
  });

  t.test('made-up kids cannot make us ask more than once a second', async (t) => {
    clock.time += 60_000;
    t.equal(await visitsFor('a'), 1);
    for (const kid of ['b', 'c', 'd']) t.equal(await visitsFor(kid), 0);
  });

  t.test('an answer that is too large, too slow, a redirect, or no key set is refused', async (t) => {
    const answers: [answer: (response: ServerResponse) => void, reason: RegExp][] = [
      [(response) => void response.end(`{"keys":[],"x":"${'x'.repeat(70_000)}"}`), /larger than/],
      [(response) => void response.writeHead(302, { location: 'http://127.0.0.1/' }).end(), /fetched/],
      [(response) => void response.end('{}'), /no JSON Web Key Set/],
      [(response) => void response.end('<html>'), /fetched/],
      [() => {}, /timeout/i],
    ];
    for (const [answer, reason] of answers) {
      clock.time += 3_600_000;
      state.answer = answer;
      await t.rejects(keys.find(url, 'first'), { message: reason });
    }
  });

  t.test('keys that are private, symmetric or broken are passed over', async (t) => {
    clock.time += 3_600_000;
    const published = [
      { kty: 'oct', k: 'c2VjcmV0' },
      { ...second.publicJwk, d: 'AQ' },
      { kty: 'EC' },
      5,
      null,
    ];
    state.answer = (response) => void response.end(JSON.stringify({ keys: [...published, first.publicJwk] }));
    t.same(
      (await keys.find(url, 'first')).map(({ kid }) => kid),
      ['first'],
    );
  });
});
