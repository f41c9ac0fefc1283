// The caller as the database's functions of access take it (db/migrations/0018-access.sql): one value in JSON, made once.
import type { Rid, RidOf } from '../../db/rid.ts';
import type { Access } from '../../fhir/access.ts';
import type { Registry } from '../registry.ts';

/** Parameters that the functions follow, by the names that they have there. */
const FOLLOWED = {
  practitioner: ['PractitionerRole', 'practitioner'],
  organization: ['PractitionerRole', 'organization'],
  participant: ['CareTeam', 'participant'],
  teamPatient: ['CareTeam', 'patient'],
  teamStatus: ['CareTeam', 'status'],
  taskPatient: ['Task', 'patient'],
  taskOwner: ['Task', 'owner'],
  taskStatus: ['Task', 'status'],
  generalPractitioner: ['Patient', 'general-practitioner'],
} as const;

export interface CallerContext {
  registry: Registry;
  ridOf: RidOf;
}

/** What the functions are told. Surrogates are texts: JSON has no numbers of 64 bits. */
interface CallerJson {
  subject: string;
  user: Rid | null;
  payors: readonly Rid[];
  shown: readonly string[];
  consented: readonly string[];
  ofAssigned: boolean;
  purposes: readonly string[];
  glass: boolean;
  ids: Readonly<Record<string, number>>;
}

/** Makes the texts of callers, each once for a list of search parameters. */
export function callers({ registry, ridOf }: CallerContext): (access: Access) => string {
  const made = new WeakMap<Access, { generation: number; text: string }>();
  return (access) => {
    const generation = registry.generation();
    const known = made.get(access);
    if (known?.generation === generation) return known.text;
    const text = JSON.stringify(callerJson(access, registry, ridOf));
    made.set(access, { generation, text });
    return text;
  };
}

function callerJson(access: Access, registry: Registry, ridOf: RidOf): CallerJson {
  const { subject, fhirUser, members = [], policy } = access;
  const ids = Object.entries(FOLLOWED).map(([name, [type, code]]) => [name, registry.find(type, code)!.id]);
  const limited = policy === 'unlimited' ? undefined : policy;
  return {
    subject,
    user: fhirUser ? ridOf(fhirUser) : null,
    payors: members.flatMap((set) => (set.by === 'payor' ? [ridOf(set.payor)] : [])),
    shown: limited && limited.labels !== 'all' ? [...limited.labels] : [],
    consented: [...(limited?.consented ?? [])],
    ofAssigned: limited?.consentedOf === 'assigned',
    purposes: limited?.purposes ?? [],
    glass: (limited?.breakGlassMinutes ?? 0) > 0,
    ids: {
      ...Object.fromEntries(ids),
      compartment: registry.compartment,
      directive: registry.directive(),
    },
  };
}
