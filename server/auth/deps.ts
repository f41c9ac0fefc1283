// What the authorization server needs from the composition root.
import type { Config } from '../config.ts';
import type { Sql } from '../db/pool.ts';
import type { PatientDirectory, UserDirectory } from './directory.ts';

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
  log: AuthLog;
}
