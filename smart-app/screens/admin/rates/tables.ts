// The rates of a network's participations and of plans as tables, and what is typed into one as the resource that keeps it.
// docs/network.md · https://hl7.org/fhir/R4/datatypes.html#Money
import type { Extension, InsurancePlan, OrganizationAffiliation, Period, Resource } from '@medplum/fhirtypes';
import type { Client } from '../../../fhir/client.ts';
import { extensionUrl } from '../../../fhir/systems.ts';

/** A resource that keeps rates. */
export type Keeper = OrganizationAffiliation | InsurancePlan;

/** One row as it is typed. */
export interface Row {
  /** Place among the rates that are kept; absent: a new one. */
  readonly from?: number;
  readonly system: string;
  readonly code: string;
  /** What the house calls the service. */
  readonly text: string;
  readonly amount: string;
  readonly currency: string;
  /** Code of cn-savings-basis. */
  readonly basis: string;
}

/** A table as it is typed. Days are `YYYY-MM-DD`, or empty. */
export interface Typed {
  readonly start: string;
  readonly end: string;
  readonly rows: readonly Row[];
}

/** Code systems of services, by the name that people know them by. */
export const SYSTEMS = {
  CPT: 'http://www.ama-assn.org/go/cpt',
  HCPCS: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
} as const;

/** Codes of cn-savings-basis. */
export const BASES = ['rate-table', 'claims-history', 'payer-estimate', 'none'] as const;
export type Basis = (typeof BASES)[number];
export const isBasis = (code: string): code is Basis => (BASES as readonly string[]).includes(code);

const RATE = extensionUrl('expected-rate');
const TIER = extensionUrl('network-tier');

const isKeeper = (one: Resource): one is Keeper =>
  one.resourceType === 'OrganizationAffiliation' || one.resourceType === 'InsurancePlan';

/** All participations and plans, and what the organisations in them are called. */
export async function readTables(
  client: Client,
): Promise<{ readonly keepers: readonly Keeper[]; readonly names: ReadonlyMap<string, string> }> {
  const include = ['OrganizationAffiliation:participating-organization', 'OrganizationAffiliation:network'];
  const [participations, plans] = await Promise.all([
    client.search('OrganizationAffiliation', { active: 'true', _include: include, _count: '200' }),
    client.search('InsurancePlan', { _count: '100' }),
  ]);
  const resources = [...participations.resources, ...plans.resources];
  const named = resources.flatMap((one) =>
    one.resourceType === 'Organization' && one.name ? [[`Organization/${one.id}`, one.name] as const] : [],
  );
  const names = new Map(named);
  const byName = (one: Keeper, other: Keeper) => nameOf(one, names).localeCompare(nameOf(other, names));
  return { keepers: resources.filter(isKeeper).sort(byName), names };
}

/** The provider of a participation, or the plan. */
export const nameOf = (keeper: Keeper, names: ReadonlyMap<string, string>): string => {
  if (keeper.resourceType === 'InsurancePlan') return keeper.name ?? keeper.id!;
  const { reference = '', display } = keeper.participatingOrganization ?? {};
  return names.get(reference) ?? display ?? reference;
};

/** The networks of a participation. */
export const networksOf = (keeper: Keeper, names: ReadonlyMap<string, string>): string =>
  (keeper.network ?? [])
    .map(({ reference = '', display }) => names.get(reference) ?? display ?? reference)
    .join(', ');

/** Code of cn-network-tier; undefined at a plan, whose rates are those outside its networks. */
export const tierOf = ({ extension }: Keeper): string | undefined =>
  extension?.find(({ url }) => url === TIER)?.valueCode;

const part = ({ extension }: Extension, name: string): Extension | undefined =>
  extension?.find(({ url }) => url === name);

function rowOf(rate: Extension, from: number): Row {
  const service = part(rate, 'service')?.valueCodeableConcept;
  const [coding] = service?.coding ?? [];
  const money = part(rate, 'amount')?.valueMoney;
  return {
    from,
    system: coding?.system ?? '',
    code: coding?.code ?? '',
    text: service?.text ?? '',
    amount: money?.value === undefined ? '' : String(money.value),
    currency: money?.currency ?? '',
    basis: part(rate, 'basis')?.valueCode ?? 'rate-table',
  };
}

const ratesIn = ({ extension = [] }: Keeper): readonly Extension[] =>
  extension.filter(({ url }) => url === RATE);

/** A table as the form begins with it. */
export const typedOf = (keeper: Keeper): Typed => ({
  start: keeper.period?.start?.slice(0, 10) ?? '',
  end: keeper.period?.end?.slice(0, 10) ?? '',
  rows: ratesIn(keeper).map(rowOf),
});

export const BLANK: Row = {
  system: SYSTEMS.CPT,
  code: '',
  text: '',
  amount: '',
  currency: 'USD',
  basis: 'rate-table',
};

const AMOUNT = /^\d{1,9}(\.\d{1,2})?$/;
const CURRENCY = /^[A-Z]{3}$/;

/** What is wrong with a row, by field; the kinds are keys of texts. */
export function wrongIn(
  row: Row,
): readonly (readonly [keyof Row, 'missing' | 'amount.wrong' | 'currency.wrong'])[] {
  return [
    ...(row.code.trim() ? [] : [['code', 'missing'] as const]),
    ...(AMOUNT.test(row.amount.trim()) ? [] : [['amount', 'amount.wrong'] as const]),
    ...(CURRENCY.test(row.currency.trim()) ? [] : [['currency', 'currency.wrong'] as const]),
  ];
}

/** The extension of a row; codings beside the first stay as they were. */
function rateOf(row: Row, kept: Extension | undefined): Extension {
  const before = kept && part(kept, 'service')?.valueCodeableConcept;
  const [first, ...others] = before?.coding ?? [];
  const coding = { ...first, ...(row.system && { system: row.system }), code: row.code.trim() };
  const text = row.text.trim();
  const { text: _, ...rest } = before ?? {};
  const known = new Set(['service', 'amount', 'basis']);
  return {
    url: RATE,
    extension: [
      {
        url: 'service',
        valueCodeableConcept: { ...rest, coding: [coding, ...others], ...(text && { text }) },
      },
      { url: 'amount', valueMoney: { value: Number(row.amount), currency: row.currency.trim() as 'USD' } },
      { url: 'basis', valueCode: row.basis },
      ...(kept?.extension?.filter(({ url }) => !known.has(url)) ?? []),
    ],
  };
}

const periodOf = (kept: Period | undefined, { start, end }: Typed): Period | undefined => {
  const bound = (name: 'start' | 'end', day: string) =>
    day === (kept?.[name]?.slice(0, 10) ?? '') ? kept?.[name] : day || undefined;
  const [from, until] = [bound('start', start), bound('end', end)];
  return from || until ? { ...(from && { start: from }), ...(until && { end: until }) } : undefined;
};

/** The resource with the table in it; everything else that it says stays. */
export function withTable<K extends Keeper>(keeper: K, typed: Typed): K {
  const kept = ratesIn(keeper);
  const others = keeper.extension?.filter(({ url }) => url !== RATE) ?? [];
  const rates = typed.rows.map((row) => rateOf(row, row.from === undefined ? undefined : kept[row.from]));
  const extension = [...others, ...rates];
  const { extension: _extension, period: before, ...rest } = keeper;
  const period = periodOf(before, typed);
  return { ...rest, ...(extension.length && { extension }), ...(period && { period }) } as unknown as K;
}
