// The SMART discovery document: where the endpoints are and what of SMART this server does today.
// https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#smart-on-fhir-oauth-authorization-endpoints-and-capabilities
import type { Config } from '../config.ts';
import { contextScopes } from './scopes.ts';

const ALWAYS = [
  'launch-ehr',
  'authorize-post',
  'client-public',
  'sso-openid-connect',
  'context-banner',
  'context-ehr-patient',
  'context-ehr-encounter',
  'permission-offline',
  'permission-online',
  'permission-patient',
  'permission-user',
  'permission-v1',
  'permission-v2',
];
/** What needs the sign-in page, which lists the demo users. */
const WITH_SIGN_IN = ['launch-standalone', 'context-standalone-patient'];

/** The document served at `/fhir/.well-known/smart-configuration`. */
export function smartConfiguration({ publicUrl, DEMO }: Pick<Config, 'publicUrl' | 'DEMO'>) {
  const auth = `${publicUrl}/auth`;
  return {
    issuer: auth,
    jwks_uri: `${auth}/jwks`,
    authorization_endpoint: `${auth}/authorize`,
    token_endpoint: `${auth}/token`,
    revocation_endpoint: `${auth}/revoke`,
    grant_types_supported: ['authorization_code', 'refresh_token'],
    response_types_supported: ['code'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: [...contextScopes, 'patient/*.cruds', 'user/*.cruds'],
    capabilities: DEMO === 'off' ? ALWAYS : [...ALWAYS, ...WITH_SIGN_IN],
  };
}
