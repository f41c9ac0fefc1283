// The directory as the caller of an operation may see it, read with a number of searches that its size does not change.
// https://build.fhir.org/ig/HL7/davinci-pdex-plan-net/
import type {
  Coding,
  Coverage,
  HealthcareService,
  InsurancePlan,
  Location,
  Organization,
  OrganizationAffiliation,
  Resource,
  ResourceType,
} from '@medplum/fhirtypes';
import { keyOf } from '../../../care/code.ts';
import type { Near } from '../../../care/network/near.ts';
import { type Directory, networksOf } from '../../../care/network/option.ts';
import { type Rate, ratesOf } from '../../../care/network/rate.ts';
import { tailOf } from '../../../care/reference.ts';
import { reach } from '../../../fhir/access.ts';
import { type Issue, notFound } from '../../../fhir/errors.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { checkScope } from '../../../interaction/reach.ts';
import { resourceOf } from '../../../store/index.ts';

/** Most resources of one search. */
const MOST = 1000;
const NETWORK_TYPE = 'http://hl7.org/fhir/us/davinci-pdex-plan-net/CodeSystem/OrgTypeCS|ntwk';

type Caller = Pick<FhirRequest, 'access' | 'executor'>;
type Parameter = readonly [name: string, value: string];

/** A resource by `Type/id`, if the caller may read it. @throws FhirError 403 without a scope, 404 */
export async function visible<T extends Resource>(
  { store, search }: Context,
  { access, executor }: Caller,
  key: string,
): Promise<T> {
  const [type, id] = key.split('/') as [string, string];
  checkScope(access, type, 'r');
  const found = await store.read(type, id, search.visibility(access, 'r', [type]), executor);
  if (!found || found.deleted) throw notFound(`There is no ${key}, or your access does not cover it.`);
  return resourceOf(found) as T;
}

/** What a look at the directory found. */
export interface Sight {
  readonly directory: Directory;
  /** Organisations of the services, by `Organization/…`. */
  readonly organizations: ReadonlyMap<string, Organization>;
  /** What services cost without the networks of the plan. */
  readonly references: readonly Rate[];
  /** Says when not all of the directory was looked at. */
  readonly notes: readonly Issue[];
}

/** What to look for. */
export interface Question {
  readonly wanted: readonly Coding[];
  readonly near: Near | undefined;
  /** `Coverage/…`. */
  readonly coverage: string | undefined;
  /** A service or organisation that is looked at in any case. */
  readonly choice?: HealthcareService | Organization;
}

const note = (what: string): Issue => ({
  severity: 'information',
  code: 'informational',
  diagnostics: `More than ${MOST} ${what} match, and only ${MOST} were looked at. Ask for a nearer place or a more exact service.`,
});

/** Searches as the caller, one page; where they may not search the directory, nothing is found. */
class Looker {
  readonly notes: Issue[] = [];
  readonly included: Resource[] = [];
  readonly #search: Context['search'];
  readonly #caller: Caller;

  constructor({ search }: Context, caller: Caller) {
    this.#search = search;
    this.#caller = caller;
  }

  async find<K extends ResourceType>(
    type: K,
    what: string,
    parameters: readonly Parameter[],
  ): Promise<Extract<Resource, { resourceType: K }>[]> {
    const { access, executor } = this.#caller;
    if (reach(access, type, 's') === 'none') return [];
    const all = [...parameters, ['_count', String(MOST)] as const];
    const page = await this.#search.type(type, all, access, { ...(executor && { executor }) });
    if (page.next !== undefined) this.notes.push(note(what));
    this.included.push(...page.included.map((content) => JSON.parse(content) as Resource));
    return page.matches.map((content) => JSON.parse(content) as Extract<Resource, { resourceType: K }>);
  }
}

const plain = (text: string): string => text.replace(/[\\$,|]/g, '\\$&');
const token = ({ system, code }: Coding): string =>
  system === undefined ? plain(code!) : `${plain(system)}|${plain(code!)}`;

/** The plans of a coverage: those that its classes or its type name, else all of its payor's. */
function plansNamed(coverage: Coverage, plans: readonly InsurancePlan[]): readonly InsurancePlan[] {
  const said = [
    coverage.type?.text,
    ...(coverage.class ?? []).flatMap(({ value, name }) => [value, name]),
  ].filter((one) => one !== undefined);
  const named = plans.filter(({ identifier = [], name, alias = [] }) =>
    [name, ...alias, ...identifier.map(({ value }) => value)].some(
      (one) => one !== undefined && said.includes(one),
    ),
  );
  return named.length ? named : plans;
}

/** The networks and reference rates of a coverage. */
async function planOf(looker: Looker, coverage: Coverage): Promise<[ReadonlySet<string>, Rate[]]> {
  const payors = coverage.payor.flatMap((one) => tailOf(one) ?? []).filter((key) => key.startsWith('Org'));
  if (!payors.length) return [new Set(), []];
  const owner = payors.join(',');
  const plans = await looker.find('InsurancePlan', 'plans', [
    ['owned-by', owner],
    ['status', 'active'],
  ]);
  const parts = await looker.find('Organization', 'networks', [
    ['partof', owner],
    ['type', NETWORK_TYPE],
    ['active:not', 'false'],
  ]);
  const own = plansNamed(coverage, plans);
  const networks = networksOf(own);
  return [networks.size ? networks : new Set(parts.map(keyOf)), own.flatMap(ratesOf)];
}

/** Services by type or specialty, with their places and organisations. */
async function servicesFor(looker: Looker, { wanted, near }: Question): Promise<HealthcareService[]> {
  const codings = wanted.filter(({ code }) => code !== undefined);
  if (!codings.length) return [];
  const tokens = codings.map(token).join(',');
  const more: Parameter[] = [
    ['active:not', 'false'],
    ['_include', 'HealthcareService:location'],
    ['_include', 'HealthcareService:organization'],
  ];
  if (near?.within !== undefined)
    more.push(['location.near', [near.latitude, near.longitude, near.within, near.unit].join('|')]);
  const byType = await looker.find('HealthcareService', 'services', [['service-type', tokens], ...more]);
  const bySpecialty = await looker.find('HealthcareService', 'services', [['specialty', tokens], ...more]);
  return [...byType, ...bySpecialty];
}

const byKey = <T extends Resource>(list: readonly Resource[], type: T['resourceType']): Map<string, T> =>
  new Map(list.flatMap((one) => (one.resourceType === type ? [[keyOf(one), one as T]] : [])));

async function affiliationsOf(
  looker: Looker,
  services: readonly HealthcareService[],
  choice: Question['choice'],
): Promise<OrganizationAffiliation[]> {
  const organizations = new Set(services.flatMap(({ providedBy }) => tailOf(providedBy) ?? []));
  if (choice?.resourceType === 'Organization') organizations.add(keyOf(choice));
  const look = async (name: string, keys: Iterable<string>) => {
    const list = [...keys].join(',');
    return list
      ? looker.find('OrganizationAffiliation', 'participations', [
          [name, list],
          ['active:not', 'false'],
        ])
      : [];
  };
  const found = [
    ...(await look('participating-organization', organizations)),
    ...(await look('service', services.map(keyOf))),
  ];
  return [...byKey<OrganizationAffiliation>(found, 'OrganizationAffiliation').values()];
}

/**
 * Looks at the directory as the caller: a page each of plans, networks, services by type and by specialty, and participations
 * by organisation and by service.
 * @throws FhirError 403 without a scope for services, 404 for a coverage that the caller does not see
 */
export async function lookAt(context: Context, caller: Caller, question: Question): Promise<Sight> {
  checkScope(caller.access, 'HealthcareService', 's');
  const { coverage, choice } = question;
  const looker = new Looker(context, caller);
  const [networks, references] = coverage
    ? await planOf(looker, await visible<Coverage>(context, caller, coverage))
    : (['any', []] as const);
  const found = await servicesFor(looker, question);
  if (choice?.resourceType === 'HealthcareService' && !found.some(({ id }) => id === choice.id)) {
    found.push(choice);
    const places = (choice.location ?? []).flatMap((one) => tailOf(one)?.split('/')[1] ?? []);
    if (places.length)
      looker.included.push(...(await looker.find('Location', 'places', [['_id', places.join(',')]])));
  }
  const services = [...byKey<HealthcareService>(found, 'HealthcareService').values()];
  const affiliations = await affiliationsOf(looker, services, choice);
  const locations = byKey<Location>(looker.included, 'Location');
  return {
    directory: { services, locations, affiliations, networks },
    organizations: byKey<Organization>(looker.included, 'Organization'),
    references,
    notes: looker.notes,
  };
}
