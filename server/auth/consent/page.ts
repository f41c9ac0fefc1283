// The consent page: who asks for what, in plain words, with one box for each thing that may be declined.
// https://openid.net/specs/openid-connect-core-1_0.html#Consent
import type { FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import type { Grant, Interaction } from 'oidc-provider';
import type { ClientDirectory } from '../client/directory.ts';
import type { UserDirectory } from '../directory.ts';
import { form } from '../page/form.ts';
import type { Language } from '../page/language.ts';
import { escapeHtml } from '../page/page.ts';
import { type ConsentDeps, narrowGrant, saveAnswer, wordsOf } from './consent.ts';
import { type ConsentGroup, consentGroups } from './words.ts';

export interface ConsentPageDeps extends ConsentDeps {
  provider: Provider;
  clients: ClientDirectory;
  users: UserDirectory;
}

const en = {
  title: (app: string) => `Allow ${app}?`,
  intro: (app: string, user: string) =>
    `You are signed in as ${user}. ${app} asks you to let it do the following.`,
  needed: 'It needs',
  optional: 'You may leave out',
  details: 'What exactly',
  allow: 'Allow',
  deny: 'Do not allow',
  later: 'You can take this back at any time at',
};
const es: typeof en = {
  title: (app) => `¿Permitir ${app}?`,
  intro: (app, user) => `Usted inició sesión como ${user}. ${app} le pide que le permita lo siguiente.`,
  needed: 'Necesita',
  optional: 'Usted puede dejar fuera',
  details: 'Qué exactamente',
  allow: 'Permitir',
  deny: 'No permitir',
  later: 'Puede revocarlo en cualquier momento en',
};
const WORDS: Readonly<Record<Language, typeof en>> = { en, es };

const exactly = ({ words }: ConsentGroup, summary: string) =>
  `<details><summary>${escapeHtml(summary)}</summary><ul>${words.map((word) => `<li><code>${escapeHtml(word)}</code></li>`).join('')}</ul></details>`;

const box = (group: ConsentGroup, summary: string) =>
  `<label class="choice"><input type="checkbox" name="keep" value="${escapeHtml(group.key)}" checked> <span>${escapeHtml(group.title)}</span></label>${exactly(group, summary)}`;

const fixed = (group: ConsentGroup, summary: string) =>
  `<li>${escapeHtml(group.title)}${exactly(group, summary)}</li>`;

/** The grant that waits for the answer. */
const grantOf = async (
  { provider }: ConsentPageDeps,
  { grantId }: Interaction,
): Promise<Grant | undefined> => (grantId ? provider.Grant.find(grantId) : undefined);

/** Title and content of the page; undefined when the request is not there any more. */
export async function consentPage(
  deps: ConsentPageDeps,
  interaction: Interaction,
  language: Language,
  grantsUrl: string,
): Promise<{ title: string; body: string } | undefined> {
  const grant = await grantOf(deps, interaction);
  const client = grant && (await deps.clients.find(grant.clientId));
  const user = grant && (await deps.users.find(grant.accountId));
  if (!client || !user) return undefined;
  const words = WORDS[language];
  const groups = consentGroups(wordsOf(grant, deps.fhirBase), language);
  const needed = groups.filter(({ required }) => required).map((group) => fixed(group, words.details));
  const optional = groups.filter(({ required }) => !required).map((group) => box(group, words.details));
  const body = [
    `<p>${escapeHtml(words.intro(client.name, user.name))}</p>`,
    needed.length ? `<h2>${words.needed}</h2><ul>${needed.join('')}</ul>` : '',
    optional.length ? `<fieldset><legend>${words.optional}</legend>${optional.join('')}</fieldset>` : '',
    `<div class="actions"><button type="submit" name="decision" value="allow">${words.allow}</button><button type="submit" class="plain" name="decision" value="deny">${words.deny}</button></div>`,
    `<p class="hint">${words.later} <a href="${escapeHtml(grantsUrl)}" target="_blank" rel="noopener">${escapeHtml(grantsUrl)}</a></p>`,
  ];
  return { title: words.title(client.name), body: form(body.join('')) };
}

/**
 * Takes the answer of the page: the grant keeps what was allowed, and the answer is remembered.
 * @returns where the browser goes on; undefined when the request is not there any more
 */
export async function takeConsent(
  deps: ConsentPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  interaction: Interaction,
  answer: URLSearchParams,
): Promise<string | undefined> {
  const grant = await grantOf(deps, interaction);
  if (!grant) return undefined;
  const finish = (result: Record<string, unknown>) =>
    deps.provider.interactionResult(request.raw, reply.raw, result);
  const kept = answer.getAll('keep');
  const groups = consentGroups(wordsOf(grant, deps.fhirBase), 'en');
  const isAllowed = ({ required, key }: ConsentGroup) => required || kept.includes(key);
  const allowed = groups.filter(isAllowed).flatMap(({ words }) => words);
  const declined = groups.filter((group) => !isAllowed(group)).flatMap(({ words }) => words);
  if (answer.get('decision') !== 'allow' || !allowed.length) {
    await grant.destroy();
    return finish({ error: 'access_denied', error_description: 'The user did not allow it.' });
  }
  await saveAnswer(deps, grant.accountId, grant.clientId, { allowed, declined });
  await narrowGrant(grant, deps.fhirBase, allowed);
  const before = interaction.lastSubmission?.login as Record<string, unknown> | undefined;
  const login = { amr: ['ehr'], ...before, accountId: grant.accountId, remember: false };
  return finish({ login, consent: { allowed } });
}
