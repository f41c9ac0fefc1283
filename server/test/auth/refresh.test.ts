// Tests of refresh tokens. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#refresh-access-token
import * as oauth from 'oauth4webapi';
import t from 'tap';
import { ehrLaunch, refresh, type SmartAnswer, startAuthorizationServer } from './harness.ts';

const CONTEXT = { username: 'nurse', patient: 'ana', needPatientBanner: true };

t.test('refresh tokens', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('a refreshed answer has the same context and scope and a new refresh token', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const response = await refresh(app, answer.refresh_token!);
    const next = (await oauth.processRefreshTokenResponse(app.as, app.client, response)) as SmartAnswer;
    t.match(next, { patient: 'ana', need_patient_banner: true, expires_in: 3600 });
    t.same(next.scope!.split(' ').sort(), answer.scope!.split(' ').sort());
    t.not(next.refresh_token, answer.refresh_token);
    const access = await server.auth.guard({ authorization: `Bearer ${next.access_token}` });
    t.match(access, { subject: 'nurse', role: 'rn', patient: 'ana' });
  });

  t.test('a refresh token that was used before is refused, and takes its successors with it', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const next = await oauth.processRefreshTokenResponse(
      app.as,
      app.client,
      await refresh(app, answer.refresh_token!),
    );
    for (const token of [answer.refresh_token!, next.refresh_token!]) {
      const response = await refresh(app, token);
      t.equal(response.status, 400);
      t.match(await response.json(), { error: 'invalid_grant' });
    }
  });

  t.test('of five refreshes with one token at once, one succeeds', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const responses = await Promise.all(Array.from({ length: 5 }, () => refresh(app, answer.refresh_token!)));
    t.equal(responses.filter((response) => response.status === 200).length, 1);
  });

  t.test('offline_access gives a refresh token too, without a question to the user', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT, 'launch offline_access patient/*.rs');
    t.ok(answer.refresh_token);
    t.same(answer.scope!.split(' ').sort(), ['launch', 'offline_access', 'patient/*.rs']);
  });

  t.test('without online_access or offline_access there is no refresh token', async (t) => {
    t.notOk((await ehrLaunch(server, CONTEXT, 'launch patient/*.rs')).answer.refresh_token);
  });

  t.test('a revoked refresh token is refused', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const revoked = await oauth.revocationRequest(
      app.as,
      app.client,
      oauth.None(),
      answer.refresh_token!,
      insecure,
    );
    t.equal(revoked.status, 200);
    t.equal((await refresh(app, answer.refresh_token!)).status, 400);
  });

  t.test('a user who is removed gets no more tokens', async (t) => {
    const { app, answer } = await ehrLaunch(server, { ...CONTEXT, username: 'navigator' });
    await server.sql`delete from auth_user where username = 'navigator'`;
    const response = await refresh(app, answer.refresh_token!);
    t.equal(response.status, 400);
    t.match(await response.json(), { error: 'invalid_grant' });
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});
