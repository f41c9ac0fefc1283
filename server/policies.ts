// The access policies on this server's own storage: kept as Basic resources, read again within a second of a change, and
// what holds for callers who are remembered by jobs.
import type { Basic, Resource } from '@medplum/fhirtypes';
import {
  type AuthLog,
  clientDirectory,
  createPolicies,
  isPolicy,
  POLICY_CODE,
  type Policies,
  policyProblems,
  readPolicies,
  type User,
} from './auth/index.ts';
import { practiceProblems } from './care/practice/rule.ts';
import { type Access, accessOf, type Caller, emptyPolicy, systemAccess } from './fhir/access.ts';
import { stringifyJson } from './fhir/json.ts';
import { stamp } from './interaction/write-pipeline.ts';
import type { Storage } from './storage.ts';
import { UNLIMITED } from './store/index.ts';
import type { Validator } from './validation/index.ts';

const DEFAULTS = new URL('../profiles/policy/', import.meta.url);
/** Newest changes that are compared: those that commit late are among them. */
const LATEST = 50;

/** Stores a Basic under its own id, unless something is or was there. @returns whether it was stored */
export async function createIfAbsent(
  store: Pick<Storage['store'], 'read' | 'write'>,
  basic: Basic,
  at: Date,
): Promise<boolean> {
  const id = basic.id!;
  if (await store.read('Basic', id, UNLIMITED)) return false;
  const resource = stamp(basic, id, 1, at);
  const version = { type: 'Basic', id, version: 1, method: 'PUT', resource } as const;
  const { written } = await store.write([{ ...version, content: stringifyJson(resource) }], at, []);
  return written.size > 0;
}

/** Makes the policies; a new database begins with those of `profiles/policy`, unless nobody asks for them (`--open`). */
export async function openPolicies(
  { sql, typeId, search, store }: Storage,
  now: () => Date,
  log: AuthLog,
  open: boolean,
): Promise<Policies> {
  const type = typeId('Basic');
  const policies = createPolicies({
    load: {
      async state() {
        const [row] = await sql`
          select string_agg(rid || ' ' || version, ',') as state from (
            select rid, version from change where type = ${type}
            order by last_updated desc, rid desc, version desc limit ${LATEST}) newest`;
        return String(row!.state);
      },
      async read() {
        const query: [string, string][] = [
          ['code', POLICY_CODE],
          ['_count', '1000'],
        ];
        const { matches } = await search.type('Basic', query, systemAccess);
        return matches.map((content) => JSON.parse(content) as Basic);
      },
      createIfAbsent: (policy) => createIfAbsent(store, policy, now()),
    },
    defaults: readPolicies(DEFAULTS),
    checkCriteria: search.visibilities.criteriaProblem,
    log,
  });
  if (open) await policies.look();
  else await policies.ensureDefaults();
  return policies;
}

/** What a user may see, whatever app they use: for the lists that they choose from when they sign in. */
export async function accessOfUser(
  { username, fhirUser, role }: User,
  { search }: Storage,
  policies: Pick<Policies, 'of'>,
): Promise<Access> {
  const scopes = [{ level: 'user', type: '*', letters: new Set(['r', 's'] as const) }] as const;
  const access = { subject: username, fhirUser, role, scopes, policy: policies.of(role) };
  await search.visibilities.prepare(access);
  return access;
}

/** The access of a caller whom a job remembers, under the policy that holds for them now. */
export async function recall(
  caller: Caller,
  { sql, search }: Storage,
  policies: Pick<Policies, 'of'>,
): Promise<Access> {
  const client = caller.role || !caller.client ? undefined : await clientDirectory(sql).find(caller.client);
  const role = caller.role ?? client?.role;
  const access = accessOf(caller, {
    policy: role ? policies.of(role) : emptyPolicy(''),
    ...(client?.members && { members: client.members }),
  });
  await search.visibilities.prepare(access);
  return access;
}

/** The validator, which also refuses an access policy or a rule of practice that could not be enforced. */
export const withPolicies = (
  { validate }: Pick<Validator, 'validate'>,
  { search }: Storage,
): Pick<Validator, 'validate'> => ({
  validate: (resource, options) => [
    ...validate(resource, options),
    ...(isPolicy(resource as Resource)
      ? policyProblems(resource as Basic, search.visibilities.criteriaProblem)
      : []),
    ...practiceProblems(resource as Resource),
  ],
});
