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
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    getOIDCScopeFiltered(scopes: Set<string>): string;
    getResourceScope(resource: string): string;
    /** Stores the grant and returns its id. */
    save(): Promise<string>;
  }

  export interface Token {
    kind: string;
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
    };
    requestParamOIDCScopes: Set<string>;
    requestParamScopes: Set<string>;
  }

  /** A context of a matched route, where `oidc` is set. */
  export type RouteContext = Context & { oidc: OidcContext };

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    proxy: boolean;
    Grant: typeof Grant;
    callback(): (req: IncomingMessage, res: ServerResponse) => Promise<void>;
    use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): this;
    on(event: 'server_error', listener: (ctx: Context, error: Error) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<Interaction>;
    interactionResult(
      req: IncomingMessage,
      res: ServerResponse,
      result: Record<string, unknown>,
    ): Promise<string>;
  }

  type ErrorWith<Arguments extends string[]> = new (...args: Arguments) => Error;
  export const errors: {
    InvalidRequest: ErrorWith<[description: string]>;
    InvalidScope: ErrorWith<[description: string, scope?: string]>;
    InvalidGrant: ErrorWith<[detail: string]>;
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
