// What an authorization request has to pass here beyond OAuth: audience, launch, scopes; and the grant that it ends in.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-authorization-code
import { errors, type Grant, interactionPolicy, type RouteContext } from 'oidc-provider';
import type { Sql } from '../../db/pool.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import {
  answeredGrant,
  consentedScopes,
  consentPrompt,
  dropImpliedConsent,
  needsSignIn,
} from '../consent/consent.ts';
import { ADMIN_ROLE, type UserDirectory } from '../directory.ts';
import {
  bindLaunch,
  createLaunch,
  FIRST_PARTY_CLIENT,
  hasContext,
  type Launch,
  takeLaunch,
} from './launch.ts';
import {
  ADMIN_SCOPE,
  type CheckCriteria,
  grantable,
  inAccessToken,
  launchType,
  readScope,
  scopeProblem,
  scopeWords,
} from './scopes.ts';

export interface AuthorizeDeps {
  fhirBase: string;
  sql: Sql;
  now: () => Date;
  users: UserDirectory;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** How long a grant lives, in seconds, by the scope that asks for refresh tokens; without one, an hour. */
const LIFETIME = { offline_access: 365 * DAY, online_access: 12 * HOUR };
/** Seconds after which a refresh token that nobody uses ends. Every use gives a new one, while the grant lives. */
const IDLE = 30 * DAY;

/** Lifetime of a grant in seconds, from the scopes asked for. */
export function grantSeconds(scopes: ReadonlySet<string>): number {
  if (scopes.has('offline_access')) return LIFETIME.offline_access;
  return scopes.has('online_access') ? LIFETIME.online_access : HOUR;
}

/** Lifetime of a refresh token in seconds: never beyond its grant. */
export const refreshSeconds = ({ oidc }: RouteContext): number =>
  Math.min(IDLE, oidc.grant?.remainingTTL ?? IDLE);

/** True when the scopes ask for a refresh token. */
export const wantsRefresh = (scopes: ReadonlySet<string>) =>
  scopes.has('offline_access') || scopes.has('online_access');

/**
 * Replaces the scopes asked for by those that the client may be given, and returns those of the access token. Whatever a
 * registration says, no app but that of this server administers it.
 * @param checkCriteria what says whether a restriction by search parameters can be enforced; without it none can
 * @throws InvalidScope for a restriction that cannot be enforced, or when nothing is left
 */
export function narrowScopes({ oidc }: RouteContext, checkCriteria?: CheckCriteria): string {
  const asked = oidc.params.scope ?? '';
  const isOurs = oidc.client.clientId === FIRST_PARTY_CLIENT;
  const granted = grantable(asked, String(oidc.client.allowed_scope ?? ''), resourceTypes).filter(
    (word) => !word.startsWith('system/') && (isOurs || word !== ADMIN_SCOPE),
  );
  const problem = scopeProblem([...scopeWords(asked), ...granted], checkCriteria);
  if (problem) throw new errors.InvalidScope(problem.sentence, problem.word);
  if (!granted.length) {
    throw new errors.InvalidScope(
      'None of the scopes asked for may be given to this app. Ask for scopes that it is registered for.',
    );
  }
  oidc.params.scope = granted.join(' ');
  return granted.filter(inAccessToken).join(' ');
}

/** A launch that this request has taken. */
const taken = new WeakMap<object, Launch>();

/** The checks of the parameters that SMART adds; run after OAuth's own and before the user is looked for. */
export function launchParameters({ fhirBase, sql, now, users }: AuthorizeDeps) {
  return {
    async aud(ctx: RouteContext, aud: string | undefined) {
      dropImpliedConsent(ctx);
      if (aud?.replace(/\/$/, '') !== fhirBase) {
        throw new errors.InvalidRequest(
          `The parameter aud has to be the address of this FHIR server, ${fhirBase}.`,
        );
      }
    },
    /** An EHR launch signs its user in for this one request and leaves no browser session, so it needs no cookie. */
    async launch({ oidc }: RouteContext, handle: string | undefined) {
      const asked = oidc.requestParamScopes.has('launch');
      if (handle === undefined && asked) {
        throw new errors.InvalidRequest(
          'The scope launch needs the parameter launch, which the EHR gives to the app that it opens. Outside an EHR ask for launch/patient instead.',
        );
      }
      if (handle === undefined) return;
      if (!asked) {
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

/** The sign-in page whenever no launch and no sign-in of this very request says who the user is; then the consent page. */
export function interactionRules() {
  const { Check, Prompt } = interactionPolicy;
  const signIn = new Check(
    'sign_in',
    'The user has to sign in. Send the request again without prompt=none.',
    'login_required',
    needsSignIn,
  );
  const login = new Prompt({ name: 'login', requestable: true });
  login.checks.clear();
  login.checks.add(signIn);
  return [login, consentPrompt()];
}

/** The launch of this request: taken from the EHR, or made here from the choice on the sign-in page. */
async function launchOfRequest(
  { sql, now }: AuthorizeDeps,
  { oidc }: RouteContext,
): Promise<Launch | undefined> {
  const fromEhr = taken.get(oidc);
  if (fromEhr || !oidc.result?.login) return fromEhr;
  const { accountId } = oidc.result.login as { accountId: string };
  const { patient, encounter } = (oidc.result.choice ?? {}) as { patient?: string; encounter?: string };
  const context = {
    username: accountId,
    clientId: oidc.client.clientId,
    ...(patient && { patient }),
    ...(encounter && { encounter }),
  };
  return takeLaunch(sql, now(), await createLaunch(sql, now(), context), context.clientId);
}

/**
 * The scopes that make sense with this launch: `launch` from an EHR, `patient/` only with a patient, `launch/<type>` only
 * with context of that type.
 * @throws InvalidScope when nothing is left
 */
function scopesWithin(asked: Iterable<string>, launch: Launch, fromEhr: boolean): string[] {
  const scopes = [...asked].filter((word) => {
    if (word === 'launch') return fromEhr;
    if (word.startsWith('patient/')) return launch.patient !== null;
    const type = launchType(word);
    return type === undefined || hasContext(launch, type, word.includes('?'));
  });
  if (scopes.length) return scopes;
  throw new errors.InvalidScope(
    'No patient was chosen, and without one none of the scopes asked for can be given. Ask for launch/patient as well.',
  );
}

/** Makes the grant of a request whose user is known; undefined sends the user to the sign-in page. */
export function grantMaker(deps: AuthorizeDeps) {
  return async function loadExistingGrant(ctx: RouteContext): Promise<Grant | undefined> {
    const { oidc } = ctx;
    const answered = await answeredGrant(deps, ctx);
    const launch = answered ? undefined : await launchOfRequest(deps, ctx);
    await oidc.session.destroy();
    if (!launch) return answered;
    const user = await deps.users.find(launch.username);
    const fitting = [...oidc.requestParamScopes].filter(
      (word) => word !== ADMIN_SCOPE || user?.role === ADMIN_ROLE,
    );
    const asked = scopesWithin(fitting, launch, taken.has(oidc));
    const scopes = await consentedScopes(deps, ctx, launch.username, asked);
    const grant = new oidc.provider.Grant({ accountId: launch.username, clientId: oidc.client.clientId });
    const ofToken = scopes.filter(inAccessToken);
    grant.addOIDCScope(scopes.filter((word) => readScope(word).kind === 'context').join(' '));
    grant.addResourceScope(deps.fhirBase, ofToken.join(' '));
    const id = await grant.save();
    await bindLaunch(deps.sql, deps.now(), launch.id, id, grantSeconds(oidc.requestParamScopes));
    return grant;
  };
}
