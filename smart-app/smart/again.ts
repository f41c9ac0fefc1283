// Signs the user of a session in again, in an inner frame over what is shown, so that nothing that was typed is lost.
// The answer comes back to the app's own address in that frame, which hands it to the window around it.
// https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
import * as oauth from 'oauth4webapi';
import { AGAIN } from './answer.ts';
import { authorizationRequest, checkAnswer, redeem, type Secrets } from './authorize.ts';
import { CLIENT, insecure, type SignIn } from './discovery.ts';
import { LaunchFailure } from './failure.ts';

/** Signing in again. Each `begin` makes the one before it void. */
export interface Again {
  /** @param locale language of the sign-in pages. @returns the address for the inner frame */
  readonly begin: (locale: string) => Promise<string>;
  /**
   * The tokens for the answer of the sign-in server.
   * @throws LaunchFailure `other` when somebody else has signed in, or for another patient: that token is given back
   */
  readonly finish: (params: URLSearchParams) => Promise<oauth.TokenEndpointResponse>;
}

/**
 * @param scope what the session was given, without its launch: a sign-in says who, the window keeps its patient
 * @param first the session's own token answer
 */
export function createAgain(
  signIn: SignIn,
  iss: string,
  scope: string,
  first: oauth.TokenEndpointResponse,
): Again {
  const user = userOf(first);
  const { patient } = first;
  let begun: (Secrets & { state: string }) | undefined;

  return {
    async begin(locale) {
      const { url, ...secrets } = await authorizationRequest(signIn, {
        iss,
        scope,
        locale,
        statePrefix: AGAIN,
      });
      begun = secrets;
      return url;
    },
    async finish(params) {
      const secrets = begun;
      begun = undefined;
      if (!secrets) throw new LaunchFailure('state');
      const next = await redeem(signIn, checkAnswer(signIn, params, secrets.state), iss, secrets);
      const isOther = user === undefined || userOf(next) !== user;
      if (!isOther && (next.patient === undefined || next.patient === patient)) return next;
      await oauth
        .revocationRequest(
          signIn.server,
          CLIENT,
          oauth.None(),
          next.refresh_token ?? next.access_token,
          insecure(),
        )
        .catch(() => undefined);
      throw new LaunchFailure('other');
    },
  };
}

const userOf = (answer: oauth.TokenEndpointResponse): string | undefined =>
  oauth.getValidatedIdTokenClaims(answer)?.sub;
