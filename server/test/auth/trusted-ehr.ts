// A small EHR of another house for the tests of token exchange: its own keys, patients and practitioners, over real HTTP.
import type { Patient, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import Fastify from 'fastify';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Test } from 'tap';
import { freePort } from '../../db/embedded.ts';

export const CLIENT_ID = 'throughline-at-the-other-house';
export const MRN = 'https://other.example/mrn';
/** The one access token that opens this EHR's charts. */
export const EHR_TOKEN = 'token-of-the-other-house';

type Chart = Patient | Practitioner | PractitionerRole;

/** What the EHR does wrong, until it is told otherwise. */
export interface Faults {
  /** Answers every read with this status. */
  status?: number;
  /** Sends this instead of a resource. */
  body?: string;
  /** Redirects every read to this address. */
  redirect?: string;
}

async function keyPair(alg: string) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { alg, kid, privateKey, jwk: { ...jwk, kid, alg, use: 'sig' } as JWK };
}

/** Starts the EHR; `partnerKeys` are those with which clients prove themselves by private_key_jwt. */
export async function startEhr(t: Test, charts: readonly Chart[], partnerKeys: JWK[] = []) {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const fhirBase = `${address}/fhir`;
  const [key, stranger] = await Promise.all([keyPair('ES384'), keyPair('ES384')]);
  const faults: Faults = {};
  const reads: string[] = [];
  const app = Fastify();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.get('/fhir/.well-known/smart-configuration', async () => ({
    issuer: address,
    jwks_uri: `${address}/jwks`,
    authorization_endpoint: `${address}/authorize`,
    token_endpoint: `${address}/token`,
  }));
  app.get('/jwks', async () => ({ keys: [key.jwk] }));
  app.get<{ Params: { type: string; id: string } }>('/fhir/:type/:id', async (request, reply) => {
    const { type, id } = request.params;
    reads.push(`${type}/${id}`);
    if (faults.redirect) return reply.redirect(faults.redirect);
    if (faults.status) return reply.code(faults.status).send({});
    if (faults.body) return reply.type('application/fhir+json').send(faults.body);
    if (request.headers.authorization !== `Bearer ${EHR_TOKEN}`) return reply.code(401).send({});
    const found = charts.find((chart) => chart.resourceType === type && chart.id === id);
    return found ? reply.send(found) : reply.code(404).send({});
  });
  app.post<{ Body: URLSearchParams }>('/token', async ({ body }, reply) => {
    const assertion = body.get('client_assertion');
    if (partnerKeys.length) {
      const options = { audience: `${address}/token`, issuer: CLIENT_ID, subject: CLIENT_ID };
      const proven = await jwtVerify(
        assertion ?? '',
        createLocalJWKSet({ keys: partnerKeys }),
        options,
      ).catch(() => undefined);
      if (!proven) return reply.code(401).send({ error: 'invalid_client' });
    }
    if (body.get('code') !== 'good-code') return reply.code(400).send({ error: 'invalid_grant' });
    return { access_token: EHR_TOKEN, token_type: 'Bearer', form: Object.fromEntries(body) };
  });
  await app.listen({ port, host: '127.0.0.1' });
  t.teardown(() => app.close());

  /** An id token as this EHR gives it. */
  const idToken = async (claims: JWTPayload = {}, { signer = key, alg = key.alg } = {}) => {
    const issued = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: address,
      aud: CLIENT_ID,
      sub: 'user-1',
      iat: issued,
      exp: issued + 300,
      jti: crypto.randomUUID(),
      fhirUser: `${fhirBase}/Practitioner/their-nurse`,
      ...claims,
    })
      .setProtectedHeader({ alg, kid: signer.kid })
      .sign(signer.privateKey);
  };
  return { address, fhirBase, faults, reads, idToken, stranger, key };
}

export type Ehr = Awaited<ReturnType<typeof startEhr>>;
