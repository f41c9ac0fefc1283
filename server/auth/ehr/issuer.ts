// The EHRs that are trusted: their registry in PostgreSQL, and a snapshot of it in memory that every process renews each second.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import type { JWK } from 'jose';
import type { Sql } from '../../db/pool.ts';

/** An EHR of another house whose users open the app from their charts. */
export interface Issuer {
  /** Its FHIR base without a trailing slash, the `iss` of its launches. */
  fhirBase: string;
  /** Its name for people. */
  name: string;
  /** Issuer of its id tokens, and where the keys are. */
  issuer: string;
  jwksUri: string;
  /** This product as a client there; with a private key it proves itself by `private_key_jwt`. */
  clientId: string;
  privateKey: JWK | null;
  /** Space-separated scopes that are asked for there. */
  scope: string;
  /** Its access token is used to read the patient and the practitioner from it. */
  readsCharts: boolean;
  /** A practitioner's NPI told by it finds the local user. */
  matchNpi: boolean;
  /** Systems of patient identifiers that mean the same person there and here. */
  patientSystems: string[];
  /** Origins of the pages that show the app in a frame. */
  frameOrigins: string[];
  active: boolean;
}

/** The active EHRs, as of at most a second ago. */
export interface Issuers {
  find(fhirBase: string): Issuer | undefined;
  /** The EHR whose id tokens this issuer signs; undefined also when there are several. */
  signing(issuer: string): Issuer | undefined;
  /** Origins of the pages that may show ours in a frame. */
  frameOrigins(): readonly string[];
  /** Origins at which an EHR may keep the style that its apps take on: those, and that of its FHIR base. */
  styleOrigins(): readonly string[];
  /** Reads the registry again, now. */
  refresh(): Promise<void>;
  stop(): void;
}

const REFRESH_MS = 1000;

/** A FHIR base as the registry has it. */
export const withoutSlash = (address: string): string => address.replace(/\/+$/, '');

/** All registered EHRs, by address. */
export async function listIssuers(sql: Sql): Promise<Issuer[]> {
  return [
    ...(await sql<Issuer[]>`
      select fhir_base as "fhirBase", name, issuer, jwks_uri as "jwksUri", client_id as "clientId",
        private_key as "privateKey", scope, reads_charts as "readsCharts", match_npi as "matchNpi",
        patient_systems as "patientSystems", frame_origins as "frameOrigins", active
      from auth_issuer order by fhir_base`),
  ];
}

/** Adds an EHR or brings it up to date; what was confirmed about its patients stays. */
export async function saveIssuer(sql: Sql, issuer: Issuer): Promise<void> {
  const row = {
    fhir_base: issuer.fhirBase,
    name: issuer.name,
    issuer: issuer.issuer,
    jwks_uri: issuer.jwksUri,
    client_id: issuer.clientId,
    private_key: issuer.privateKey && sql.json(issuer.privateKey as never),
    scope: issuer.scope,
    reads_charts: issuer.readsCharts,
    match_npi: issuer.matchNpi,
    patient_systems: issuer.patientSystems,
    frame_origins: issuer.frameOrigins,
    active: issuer.active,
  };
  const { fhir_base: _, ...changed } = row;
  await sql`
    insert into auth_issuer ${sql(row)} on conflict (fhir_base) do update set ${sql(changed)}`;
}

/** Takes an EHR out of the registry, with what was confirmed about its patients. @returns whether it was there */
export async function removeIssuer(sql: Sql, fhirBase: string): Promise<boolean> {
  const { count } = await sql`delete from auth_issuer where fhir_base = ${fhirBase}`;
  return count > 0;
}

/**
 * Reads the registry and keeps reading it.
 * @param onFailure told when it cannot be read; the last snapshot stands then
 */
export async function createIssuers(sql: Sql, onFailure: (error: Error) => void): Promise<Issuers> {
  let active = new Map<string, Issuer>();
  let origins: readonly string[] = [];
  let styles: readonly string[] = [];
  let running: Promise<void> | undefined;

  const read = async () => {
    const found = (await listIssuers(sql)).filter((issuer) => issuer.active);
    active = new Map(found.map((issuer) => [issuer.fhirBase, issuer]));
    origins = [...new Set(found.flatMap(({ frameOrigins }) => frameOrigins))];
    styles = [...new Set([...origins, ...found.map(({ fhirBase }) => new URL(fhirBase).origin)])];
  };
  const refresh = () => {
    running ??= read().finally(() => {
      running = undefined;
    });
    return running;
  };
  await refresh();
  const timer = setInterval(() => void refresh().catch(onFailure), REFRESH_MS).unref();
  return {
    find: (fhirBase) => active.get(withoutSlash(fhirBase)),
    signing(issuer) {
      const [first, ...others] = [...active.values()].filter((one) => one.issuer === issuer);
      return others.length ? undefined : first;
    },
    frameOrigins: () => origins,
    styleOrigins: () => styles,
    refresh,
    stop: () => clearInterval(timer),
  };
}
