// What happens at the authorization server, told to whoever audits it: tokens given, requests refused, clients registered.
import type { IncomingMessage } from 'node:http';
import { decodeJwt } from 'jose';
import type Provider from 'oidc-provider';
import type { Context, ProviderError } from 'oidc-provider';

/** What an administrator changed. Never a secret. */
export interface AdminChange {
  action: 'C' | 'U' | 'D';
  what: 'ehr' | 'patient-link' | 'user-link' | 'client' | 'invitation' | 'account' | 'export';
  id: string;
  /** Names of what changed, with the new value where it says who may do what. */
  members?: readonly (readonly [name: string, value: string])[];
}

/** One event. Never a token, a code or a secret. */
export interface AuthEvent {
  kind: 'token' | 'refused' | 'login' | 'logout' | 'registration' | 'revocation' | 'administration';
  /** Client id: authenticated, or (refused) claimed. */
  client?: string;
  /** Name of the account. */
  user?: string;
  /** Error code of the OAuth or OpenID Connect specification. */
  error?: string;
  /** Why, for the operator; may be more than the client was told. */
  detail?: string;
  grantType?: string;
  /** Network address of the caller. */
  address?: string;
  /** Of an event of administration. */
  change?: AdminChange;
  at: Date;
}

export type OnEvent = (event: AuthEvent) => void;

const addresses = new WeakMap<IncomingMessage, string>();

/** Remembers who sent a request that is handed to oidc-provider. */
export const rememberAddress = (message: IncomingMessage, address: string): void =>
  void addresses.set(message, address);

const LONGEST_ID = 200;

/** Who a request says its client is, where that was not proved. */
function claimedClient(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { client_id, client_assertion }: Record<string, unknown> = {},
): string | undefined {
  const basic = /^Basic ([\w+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  const read = () => {
    if (typeof client_assertion === 'string') return decodeJwt(client_assertion).sub;
    return basic && decodeURIComponent(Buffer.from(basic, 'base64').toString('utf8').split(':')[0]!);
  };
  try {
    const claimed = client_id ?? read();
    return typeof claimed === 'string' ? claimed.slice(0, LONGEST_ID) : undefined;
  } catch {
    return undefined;
  }
}

/** What all events of a request say. */
function about({ oidc, req }: Context): Partial<AuthEvent> {
  const { client, params, account, entities } = oidc ?? {};
  const { AccessToken, RefreshToken, AuthorizationCode } = entities ?? {};
  const found = {
    client: client?.clientId ?? claimedClient(req, params),
    user: account?.accountId ?? [AccessToken, RefreshToken, AuthorizationCode].find(Boolean)?.accountId,
    grantType: typeof params?.grant_type === 'string' ? params.grant_type : undefined,
    address: addresses.get(req),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Events of oidc-provider that tell of something done. */
const DONE: [name: string, kind: AuthEvent['kind']][] = [
  ['grant.success', 'token'],
  ['authorization.success', 'login'],
  ['end_session.success', 'logout'],
  ['registration_create.success', 'registration'],
  ['registration_delete.success', 'registration'],
];

/** Events of oidc-provider that tell of a refusal. */
const REFUSED = [
  'authorization.error',
  'end_session.error',
  'grant.error',
  'introspection.error',
  'registration_create.error',
  'registration_delete.error',
  'registration_read.error',
  'revocation.error',
  'server_error',
];

/** An assertion that failed is its sender's to mend: they are told what oidc-provider keeps to itself. */
function explain(ctx: Context, { error, error_detail: detail }: ProviderError): void {
  if (error !== 'invalid_client' || !detail || !ctx.oidc?.params?.client_assertion) return;
  ctx.body = { ...(ctx.body as object), error_description: detail };
}

/** Tells `onEvent` of what the provider does. */
export function reportEvents(provider: Provider, now: () => Date, onEvent: OnEvent): void {
  for (const [name, kind] of DONE) provider.on(name, (ctx) => onEvent({ kind, ...about(ctx), at: now() }));
  for (const name of REFUSED)
    provider.on(name, (ctx, problem) => {
      const { error, error_description, error_detail } = problem as ProviderError;
      const told = { error: error ?? 'server_error', detail: error_detail ?? error_description };
      onEvent({ kind: 'refused', ...about(ctx), ...told, at: now() });
    });
  provider.on('grant.error', (ctx, problem) => explain(ctx, problem as ProviderError));
  provider.use(async (ctx, next) => {
    await next();
    const { AccessToken, ClientCredentials, RefreshToken } = ctx.oidc?.entities ?? {};
    const revoked = ctx.oidc?.route === 'revocation' && ctx.status === 200;
    if (revoked && (AccessToken ?? ClientCredentials ?? RefreshToken))
      onEvent({ kind: 'revocation', ...about(ctx), at: now() });
  });
}
