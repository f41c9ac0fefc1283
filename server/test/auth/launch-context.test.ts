// Tests of the launch context: what an EHR may say, and how the app is told. https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import t from 'tap';
import { smartStyle } from '../../auth/discovery.ts';
import { launchProblem } from '../../auth/launch/context.ts';
import { ehrLaunch, refresh, type SmartAnswer, startAuthorizationServer } from './harness.ts';

const HOME = 'https://example.org/med-list-at-home';
const FHIR_CONTEXT = [
  { reference: 'Task/open', role: 'https://throughline.example/fhir/fhir-context-role/open-task' },
  { reference: 'List/123', type: 'List', role: HOME },
  { canonical: 'https://example.org/Questionnaire/q|1.0', type: 'Questionnaire' },
  { identifier: { system: 'https://example.org/orders', value: '7' }, type: 'ServiceRequest' },
  { reference: 'Patient/sibling', role: 'https://example.org/role/relative' },
];
const CONTEXT = {
  username: 'nurse',
  patient: 'ana',
  encounter: 'visit',
  fhirContext: FHIR_CONTEXT,
  intent: 'worklist',
  needPatientBanner: false,
  tenant: 'larkfield',
};
const TOLD = {
  patient: 'ana',
  encounter: 'visit',
  fhirContext: FHIR_CONTEXT,
  intent: 'worklist',
  need_patient_banner: false,
  tenant: 'larkfield',
};
const words = (answer: SmartAnswer) => answer.scope!.split(' ').sort();

t.test('the launch context', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('is told whole beside the access token, and again with every refreshed one', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT);
    const parameters = (all: SmartAnswer) =>
      Object.fromEntries(Object.keys(TOLD).map((name) => [name, all[name]]));
    t.same(parameters(answer), TOLD);
    const response = await refresh(app, answer.refresh_token!);
    const next = (await oauth.processRefreshTokenResponse(app.as, app.client, response)) as SmartAnswer;
    t.same(parameters(next), TOLD);
    t.equal(next.smart_style_url, answer.smart_style_url);
    t.equal(next.scope, answer.scope);
  });

  t.test('says only what the EHR has said', async (t) => {
    const { answer } = await ehrLaunch(server, { username: 'nurse' }, 'launch user/Task.rs');
    t.same(Object.keys(answer).sort(), [
      'access_token',
      'expires_in',
      'scope',
      'smart_style_url',
      'token_type',
    ]);
  });

  t.test('an access token carries user, patient, encounter, client, its own id and its scope', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT);
    const claims = decodeJwt(answer.access_token);
    t.match(claims, {
      iss: `${server.publicUrl}/auth`,
      aud: server.fhirBase,
      sub: 'nurse',
      client_id: 'throughline-app',
      role: 'rn',
      fhirUser: 'PractitionerRole/nurse',
      patient: 'ana',
      encounter: 'visit',
      scope: 'patient/*.rs user/Task.cruds',
      jti: /^[\w-]{20,}$/,
      grant_id: /^[\w-]{20,}$/,
    });
    t.equal(claims.exp! - claims.iat!, 3600);
    const { answer: other } = await ehrLaunch(server, { username: 'nurse' }, 'launch user/Task.rs');
    const without = decodeJwt(other.access_token);
    t.notOk('patient' in without || 'encounter' in without);
    t.not(without.jti, claims.jti);
  });

  t.test(
    'the id token names the user as absolute fhirUser, and as profile where that is asked',
    async (t) => {
      const fhirUser = `${server.fhirBase}/PractitionerRole/nurse`;
      const { answer } = await ehrLaunch(server, CONTEXT, 'launch openid fhirUser profile');
      t.match(oauth.getValidatedIdTokenClaims(answer), {
        sub: 'nurse',
        fhirUser,
        profile: fhirUser,
        name: 'Nick Nurse',
      });
      const { answer: less } = await ehrLaunch(server, CONTEXT, 'launch openid fhirUser');
      t.equal(oauth.getValidatedIdTokenClaims(less)?.fhirUser, fhirUser);
      t.notOk('profile' in oauth.getValidatedIdTokenClaims(less)!);
    },
  );

  t.test('a scope launch/<type> is granted when context of that type is given', async (t) => {
    const asked = [
      'launch',
      'launch/patient',
      'launch/encounter',
      'launch/task',
      `launch/list?role=${HOME}`,
      'launch/list?role=https://example.org/med-list-at-hospital',
      'launch/servicerequest',
      'launch/imagingstudy',
      'launch/nonsense',
      'openid',
    ].join(' ');
    const { answer } = await ehrLaunch(server, CONTEXT, asked);
    t.same(
      words(answer),
      asked
        .split(' ')
        .filter((word) => !/imagingstudy|nonsense/.test(word))
        .sort(),
    );
    const { answer: bare } = await ehrLaunch(server, { username: 'nurse', patient: 'ana' }, asked);
    t.same(words(bare), ['launch', 'launch/patient', 'openid']);
    const relative = { username: 'nurse', fhirContext: [FHIR_CONTEXT.at(-1)!] };
    const inRole = 'launch/patient?role=https://example.org/role/relative';
    const { answer: other } = await ehrLaunch(server, relative, `${asked} ${inRole}`);
    t.same(words(other), ['launch', inRole, 'openid'], 'a patient in another role is not the patient');
  });

  t.test('the style of the EHR is where smart_style_url says, readable from every origin', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT);
    const address = String(answer.smart_style_url);
    t.match(address, new RegExp(`^${server.publicUrl}/auth/smart-style\\.json\\?v=[0-9a-f]{12}$`));
    const response = await fetch(address, { headers: { origin: 'https://app.example' } });
    t.equal(response.status, 200);
    t.match(response.headers.get('content-type'), /^application\/json/);
    t.equal(response.headers.get('access-control-allow-origin'), '*');
    t.match(response.headers.get('cache-control'), /max-age/);
    t.same(await response.json(), smartStyle);
    t.same(Object.keys(smartStyle), [
      'color_background',
      'color_error',
      'color_highlight',
      'color_modal_backdrop',
      'color_success',
      'color_text',
      'dim_border_radius',
      'dim_font_size',
      'dim_spacing_size',
      'font_family_body',
      'font_family_heading',
    ]);
  });

  t.test('an EHR that shows the app in a frame says how it looks, and how to send it messages', async (t) => {
    const messaging = { origin: 'https://chart.example', handle: 'opaque' };
    const frame = { styleUrl: 'https://chart.example/style.json', messaging };
    const ofFrame = ({ answer }: { answer: SmartAnswer }) => ({
      style: answer.smart_style_url,
      origin: answer.smart_web_messaging_origin,
      handle: answer.smart_web_messaging_handle,
    });
    const told = { style: frame.styleUrl, origin: messaging.origin, handle: messaging.handle };
    const launched = await ehrLaunch(
      server,
      { ...CONTEXT, frame },
      'launch online_access user/Task.rs messaging/ui.launchActivity',
    );
    t.same(ofFrame(launched), told);
    const response = await refresh(launched.app, launched.answer.refresh_token!);
    const { as, client } = launched.app;
    t.same(
      ofFrame({ answer: (await oauth.processRefreshTokenResponse(as, client, response)) as SmartAnswer }),
      told,
    );
    const silent = await ehrLaunch(server, { ...CONTEXT, frame }, 'launch user/Task.rs');
    t.same(
      ofFrame(silent),
      { style: frame.styleUrl, origin: undefined, handle: undefined },
      'not without its scope',
    );
  });

  t.test('an EHR that breaks a rule is told so, and there is no launch', async (t) => {
    const refused = server.launch({ username: 'nurse', fhirContext: [{ reference: 'Patient/ana' }] });
    await t.rejects(refused, { name: 'FhirError', message: /fhirContext\[0\] is a Patient/ });
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});

t.test('what the specification does not allow in a launch is named in a sentence', async (t) => {
  const cases: [context: Record<string, unknown>, problem: RegExp][] = [
    [{ patient: 'Patient/ana' }, /^patient has to be a resource id/],
    [{ encounter: '' }, /^encounter has to be a resource id/],
    [{ patient: 5 }, /^patient has to be a resource id/],
    [{ intent: '' }, /^intent has to be a text/],
    [{ tenant: {} }, /^tenant has to be a text/],
    [{ fhirContext: { reference: 'Task/1' } }, /^fhirContext has to be an array/],
    [{ fhirContext: ['Task/1'] }, /^fhirContext\[0\] is no object/],
    [{ fhirContext: [{ reference: 'Task/1' }, {}] }, /^fhirContext\[1\] names no resource/],
    [{ fhirContext: [{ role: HOME }] }, /names no resource/],
    [{ fhirContext: [{ reference: 'https://ehr.example/Task/1' }] }, /is not relative/],
    [{ fhirContext: [{ reference: 'Nonsense/1' }] }, /is not relative/],
    [{ fhirContext: [{ reference: 5 }] }, /reference that is no text/],
    [{ fhirContext: [{ identifier: 'x' }] }, /no Identifier object/],
    [{ fhirContext: [{ canonical: 'urn:x', type: 'Nonsense' }] }, /no resource type/],
    [{ fhirContext: [{ reference: 'Task/1', type: 'List' }] }, /not the one of its reference/],
    [{ fhirContext: [{ reference: 'Task/1', role: '' }] }, /role that is no text or an empty one/],
    [{ fhirContext: [{ reference: 'Task/1', role: 'open-task' }] }, /relative role/],
    [{ fhirContext: [{ reference: 'Patient/1' }] }, /Patient or Encounter in the role launch/],
    [
      { fhirContext: [{ reference: 'Encounter/1', role: 'launch' }] },
      /Patient or Encounter in the role launch/,
    ],
    [{ fhirContext: [{ identifier: {}, type: 'Encounter' }] }, /Patient or Encounter in the role launch/],
  ];
  for (const [context, problem] of cases) t.match(launchProblem(context), problem, JSON.stringify(context));
  t.equal(launchProblem({}), undefined);
  t.equal(launchProblem({ ...CONTEXT }), undefined);
  t.equal(launchProblem({ fhirContext: [{ reference: 'Task/1', role: 'launch', more: true }] }), undefined);
});

t.test('property: whatever an EHR sends is judged and never throws', async () => {
  fc.assert(
    fc.property(fc.anything(), fc.array(fc.anything()), (value, items) => {
      const problem = launchProblem({ patient: value, fhirContext: items });
      return problem === undefined || problem.length > 0;
    }),
  );
});
