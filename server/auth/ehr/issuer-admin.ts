// What an administrator does with trusted EHRs: checks what is said of one, finds out the rest from the EHR itself, and stores it.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#register-app-with-ehr
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Sql } from '../../db/pool.ts';
import { type Issuer, listIssuers, saveIssuer, withoutSlash } from './issuer.ts';
import { discoverEhr, discoverKeys } from './issuer-http.ts';

/** What an administrator says of an EHR. What is absent stays as it was, or gets its default. */
export interface EhrDescription {
  fhirBase: string;
  name?: string | undefined;
  clientId?: string | undefined;
  /** Issuer of the id tokens and address of the keys; absent: the EHR is asked. */
  issuer?: string | undefined;
  jwksUri?: string | undefined;
  scope?: string | undefined;
  patientSystems?: string[] | undefined;
  frameOrigins?: string[] | undefined;
  readsCharts?: boolean | undefined;
  matchNpi?: boolean | undefined;
  active?: boolean | undefined;
  /** The app proves itself there with a private key, made here. */
  makeKey?: boolean | undefined;
}

/** What was said of an EHR cannot be used; the message is the sentence for the administrator. */
export class EhrDescriptionError extends Error {
  override readonly name = 'EhrDescriptionError';
}

/** What is asked for at an EHR when nothing else is said: who the user is, and the one patient. */
export const DEFAULT_SCOPE =
  'launch openid fhirUser patient/Patient.r user/Practitioner.r user/PractitionerRole.r';
const KEY_ALGORITHM = 'ES384';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const ORIGIN = /^(https?):\/\/(?:\*\.)?([a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/;

/** An address that secrets may be sent to: https, or this machine. @throws EhrDescriptionError */
function checkAddress(what: string, address: string): string {
  const url = URL.parse(address);
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (url && secure && !url.username && !url.search && !url.hash) return withoutSlash(address);
  throw new EhrDescriptionError(
    `${what} is "${address}"; allowed is an https:// address without a query (http:// only on this machine).`,
  );
}

/** @throws EhrDescriptionError */
function checkOrigin(origin: string): string {
  const [, protocol, host = ''] = ORIGIN.exec(origin) ?? [];
  if (protocol === 'https' || (protocol === 'http' && LOOPBACK.has(host))) return origin;
  throw new EhrDescriptionError(
    `The frame origin is "${origin}"; allowed is https://host, with *. before it for all hosts of a domain, and a port.`,
  );
}

async function makeKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(KEY_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: KEY_ALGORITHM, use: 'sig' };
}

/** The part of our key that the EHR registers. */
export function publicKey({ privateKey }: Pick<Issuer, 'privateKey'>): JWK | undefined {
  if (!privateKey) return undefined;
  const { d: _, ...shared } = privateKey;
  return shared as JWK;
}

/** Who signs the EHR's id tokens, and where the keys are. @throws EhrDescriptionError, EhrFailure */
async function signerOf(
  fhirBase: string,
  { issuer, jwksUri }: { issuer?: string | undefined; jwksUri?: string | undefined },
) {
  const found = issuer && jwksUri ? undefined : await discoverEhr(fhirBase);
  const signer = issuer ?? found?.issuer;
  if (!signer)
    throw new EhrDescriptionError(
      'The EHR does not say who signs its id tokens. Say it as the issuer (--issuer).',
    );
  const keys = jwksUri ?? found?.jwks_uri ?? (await discoverKeys(signer));
  if (!keys)
    throw new EhrDescriptionError(
      'The EHR does not say where its keys are. Say it as the jwksUri (--jwks-uri).',
    );
  checkAddress('The issuer', signer);
  checkAddress('The address of the keys', keys);
  return { issuer: signer, jwksUri: keys };
}

/**
 * Registers an EHR, or changes what is said of it.
 * @param ownBase our own FHIR base, which is no other house's
 * @throws EhrDescriptionError, EhrFailure when the EHR is needed and does not answer
 */
export async function registerEhr(sql: Sql, ownBase: string, said: EhrDescription): Promise<Issuer> {
  const fhirBase = checkAddress('The FHIR base', said.fhirBase);
  if (fhirBase === withoutSlash(ownBase))
    throw new EhrDescriptionError('This is our own FHIR base. Launches from it need no registration.');
  const known = (await listIssuers(sql)).find((one) => one.fhirBase === fhirBase);
  const clientId = said.clientId ?? known?.clientId;
  if (!clientId)
    throw new EhrDescriptionError(
      'The id that this app has as a client of the EHR is missing: clientId (--client-id).',
    );
  const registered: Issuer = {
    fhirBase,
    name: said.name ?? known?.name ?? new URL(fhirBase).host,
    clientId,
    ...(await signerOf(fhirBase, {
      issuer: said.issuer ?? known?.issuer,
      jwksUri: said.jwksUri ?? known?.jwksUri,
    })),
    privateKey: said.makeKey ? await makeKey() : (known?.privateKey ?? null),
    scope: said.scope ?? known?.scope ?? DEFAULT_SCOPE,
    readsCharts: said.readsCharts ?? known?.readsCharts ?? true,
    matchNpi: said.matchNpi ?? known?.matchNpi ?? true,
    patientSystems: said.patientSystems ?? known?.patientSystems ?? [],
    frameOrigins: (said.frameOrigins ?? known?.frameOrigins ?? [new URL(fhirBase).origin]).map(checkOrigin),
    active: said.active ?? true,
  };
  await saveIssuer(sql, registered);
  return registered;
}
