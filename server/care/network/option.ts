// The options that a directory has for a service: how each stands to the network, how far it is, whom it takes, and their order.
// https://build.fhir.org/ig/HL7/davinci-pdex-plan-net/
import type {
  Coding,
  Extension,
  HealthcareService,
  Location,
  OrganizationAffiliation,
  Reference,
} from '@medplum/fhirtypes';
import { keyOf } from '../code.ts';
import { tailOf } from '../reference.ts';
import { distanceTo, type Near } from './near.ts';
import { isCoding, type Rate } from './rate.ts';
import { type Networks, namedNetworks, standings, TIERS, type Tier } from './tier.ts';

const PLAN_NET = 'http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition';
/** Code of Plan-Net's AcceptingPatientsCS: takes new patients. */
const TAKES_NEW = 'newpt';
/** Code of Plan-Net's AcceptingPatientsCS: takes nobody new. */
const TAKES_NONE = 'nopt';

/** What a directory says of the services that were found. */
export interface Directory {
  readonly services: readonly HealthcareService[];
  /** By `Location/…`. */
  readonly locations: ReadonlyMap<string, Location>;
  readonly affiliations: readonly OrganizationAffiliation[];
  readonly networks: Networks;
}

/** What options have to be like, and what they are measured from. */
export interface Wish {
  readonly near?: Near | undefined;
  readonly tier: readonly Tier[];
  readonly accepting: boolean;
  readonly language: readonly string[];
  readonly access: readonly Coding[];
}

/** One service that could be picked. */
export interface Option {
  readonly key: string;
  /** `Organization/…` that provides it. */
  readonly provider?: string;
  readonly service: HealthcareService;
  readonly places: readonly Location[];
  readonly tier: Tier;
  readonly network?: string;
  readonly rates: readonly Rate[];
  readonly distance?: number;
  /** Code of AcceptingPatientsCS. */
  readonly accepting?: string;
  readonly languages: readonly string[];
  readonly access: readonly Coding[];
}

/** Whether a service takes new patients: as it says for the network, else as it says for all. */
function acceptingOf({ extension = [] }: HealthcareService, network: string | undefined): string | undefined {
  const said = extension.filter(({ url }) => url === `${PLAN_NET}/newpatients`);
  const part = (one: Extension, name: string) => one.extension?.find(({ url }) => url === name);
  const networkOf = (one: Extension) => tailOf(part(one, 'fromNetwork')?.valueReference);
  const one = said.find((each) => networkOf(each) === network) ?? said.find((each) => !networkOf(each));
  return one && part(one, 'acceptingPatients')?.valueCodeableConcept?.coding?.find(({ code }) => code)?.code;
}

const accessOf = (resources: readonly { extension?: Extension[] }[]): Coding[] =>
  resources
    .flatMap(({ extension = [] }) => extension)
    .flatMap(({ url, valueCodeableConcept }) =>
      url === `${PLAN_NET}/accessibility` ? (valueCodeableConcept?.coding ?? []) : [],
    );

const languagesOf = ({ communication = [] }: HealthcareService): string[] => [
  ...new Set(communication.flatMap(({ coding = [] }) => coding.flatMap(({ code }) => code ?? []))),
];

/** Whether a language is spoken: `es` is, where `es-MX` is spoken; and `es-MX`, where `es` is. */
const speaks = (spoken: readonly string[], asked: string): boolean =>
  spoken.some((one) => one === asked || one.startsWith(`${asked}-`) || asked.startsWith(`${one}-`));

function fits(option: Option, { near, tier, accepting, language, access }: Wish): boolean {
  return (
    (!tier.length || tier.includes(option.tier)) &&
    (!accepting || option.accepting === TAKES_NEW) &&
    (!language.length || language.some((one) => speaks(option.languages, one))) &&
    access.every((need) => option.access.some((coding) => isCoding(need, coding))) &&
    (near?.within === undefined || (option.distance !== undefined && option.distance <= near.within))
  );
}

/** How every service of a directory stands, whether it fits or not. */
export function standingOptions(directory: Directory, near: Near | undefined, now: Date): Option[] {
  const standing = standings(directory.affiliations, directory.networks, now);
  return directory.services.map((service): Option => {
    const key = keyOf(service);
    const provider = tailOf(service.providedBy);
    const places = (service.location ?? []).flatMap(
      (one) => directory.locations.get(tailOf(one) ?? '') ?? [],
    );
    const participant = { key, ...(provider && { provider }), places: places.map(keyOf) };
    const stands = standing(participant, namedNetworks(service));
    const distance = near && distanceTo(near, places);
    const accepting = acceptingOf(service, stands.network);
    return {
      ...stands,
      key,
      service,
      places,
      ...(provider && { provider }),
      ...(distance !== undefined && { distance }),
      ...(accepting && { accepting }),
      languages: languagesOf(service),
      access: accessOf([service, ...places]),
    };
  });
}

const compare = <T extends string | number>(one: T, other: T): number =>
  one < other ? -1 : one > other ? 1 : 0;

/** Best tier first, then the nearest, then by name: a total order, so that equal questions have equal answers. */
export const byRank = (one: Option, other: Option): number =>
  TIERS.indexOf(one.tier) - TIERS.indexOf(other.tier) ||
  compare(one.distance ?? Number.POSITIVE_INFINITY, other.distance ?? Number.POSITIVE_INFINITY) ||
  compare(one.service.name ?? '\uffff', other.service.name ?? '\uffff') ||
  compare(one.key, other.key);

/** The options that fit, in the order in which they are offered. */
export const ranked = (options: readonly Option[], wish: Wish): Option[] =>
  options.filter((one) => fits(one, wish)).sort(byRank);

/** The best tier among options that may take somebody. */
export const bestTier = (options: readonly Option[]): Tier | undefined =>
  TIERS.find((tier) => options.some((one) => one.tier === tier && one.accepting !== TAKES_NONE));

/** The networks that plans tell of. */
export const networksOf = (
  plans: readonly { network?: Reference[]; plan?: { network?: Reference[] }[] }[],
): ReadonlySet<string> =>
  new Set(
    plans
      .flatMap(({ network = [], plan = [] }) => [...network, ...plan.flatMap((one) => one.network ?? [])])
      .flatMap((one) => tailOf(one) ?? []),
  );
