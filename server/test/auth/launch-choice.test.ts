// Tests of standalone launches: the context that was chosen at sign-in becomes that of the token, and limits what is granted.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#standalone-apps
import { decodeJwt } from 'jose';
import t from 'tap';
import { authorize, discover, location, redeem, type Server, startAuthorizationServer } from './harness.ts';

interface Choice {
  patient?: string;
  encounter?: string;
}

/** Asks for authorization, and comes back from the sign-in page with what was chosen there. */
async function signedIn(server: Server, scope: string, choice: Choice = {}) {
  const app = await discover(server);
  app.parameters.set('scope', scope);
  const first = await authorize(app);
  const cookie = first.headers.getSetCookie().map((line) => line.split(';')[0]);
  const result = { login: { accountId: 'nurse', remember: false }, choice };
  const [row] = await server.sql`
    update auth_record set payload = payload || ${server.sql.json({ result } as never)}
    where kind = 'Interaction' and id = ${location(first).pathname.split('/').at(-1)!}
    returning payload ->> 'returnTo' as address`;
  const back = await fetch(row!.address, { redirect: 'manual', headers: { cookie: cookie.join('; ') } });
  return { app, callback: location(back) };
}

async function launched(server: Server, scope: string, choice?: Choice) {
  const { app, callback } = await signedIn(server, scope, choice);
  const answer = await redeem(app, callback);
  return { answer, words: answer.scope!.split(' ').sort(), claims: decodeJwt(answer.access_token) };
}

const SCOPE = 'launch/patient launch/encounter openid patient/*.rs user/Task.rs';

t.test('standalone launches', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('the patient and the encounter that were chosen are those of the token', async (t) => {
    const { answer, words, claims } = await launched(server, SCOPE, { patient: 'ben', encounter: 'visit-7' });
    t.same([answer.patient, answer.encounter], ['ben', 'visit-7']);
    t.same([claims.patient, claims.encounter], ['ben', 'visit-7']);
    t.same(words, SCOPE.split(' ').sort());
    for (const name of ['smart_style_url', 'need_patient_banner', 'intent', 'tenant', 'fhirContext'])
      t.notOk(name in answer, `${name} is for launches from an EHR`);
  });

  t.test('without an encounter launch/encounter is not granted', async (t) => {
    const { answer, words } = await launched(server, SCOPE, { patient: 'ben' });
    t.notOk('encounter' in answer);
    t.same(words, ['launch/patient', 'openid', 'patient/*.rs', 'user/Task.rs']);
  });

  t.test('without a patient neither launch/patient nor patient/ scopes are granted', async (t) => {
    const { answer, words, claims } = await launched(server, SCOPE);
    t.notOk('patient' in answer || 'patient' in claims);
    t.same(words, ['openid', 'user/Task.rs']);
    t.equal(claims.scope, 'user/Task.rs');
  });

  t.test('when nothing is left without a patient, the app is told what to ask for', async (t) => {
    for (const scope of ['patient/*.rs', 'launch/patient patient/Task.rs']) {
      const { app, callback } = await signedIn(server, scope);
      t.equal(callback.searchParams.get('error'), 'invalid_scope', scope);
      t.match(
        callback.searchParams.get('error_description'),
        /No patient was chosen.*Ask for launch\/patient/,
      );
      t.equal(callback.searchParams.get('state'), app.parameters.get('state'));
    }
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});
