// What is asked of a trusted EHR over HTTP: only addresses of its registration, with a time-out and a size limit, no redirect followed.
// https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known
import { randomUUID } from 'node:crypto';
import { customFetch, importJWK, type JWK, SignJWT } from 'jose';
import type { Issuer } from './issuer.ts';

const TIMEOUT_MS = 5000;
const MAX_BYTES = 1 << 20;
const ASSERTION_SECONDS = 120;

/** The EHR did not answer as it should. `status` is what it answered, absent when there was no answer to read. */
export class EhrFailure extends Error {
  override readonly name = 'EhrFailure';
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** A `fetch` for addresses of other houses: it ends after five seconds and follows no redirect. */
export const boundedFetch = (url: string | URL, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });

/** The same for key sets, as jose takes it. */
export const keySetOptions = {
  timeoutDuration: TIMEOUT_MS,
  [customFetch]: async (url: string, init: RequestInit) => {
    const response = await boundedFetch(url, init);
    return new Response(await limitedText(response), response);
  },
};

/** The body, read to its end when it is not too large. @throws EhrFailure */
async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new EhrFailure('The EHR sent more than 1 MiB.');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Asks for JSON. @returns status and body, which is an object @throws EhrFailure when there is no such answer */
async function askJson(url: string, init: RequestInit): Promise<{ status: number; body: object }> {
  try {
    const response = await boundedFetch(url, init);
    const body: unknown = JSON.parse(await limitedText(response));
    if (typeof body === 'object' && body !== null) return { status: response.status, body };
    throw new EhrFailure('The EHR answered with something that is no JSON object.', response.status);
  } catch (error) {
    if (error instanceof EhrFailure) throw error;
    throw new EhrFailure('The EHR did not answer in time, or not in JSON.');
  }
}

/** Reads a resource from the EHR with the user's own token there. @throws EhrFailure */
export async function readResource<T extends { resourceType: string }>(
  { fhirBase }: Issuer,
  type: T['resourceType'],
  id: string,
  token: string,
): Promise<T> {
  const headers = { accept: 'application/fhir+json', authorization: `Bearer ${token}` };
  const { status, body } = await askJson(`${fhirBase}/${type}/${id}`, { headers });
  const resource = body as Partial<T> & { id?: string };
  if (status !== 200 || resource.resourceType !== type || resource.id !== id)
    throw new EhrFailure(`The EHR did not give its ${type}.`, status);
  return resource as unknown as T;
}

/** Endpoints of an EHR's authorization server, and who signs its id tokens. */
export interface Endpoints {
  issuer?: string;
  jwks_uri?: string;
  authorization_endpoint: string;
  token_endpoint: string;
}

/** Reads `{fhirBase}/.well-known/smart-configuration`. @throws EhrFailure */
export async function discoverEhr(fhirBase: string): Promise<Endpoints> {
  const address = `${fhirBase}/.well-known/smart-configuration`;
  const { status, body } = await askJson(address, { headers: { accept: 'application/json' } });
  const found = body as Partial<Endpoints>;
  const named = [found.authorization_endpoint, found.token_endpoint].every(
    (url) => typeof url === 'string' && URL.canParse(url),
  );
  if (status !== 200 || !named)
    throw new EhrFailure('The EHR does not say where its authorization and token endpoints are.', status);
  return found as Endpoints;
}

/** Reads `{issuer}/.well-known/openid-configuration`: its keys, for EHRs whose SMART configuration leaves them out. */
export async function discoverKeys(issuer: string): Promise<string | undefined> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { body } = await askJson(address, { headers: { accept: 'application/json' } });
  const { jwks_uri: uri } = body as Partial<Endpoints>;
  return typeof uri === 'string' && URL.canParse(uri) ? uri : undefined;
}

/** Who we are, signed with the key that the EHR knows. https://www.rfc-editor.org/rfc/rfc7523#section-3 */
async function assertion(clientId: string, key: JWK, audience: string, now: Date): Promise<string> {
  const issued = Math.floor(now.getTime() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: key.alg!, typ: 'JWT', ...(key.kid && { kid: key.kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(issued)
    .setExpirationTime(issued + ASSERTION_SECONDS)
    .sign(await importJWK(key, key.alg));
}

/**
 * Redeems a code at the EHR.
 * @returns its answer, success or refusal, as it came
 * @throws EhrFailure without one
 */
export async function redeemCode(
  { clientId, privateKey }: Issuer,
  tokenEndpoint: string,
  { code, verifier, redirectUri }: { code: string; verifier: string; redirectUri: string },
  now: Date,
): Promise<{ status: number; body: object }> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_id: clientId,
  });
  if (privateKey) {
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    form.set('client_assertion', await assertion(clientId, privateKey, tokenEndpoint, now));
  }
  return askJson(tokenEndpoint, { method: 'POST', body: form, headers: { accept: 'application/json' } });
}
