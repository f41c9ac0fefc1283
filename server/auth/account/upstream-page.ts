// The way to the other OpenID provider and back: where a browser leaves from, and the page that its answer belongs to.
// https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowSteps
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cookie, readCookie } from '../page/cookie.ts';
import { languageOf } from '../page/language.ts';
import { errorPage, escapeHtml, pageHeaders } from '../page/page.ts';
import type { Asked } from '../sign-in/steps.ts';
import { SIGN_IN_WORDS } from '../sign-in/words.ts';
import type { People } from './people.ts';
import type { UpstreamOutcome } from './upstream.ts';

/** The pages that people may leave from. */
export interface UpstreamPlace {
  /** Route of the page; the ways to the other provider and back are below it. */
  path: string;
  /** Path of the page that a request belongs to, as it begins at /auth. */
  pageOf(request: FastifyRequest): string;
  /** Whether the browser may leave from this page. */
  isOurs(request: FastifyRequest, reply: FastifyReply): Promise<boolean>;
  /** Goes on after the other provider has answered. */
  signedIn(request: FastifyRequest, reply: FastifyReply, outcome: UpstreamOutcome): Promise<FastifyReply>;
}

const COOKIE = 'throughline_upstream';
const SECONDS = 600;

/** What to show when nobody was signed in; undefined for a user who may go on. */
export function upstreamProblem(
  { upstream }: Pick<People, 'upstream'>,
  outcome: UpstreamOutcome,
  { words, onlyAccount }: Pick<Asked, 'words' | 'onlyAccount'>,
): { title: string; body: string; status: number } | undefined {
  const name = upstream?.name ?? '';
  const told = (sentence: string, status: number) => ({
    title: words.problem,
    body: `<p role="alert">${escapeHtml(sentence)}</p>`,
    status,
  });
  if (outcome.kind === 'user')
    return onlyAccount && outcome.user.username !== onlyAccount ? told(words.sameUser, 403) : undefined;
  if (outcome.kind === 'unlinked') {
    const { issuer, subject } = outcome;
    const lines = [issuer, subject].map((line) => `<li><code>${escapeHtml(line)}</code></li>`).join('');
    const body = `<p role="alert">${words.unlinked}</p><ul>${lines}</ul>`;
    return { title: words.unlinkedTitle, body, status: 403 };
  }
  const sentences = {
    refused: () => told(words.upstreamRefused(name), 403),
    stale: () => told(words.upstreamStale, 400),
    down: () => told(words.upstreamDown(name), 502),
  };
  return sentences[outcome.kind]();
}

function fail(people: People, request: FastifyRequest, reply: FastifyReply, kind: 'down' | 'stale') {
  const language = languageOf(undefined, request.headers['accept-language']);
  const words = SIGN_IN_WORDS[language];
  const sentence = kind === 'down' ? words.upstreamDown(people.upstream?.name ?? '') : words.upstreamStale;
  return reply
    .code(kind === 'down' ? 502 : 400)
    .headers(pageHeaders('', people.frameAncestors()))
    .type('text/html; charset=utf-8')
    .send(errorPage(kind === 'down' ? 'temporarily_unavailable' : 'invalid_request', sentence, language));
}

/** Adds the ways from a page to the other provider and back; nothing when there is no other provider. */
export function registerUpstream(app: FastifyInstance, people: People, place: UpstreamPlace): void {
  const { upstream, publicUrl } = people;
  if (!upstream) return;

  app.get(`${place.path}/upstream`, async (request, reply) => {
    if (!(await place.isOurs(request, reply))) return fail(people, request, reply, 'stale');
    const at = place.pageOf(request);
    const begun = await upstream.begin(at, languageOf(undefined, request.headers['accept-language']));
    if (!begun) return fail(people, request, reply, 'down');
    return reply
      .header('set-cookie', cookie(COOKIE, begun.browser, `${publicUrl}${at}`, SECONDS))
      .header('cache-control', 'no-store')
      .redirect(begun.url, 303);
  });

  app.get(`${place.path}/upstream/callback`, async (request, reply) => {
    if (!(await place.isOurs(request, reply))) return fail(people, request, reply, 'stale');
    const browser = readCookie(request.headers.cookie, COOKIE);
    const answer = new URL(request.url, publicUrl).searchParams;
    return place.signedIn(request, reply, await upstream.finish(place.pageOf(request), browser, answer));
  });
}

/** Adds the one address that the other provider knows; it leads on to the page that the answer belongs to. */
export function registerUpstreamAddress(app: FastifyInstance, people: People): void {
  const { upstream, publicUrl } = people;
  if (!upstream) return;
  app.get('/auth/upstream/callback', async (request, reply) => {
    const { search, searchParams } = new URL(request.url, publicUrl);
    const at = await upstream.pageOf(searchParams.get('state'));
    if (!at) return fail(people, request, reply, 'stale');
    return reply
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .redirect(`${publicUrl}${at}/upstream/callback${search}`, 303);
  });
}
