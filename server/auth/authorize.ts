// What an authorization request has to pass here beyond OAuth: audience, launch, scopes; and the grant that it ends in.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-authorization-code
import { errors, type Grant, interactionPolicy, type RouteContext } from 'oidc-provider';
import type { Sql } from '../db/pool.ts';
import { resourceTypes } from '../fhir/elements.ts';
import type { UserDirectory } from './directory.ts';
import { bindLaunch, createLaunch, type Launch, takeLaunch } from './launch.ts';
import { grantable, readScope, scopeWords } from './scopes.ts';

export interface AuthorizeDeps {
  fhirBase: string;
  sql: Sql;
  now: () => Date;
  users: UserDirectory;
}

const HOUR = 3600;
/** How long a grant and its refresh tokens live, in seconds, by the scope that asks for them; without one, an hour. */
const LIFETIME = { offline_access: 30 * 24 * HOUR, online_access: 12 * HOUR };

/** Lifetime of a grant in seconds, from the scopes asked for. */
export function grantSeconds(scopes: ReadonlySet<string>): number {
  if (scopes.has('offline_access')) return LIFETIME.offline_access;
  return scopes.has('online_access') ? LIFETIME.online_access : HOUR;
}

/** True when the scopes ask for a refresh token. */
export const wantsRefresh = (scopes: ReadonlySet<string>) =>
  scopes.has('offline_access') || scopes.has('online_access');

/**
 * Replaces the scopes asked for by those that the client may be given, and returns the clinical ones.
 * @throws InvalidScope for a restricted scope, or when nothing is left
 */
export function narrowScopes({ oidc }: RouteContext): string {
  const asked = oidc.params.scope ?? '';
  const restricted = scopeWords(asked).find((word) => readScope(word).kind === 'restricted');
  if (restricted) {
    const plain = restricted.slice(0, restricted.indexOf('?'));
    throw new errors.InvalidScope(
      `Scopes narrowed by a search parameter are not supported; ask for ${plain} instead.`,
      restricted,
    );
  }
  const granted = grantable(asked, String(oidc.client.allowed_scope ?? ''), resourceTypes).filter(
    (word) => !word.startsWith('system/'),
  );
  if (!granted.length)
    throw new errors.InvalidScope('None of the scopes asked for may be given to this app.');
  oidc.params.scope = granted.join(' ');
  return granted.filter((word) => readScope(word).kind === 'clinical').join(' ');
}

/** A launch that this request has taken. */
const taken = new WeakMap<object, Launch>();

/** The checks of the parameters that SMART adds; run after OAuth's own and before the user is looked for. */
export function launchParameters({ fhirBase, sql, now, users }: AuthorizeDeps) {
  return {
    async aud(_ctx: RouteContext, aud: string | undefined) {
      if (aud?.replace(/\/$/, '') !== fhirBase) {
        throw new errors.InvalidRequest(
          `The parameter aud has to be the address of this FHIR server, ${fhirBase}.`,
        );
      }
    },
    /** An EHR launch signs its user in for this one request and leaves no browser session, so it needs no cookie. */
    async launch({ oidc }: RouteContext, handle: string | undefined) {
      if (handle === undefined) return;
      if (!oidc.requestParamScopes.has('launch')) {
        throw new errors.InvalidScope(
          'A request with the parameter launch has to ask for the scope launch.',
          'launch',
        );
      }
      const launch = await takeLaunch(sql, now(), handle, oidc.client.clientId);
      if (!launch) {
        throw new errors.InvalidRequest(
          'This launch has expired or was used before. Open the app from the EHR again.',
        );
      }
      if (!(await users.find(launch.username))) {
        throw new errors.InvalidRequest(
          'The user of this launch is not known here. Ask an administrator to register them.',
        );
      }
      taken.set(oidc, launch);
      await oidc.session.destroy();
      oidc.session.loginAccount({ accountId: launch.username, amr: ['ehr'] });
    },
  };
}

/** One prompt, the sign-in page, whenever no launch and no sign-in of this very request says who the user is. */
export function interactionRules() {
  const { Check, Prompt } = interactionPolicy;
  const signIn = new Check(
    'sign_in',
    'the user has to sign in',
    'login_required',
    ({ oidc }) => !oidc.session.accountId,
  );
  const login = new Prompt({ name: 'login', requestable: true });
  login.checks.clear();
  login.checks.add(signIn);
  // Apps are registered by the organisation, which consents for its users: asking for consent is allowed and shows nothing.
  const consent = new Prompt({ name: 'consent', requestable: true });
  consent.checks.clear();
  return [login, consent];
}

/** The launch of this request: taken from the EHR, or made here from the choice on the sign-in page. */
async function launchOfRequest(
  { sql, now }: AuthorizeDeps,
  { oidc }: RouteContext,
): Promise<Launch | undefined> {
  const fromEhr = taken.get(oidc);
  if (fromEhr || !oidc.result?.login) return fromEhr;
  const { accountId } = oidc.result.login as { accountId: string };
  const { patient } = (oidc.result.choice ?? {}) as { patient?: string };
  const context = { username: accountId, clientId: oidc.client.clientId, ...(patient && { patient }) };
  return takeLaunch(sql, now(), await createLaunch(sql, now(), context), context.clientId);
}

/** The scopes that make sense with this launch: `patient/` scopes and `launch/patient` only with a patient. */
function scopesWithin(asked: Iterable<string>, launch: Launch, fromEhr: boolean): string[] {
  return [...asked].filter((word) => {
    if (word === 'launch') return fromEhr;
    return launch.patient !== null || !/^(patient\/|launch\/patient$)/.test(word);
  });
}

/** Makes the grant of a request whose user is known; undefined sends the user to the sign-in page. */
export function grantMaker(deps: AuthorizeDeps) {
  return async function loadExistingGrant(ctx: RouteContext): Promise<Grant | undefined> {
    const { oidc } = ctx;
    const launch = await launchOfRequest(deps, ctx);
    if (!launch) return undefined;
    await oidc.session.destroy();
    const grant = new oidc.provider.Grant({ accountId: launch.username, clientId: oidc.client.clientId });
    const scopes = scopesWithin(oidc.requestParamScopes, launch, taken.has(oidc));
    const clinical = scopes.filter((word) => readScope(word).kind === 'clinical');
    grant.addOIDCScope(scopes.filter((word) => readScope(word).kind === 'context').join(' '));
    grant.addResourceScope(deps.fhirBase, clinical.join(' '));
    const id = await grant.save();
    await bindLaunch(deps.sql, deps.now(), launch.id, id, grantSeconds(oidc.requestParamScopes));
    return grant;
  };
}
