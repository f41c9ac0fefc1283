// How providers stand to a network: the tiers in their order, and the part that a provider has in a network.
// https://hl7.org/fhir/R4/organizationaffiliation.html
import type { Extension, OrganizationAffiliation, Reference } from '@medplum/fhirtypes';
import { dateRange } from '../../fhir/datetime.ts';
import { extensionOf, keyOf, system } from '../code.ts';
import { tailOf } from '../reference.ts';
import { type Rate, ratesOf } from './rate.ts';

/** Codes of cn-network-tier, the best first. */
export const TIERS = ['direct-contract', 'preferred', 'in-network', 'out-of-network', 'unknown'] as const;
export type Tier = (typeof TIERS)[number];
export const TIER = system('cn-network-tier');

export const isTier = (code: string | undefined): code is Tier =>
  code !== undefined && (TIERS as readonly string[]).includes(code);

/** The networks that count: those of a plan, or any. None are known of a plan that tells of none. */
export type Networks = ReadonlySet<string> | 'any';

const counts = (networks: Networks, key: string): boolean => networks === 'any' || networks.has(key);

/** What of a provider a participation may be about. */
export interface Participant {
  /** Reference of the choice itself: a service, or an organisation. */
  readonly key: string;
  /** The organisation that provides it. */
  readonly provider?: string;
  readonly places: readonly string[];
}

/** How a provider stands to the networks that count. */
export interface Standing {
  readonly tier: Tier;
  /** The network, `Organization/…`, when it belongs to one. */
  readonly network?: string;
  readonly rates: readonly Rate[];
}

/** A participation that is in force, as it is looked at. */
interface Part {
  readonly id: string;
  readonly tier: Tier;
  readonly networks: readonly string[];
  readonly organization: string | undefined;
  readonly services: readonly string[];
  readonly places: readonly string[];
  readonly rates: readonly Rate[];
}

const keysIn = (list: readonly Reference[] | undefined): string[] =>
  (list ?? []).flatMap((one) => tailOf(one) ?? []);

function isInForce({ active, period }: OrganizationAffiliation, now: Date): boolean {
  const [from, until] = [dateRange(period?.start ?? '')?.low, dateRange(period?.end ?? '')?.high];
  return (
    active !== false &&
    (!from || Date.parse(from) <= now.getTime()) &&
    (!until || Date.parse(until) > now.getTime())
  );
}

function partOf(affiliation: OrganizationAffiliation): Part {
  const code = extensionOf(affiliation, 'network-tier')?.valueCode;
  return {
    id: keyOf(affiliation),
    tier: isTier(code) ? code : 'in-network',
    networks: keysIn(affiliation.network),
    organization: tailOf(affiliation.participatingOrganization),
    services: keysIn(affiliation.healthcareService),
    places: keysIn(affiliation.location),
    rates: ratesOf(affiliation),
  };
}

/** Whether a participation is about a provider: by its organisation or service, and where it names services or places by those. */
function isAbout(part: Part, { key, provider, places }: Participant): boolean {
  const isNamed = part.services.includes(key);
  if (!isNamed && (part.organization === undefined || part.organization !== provider)) return false;
  if (part.services.length && !isNamed && key.startsWith('HealthcareService/')) return false;
  return !part.places.length || !places.length || part.places.some((place) => places.includes(place));
}

const byTier = (one: Part, other: Part): number =>
  TIERS.indexOf(one.tier) - TIERS.indexOf(other.tier) || (one.id < other.id ? -1 : 1);

/**
 * Reads participations once, for any number of providers.
 * @returns how a provider stands: by its best participation in a network that counts, else by the networks that it names itself
 */
export function standings(
  affiliations: readonly OrganizationAffiliation[],
  networks: Networks,
  now: Date,
): (participant: Participant, named: readonly string[]) => Standing {
  const parts = affiliations
    .filter((one) => isInForce(one, now))
    .map(partOf)
    .filter((part) => part.networks.some((network) => counts(networks, network)))
    .sort(byTier);
  return (participant, named) => {
    const own = parts.filter((part) => isAbout(part, participant));
    const best = own[0];
    if (best) {
      const network = best.networks.find((one) => counts(networks, one))!;
      const rates = own.filter(({ tier }) => tier === best.tier).flatMap((part) => part.rates);
      return { tier: best.tier, network, rates };
    }
    const network = named.find((one) => counts(networks, one));
    if (network) return { tier: 'in-network', network, rates: [] };
    const isOutside = networks !== 'any' && networks.size > 0;
    return { tier: isOutside ? 'out-of-network' : 'unknown', rates: [] };
  };
}

const NETWORK_REFERENCE =
  'http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/network-reference';

/** The networks that a resource of the directory says it belongs to. */
export const namedNetworks = ({ extension = [] }: { extension?: Extension[] }): string[] =>
  extension.flatMap((one) => (one.url === NETWORK_REFERENCE ? (tailOf(one.valueReference) ?? []) : []));
