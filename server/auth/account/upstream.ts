// Signing in through another OpenID provider: code flow with PKCE, state and nonce, and whose local account the person is.
// https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
import { randomBytes } from 'node:crypto';
import * as client from 'openid-client';
import type { Config } from '../../config.ts';
import type { Sql } from '../../db/pool.ts';
import { createAdapter } from '../adapter.ts';
import type { User } from '../directory.ts';
import { AccountError, type Accounts, type MatchedValue } from './account.ts';

/** The other provider, from the settings. */
export interface UpstreamSettings {
  /** Its issuer identifier; `/.well-known/openid-configuration` is below it. */
  issuer: string;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string | undefined;
  /** What the button says. */
  name: string;
  /** Claim by which an account is found the first time; without it only linked identities count. */
  userClaim?: MatchedValue | '' | undefined;
}

/** The other provider of the settings; undefined when there is none. */
export const upstreamOf = (config: Config): UpstreamSettings | undefined =>
  config.UPSTREAM_ISSUER
    ? {
        issuer: config.UPSTREAM_ISSUER,
        clientId: config.UPSTREAM_CLIENT_ID,
        clientSecret: config.UPSTREAM_CLIENT_SECRET,
        name: config.UPSTREAM_NAME,
        userClaim: config.UPSTREAM_USER_CLAIM as UpstreamSettings['userClaim'],
      }
    : undefined;

export interface UpstreamDeps {
  settings: UpstreamSettings;
  publicUrl: string;
  sql: Sql;
  now: () => Date;
  accounts: Accounts;
  log: { warn(details: object, message: string): void };
}

/** How a sign-in at the other provider ended. */
export type UpstreamOutcome =
  | { kind: 'user'; user: User; amr?: string[] }
  /** The other provider knows the person, and nobody here is linked with them. */
  | { kind: 'unlinked'; issuer: string; subject: string }
  /** The person or the other provider said no. */
  | { kind: 'refused' }
  /** Finished before, too late, or not begun by this browser. */
  | { kind: 'stale' }
  /** The other provider does not answer, or not as the specification wants. */
  | { kind: 'down' };

/** What is kept between leaving for the other provider and coming back. */
interface Attempt extends Record<string, unknown> {
  /** Path of the page that the attempt belongs to. */
  at: string;
  /** Value of the cookie of the browser that began. */
  browser: string;
  verifier: string;
  nonce: string;
}

export interface Upstream {
  name: string;
  /** Begins a sign-in for the page at path `at`: where to send the browser, and what to keep in its cookie. */
  begin(at: string, language: string): Promise<{ url: string; browser: string } | undefined>;
  /** The page that an answer belongs to; undefined for an answer to nothing. */
  pageOf(state: string | null): Promise<string | undefined>;
  /** Takes the answer of the other provider, once. */
  finish(at: string, browser: string | undefined, answer: URLSearchParams): Promise<UpstreamOutcome>;
}

const ATTEMPT_SECONDS = 600;
const SCOPE = 'openid profile email';
/** Seconds in which the other provider has to answer. */
const PATIENCE = 10;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Finds the endpoints and keys of the other provider; asked again when it did not answer. */
function discoverer({ issuer, clientId, clientSecret }: UpstreamSettings) {
  let found: Promise<client.Configuration> | undefined;
  const url = new URL(issuer);
  const execute =
    url.protocol === 'http:' && LOOPBACK.has(url.hostname) ? [client.allowInsecureRequests] : [];
  const discover = () =>
    client.discovery(
      url,
      clientId,
      undefined,
      clientSecret ? client.ClientSecretBasic(clientSecret) : client.None(),
      { execute, timeout: PATIENCE },
    );
  return () => {
    found ??= discover().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

/** A value that is fit for finding an account; an e-mail address only when the other provider has verified it. */
function matchable(claims: Record<string, unknown>, claim: MatchedValue): string | undefined {
  const value = claims[claim];
  const vouched = claim !== 'email' || claims.email_verified === true;
  return vouched && typeof value === 'string' && value ? value : undefined;
}

/** The local user of an identity: linked, or by the configured claim exactly one; never a guess. */
async function userOf(
  { settings, accounts }: UpstreamDeps,
  issuer: string,
  claims: Record<string, unknown> & { sub: string },
): Promise<User | undefined> {
  const linked = await accounts.linked(issuer, claims.sub);
  if (linked || !settings.userClaim) return linked;
  const value = matchable(claims, settings.userClaim);
  const [user, other] = value ? await accounts.matching(settings.userClaim, value) : [];
  if (!user || other) return undefined;
  try {
    await accounts.link(issuer, claims.sub, user.username);
    return user;
  } catch (error) {
    // Linked with an account that is not active: an administrator has to look.
    if (error instanceof AccountError) return undefined;
    throw error;
  }
}

/** Makes the way to the other provider. Nothing is asked of it before somebody signs in. */
export function createUpstream(deps: UpstreamDeps): Upstream {
  const { settings, publicUrl, sql, now, log } = deps;
  const redirect = `${publicUrl}/auth/upstream/callback`;
  const configuration = discoverer(settings);
  const attempts = createAdapter(sql, now, 'Upstream');
  const down = (error: unknown) =>
    log.warn(
      { issuer: settings.issuer, error: (error as { code?: string }).code ?? (error as Error).name },
      'the upstream provider does not answer as it should',
    );

  /** Redeems the code; the library checks state, issuer, signature, audience, expiry and nonce. */
  async function redeem(answer: URLSearchParams, attempt: Attempt): Promise<UpstreamOutcome> {
    const config = await configuration();
    const current = new URL(`${redirect}?${answer}`);
    const tokens = await client.authorizationCodeGrant(config, current, {
      expectedState: answer.get('state')!,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.verifier,
      idTokenExpected: true,
    });
    const idToken = tokens.claims()!;
    const { userClaim } = settings;
    const incomplete = userClaim && idToken[userClaim] === undefined;
    const more =
      incomplete && config.serverMetadata().userinfo_endpoint
        ? await client.fetchUserInfo(config, tokens.access_token, idToken.sub)
        : {};
    const user = await userOf(deps, idToken.iss, { ...more, ...idToken });
    if (!user) return { kind: 'unlinked', issuer: idToken.iss, subject: idToken.sub };
    const amr = Array.isArray(idToken.amr) ? idToken.amr.map(String) : undefined;
    return { kind: 'user', user, ...(amr && { amr }) };
  }

  return {
    name: settings.name,
    async begin(at, language) {
      try {
        const config = await configuration();
        const attempt: Attempt = {
          at,
          browser: randomBytes(32).toString('base64url'),
          verifier: client.randomPKCECodeVerifier(),
          nonce: client.randomNonce(),
        };
        const state = client.randomState();
        await attempts.upsert(state, attempt, ATTEMPT_SECONDS);
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirect,
          scope: SCOPE,
          state,
          nonce: attempt.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier),
          code_challenge_method: 'S256',
          ui_locales: language,
        });
        return { url: url.href, browser: attempt.browser };
      } catch (error) {
        down(error);
        return undefined;
      }
    },
    async pageOf(state) {
      return state ? ((await attempts.find(state)) as Attempt | undefined)?.at : undefined;
    },
    async finish(at, browser, answer) {
      const state = answer.get('state') ?? '';
      const attempt = (await attempts.find(state)) as Attempt | undefined;
      if (!attempt || attempt.at !== at || attempt.browser !== browser) return { kind: 'stale' };
      // Of two that come back at once, one wins.
      const [won] = await sql`delete from auth_record where kind = 'Upstream' and id = ${state} returning id`;
      if (!won) return { kind: 'stale' };
      try {
        return await redeem(answer, attempt);
      } catch (error) {
        if (error instanceof client.AuthorizationResponseError) return { kind: 'refused' };
        down(error);
        return { kind: 'down' };
      }
    },
  };
}
