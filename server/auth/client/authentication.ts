// How clients prove who they are, beyond what oidc-provider checks: secrets by their hash, assertions as SMART wants them.
// https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html#authenticating-to-the-token-endpoint
import { decodeProtectedHeader } from 'jose';
import Provider, { type Client, type Context, errors, type RouteContext } from 'oidc-provider';
import { secretMatches } from './metadata.ts';

/** Ways to authenticate at the token endpoint; `none` is for public clients. */
export const clientAuthMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'];

/** Signatures of client assertions: the two that SMART asks of every server, and the others that it allows. */
export const assertionAlgorithms = [
  ...['RS384', 'ES384', 'RS256', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES512'],
];

/** Seconds that an assertion may be good for, and that clocks may differ. */
const LONGEST_ASSERTION = 300;
const CLOCK_TOLERANCE = 15;

/** A failed authentication (401 `invalid_client`), told in a sentence. */
export function refusedClient(sentence: string): Error {
  return Object.assign(new errors.InvalidClientAuth(sentence), { error_description: sentence });
}

/** What an assertion has to say beside what RFC 7523 asks; each with the sentence for one that does not. */
const RULES: [holds: (given: Assertion) => boolean, sentence: string][] = [
  [({ header }) => typeof header.kid === 'string', 'The header of the assertion needs a kid.'],
  [
    ({ header }) => header.typ === undefined || header.typ === 'JWT',
    'The typ in the header of the assertion has to be JWT.',
  ],
  [
    ({ header, client }) => header.jku === undefined || header.jku === client.registered_jwks_uri,
    'The jku in the header of the assertion has to be the jwks_uri that the client is registered with.',
  ],
  [({ claims }) => typeof claims.jti === 'string', 'The jti of the assertion has to be a text.'],
  [
    ({ claims, audiences }) => [claims.aud].flat().some((aud) => audiences.has(aud)),
    'The aud of the assertion has to be the address that it is sent to.',
  ],
  [
    ({ claims, now }) => Number(claims.exp) <= now + LONGEST_ASSERTION + CLOCK_TOLERANCE,
    `The exp of the assertion may be at most ${LONGEST_ASSERTION} seconds ahead.`,
  ],
];

interface Assertion {
  claims: Record<string, unknown>;
  header: Record<string, unknown>;
  client: Client;
  audiences: ReadonlySet<unknown>;
  now: number;
}

/** oidc-provider's `assertJwtClientAuthClaimsAndHeader`: runs when signature, issuer, subject and expiry are right. */
export function assertionChecker(now: () => Date) {
  return async ({ oidc }: RouteContext, claims: object, header: object, client: Client) => {
    const given: Assertion = {
      claims: claims as Record<string, unknown>,
      header: header as Record<string, unknown>,
      client,
      audiences: new Set([oidc.urlFor('token'), oidc.urlFor(oidc.route)]),
      now: now().getTime() / 1000,
    };
    const broken = RULES.find(([holds]) => !holds(given));
    if (broken) throw refusedClient(broken[1]);
  };
}

/** The header's `kid` of the assertion in the request that is being worked on; undefined when there is no assertion. */
export function presentedAssertion(): { kid?: string } | undefined {
  const context = Provider.ctx as Context | undefined;
  const assertion = context?.oidc?.params?.client_assertion;
  if (typeof assertion !== 'string') return undefined;
  try {
    const { kid } = decodeProtectedHeader(assertion);
    return typeof kid === 'string' ? { kid } : {};
  } catch {
    return {};
  }
}

/** Only clients with a key of their own may ask for tokens without a user. */
const mayUse = ({ grantTypes, tokenEndpointAuthMethod }: Client, type: string): boolean =>
  grantTypes.includes(type) &&
  (type !== 'client_credentials' || tokenEndpointAuthMethod === 'private_key_jwt');

/** Teaches the provider's clients our rules. */
export function extendClients({ Client: { prototype } }: Provider): void {
  prototype.compareClientSecret = function compare(this: Client, actual: unknown): boolean {
    return secretMatches(this.clientSecret, actual);
  };
  // https://www.rfc-editor.org/rfc/rfc6749#section-5.2 names the error; oidc-provider says invalid_request.
  prototype.grantTypeAllowed = function allowed(this: Client, type: string): boolean {
    if (mayUse(this, type)) return true;
    const { route, params } = (Provider.ctx as Context | undefined)?.oidc ?? {};
    if (route === 'token' && params?.grant_type === type)
      throw new errors.UnauthorizedClient(`This client may not use the grant type ${type}.`);
    return false;
  };
}
