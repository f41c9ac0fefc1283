// The account page: what a user has allowed which app, taken back there with effect at once.
// https://www.rfc-editor.org/rfc/rfc7009
import type { FastifyInstance } from 'fastify';
import { consentGroups } from '../consent/words.ts';
import type { User } from '../directory.ts';
import { FIRST_PARTY_CLIENT } from '../launch/launch.ts';
import { problemSummary } from '../page/form.ts';
import { escapeHtml } from '../page/page.ts';
import { identify, identifyForms, isProblem, type Problem } from '../sign-in/identify.ts';
import { SIGN_IN_WORDS } from '../sign-in/words.ts';
import type { AllowedApp } from './grants.ts';
import type { People } from './people.ts';
import type { AccountSession } from './session.ts';
import { registerSignOut } from './sign-out.ts';
import { registerUpstream, registerUpstreamAddress, upstreamProblem } from './upstream-page.ts';
import { sendPage, sessionOfForm, type Visit, visitOf } from './visit.ts';

type Posted = { Body?: URLSearchParams };

const hidden = (name: string, value: string) =>
  `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;

/** One app as a card: what it may do, since when, and the button that takes it back. */
function card(app: AllowedApp, name: string, { words, language }: Visit, { token }: AccountSession): string {
  const groups = consentGroups(app.words, language).map(({ title }) => `<li>${escapeHtml(title)}</li>`);
  const exactly = app.words.map((word) => `<li><code>${escapeHtml(word)}</code></li>`);
  const day = app.since.toLocaleDateString(language, { dateStyle: 'long', timeZone: 'UTC' });
  return `<section class="card"><h2>${escapeHtml(name)}</h2><p class="hint">${escapeHtml(words.since(day))}</p><ul>${groups.join('')}</ul><details><summary>${words.details}</summary><ul>${exactly.join('')}</ul></details><form method="post" action="grants/revoke">${hidden('token', token)}${hidden('client', app.clientId)}<div class="actions"><button type="submit" class="plain">${escapeHtml(words.revoke(name))}</button></div></form></section>`;
}

const nameOf = async ({ clients }: People, clientId: string): Promise<string> =>
  clientId === FIRST_PARTY_CLIENT ? 'Throughline' : ((await clients.find(clientId))?.name ?? clientId);

async function showGrants(
  people: People,
  visit: Visit,
  session: AccountSession,
  user: User,
  revoked: boolean,
) {
  const { words } = visit;
  const apps = await people.grants.list(user.username);
  const cards = await Promise.all(
    apps.map(async (app) => card(app, await nameOf(people, app.clientId), visit, session)),
  );
  const body = [
    revoked ? `<p role="status"><strong>${words.revoked}</strong></p>` : '',
    `<p>${escapeHtml(words.signedInAs(user.name))}</p>`,
    cards.join('') || `<p>${words.none}</p>`,
    `<form method="post" action="sign-out">${hidden('token', session.token)}<div class="actions"><button type="submit" class="plain">${words.signOut}</button></div></form>`,
  ];
  return sendPage(people, visit, words.title, body.join(''));
}

async function showSignIn(people: People, visit: Visit, filled = new URLSearchParams(), problem?: Problem) {
  const words = SIGN_IN_WORDS[visit.language];
  const body = await identifyForms(people, words, {
    action: `${people.grantsUrl}/sign-in`,
    upstream: people.upstream && { name: people.upstream.name, href: `${people.grantsUrl}/upstream` },
    name: filled.get('name') ?? '',
    triedPassword: filled.has('password'),
  });
  if (!body) return sendPage(people, visit, visit.words.signIn, `<p role="alert">${words.nobody}</p>`, 403);
  const summary = problem ? problemSummary(words.problem, problem.sentence, problem.field) : '';
  if (problem?.wait) visit.reply.header('retry-after', problem.wait);
  return sendPage(people, visit, visit.words.signIn, summary + body, problem?.status);
}

const sendStale = (people: People, visit: Visit) =>
  sendPage(
    people,
    visit,
    visit.words.title,
    `<p role="alert">${visit.words.stale}</p><p><a href="${escapeHtml(people.grantsUrl)}">${visit.words.open}</a></p>`,
    403,
  );

/** Begins a session and shows the page. */
async function begin(people: People, { reply }: Visit, { username }: User) {
  people.onEvent({ kind: 'login', user: username, at: people.now() });
  return reply
    .header('set-cookie', await people.sessions.begin(username))
    .header('cache-control', 'no-store')
    .redirect(people.grantsUrl, 303);
}

function registerSignInForGrants(app: FastifyInstance, people: People): void {
  app.post<Posted>('/auth/grants/sign-in', async (request, reply) => {
    const visit = visitOf(request, reply);
    const filled = request.body ?? new URLSearchParams();
    const found = await identify(people, filled, request.ip, SIGN_IN_WORDS[visit.language]);
    if (!isProblem(found)) return begin(people, visit, found.user);
    people.onEvent({ kind: 'refused', error: 'login_required', address: request.ip, at: people.now() });
    return showSignIn(people, visit, filled, found.problem);
  });

  registerUpstream(app, people, {
    path: '/auth/grants',
    pageOf: () => '/auth/grants',
    isOurs: async () => true,
    async signedIn(request, reply, outcome) {
      const visit = visitOf(request, reply);
      const asked = { words: SIGN_IN_WORDS[visit.language], onlyAccount: undefined };
      const problem = upstreamProblem(people, outcome, asked);
      if (problem) return sendPage(people, visit, problem.title, problem.body, problem.status);
      return outcome.kind === 'user' ? begin(people, visit, outcome.user) : sendStale(people, visit);
    },
  });
}

/** Adds `/auth/grants` and what belongs to it. */
export function registerAccountPages(app: FastifyInstance, people: People): void {
  registerUpstreamAddress(app, people);
  registerSignInForGrants(app, people);
  registerSignOut(app, people);

  app.get<{ Querystring: { revoked?: string } }>('/auth/grants', async (request, reply) => {
    const visit = visitOf(request, reply);
    const session = await people.sessions.of(request.headers.cookie);
    const user = session && (await people.users.find(session.username));
    if (!session || !user) return showSignIn(people, visit);
    return showGrants(people, visit, session, user, request.query.revoked !== undefined);
  });

  app.post<Posted>('/auth/grants/revoke', async (request, reply) => {
    const session = await sessionOfForm(people, request);
    const client = request.body?.get('client');
    if (!session || !client) return sendStale(people, visitOf(request, reply));
    await people.grants.revoke(session.username, client);
    people.onEvent({ kind: 'revocation', user: session.username, client, at: people.now() });
    return reply.redirect(`${people.grantsUrl}?revoked`, 303);
  });
}
