// The entrance of the introspection and revocation endpoints: JWT access tokens go in by a handle, public clients stay out.
// https://www.rfc-editor.org/rfc/rfc7662, https://www.rfc-editor.org/rfc/rfc7009,
// https://hl7.org/fhir/smart-app-launch/STU2.2/token-introspection.html
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Client, RouteContext, Token } from 'oidc-provider';
import type { AuthEvent, OnEvent } from '../events.ts';
import { acceptForms, type HandOver, withBody } from '../form.ts';
import { isJwt, type PresentedTokens } from './access-token.ts';

export interface TokenChecksDeps {
  now: () => Date;
  presented: PresentedTokens;
  onEvent: OnEvent;
}

const SENTENCE =
  'Only clients that authenticate may introspect tokens: with a secret (HTTP Basic, or client_secret) or a signed client_assertion.';
const REFUSAL = { error: 'invalid_client', error_description: SENTENCE };
const REFUSAL_HEADERS = { 'cache-control': 'no-store', 'www-authenticate': 'Basic realm="introspection"' };
const PROOFS = ['client_secret', 'client_assertion'];

/** A client's own tokens, and those of others for servers that hold resources. */
export const mayIntrospect = async (_ctx: RouteContext, client: Client, token: Token): Promise<boolean> =>
  client.tokenEndpointAuthMethod !== 'none' &&
  (client.resource_server === true || token.clientId === client.clientId);

const authenticates = (form: URLSearchParams, authorization = ''): boolean =>
  /^Basic /i.test(authorization) || PROOFS.some((name) => form.has(name));

/** The form with a handle in the place of a JWT, and the handle. */
async function withHandle(form: URLSearchParams, { present }: PresentedTokens) {
  const [token, ...more] = form.getAll('token');
  if (!token || more.length || !isJwt(token)) return { form };
  const handle = await present(token);
  const replaced = new URLSearchParams(form);
  replaced.set('token', handle);
  return { form: replaced, handle };
}

/** Mounts `POST /auth/introspect` and `POST /auth/revoke`. */
export function registerTokenChecks(
  scope: FastifyInstance,
  { presented, now, onEvent }: TokenChecksDeps,
  toProvider: HandOver,
): void {
  acceptForms(scope);
  type FormRequest = FastifyRequest<{ Body?: Buffer }>;

  const check = async (request: FormRequest, reply: FastifyReply, path: string) => {
    const { body, raw } = request;
    if (!body) return toProvider(request, reply, path);
    const { form, handle } = await withHandle(new URLSearchParams(String(body)), presented);
    try {
      await toProvider(request, reply, path, withBody(raw, Buffer.from(form.toString())));
    } finally {
      if (handle) presented.drop(handle);
    }
  };

  scope.post('/auth/introspect', async (request: FormRequest, reply) => {
    const form = new URLSearchParams(String(request.body ?? ''));
    if (authenticates(form, request.headers.authorization)) return check(request, reply, '/introspect');
    const client = form.get('client_id') ?? undefined;
    const refused: AuthEvent = { kind: 'refused', error: REFUSAL.error, address: request.ip, at: now() };
    onEvent({ ...refused, ...(client && { client: client.slice(0, 200) }) });
    return reply.code(401).headers(REFUSAL_HEADERS).send(REFUSAL);
  });
  scope.post('/auth/revoke', (request: FormRequest, reply) => check(request, reply, '/revoke'));
}
