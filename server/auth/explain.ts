// Refused authorization requests say what to do: oidc-provider's words for developers, put as sentences with the right value.
// https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 (error_description)
import type { Context } from 'oidc-provider';

/** By oidc-provider's description, or by the error code where it gives none. What is not here says enough by itself. */
const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['unsupported response_type requested', 'The parameter response_type has to be code.'],
  [
    'unsupported response_mode requested',
    'The parameter response_mode has to be query, fragment or form_post, or be left out.',
  ],
  ['not supported value of code_challenge_method', 'The parameter code_challenge_method has to be S256.'],
  ['code_challenge_method must be provided', 'Send code_challenge_method=S256 together with code_challenge.'],
  [
    'Authorization Server policy requires PKCE to be used for this request',
    'Send the parameters code_challenge and code_challenge_method=S256: PKCE is required.',
  ],
  [
    'unsupported prompt value requested',
    'The parameter prompt has to be none, login or consent, or be left out.',
  ],
  ['request_not_supported', 'Leave out the parameter request and send what it holds as parameters.'],
  ['request_uri_not_supported', 'Leave out the parameter request_uri and send the parameters themselves.'],
  ['registration_not_supported', 'Leave out the parameter registration. Apps are registered beforehand.'],
]);

const isRefusal = (answer: URLSearchParams) => answer.has('error');

/** The same address with a sentence as error_description; undefined when it needs none. */
function explained(location: string): string | undefined {
  const url = new URL(location);
  const fragment = new URLSearchParams(url.hash.slice(1));
  const answer = [url.searchParams, fragment].find(isRefusal);
  const told = answer?.get('error_description') ?? answer?.get('error');
  const sentence = SENTENCES.get(told ?? '');
  if (!answer || !sentence) return undefined;
  answer.set('error_description', sentence);
  if (answer === fragment) url.hash = fragment.toString();
  return url.href;
}

/** Middleware: rewrites the redirects of refused authorization requests. */
export async function explainRefusals(ctx: Context, next: () => Promise<void>): Promise<void> {
  await next();
  const location = ctx.oidc?.route === 'authorization' && ctx.res.getHeader('location');
  const better = typeof location === 'string' && URL.canParse(location) && explained(location);
  if (better) ctx.set({ location: better });
}
