// Types for the part of oidc-provider that is used here; the package ships none.
// https://github.com/panva/node-oidc-provider/blob/v9.x/docs/README.md

declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export type AdapterPayload = Record<string, unknown> & {
    grantId?: string;
    userCode?: string;
    uid?: string;
  };

  export interface Adapter {
    upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void>;
    find(id: string): Promise<AdapterPayload | undefined>;
    findByUid(uid: string): Promise<AdapterPayload | undefined>;
    findByUserCode(userCode: string): Promise<AdapterPayload | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  export interface Client {
    clientId: string;
    clientName?: string;
    redirectUris: string[];
    grantTypes: string[];
    tokenEndpointAuthMethod: string;
    grantTypeAllowed(type: string): boolean;
    [metadata: string]: unknown;
  }

  export interface Account {
    accountId: string;
    claims(use: string, scope: string): Promise<Record<string, unknown>>;
    [detail: string]: unknown;
  }

  export class Grant {
    constructor(properties: { accountId: string; clientId: string });
    static find(id: string): Promise<Grant | undefined>;
    /** Its id; undefined until it is stored. */
    jti?: string;
    accountId: string;
    clientId: string;
    openid?: { scope?: string };
    /** Scopes by resource. */
    resources?: Record<string, string>;
    destroy(): Promise<void>;
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    getOIDCScopeFiltered(scopes: Set<string>): string;
    getResourceScope(resource: string): string;
    /** Seconds that the grant still lives. */
    remainingTTL: number;
    /** Stores the grant and returns its id. */
    save(): Promise<string>;
  }

  export interface Token {
    kind: string;
    jti: string;
    clientId: string;
    grantId: string;
    accountId?: string;
    scope?: string;
    scopes: Set<string>;
    remainingTTL: number;
  }

  export interface Session {
    accountId?: string;
    loginAccount(details: { accountId: string; amr?: string[]; transient?: boolean }): void;
    destroy(): Promise<void>;
  }

  export interface Interaction {
    uid: string;
    prompt: { name: string };
    params: Record<string, string | undefined>;
    /** What the page has found out so far. */
    result?: Record<string, unknown>;
    /** What the page before this one found out. */
    lastSubmission?: Record<string, unknown>;
    /** Grant that was made before the page was shown. */
    grantId?: string;
  }

  /** A Koa context inside oidc-provider. */
  export interface Context {
    req: IncomingMessage;
    res: ServerResponse;
    status: number;
    type: string;
    body: unknown;
    set(headers: Record<string, string>): void;
    oidc?: OidcContext;
  }

  export interface OidcContext {
    route: string;
    provider: Provider;
    client: Client;
    params: Record<string, string | undefined>;
    account?: Account;
    grant?: Grant;
    session: Session;
    result?: Record<string, unknown>;
    entities: {
      AuthorizationCode?: Token;
      RefreshToken?: Token;
      RotatedRefreshToken?: Token;
      AccessToken?: Token;
      ClientCredentials?: Token;
      InitialAccessToken?: Token;
      Interaction?: Interaction;
    };
    prompts: Set<string>;
    /** True for a prompt that was asked for and has not been answered. */
    promptPending(name: string): boolean;
    /** Names a part of this request, such as its grant. */
    entity(name: string, part: unknown): void;
    requestParamOIDCScopes: Set<string>;
    requestParamScopes: Set<string>;
    /** The address of an endpoint, by the name of its route. */
    urlFor(route: string): string;
  }

  /** A context of a matched route, where `oidc` is set. */
  export type RouteContext = Context & { oidc: OidcContext };

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    /** The context of the request that is being worked on. */
    static readonly ctx: Context | undefined;
    issuer: string;
    proxy: boolean;
    Client: {
      prototype: Client & { compareClientSecret(actual: unknown): boolean };
      /** @throws InvalidClientMetadata */
      validate(metadata: Record<string, unknown>): Promise<void>;
    };
    Grant: typeof Grant;
    AccessToken: new (
      properties: Record<string, unknown>,
    ) => Token & { resourceServer: object; expiration: number; save(): Promise<string> };
    RefreshToken: new (
      properties: Record<string, unknown>,
    ) => Token & { save(): Promise<string> };
    IdToken: new (
      claims: Record<string, unknown>,
      about: { ctx: RouteContext },
    ) => { scope: string; issue(options: { use: string }): Promise<string> };
    ResourceServer: new (
      identifier: string,
      info: Record<string, unknown>,
    ) => object;
    registerGrantType(
      name: string,
      handler: (ctx: RouteContext) => Promise<void>,
      parameters: readonly string[],
      repeatable: readonly string[],
    ): void;
    callback(): (req: IncomingMessage, res: ServerResponse) => Promise<void>;
    use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): this;
    on(event: 'server_error', listener: (ctx: Context, error: Error) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: string, listener: (ctx: Context, error?: unknown) => void): this;
    interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<Interaction>;
    interactionResult(
      req: IncomingMessage,
      res: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission: boolean },
    ): Promise<string>;
  }

  /** A failure that the client is told of. */
  export interface ProviderError extends Error {
    error?: string;
    error_description?: string;
    /** Why, where the client is told less. */
    error_detail?: string;
  }

  type ErrorWith<Arguments extends string[]> = new (...args: Arguments) => Error;
  export const errors: {
    AccessDenied: ErrorWith<[description: string]>;
    InvalidRequest: ErrorWith<[description: string]>;
    InvalidScope: ErrorWith<[description: string, scope?: string]>;
    InvalidGrant: ErrorWith<[detail: string]>;
    InvalidToken: ErrorWith<[detail: string]>;
    InvalidClientAuth: ErrorWith<[detail: string]>;
    InvalidClientMetadata: ErrorWith<[description: string]>;
    UnauthorizedClient: ErrorWith<[description: string]>;
    CustomOIDCProviderError: ErrorWith<[code: string, description: string]>;
  };

  export namespace interactionPolicy {
    class Check {
      constructor(reason: string, description: string, error: string, check: (ctx: RouteContext) => boolean);
    }
    class Prompt {
      constructor(info: { name: string; requestable: boolean });
      checks: Check[] & { clear(): void; add(check: Check): void };
    }
  }
}
