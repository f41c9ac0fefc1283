// Consent: what a user has allowed which app, remembered, and when they have to be asked.
// https://openid.net/specs/openid-connect-core-1_0.html#Consent
import type { IncomingMessage } from 'node:http';
import { errors, type Grant, interactionPolicy, type RouteContext } from 'oidc-provider';
import type { Sql } from '../../db/pool.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { FIRST_PARTY_CLIENT } from '../launch/launch.ts';
import { grantable, inAccessToken, readScope } from '../launch/scopes.ts';

export interface ConsentDeps {
  fhirBase: string;
  sql: Sql;
  now: () => Date;
}

/** What a user has answered an app: words of scope parameters. */
export interface ConsentAnswer {
  allowed: readonly string[];
  declined: readonly string[];
}

/** The words that were asked about and allowed before, and whether there is any new one among them. */
export function remembered(asked: readonly string[], { allowed, declined }: ConsentAnswer) {
  const within = (word: string, words: readonly string[]) =>
    words.includes(word) || grantable(word, words.join(' '), resourceTypes).join() === word;
  const granted = asked.filter((word) => within(word, allowed));
  const isNew = asked.some((word) => !within(word, allowed) && !within(word, declined));
  return { granted, isNew };
}

/** The stored answer of a user to an app. */
export async function answerOf(
  sql: Sql,
  username: string,
  clientId: string,
): Promise<ConsentAnswer | undefined> {
  const [row] = await sql<ConsentAnswer[]>`
    select allowed, declined from auth_consent where username = ${username} and client_id = ${clientId}`;
  return row;
}

/** Stores an answer in place of the one before; words that were not asked about this time keep their answer. */
export async function saveAnswer(
  { sql, now }: ConsentDeps,
  username: string,
  clientId: string,
  { allowed, declined }: ConsentAnswer,
): Promise<void> {
  await sql`
    insert into auth_consent as c (username, client_id, allowed, declined, answered_at)
    values (${username}, ${clientId}, ${[...allowed]}, ${[...declined]}, ${now()})
    on conflict (username, client_id) do update set answered_at = excluded.answered_at,
      allowed = array(select distinct unnest(c.allowed || excluded.allowed)
                      except select unnest(excluded.declined) order by 1),
      declined = array(select distinct unnest(c.declined || excluded.declined)
                       except select unnest(excluded.allowed) order by 1)`;
}

/** True for apps that the organisation has approved for all its users. */
async function isPreapproved(sql: Sql, clientId: string): Promise<boolean> {
  if (clientId === FIRST_PARTY_CLIENT) return true;
  const [row] = await sql`select from auth_client where id = ${clientId} and preapproved`;
  return row !== undefined;
}

/** Requests that did not say prompt=consent; it was added for them, as OpenID Connect wants it with offline_access. */
const implied = new WeakSet<IncomingMessage>();

/** Notes that `prompt=consent` was added to a request that did not say it. */
export const implyConsent = (request: IncomingMessage): void => void implied.add(request);

/** Takes an added `prompt=consent` away again; call it after the scopes have been checked. */
export function dropImpliedConsent({ req, oidc }: RouteContext): void {
  if (!implied.has(req)) return;
  const others = [...oidc.prompts].filter((prompt) => prompt !== 'consent');
  oidc.params.prompt = others.length ? others.join(' ') : undefined;
}

/** Requests whose user has to be asked. */
const toAsk = new WeakSet<object>();

/**
 * The scopes that a request may be granted: those that the user has allowed before, or all of `asked` when there is
 * nothing to ask, or when the consent page comes next and narrows the grant.
 */
export async function consentedScopes(
  { sql }: ConsentDeps,
  { oidc }: RouteContext,
  username: string,
  asked: string[],
): Promise<string[]> {
  if (await isPreapproved(sql, oidc.client.clientId)) return asked;
  const answer = await answerOf(sql, username, oidc.client.clientId);
  const known = answer && remembered(asked, answer);
  if (known && !known.isNew && !oidc.prompts.has('consent')) return known.granted;
  toAsk.add(oidc);
  return asked;
}

/** The words that a grant gives. */
export const wordsOf = (grant: Grant, fhirBase: string): string[] =>
  [...(grant.openid?.scope ?? '').split(' '), ...(grant.resources?.[fhirBase] ?? '').split(' ')].filter(
    Boolean,
  );

/** Leaves of a grant only the words that were allowed, and stores it. */
export async function narrowGrant(grant: Grant, fhirBase: string, allowed: readonly string[]): Promise<void> {
  const kept = wordsOf(grant, fhirBase).filter((word) => allowed.includes(word));
  grant.openid = { scope: kept.filter((word) => readScope(word).kind === 'context').join(' ') };
  grant.resources = { [fhirBase]: kept.filter(inAccessToken).join(' ') };
  await grant.save();
}

/**
 * The grant of a request that comes back from a page which was shown after the grant had been made: the consent page, or
 * the sign-in page of an EHR launch with prompt=login. Undefined for every other request.
 * @throws AccessDenied when the grant is gone or another user's
 */
export async function answeredGrant(deps: ConsentDeps, ctx: RouteContext): Promise<Grant | undefined> {
  const { entities, result, provider, client } = ctx.oidc;
  const id = entities.Interaction?.grantId;
  const login = result?.login as { accountId: string } | undefined;
  if (!id || !login) return undefined;
  const grant = await provider.Grant.find(id);
  if (grant?.accountId !== login.accountId || grant.clientId !== client.clientId) {
    throw new errors.AccessDenied('This request was answered too late. Open the app again.');
  }
  if (!result?.consent) await consentedScopes(deps, ctx, grant.accountId, wordsOf(grant, deps.fhirBase));
  return grant;
}

/** True when the sign-in page has to be shown: nobody is known by this very request, or the app wants it again. */
export function needsSignIn({ oidc }: RouteContext): boolean {
  const { session, grant, params, result } = oidc;
  // An EHR does not say when it authenticated its user, so a launch cannot satisfy max_age.
  const unproven = params.max_age !== undefined && !result?.login;
  if (session.accountId && grant?.jti && !oidc.promptPending('login') && !unproven) return false;
  // The page says who it is, with the cookie of its own; no browser session takes part.
  delete session.accountId;
  return true;
}

/** The prompt of the interaction policy that shows the consent page. */
export function consentPrompt() {
  const { Check, Prompt } = interactionPolicy;
  const prompt = new Prompt({ name: 'consent', requestable: true });
  prompt.checks.clear();
  prompt.checks.add(
    new Check('consent', 'the user has to allow the app what it asks for', 'consent_required', ({ oidc }) => {
      if (!toAsk.has(oidc)) return false;
      delete oidc.session.accountId;
      return true;
    }),
  );
  return prompt;
}
