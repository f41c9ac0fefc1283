// Signing out: by the button of the account pages, or by an app that sends its user here with the id token as a hint.
// https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { compactVerify, createLocalJWKSet, type JWK } from 'jose';
import { FIRST_PARTY_CLIENT } from '../launch/launch.ts';
import { escapeHtml } from '../page/page.ts';
import type { People } from './people.ts';
import { sendPage, sessionOfForm, type Visit, visitOf } from './visit.ts';

type Posted = { Body?: URLSearchParams };

/** The user and the client of an id token of ours, expired or not; undefined for every other text. */
async function hinted({ keys, publicUrl }: People, token: string) {
  const published = keys.jwks.keys.map(
    ({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...key }: JWK) => key,
  );
  const verified = await compactVerify(token, createLocalJWKSet({ keys: published }), {
    algorithms: ['RS256', 'ES256'],
  }).catch(() => undefined);
  if (!verified || verified.protectedHeader.typ === 'at+jwt') return undefined;
  const { iss, sub, aud } = JSON.parse(new TextDecoder().decode(verified.payload)) as Record<string, unknown>;
  const client = Array.isArray(aud) ? aud[0] : aud;
  return iss === `${publicUrl}/auth` && typeof sub === 'string' && typeof client === 'string'
    ? { user: sub, client }
    : undefined;
}

/** Where a client may ask to be sent after signing out. */
async function returnAddresses({ clients, publicUrl }: People, clientId: string): Promise<readonly string[]> {
  if (clientId === FIRST_PARTY_CLIENT) return [`${publicUrl}/app/`];
  const metadata = (await clients.find(clientId))?.metadata as
    | { post_logout_redirect_uris?: readonly string[] }
    | undefined;
  return metadata?.post_logout_redirect_uris ?? [];
}

const refuse = (people: People, visit: Visit, sentence: string) =>
  sendPage(people, visit, visit.words.notSignedOut, `<p role="alert">${escapeHtml(sentence)}</p>`, 400);

/** Asks before it ends a session, since anybody can send a browser here. */
async function ask(people: People, visit: Visit) {
  const { words, request } = visit;
  const session = await people.sessions.of(request.headers.cookie);
  if (!session) return sendPage(people, visit, words.signedOut, `<p>${words.signedOutText}</p>`);
  const form = `<form method="post" action="${escapeHtml(people.publicUrl)}/auth/sign-out"><input type="hidden" name="token" value="${escapeHtml(session.token)}"><div class="actions"><button type="submit">${words.signOut}</button><a class="button plain" href="${escapeHtml(people.grantsUrl)}">${words.stay}</a></div></form>`;
  return sendPage(people, visit, words.askSignOut, form);
}

/** The end_session_endpoint: what the app holds while its user is there ends, and so does the session of this browser. */
async function endSession(
  people: People,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: URLSearchParams,
) {
  const visit = visitOf(request, reply);
  const { words } = visit;
  const [hint, client, target] = ['id_token_hint', 'client_id', 'post_logout_redirect_uri'].map((name) =>
    asked.get(name),
  );
  if (!hint) return target ? refuse(people, visit, words.hintNeeded) : ask(people, visit);
  const known = await hinted(people, hint);
  if (!known || (client && client !== known.client)) return refuse(people, visit, words.hintWrong);
  if (target && !(await returnAddresses(people, known.client)).includes(target))
    return refuse(people, visit, words.returnUnknown);
  await people.grants.signOut(known.user, known.client);
  const session = await people.sessions.of(request.headers.cookie);
  if (session?.username === known.user)
    reply.header('set-cookie', await people.sessions.end(request.headers.cookie));
  people.onEvent({ kind: 'logout', user: known.user, client: known.client, at: people.now() });
  if (!target) return sendPage(people, visit, words.signedOut, `<p>${words.signedOutText}</p>`);
  const back = new URL(target);
  const state = asked.get('state');
  if (state !== null) back.searchParams.set('state', state);
  return reply.header('cache-control', 'no-store').redirect(back.href, 303);
}

/** Adds `/auth/session/end` for apps, and `/auth/sign-out` for the account pages. */
export function registerSignOut(app: FastifyInstance, people: People): void {
  app.get('/auth/session/end', (request, reply) =>
    endSession(people, request, reply, new URL(request.url, people.publicUrl).searchParams),
  );
  app.post<Posted>('/auth/session/end', (request, reply) =>
    endSession(people, request, reply, request.body ?? new URLSearchParams()),
  );
  app.post<Posted>('/auth/sign-out', async (request, reply) => {
    const visit = visitOf(request, reply);
    const { words } = visit;
    const session = await sessionOfForm(people, request);
    if (!session) return refuse(people, visit, words.stale);
    reply.header('set-cookie', await people.sessions.end(request.headers.cookie));
    people.onEvent({ kind: 'logout', user: session.username, at: people.now() });
    return sendPage(people, visit, words.signedOut, `<p>${words.signedOutText}</p>`);
  });
}
