// The people's part of the authorization server, put together: accounts, throttle, the other provider, consent and sessions.
import type Provider from 'oidc-provider';
import type { Config } from '../../config.ts';
import type { Sql } from '../../db/pool.ts';
import type { ClientDirectory } from '../client/directory.ts';
import type { ConsentPageDeps } from '../consent/page.ts';
import type { AuthLog } from '../deps.ts';
import { demoUserDirectory, type PatientDirectory, type UserDirectory } from '../directory.ts';
import type { OnEvent } from '../events.ts';
import { type EncounterDirectory, NO_VISIT } from '../sign-in/encounter-choice.ts';
import type { StepDeps } from '../sign-in/steps.ts';
import type { Keys } from '../token/keys.ts';
import type { Revocations } from '../token/revocation.ts';
import { type Accounts, createAccounts } from './account.ts';
import { createGrants, type Grants } from './grants.ts';
import { type AccountSessions, createSessions } from './session.ts';
import { createThrottle } from './throttle.ts';
import { createUpstream, type Upstream, type UpstreamSettings } from './upstream.ts';

/** What the pages need from the rest of the authorization server. */
export interface PeopleDeps {
  config: Pick<Config, 'publicUrl' | 'DEMO'>;
  sql: Sql;
  now: () => Date;
  log: AuthLog;
  provider: Provider;
  users: UserDirectory;
  clients: ClientDirectory;
  patients: PatientDirectory;
  revocations: Pick<Revocations, 'grant'>;
  keys: Pick<Keys, 'jwks'>;
  /** Absent: apps that ask for a visit are told of none. */
  encounters?: EncounterDirectory;
  /** The OpenID provider that signs people in; absent: none. */
  upstream?: UpstreamSettings | undefined;
  /** False when only the other provider signs people in; true when absent. */
  localSignIn?: boolean;
  /** Origins of pages that may show these in a frame; absent: none but ours. */
  frameAncestors?: () => readonly string[];
  onEvent?: OnEvent;
}

/** Everything that the pages work with. */
export interface People extends StepDeps, ConsentPageDeps {
  publicUrl: string;
  upstream: Upstream | undefined;
  accounts: Accounts;
  grants: Grants;
  keys: Pick<Keys, 'jwks'>;
  sessions: AccountSessions;
  frameAncestors: () => readonly string[];
  onEvent: OnEvent;
  /** Address of the page where users see what they have allowed. */
  grantsUrl: string;
  noVisit: string;
}

/** Puts the parts together. */
export function createPeople(deps: PeopleDeps): People {
  const { config, sql, now, log, provider, users, clients, patients, encounters } = deps;
  const { publicUrl, DEMO } = config;
  const grants = createGrants(sql, now, deps.revocations);
  const accounts = createAccounts(sql, now, grants);
  const { upstream: settings, localSignIn = true } = deps;
  return {
    publicUrl,
    fhirBase: `${publicUrl}/fhir`,
    sql,
    now,
    provider,
    users,
    clients,
    patients,
    encounters,
    demo: DEMO === 'on' && localSignIn ? demoUserDirectory(sql) : undefined,
    passwords: localSignIn,
    accounts,
    throttle: createThrottle(sql, now),
    upstream: settings && createUpstream({ settings, publicUrl, sql, now, accounts, log }),
    grants,
    keys: deps.keys,
    sessions: createSessions(sql, now, `${publicUrl}/auth`),
    frameAncestors: deps.frameAncestors ?? (() => []),
    onEvent: deps.onEvent ?? (() => {}),
    grantsUrl: `${publicUrl}/auth/grants`,
    noVisit: NO_VISIT,
  };
}
