// Tests of token revocation. https://www.rfc-editor.org/rfc/rfc7009
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { removeClient } from '../../auth/client/directory.ts';
import { createRevocations } from '../../auth/token/revocation.ts';
import {
  ASSERTION_TYPE,
  askToken,
  assertion,
  clientKey,
  json,
  post,
  saveBackend,
} from './clients-harness.ts';
import { ehrLaunch, refresh, type Server, startAuthorizationServer } from './harness.ts';

const CONTEXT = { username: 'nurse', patient: 'ana' };
const APP = 'throughline-app';
const REVOKED = { name: 'FhirError', message: /revoked/ };
const key = await clientKey('ES384');
const asks = ({ auth }: Server, token: string) => auth.guard({ authorization: `Bearer ${token}` });

t.test('revocation', async (t) => {
  const server = await startAuthorizationServer(t);
  const other = await startAuthorizationServer(t, { database: server.database, publicUrl: server.publicUrl });
  await saveBackend(server, 'backend', { jwks: { keys: [key.publicJwk] } });

  t.test('a revoked access token is refused at once here, and within a second elsewhere', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT);
    await asks(server, answer.access_token);
    await asks(other, answer.access_token);
    const response = await post(server, '/revoke', { token: answer.access_token, client_id: APP });
    t.equal(response.status, 200);
    t.equal(await response.text(), '');
    await t.rejects(asks(server, answer.access_token), REVOKED);
    t.match(server.events.at(-1), { kind: 'revocation', client: APP, user: 'nurse' });
    await setTimeout(1200);
    await t.rejects(asks(other, answer.access_token), REVOKED);
  });

  t.test('a revoked refresh token takes the whole grant with it', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const next = await json(await refresh(app, answer.refresh_token!));
    const form = { token: String(next.refresh_token), client_id: APP };
    t.equal((await post(server, '/revoke', { ...form, token_type_hint: 'refresh_token' })).status, 200);
    for (const token of [answer.access_token, String(next.access_token)])
      await t.rejects(asks(server, token), REVOKED);
    t.equal((await refresh(app, String(next.refresh_token))).status, 400);
  });

  t.test('a refresh token that is used again takes the access tokens of its grant with it', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const next = await json(await refresh(app, answer.refresh_token!));
    t.equal((await asks(server, String(next.access_token))).subject, 'nurse');
    t.equal((await refresh(app, answer.refresh_token!)).status, 400);
    for (const token of [answer.access_token, String(next.access_token)])
      await t.rejects(asks(server, token), REVOKED);
  });

  t.test('a backend service revokes its token; other tokens stay', async (t) => {
    const tokens = await Promise.all(
      [1, 2].map(async () => {
        const signed = await assertion(server, 'backend', key);
        return String((await json(await askToken(server, signed))).access_token);
      }),
    );
    const [first, second] = tokens as [string, string];
    const response = await post(server, '/revoke', {
      token: first,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(server, 'backend', key),
    });
    t.equal(response.status, 200);
    await t.rejects(asks(server, first), REVOKED);
    t.equal((await asks(server, second)).subject, 'backend');
  });

  t.test('nobody revokes what was given to somebody else', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT);
    const byPublic = await post(server, '/revoke', { token: answer.access_token, client_id: 'other-app' });
    t.equal(byPublic.status, 200, 'a public client is told nothing');
    const byBackend = await post(server, '/revoke', {
      token: answer.access_token,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(server, 'backend', key),
    });
    t.equal(byBackend.status, 400);
    t.match(await json(byBackend), {
      error: 'invalid_request',
      error_description: /not given to this client/,
    });
    t.equal((await asks(server, answer.access_token)).subject, 'nurse');
  });

  t.test('a token that is unknown, expired or no token of ours is revoked already', async (t) => {
    for (const token of ['unknown', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.']) {
      const response = await post(server, '/revoke', { token, client_id: APP });
      t.equal(response.status, 200, token);
    }
    const missing = await post(server, '/revoke', { client_id: APP });
    t.equal(missing.status, 400);
    t.match(await json(missing), { error: 'invalid_request' });
  });

  t.test('with a client that is removed all it was given ends', async (t) => {
    const context = { ...CONTEXT, clientId: 'other-app' };
    const { answer } = await ehrLaunch(server, context, 'launch patient/Task.rs');
    const revocations = await createRevocations(server.sql, () => new Date());
    t.equal(await removeClient(server.sql, revocations, 'other-app'), true);
    t.equal(await removeClient(server.sql, revocations, 'other-app'), false);
    await setTimeout(1200);
    await t.rejects(asks(server, answer.access_token), REVOKED);
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});

t.test('what is remembered of revocations', async (t) => {
  const { sql } = await startAuthorizationServer(t);
  const clock = { time: Date.parse('2026-03-04T10:00:00Z') };
  const now = () => new Date(clock.time);
  const revocations = await createRevocations(sql, now);
  t.equal(revocations.has({ jti: 'a', grant_id: 'g' }), false);
  await revocations.token('a', new Date(clock.time + 60_000));
  await revocations.grant('g');
  t.equal(revocations.has({ jti: 'a', grant_id: 'x' }), true);
  t.equal(revocations.has({ jti: 'b', grant_id: 'g' }), true);
  t.equal(revocations.has({ jti: 'g2' }), false);

  const started = await createRevocations(sql, now);
  t.equal(started.has({ jti: 'a' }), true, 'a process that starts later knows it too');
  await revocations.token('late', new Date(clock.time + 60_000));
  t.equal(started.has({ jti: 'late' }), false);
  await started.refresh();
  t.equal(started.has({ jti: 'late' }), true);

  clock.time += 61_000;
  await revocations.removeExpired();
  t.equal(revocations.has({ jti: 'a' }), false, 'an expired token needs no revocation');
  t.equal(revocations.has({ grant_id: 'g' }), true);
  clock.time += 2 * 3_600_000;
  await revocations.removeExpired();
  t.equal(revocations.has({ grant_id: 'g' }), false);
  t.same(await sql`select id from auth_revocation`, []);
});
