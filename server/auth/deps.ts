// What the authorization server needs from the composition root.
import type { Config } from '../config.ts';
import type { Sql } from '../db/pool.ts';
import type { Access, Policy } from '../fhir/access.ts';
import type { UpstreamSettings } from './account/upstream.ts';
import type { ExportJobs } from './admin/exports.ts';
import type { PatientDirectory, UserDirectory } from './directory.ts';
import type { Trust } from './ehr/exchange-subject.ts';
import type { OnEvent } from './events.ts';
import type { CheckCriteria } from './launch/scopes.ts';
import type { EncounterDirectory } from './sign-in/encounter-choice.ts';

/** Where failures of the authorization server are told; never tokens or patient data. */
export interface AuthLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface AuthDeps {
  /** `publicUrl` has to be the address that clients really use, with the port that is listened on. */
  config: Pick<Config, 'publicUrl' | 'HOST' | 'DEMO'>;
  sql: Sql;
  now: () => Date;
  users: UserDirectory;
  patients: PatientDirectory;
  /** The visits that a standalone launch may choose from; absent: none. */
  encounters?: EncounterDirectory;
  log: AuthLog;
  /** The policies of roles, and a number that changes with them. */
  policies: { of(role: string): Policy; generation(): number };
  /** Finds out what the SQL of an access needs, once for each. */
  prepare: (access: Access) => Promise<void>;
  /** Says whether scopes can be narrowed by search parameters; without it such scopes are refused. */
  checkCriteria?: CheckCriteria;
  /** The trusted EHRs, whose users may exchange their id tokens; absent: none. */
  trust?: Trust;
  /** Bulk exports, for administrators; absent: none. */
  exports?: ExportJobs;
  /** The OpenID provider that signs people in; absent: none. */
  upstream?: UpstreamSettings | undefined;
  /** False when only that provider signs people in; true when absent. */
  localSignIn?: boolean;
  /** Origins of pages that may show the pages of the authorization server in a frame; absent: none but ours. */
  frameAncestors?: () => readonly string[];
  /** Told of every token given, every refusal, sign-in, registration and revocation; absent: nobody is. */
  onEvent?: OnEvent;
}
