// A token with which the chart reads its own record: a SMART launch like the app's, whose answer comes back by a redirect that is
// followed here instead of in a frame. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import { answer, launch } from './server.ts';

const CLIENT = 'throughline-app';

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

/** An access token of this user for this patient. @throws Error in words when there is none */
export async function tokenFor(user: string, patient: string, scope: string): Promise<string> {
  const redirectUri = `${location.origin}/app/`;
  const { launch: handle, iss } = await launch({ user, patient });
  const [verifier, state] = [random(), random()];
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: redirectUri,
    scope: `launch ${scope}`,
    launch: handle,
    aud: iss,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  });
  const back = new URL((await fetch(`/auth/authorize?${request}`)).url).searchParams;
  const code = back.get('code');
  if (!code || back.get('state') !== state)
    throw new Error('The chart could not sign in to read its record.');
  const response = await fetch('/auth/token', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }),
  });
  return (await answer<{ access_token: string }>(response)).access_token;
}
