// The access policies in force: read from the stored resources, renewed when they change, and closed when there is none.
// https://hl7.org/fhir/R4/basic.html
import type { Basic } from '@medplum/fhirtypes';
import { emptyPolicy, type Policy } from '../../fhir/access.ts';
import type { AuthLog } from '../deps.ts';
import type { CheckCriteria } from '../launch/scopes.ts';
import { policyId, policyOf, policyProblems } from './resource.ts';

export { isPolicy, POLICY_CODE, policyProblems, readPolicies } from './resource.ts';

/** The stored policies, given by the composition root (auth/ knows no store). */
export interface PolicyStore {
  /** A text that is another one after each write or deletion of a Basic; cheap, because it is asked each second. */
  state(): Promise<string>;
  /** The stored Basic resources with the code of a policy (`POLICY_CODE`), deleted ones left out. */
  read(): Promise<readonly Basic[]>;
  /** Stores a policy under its own id, unless something is or was there. @returns whether it was stored */
  createIfAbsent(policy: Basic): Promise<boolean>;
}

export interface PoliciesDeps {
  readonly load: PolicyStore;
  /** The policies that a new database begins with. */
  readonly defaults: readonly Basic[];
  readonly checkCriteria: CheckCriteria;
  readonly log: Pick<AuthLog, 'error'>;
}

export interface Policies {
  /** The policy of a role in force; the empty one, which allows nothing, when there is none. The same object until it changes. */
  of(role: string): Policy;
  /** Another number whenever a policy has changed. */
  generation(): number;
  /** Reads the policies again when they have changed. */
  look(): Promise<void>;
  /** Stores the default policies of roles that never had one. @returns how many were stored */
  ensureDefaults(): Promise<number>;
}

/** One stored policy as it was read. */
interface Known {
  /** The resource, to see whether it changed. */
  readonly text: string;
  readonly policy: Policy | undefined;
}

/** Roles without a policy for which the empty one is kept. */
const MAX_UNKNOWN_ROLES = 100;

/** Makes the policies; nothing is allowed to anybody before the first `look`. */
export function createPolicies({ load, defaults, checkCriteria, log }: PoliciesDeps): Policies {
  let known: ReadonlyMap<string, Known> = new Map();
  let state: string | undefined;
  let generation = 0;
  const empty = new Map<string, Policy>();

  /** A policy that cannot be read leaves the one before it in force. */
  function take(resource: Basic, id: string): Known {
    const before = known.get(id);
    const text = JSON.stringify(resource);
    if (before?.text === text) return before;
    const problems = policyProblems(resource, checkCriteria);
    const policy = problems.length ? undefined : policyOf(resource);
    if (policy) return { text, policy };
    const reasons = problems.map(({ diagnostics, expression }) => `${expression?.[0]}: ${diagnostics}`);
    const inForce = before?.policy ? 'the version before stays in force' : 'the role may do nothing';
    log.error({ policy: `Basic/${id}`, reasons }, `an access policy cannot be read; ${inForce}`);
    return { text, policy: before?.policy };
  }

  async function look(): Promise<void> {
    const now = await load.state();
    if (now === state) return;
    const read = await load.read();
    const taken = new Map(read.map((resource) => [resource.id!, take(resource, resource.id!)]));
    const ids = new Set([...known.keys(), ...taken.keys()]);
    if ([...ids].some((id) => known.get(id)?.policy !== taken.get(id)?.policy)) generation++;
    known = taken;
    state = now;
  }

  async function ensureDefaults(): Promise<number> {
    let stored = 0;
    for (const policy of defaults) if (await load.createIfAbsent(policy)) stored++;
    await look();
    return stored;
  }

  function nothing(role: string): Policy {
    const made = empty.get(role) ?? emptyPolicy(role);
    if (empty.size < MAX_UNKNOWN_ROLES) empty.set(role, made);
    return made;
  }

  return {
    of: (role) => known.get(policyId(role))?.policy ?? nothing(role),
    generation: () => generation,
    look,
    ensureDefaults,
  };
}
