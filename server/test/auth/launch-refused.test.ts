// Tests of broken authorization requests: each gets the error that the specification names, and a sentence that says what to do.
// https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 and https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-authorization-code
import t from 'tap';
import { authorize, discover, location, OTHER_APP, startAuthorizationServer } from './harness.ts';

const CONTEXT = { username: 'nurse', patient: 'ana' };
/** What an error_description may be made of (RFC 6749, 4.1.2.1). */
const DESCRIPTION = /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/;

type Changes = Record<string, string | undefined>;

const NO_PKCE = { code_challenge: undefined, code_challenge_method: undefined };
const REFUSALS: [title: string, changes: Changes, error: string, description: RegExp][] = [
  [
    'without PKCE',
    NO_PKCE,
    'invalid_request',
    /Send the parameters code_challenge and code_challenge_method=S256/,
  ],
  [
    'with PKCE plain',
    { code_challenge_method: 'plain' },
    'invalid_request',
    /code_challenge_method has to be S256/,
  ],
  [
    'with a challenge and no method',
    { code_challenge_method: undefined },
    'invalid_request',
    /code_challenge_method=S256/,
  ],
  [
    'with a method and no challenge',
    { code_challenge: undefined },
    'invalid_request',
    /code_challenge must be provided/,
  ],
  ['with a challenge that is no SHA-256', { code_challenge: 'short' }, 'invalid_request', /code_challenge/],
  [
    'for another audience',
    { aud: 'https://other.example/fhir' },
    'invalid_request',
    /aud has to be the address of this FHIR server, http/,
  ],
  ['without an audience', { aud: undefined }, 'invalid_request', /aud has to be the address/],
  ['for another resource', { resource: 'https://other.example/' }, 'invalid_target', /made only for http/],
  ['without a response type', { response_type: undefined }, 'invalid_request', /response_type/],
  ['for a token', { response_type: 'token' }, 'unsupported_response_type', /response_type has to be code/],
  [
    'for an id token',
    { response_type: 'id_token', nonce: 'n' },
    'unsupported_response_type',
    /response_type has to be code/,
  ],
  [
    'for a made-up response type',
    { response_type: 'cookie' },
    'unsupported_response_type',
    /response_type has to be code/,
  ],
  [
    'in a made-up response mode',
    { response_mode: 'pigeon' },
    'unsupported_response_mode',
    /query, fragment or form_post/,
  ],
  [
    'with a made-up prompt',
    { prompt: 'select_account' },
    'invalid_request',
    /prompt has to be none, login or consent/,
  ],
  [
    'with prompt none and another',
    { prompt: 'none login' },
    'invalid_request',
    /none must only be used alone/,
  ],
  [
    'with a request object',
    { request: 'e30.e30.' },
    'request_not_supported',
    /Leave out the parameter request/,
  ],
  [
    'with a request_uri',
    { request_uri: 'https://app.example/r' },
    'request_uri_not_supported',
    /Leave out the parameter request_uri/,
  ],
  [
    'with a registration',
    { registration: '{}' },
    'registration_not_supported',
    /Apps are registered beforehand/,
  ],
  ['without a scope', { scope: undefined }, 'invalid_scope', /None of the scopes/],
  [
    'with scopes of which none may be given',
    { scope: 'system/*.rs' },
    'invalid_scope',
    /Ask for scopes that it is registered for/,
  ],
  [
    'with a scope of forbidden characters',
    { scope: 'launch "patient"' },
    'invalid_scope',
    /invalid characters/,
  ],
  [
    'with a restriction and no value',
    { scope: 'launch user/Task.rs?status' },
    'invalid_scope',
    /such as \?status=active/,
  ],
  [
    'with a restriction that cannot be enforced',
    { scope: 'launch user/Task.rs?modified=gt2020' },
    'invalid_scope',
    /user\/Task\.rs\?modified=gt2020 cannot be given.*'modified' cannot limit access/,
  ],
  [
    'with a launch that nobody made',
    { launch: 'made-up' },
    'invalid_request',
    /Open the app from the EHR again/,
  ],
  [
    'with a launch and without the scope launch',
    { scope: 'openid patient/*.rs' },
    'invalid_scope',
    /ask for the scope launch/,
  ],
  [
    'with the scope launch and without a launch',
    { launch: undefined },
    'invalid_request',
    /scope launch needs the parameter launch.*launch\/patient/,
  ],
  [
    'with a launch that is empty',
    { launch: '' },
    'invalid_request',
    /scope launch needs the parameter launch/,
  ],
];

const checkCriteria = (_type: string, criteria: string) =>
  criteria.startsWith('modified') ? '"modified" cannot limit access.' : undefined;

t.test('an authorization request that is refused', async (t) => {
  const server = await startAuthorizationServer(t, { checkCriteria });

  for (const [title, changes, error, description] of REFUSALS) {
    t.test(title, async (t) => {
      const app = await discover(server);
      const launch = await server.launch(CONTEXT);
      for (const method of ['GET', 'POST']) {
        const response = await authorize(app, { launch, ...changes }, method);
        t.equal(response.status, 303, method);
        const url = location(response);
        t.equal(url.origin + url.pathname, app.redirect);
        const answer = url.hash ? new URLSearchParams(url.hash.slice(1)) : url.searchParams;
        t.equal(answer.get('error'), error);
        t.match(answer.get('error_description'), description);
        t.match(answer.get('error_description'), DESCRIPTION);
        t.equal(answer.get('state'), app.parameters.get('state'), 'state comes back as it was sent');
        t.equal(answer.get('iss'), `${server.publicUrl}/auth`, 'RFC 9207: who has answered');
        t.equal(answer.get('code'), null);
      }
      t.ok(
        location(await authorize(app, { launch })).searchParams.get('code'),
        'and the launch can still be taken by a right request',
      );
    });
  }

  t.test('with a parameter given twice', async (t) => {
    const app = await discover(server);
    for (const name of ['scope', 'state', 'aud', 'launch', 'code_challenge', 'client_id', 'response_type']) {
      const sent = new URLSearchParams([
        ...app.parameters,
        [name, app.parameters.get(name) ?? 'x'],
        [name, 'x'],
      ]);
      const response = await fetch(`${app.as.authorization_endpoint}?${sent}`, { redirect: 'manual' });
      if (name === 'client_id') {
        t.equal(response.status, 400, 'who asks is not known, so nobody is answered');
        t.equal(response.headers.get('location'), null);
      } else {
        t.equal(location(response).searchParams.get('error'), 'invalid_request', name);
        t.match(location(response).searchParams.get('error_description'), new RegExp(`${name}.*twice`));
      }
    }
  });

  t.test('is told to the user and redirected nowhere when it is not certain who asks', async (t) => {
    const app = await discover(server);
    const cases: [changes: Changes, words: RegExp][] = [
      [{ client_id: undefined }, /client_id/],
      [{ client_id: 'nobody' }, /This app is not registered here/],
      [{ redirect_uri: undefined }, /redirect_uri/],
      [{ redirect_uri: 'https://evil.example/' }, /an address that it is not registered for/],
      [{ redirect_uri: `${app.redirect}?more` }, /an address that it is not registered for/],
      [{ redirect_uri: OTHER_APP.redirect }, /an address that it is not registered for/],
      [
        { redirect_uri: 'https://evil.example/', response_type: 'token' },
        /an address that it is not registered for/,
      ],
    ];
    for (const [changes, words] of cases) {
      for (const method of ['GET', 'POST']) {
        const response = await authorize(app, changes, method);
        t.equal(response.status, 400, JSON.stringify(changes));
        t.equal(response.headers.get('location'), null);
        t.match(response.headers.get('content-type'), /text\/html/);
        t.match(await response.text(), words);
      }
    }
  });

  t.test('with prompt=none outside an EHR: login_required', async (t) => {
    const app = await discover(server);
    const response = await authorize(app, { prompt: 'none', scope: 'openid user/Task.rs' });
    const { searchParams } = location(response);
    t.equal(searchParams.get('error'), 'login_required');
    t.match(searchParams.get('error_description'), /The user has to sign in.*without prompt=none/);
    t.equal(searchParams.get('state'), app.parameters.get('state'));
    t.equal(searchParams.get('iss'), `${server.publicUrl}/auth`);
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});

t.test('a launch from an EHR needs no question: prompt=none gets a code, with iss and state', async (t) => {
  const server = await startAuthorizationServer(t);
  const app = await discover(server);
  const response = await authorize(app, { prompt: 'none', launch: await server.launch(CONTEXT) });
  const { searchParams } = location(response);
  t.ok(searchParams.get('code'));
  t.equal(searchParams.get('iss'), `${server.publicUrl}/auth`);
  t.equal(searchParams.get('state'), app.parameters.get('state'));
});
