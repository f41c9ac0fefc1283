// HealthcareService/$find-in-network (ours): services that do what is needed, as they stand to the network of a plan.
// https://hl7.org/fhir/R4/operations.html
import type { BundleEntry, Coding, Extension, Resource } from '@medplum/fhirtypes';
import { extensionUrl, keyOf } from '../../../care/code.ts';
import type { Near } from '../../../care/network/near.ts';
import { type Option, ranked, standingOptions } from '../../../care/network/option.ts';
import { firstRate } from '../../../care/network/rate.ts';
import { badRequest, outcomeOf } from '../../../fhir/errors.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { readGiven } from '../schedule/parameters.ts';
import { lookAt, type Sight } from './directory.ts';
import { WISH, wishOf } from './wish.ts';

const PARAMETERS = { ...WISH, tier: { kind: 'string', many: true }, _count: { kind: 'integer' } } as const;
const COUNT = 20;
const MOST = 100;

/** How an option stands, as an extension of its entry. */
function standingOf(option: Option, wanted: readonly Coding[], near: Near | undefined): Extension {
  const { tier, network, rates, distance, accepting, languages, access } = option;
  const rate = firstRate(rates, wanted);
  const quantity = distance !== undefined &&
    near && {
      value: Number(distance.toFixed(3)),
      unit: near.unit,
      system: 'http://unitsofmeasure.org',
      code: near.unit,
    };
  return {
    url: extensionUrl('network-option'),
    extension: [
      { url: 'tier', valueCode: tier },
      ...(network ? [{ url: 'network', valueReference: { reference: network } }] : []),
      ...(quantity ? [{ url: 'distance', valueQuantity: quantity }] : []),
      ...(rate
        ? [
            { url: 'amount', valueMoney: rate.amount },
            { url: 'basis', valueCode: rate.basis },
          ]
        : []),
      ...(accepting ? [{ url: 'accepting', valueCode: accepting }] : []),
      ...languages.map((one) => ({ url: 'language', valueCode: one })),
      ...access.map((one) => ({ url: 'access', valueCoding: one })),
    ],
  };
}

/** Organisations and places of options, each once. */
const belonging = (options: readonly Option[], organizations: Sight['organizations']): Resource[] => [
  ...new Map<string, Resource>(
    options
      .flatMap(({ provider, places }) => [organizations.get(provider ?? ''), ...places])
      .flatMap((one) => (one ? [[keyOf(one), one] as const] : [])),
  ).values(),
];

/** 200 with a searchset of services, the best option first; 400, 403 without a scope for services, 404 for the coverage. */
export async function findInNetwork(context: Context, request: FhirRequest): Promise<Result> {
  const asked = readGiven(request, '$find-in-network', PARAMETERS, context.base);
  const wanted = asked.all('service').filter(({ code }) => code !== undefined);
  if (!wanted.length)
    throw badRequest(
      '$find-in-network needs the parameter service: what is needed, as system|code of a service type or specialty.',
      'Parameters.parameter',
    );
  const wish = wishOf(asked, asked.all('tier'));
  const sight = await lookAt(context, request, {
    wanted,
    near: wish.near,
    coverage: asked.one('coverage'),
  });
  const options = ranked(standingOptions(sight.directory, wish.near, context.now()), wish);
  const shown = options.slice(0, Math.min(asked.one('_count') ?? COUNT, MOST));
  const entryOf = (resource: Resource, search: object): BundleEntry => ({
    fullUrl: `${context.base}/${keyOf(resource)}`,
    resource,
    search,
  });
  const entries: BundleEntry[] = [
    ...shown.map((option, place) =>
      entryOf(option.service, {
        extension: [standingOf(option, wanted, wish.near)],
        mode: 'match',
        score: Number(((options.length - place) / options.length).toFixed(4)),
      }),
    ),
    ...belonging(shown, sight.organizations).map((one) => entryOf(one, { mode: 'include' })),
    ...(sight.notes.length
      ? [{ resource: outcomeOf(sight.notes), search: { mode: 'outcome' } } as BundleEntry]
      : []),
  ];
  const bundle = {
    resourceType: 'Bundle',
    type: 'searchset',
    total: options.length,
    ...(entries.length && { entry: entries }),
  };
  return { kind: 'json', status: 200, json: bundle };
}
