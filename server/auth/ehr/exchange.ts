// Token exchange: the id token of a trusted EHR becomes tokens of ours, for the local user and the local patient that it means.
// https://www.rfc-editor.org/rfc/rfc8693
import type Provider from 'oidc-provider';
import { type Context, errors, type RouteContext } from 'oidc-provider';
import { grantSeconds, wantsRefresh } from '../launch/authorize.ts';
import { bindLaunch, createLaunch, takeLaunch } from '../launch/launch.ts';
import { ADMIN_SCOPE, launchType, readScope } from '../launch/scopes.ts';
import { accountFinder } from '../token/token.ts';
import {
  type Bound,
  type Interaction,
  InteractionRequired,
  type SubjectDeps,
  type SubjectParameters,
  subjectReaders,
} from './exchange-subject.ts';
import { EhrFailure } from './issuer-http.ts';
import { TokenRefused } from './issuer-token.ts';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** What a resource server is to oidc-provider; made by the provider's configuration. */
type ResourceInfo = (ctx: RouteContext, resource: string) => Promise<Record<string, unknown>>;

export interface ExchangeDeps extends SubjectDeps {
  fhirBase: string;
  resourceInfo: ResourceInfo;
}

/** Parameters of the request: those of RFC 8693, and those that say where the subject comes from. */
const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'resource',
  'audience',
  'scope',
  'ehr',
  'ehr_access_token',
  'ehr_patient',
  'nonce',
  'patient',
];
/** Those that may be repeated. */
const REPEATABLE = ['resource', 'audience'];

type Parameters = Record<string, string | readonly string[] | undefined>;

/** @throws InvalidRequest, InvalidTarget as section 2.2.2 names them */
function checkRequest(parameters: Parameters, types: ReadonlySet<string>, fhirBase: string): void {
  const { subject_token_type: type, requested_token_type: requested = ACCESS_TOKEN } = parameters;
  const missing = ['subject_token', 'subject_token_type'].find((name) => !parameters[name]);
  if (missing) throw new errors.InvalidRequest(`The parameter ${missing} is missing.`);
  if (!types.has(String(type)))
    throw new errors.InvalidRequest(
      `The parameter subject_token_type is not one that is exchanged here. Allowed: ${[...types].join(', ')}.`,
    );
  if (parameters.actor_token || parameters.actor_token_type)
    throw new errors.InvalidRequest(
      'Nobody acts for somebody else here: leave actor_token and actor_token_type out.',
    );
  if (requested !== ACCESS_TOKEN)
    throw new errors.InvalidRequest(`The parameter requested_token_type has to be ${ACCESS_TOKEN}.`);
  const targets = [parameters.resource, parameters.audience].flat().filter((one) => one !== undefined);
  if (targets.some((target) => target !== fhirBase))
    throw new errors.CustomOIDCProviderError(
      'invalid_target',
      `Access tokens are made only for ${fhirBase}: send it as resource, or leave resource and audience out.`,
    );
}

/** The failure of a subject as the token endpoint says it. */
function refusalOf(error: unknown): unknown {
  if (error instanceof TokenRefused) return new errors.InvalidRequest(error.message);
  if (error instanceof InteractionRequired)
    return new errors.CustomOIDCProviderError('interaction_required', error.message);
  if (!(error instanceof EhrFailure)) return error;
  const refused = error.status !== undefined && error.status >= 400 && error.status < 500;
  return refused
    ? new errors.InvalidRequest(`${error.message} Check ehr_access_token and ehr_patient.`)
    : new errors.CustomOIDCProviderError(
        'temporarily_unavailable',
        `${error.message} Try again in a moment.`,
      );
}

/**
 * The narrowed scopes that this exchange can grant: of a patient only with one, none that outlasts its user's stay, and not
 * administration: an EHR that errs about who somebody is must not change what is trusted here.
 */
function grantedScopes({ oidc }: RouteContext, { patient }: Bound): Set<string> {
  const words = [...oidc.requestParamScopes].filter((word) => {
    if (word === 'offline_access' || word === ADMIN_SCOPE) return false;
    if (word.startsWith('patient/')) return patient !== undefined;
    const type = launchType(word);
    return type === undefined || (type === 'patient' && patient !== undefined);
  });
  if (!words.length)
    throw new errors.InvalidScope(
      'Without a patient none of the scopes asked for can be given. Ask for user/ scopes, or send ehr_patient.',
    );
  oidc.params.scope = words.join(' ');
  return new Set(words);
}

/** Makes the grant, with the patient as its launch context. */
async function makeGrant(ctx: RouteContext, { sql, now, fhirBase }: ExchangeDeps, bound: Bound) {
  const { oidc } = ctx;
  const clientId = oidc.client.clientId;
  const scopes = grantedScopes(ctx, bound);
  const of = (kind: 'clinical' | 'context') =>
    [...scopes].filter((word) => readScope(word).kind === kind).join(' ');
  const grant = new oidc.provider.Grant({ accountId: bound.username, clientId });
  grant.addOIDCScope(of('context'));
  grant.addResourceScope(fhirBase, of('clinical'));
  const grantId = await grant.save();
  oidc.entity('Grant', grant);
  const launch = await createLaunch(sql, now(), { ...bound, clientId });
  await takeLaunch(sql, now(), launch, clientId);
  await bindLaunch(sql, now(), launch, grantId, grantSeconds(scopes));
  return { grant, grantId, scopes, clinical: of('clinical') };
}

/** Makes the tokens and the answer of section 2.2.1; the launch context is added to it like to every token answer. */
async function answer(ctx: RouteContext, deps: ExchangeDeps, bound: Bound): Promise<void> {
  const { oidc } = ctx;
  const { provider, client } = oidc;
  // This also narrows the scope of the request to what the client may be given.
  const info = await deps.resourceInfo(ctx, deps.fhirBase);
  const { grant, grantId, scopes, clinical } = await makeGrant(ctx, deps, bound);
  const about = {
    accountId: bound.username,
    client,
    grantId,
    gty: 'token_exchange',
    expiresWithSession: false,
  };
  const access = new provider.AccessToken(about);
  access.resourceServer = new provider.ResourceServer(deps.fhirBase, info);
  access.scope = clinical;
  oidc.entity('AccessToken', access);
  const body: Record<string, unknown> = {
    access_token: await access.save(),
    issued_token_type: ACCESS_TOKEN,
    token_type: 'Bearer',
    expires_in: access.expiration,
  };
  if (wantsRefresh(scopes) && client.grantTypeAllowed('refresh_token')) {
    const scope = [...scopes].join(' ');
    const refresh = new provider.RefreshToken({ ...about, scope, resource: deps.fhirBase, rotations: 0 });
    oidc.entity('RefreshToken', refresh);
    body.refresh_token = await refresh.save();
  }
  if (scopes.has('openid')) {
    const account = await accountFinder(deps.users, deps.fhirBase)(ctx, bound.username);
    const idToken = new provider.IdToken({ ...(await account?.claims()) }, { ctx });
    idToken.scope = grant.getOIDCScopeFiltered(scopes);
    body.id_token = await idToken.issue({ use: 'idtoken' });
  }
  ctx.body = body;
}

/**
 * Adds the grant type to the token endpoint. A user or patient who is not sure is answered with the error
 * `interaction_required` and its member `interaction` (type Interaction): what somebody has to do first.
 */
export function registerTokenExchange(provider: Provider, deps: ExchangeDeps): void {
  const readers = subjectReaders(deps);
  const types = new Set(readers.keys());
  const awaited = new WeakMap<Context, Interaction>();

  provider.registerGrantType(
    TOKEN_EXCHANGE,
    async (ctx) => {
      const parameters = ctx.oidc.params;
      checkRequest(parameters, types, deps.fhirBase);
      const read = readers.get(parameters.subject_token_type!)!;
      const bound = await read(parameters as unknown as SubjectParameters).catch((error: unknown) => {
        if (error instanceof InteractionRequired) awaited.set(ctx, error.interaction);
        throw refusalOf(error);
      });
      await answer(ctx, deps, bound);
    },
    PARAMETERS,
    REPEATABLE,
  );
  provider.use(async (ctx, next) => {
    await next();
    const interaction = awaited.get(ctx);
    if (interaction) ctx.body = { ...(ctx.body as object), interaction };
  });
}
