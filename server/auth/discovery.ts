// What apps look up before they ask: the SMART discovery document, which says where the endpoints are and what of SMART this
// server does, and the style sheet of an EHR launch. https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { contextScopes } from './launch/scopes.ts';

const CAPABILITIES = [
  'launch-ehr',
  'launch-standalone',
  'authorize-post',
  'client-public',
  'client-confidential-symmetric',
  'client-confidential-asymmetric',
  'sso-openid-connect',
  'context-banner',
  'context-style',
  'context-ehr-patient',
  'context-ehr-encounter',
  'context-standalone-patient',
  'context-standalone-encounter',
  'permission-offline',
  'permission-online',
  'permission-patient',
  'permission-user',
  'permission-v1',
  'permission-v2',
  'smart-app-state',
];

/** The signatures of client assertions that SMART asks servers to take. */
const ASSERTION_ALGORITHMS = ['RS384', 'ES384'];

/** The document served at `/fhir/.well-known/smart-configuration`. @param grants grant types beyond SMART's own */
export function smartConfiguration({ publicUrl }: Pick<Config, 'publicUrl'>, grants: readonly string[]) {
  const auth = `${publicUrl}/auth`;
  return {
    issuer: auth,
    jwks_uri: `${auth}/jwks`,
    authorization_endpoint: `${auth}/authorize`,
    token_endpoint: `${auth}/token`,
    introspection_endpoint: `${auth}/introspect`,
    revocation_endpoint: `${auth}/revoke`,
    registration_endpoint: `${auth}/register`,
    management_endpoint: `${auth}/grants`,
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials', ...grants],
    response_types_supported: ['code'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    code_challenge_methods_supported: ['S256'],
    scopes_supported: [...contextScopes, 'patient/*.cruds', 'user/*.cruds', 'system/*.cruds'],
    capabilities: CAPABILITIES,
    associated_endpoints: [{ url: `${publicUrl}/fhir`, capabilities: ['smart-app-state'] }],
  };
}

/** How an app that is shown inside the EHR may look, in the words of the specification; the colours of the app's own tokens. */
export const smartStyle = {
  color_background: '#ffffff',
  color_error: '#b0251d',
  color_highlight: '#0e6472',
  color_modal_backdrop: '#1a212680',
  color_success: '#2b6a3d',
  color_text: '#1a2126',
  dim_border_radius: '6px',
  dim_font_size: '14px',
  dim_spacing_size: '16px',
  font_family_body:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  font_family_heading:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
};

const STYLE_VERSION = createHash('sha256').update(JSON.stringify(smartStyle)).digest('hex').slice(0, 12);

/** Where the style is; another address whenever it changes, as the specification wants. */
export const styleUrl = (issuer: string): string => `${issuer}/smart-style.json?v=${STYLE_VERSION}`;

/** Any page may read them, and they change only with the program. */
const HEADERS = { 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=300' };

/** Adds `GET /fhir/.well-known/smart-configuration` and `GET /auth/smart-style.json`: JSON, whatever is accepted. */
export function registerDiscovery(
  app: FastifyInstance,
  config: Pick<Config, 'publicUrl'>,
  grants: readonly string[],
): void {
  const documents = {
    '/fhir/.well-known/smart-configuration': smartConfiguration(config, grants),
    '/auth/smart-style.json': smartStyle,
  };
  for (const [path, document] of Object.entries(documents)) {
    app.get(path, (_request, reply) =>
      reply.headers(HEADERS).type('application/json; charset=utf-8').send(document),
    );
  }
}
