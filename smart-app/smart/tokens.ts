// Holds the tokens of one session: renews them when they have run out, and asks the user when they cannot be renewed.
// https://www.rfc-editor.org/rfc/rfc6749#section-6
import * as oauth from 'oauth4webapi';
import type { Again } from './again.ts';
import { CLIENT, insecure } from './discovery.ts';

/** The session is over, or its token turned out to be for another patient: the app must be opened again. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
}

/** `asking`: requests wait until the user has signed in again. `over`: nothing of the session may be shown any more. */
export type Standing = 'open' | 'asking' | 'over';

/** How a session stands, for screens that follow it. */
export interface StandingStore {
  readonly now: () => Standing;
  /** @returns what ends listening */
  readonly listen: (changed: () => void) => () => void;
}

/** Signing in again, while requests wait for it. */
export interface Resume {
  /** The address of the sign-in, for an inner frame. @param locale language of its pages */
  readonly begin: (locale: string) => Promise<string>;
  /**
   * Takes the answer with which the inner frame came back, and goes on with what waits.
   * @throws LaunchFailure when it is no sign-in of the same user for the same patient
   */
  readonly finish: (answer: URLSearchParams) => Promise<void>;
  /** Ends the session. */
  readonly giveUp: () => void;
}

export interface Tokens {
  readonly current: () => string;
  /** A newer token than this one; several requests that meet the same stale token renew it once. @throws SessionEnded */
  readonly renew: (stale: string) => Promise<string>;
  readonly standing: StandingStore;
  /** Undefined where the user cannot sign in here: the EHR has to open the app again. */
  readonly resume?: Resume;
}

function createStanding(): StandingStore & { set: (next: Standing) => void } {
  let standing: Standing = 'open';
  const listeners = new Set<() => void>();
  return {
    now: () => standing,
    listen(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    set(next) {
      standing = next;
      for (const changed of listeners) changed();
    },
  };
}

/** What a request waits for. */
interface Waiting {
  readonly promise: Promise<string>;
  readonly resolve: (access: string) => void;
  readonly reject: (error: SessionEnded) => void;
}

function createWaiting(): Waiting {
  let [resolve, reject]: [Waiting['resolve'], Waiting['reject']] = [() => undefined, () => undefined];
  const promise = new Promise<string>((done, failed) => {
    [resolve, reject] = [done, failed];
  });
  return { promise, resolve, reject };
}

/** The status of the answer that an error is about; 0 when it is about none. */
const statusOf = (error: unknown): number => {
  const { cause } = error as Error;
  if (cause instanceof Response) return cause.status;
  return error instanceof oauth.ResponseBodyError ? error.status : 0;
};

/** @param patient the patient of the session: a renewed token that names another one ends it */
export function createTokens(
  server: oauth.AuthorizationServer,
  answer: oauth.TokenEndpointResponse,
  patient: string | undefined,
  again?: Again,
): Tokens {
  let access = answer.access_token;
  let refresh = answer.refresh_token;
  let renewal: Promise<string> | undefined;
  let waiting: Waiting | undefined;
  const standing = createStanding();

  const take = (next: oauth.TokenEndpointResponse): string => {
    access = next.access_token;
    refresh = next.refresh_token ?? refresh;
    return access;
  };
  const end = (): SessionEnded => {
    standing.set('over');
    return new SessionEnded();
  };
  const askUser = (): Promise<string> => {
    if (!again || standing.now() === 'over') throw end();
    waiting = createWaiting();
    standing.set('asking');
    return waiting.promise;
  };
  const redeem = async (): Promise<string> => {
    if (standing.now() === 'over') throw new SessionEnded();
    if (!refresh) return askUser();
    let next: oauth.TokenEndpointResponse;
    try {
      const response = await oauth.refreshTokenGrantRequest(
        server,
        CLIENT,
        oauth.None(),
        refresh,
        insecure(),
      );
      next = await oauth.processRefreshTokenResponse(server, CLIENT, response);
    } catch (error) {
      // Without a network, or with a server that fails, the session is not over: the next try renews it.
      if (error instanceof TypeError) throw error;
      if (statusOf(error) >= 500) throw new TypeError('The token could not be renewed now.');
      return askUser();
    }
    if (next.patient !== undefined && next.patient !== patient) throw end();
    return take(next);
  };
  const resume: Resume | undefined = again && {
    begin: again.begin,
    async finish(params) {
      const next = await again.finish(params);
      refresh = undefined;
      take(next);
      standing.set('open');
      waiting?.resolve(access);
    },
    giveUp() {
      waiting?.reject(end());
    },
  };

  return {
    current: () => access,
    renew(stale) {
      if (stale !== access) return Promise.resolve(access);
      renewal ??= redeem().finally(() => {
        renewal = undefined;
      });
      return renewal;
    },
    standing,
    ...(resume && { resume }),
  };
}
