// The app's functions of administration against the server that they are for: what is asked, what comes back, what is refused.
// https://www.rfc-editor.org/rfc/rfc8259
import t from 'tap';
import { createAdministration } from '../../../smart-app/fhir/admin.ts';
import { FhirFailure, Unreachable } from '../../../smart-app/fhir/failure.ts';
import { saveUsers } from '../../auth/index.ts';
import { ehrLaunch, startAuthorizationServer } from '../auth/harness.ts';
import { startEhr } from '../auth/trusted-ehr.ts';

const server = await startAuthorizationServer(t);
await saveUsers(server.sql, [
  { username: 'admin', name: 'Ada', role: 'programme-admin', fhirUser: 'PractitionerRole/admin' },
]);
const ehr = await startEhr(t, []);
const { answer } = await ehrLaunch(server, { username: 'admin' }, 'openid launch __admin');
const withToken = (token: string) =>
  createAdministration((path, init = {}) => {
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` };
    return fetch(`${server.address}/${path}`, { ...init, headers });
  });
const admin = withToken(answer.access_token);

t.test('EHRs, apps, accounts and exports are read and changed', async (t) => {
  const added = await admin.addEhr({ fhirBase: ehr.fhirBase, clientId: 'ours' });
  t.match(await admin.changeEhr(added.id, { active: false }), { ...added, active: false });
  t.match(await admin.ehrs(), [{ id: added.id }]);
  await admin.removeEhr(added.id);
  t.strictSame(await admin.ehrs(), []);
  t.match(await admin.invite({ scope: 'user/Task.rs' }), {
    scope: 'user/Task.rs',
    initialAccessToken: String,
  });
  t.match(await admin.changeClient('quality', { preapproved: true }), { id: 'quality', preapproved: true });
  await admin.removeClient('quality');
  t.strictSame(
    (await admin.clients()).map(({ id }) => id),
    ['other-app'],
  );
  t.match(await admin.changeUser('nurse', { active: false }), { username: 'nurse', active: false });
  t.equal((await admin.users()).find(({ username }) => username === 'nurse')?.active, false);
  t.strictSame(await admin.exports(), []);
});

t.test('A refusal is a failure with the sentence of the server', async (t) => {
  const refusals: [work: () => Promise<unknown>, status: number, sentence: RegExp][] = [
    [() => admin.linkUser('NOCODE', 'nurse'), 404, /There is no code NOCODE/],
    [() => admin.forgetPatient('x', 'y'), 404, /There is no EHR x/],
    [() => admin.changeUser('admin', { active: false }), 409, /your own account/],
    [
      () => admin.addUser({ username: 'a b', name: 'x', role: 'rn', fhirUser: 'x' }),
      400,
      /The member role is "rn"/,
    ],
    [() => admin.cancelExport('a/../b'), 404, /There is no export a\/\.\.\/b/],
    [() => withToken('wrong').users(), 401, /not valid/],
  ];
  for (const [work, status, sentence] of refusals) {
    const error = await work().then(
      () => undefined,
      (failure: unknown) => failure,
    );
    t.ok(error instanceof FhirFailure);
    t.match(error, { status, diagnostics: sentence, issues: [{ severity: 'error' }] });
  }
  const away = createAdministration(() => Promise.reject(new TypeError('fetch failed')));
  await t.rejects(away.users(), { name: new Unreachable().name });
});
