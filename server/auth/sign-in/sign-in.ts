// The sign-in pages: who somebody is, which patient and visit a standalone launch is about, and what the app may do.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-standalone-launch
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Interaction } from 'oidc-provider';
import { registerAccountPages } from '../account/page.ts';
import { createPeople, type People, type PeopleDeps } from '../account/people.ts';
import { registerUpstream, upstreamProblem } from '../account/upstream-page.ts';
import { consentPage, takeConsent } from '../consent/page.ts';
import { problemSummary } from '../page/form.ts';
import { type Language, languageOf } from '../page/language.ts';
import { errorPage, formTargetOf, page, pageHeaders } from '../page/page.ts';
import { identifyForms, type Problem } from './identify.ts';
import {
  type Asked,
  advance,
  asksFor,
  encounterPage,
  nextStep,
  PAGE,
  type Progress,
  patientChoice,
  patientPage,
} from './steps.ts';
import { SIGN_IN_WORDS } from './words.ts';

/** A request to the pages of one interaction. */
interface Visit {
  request: FastifyRequest;
  reply: FastifyReply;
  language: Language;
  interaction: Interaction;
}

type Params = { Params: { uid: string } };
type Posted = Params & { Body?: URLSearchParams };

/** Sends a page that leads on to the app that asked. */
function send(
  people: People,
  { reply, language, interaction }: Visit,
  title: string,
  body: string,
  status = 200,
) {
  const { redirect_uri: target } = interaction.params;
  return reply
    .code(status)
    .headers(pageHeaders(target && formTargetOf(target), people.frameAncestors()))
    .type('text/html; charset=utf-8')
    .send(page(title, body, language));
}

/** The interaction of this browser and this address; undefined for any other, and when it is too old. */
async function visitOf(
  { provider }: People,
  request: FastifyRequest<Params>,
  reply: FastifyReply,
): Promise<Visit | undefined> {
  const interaction = await provider.interactionDetails(request.raw, reply.raw).catch(() => undefined);
  if (interaction?.uid !== request.params.uid) return undefined;
  const language = languageOf(interaction.params.ui_locales, request.headers['accept-language']);
  return { request, reply, language, interaction };
}

function sendExpired({ frameAncestors }: People, request: FastifyRequest, reply: FastifyReply) {
  const language = languageOf(undefined, request.headers['accept-language']);
  return reply
    .code(400)
    .headers(pageHeaders('', frameAncestors()))
    .type('text/html; charset=utf-8')
    .send(errorPage('invalid_request', SIGN_IN_WORDS[language].expired, language));
}

async function askedOf(
  { provider }: People,
  { interaction, request, language }: Visit,
  body?: URLSearchParams,
) {
  const grant = interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined;
  const asked: Asked = {
    interaction,
    onlyAccount: grant?.accountId,
    progress: (interaction.result?.progress ?? {}) as Progress,
    filled: body ?? new URLSearchParams(),
    address: request.ip,
    words: SIGN_IN_WORDS[language],
  };
  return asked;
}

/** The form that asks who somebody is; with few patients, demo users choose one on the same page. */
async function accountPage(people: People, { interaction }: Visit, { words, filled, onlyAccount }: Asked) {
  const asks = !onlyAccount && (asksFor(interaction, 'patient') || asksFor(interaction, 'encounter'));
  const charts = people.demo && asks ? await people.patients.list() : [];
  return identifyForms(people, words, {
    action: '',
    upstream: people.upstream && {
      name: people.upstream.name,
      href: `${people.publicUrl}/auth/sign-in/${interaction.uid}/upstream`,
    },
    name: filled.get('name') ?? '',
    triedPassword: filled.has('password'),
    more: charts.length && charts.length <= PAGE ? patientChoice(words, charts) : '',
  });
}

/** A sign-in that failed is told to whoever audits; not the name that was tried, which may be a password. */
const tellRefusal = ({ onEvent, now }: People, { request, interaction }: Visit) =>
  onEvent({
    kind: 'refused',
    error: 'login_required',
    address: request.ip,
    at: now(),
    ...(interaction.params.client_id && { client: interaction.params.client_id }),
  });

/** Shows the page of the first step that is left. */
async function show(people: People, visit: Visit, asked: Asked, problem?: Problem) {
  const { words } = asked;
  const step = nextStep(asked);
  const pages = {
    account: () => accountPage(people, visit, asked),
    patient: () => patientPage(people, asked),
    encounter: () => encounterPage(people, asked),
  };
  const body = step && (await pages[step]());
  if (!body) return send(people, visit, words.signIn, `<p role="alert">${words.nobody}</p>`, 403);
  const summary = problem ? problemSummary(words.problem, problem.sentence, problem.field) : '';
  if (problem?.wait) visit.reply.header('retry-after', problem.wait);
  return send(people, visit, words.signIn, summary + body, problem?.status);
}

/** Keeps what is known now, and goes on: to the next page, or back to the authorization request. */
async function goOn(people: People, { request, reply, interaction }: Visit, asked: Asked) {
  const { account, amr, at, patient, encounter } = asked.progress;
  const login = { accountId: account, remember: false, ts: at, ...(amr?.length && { amr }) };
  const visit = encounter && encounter !== people.noVisit ? encounter : undefined;
  const result = nextStep(asked)
    ? { progress: asked.progress }
    : { login, choice: { patient, encounter: visit } };
  const resume = await people.provider.interactionResult(request.raw, reply.raw, result, {
    mergeWithLastSubmission: false,
  });
  const next = 'login' in result ? resume : `${people.publicUrl}/auth/sign-in/${interaction.uid}`;
  return reply.redirect(next, 303);
}

function registerInteractions(app: FastifyInstance, people: People): void {
  const address = '/auth/sign-in/:uid';

  app.get<Params>(address, async (request, reply) => {
    const visit = await visitOf(people, request, reply);
    if (!visit) return sendExpired(people, request, reply);
    if (visit.interaction.prompt.name === 'consent') {
      const shown = await consentPage(people, visit.interaction, visit.language, people.grantsUrl);
      return shown ? send(people, visit, shown.title, shown.body) : sendExpired(people, request, reply);
    }
    const asked = await askedOf(people, visit);
    const onlyUpstream = !people.passwords && !people.demo && people.upstream;
    if (onlyUpstream && nextStep(asked) === 'account')
      return reply.redirect(`${people.publicUrl}${request.url.split('?')[0]}/upstream`, 303);
    return show(people, visit, asked);
  });

  app.post<Posted>(address, async (request, reply) => {
    const visit = await visitOf(people, request, reply);
    if (!visit) return sendExpired(people, request, reply);
    const filled = request.body ?? new URLSearchParams();
    if (visit.interaction.prompt.name === 'consent') {
      const next = await takeConsent(people, request, reply, visit.interaction, filled);
      return next ? reply.redirect(next, 303) : sendExpired(people, request, reply);
    }
    const asked = await askedOf(people, visit, filled);
    if (filled.has('find')) return show(people, visit, asked);
    const { progress, problem } = await advance(people, asked);
    if (!problem) return goOn(people, visit, { ...asked, progress });
    if (problem.status !== 400) tellRefusal(people, visit);
    await people.provider.interactionResult(
      request.raw,
      reply.raw,
      { progress },
      { mergeWithLastSubmission: false },
    );
    return show(people, visit, { ...asked, progress }, problem);
  });

  registerUpstream(app, people, {
    path: address,
    pageOf: (request) => `/auth/sign-in/${(request.params as { uid: string }).uid}`,
    async isOurs(request, reply) {
      return Boolean(await visitOf(people, request as FastifyRequest<Params>, reply));
    },
    async signedIn(request, reply, outcome) {
      const visit = await visitOf(people, request as FastifyRequest<Params>, reply);
      if (!visit) return sendExpired(people, request, reply);
      const asked = await askedOf(people, visit);
      const problem = upstreamProblem(people, outcome, asked);
      if (problem) return send(people, visit, problem.title, problem.body, problem.status);
      if (outcome.kind !== 'user') return sendExpired(people, request, reply);
      const at = Math.floor(people.now().getTime() / 1000);
      const progress = { ...asked.progress, account: outcome.user.username, at, amr: outcome.amr ?? [] };
      return goOn(people, visit, { ...asked, progress });
    },
  });
}

/** Adds the pages of the authorization server that people see: sign-in, consent, and what they have allowed. */
export function registerSignIn(app: FastifyInstance, deps: PeopleDeps): void {
  const people = createPeople(deps);
  registerInteractions(app, people);
  registerAccountPages(app, people);
}
