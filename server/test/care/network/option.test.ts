// Options of a network are ranked by tier, distance and name, and stand by their participations that are in force.
// https://hl7.org/fhir/R4/organizationaffiliation.html
import type { HealthcareService, Location, OrganizationAffiliation } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { extensionUrl, keyOf } from '../../../care/code.ts';
import { distanceTo, nearIn } from '../../../care/network/near.ts';
import { bestTier, byRank, type Option, ranked, standingOptions } from '../../../care/network/option.ts';
import { type Networks, TIERS } from '../../../care/network/tier.ts';

const NOW = new Date('2026-03-05T12:00:00Z');
const PLAN_NET = 'http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition';
const service = (id: string, more: Partial<HealthcareService> = {}): HealthcareService => ({
  resourceType: 'HealthcareService',
  id,
  name: id,
  providedBy: { reference: `Organization/${id}` },
  ...more,
});
const participation = (
  organization: string,
  tier: string | undefined,
  more: Partial<OrganizationAffiliation> = {},
): OrganizationAffiliation => ({
  resourceType: 'OrganizationAffiliation',
  id: `${organization}-${tier}`,
  active: true,
  ...(tier && { extension: [{ url: extensionUrl('network-tier'), valueCode: tier }] }),
  participatingOrganization: { reference: `Organization/${organization}` },
  network: [{ reference: 'Organization/net' }],
  ...more,
});
const NET: Networks = new Set(['Organization/net']);
const stand = (
  affiliations: OrganizationAffiliation[],
  networks: Networks = NET,
  one = service('a'),
  places: Location[] = [],
) =>
  standingOptions(
    {
      services: [one],
      affiliations,
      networks,
      locations: new Map(places.map((each) => [keyOf(each), each])),
    },
    undefined,
    NOW,
  )[0]!;

t.test('a provider stands by its best participation in a network of the plan', async (t) => {
  const rows: [name: string, option: Option, tier: string, network?: string][] = [
    ['its tier', stand([participation('a', 'preferred')]), 'preferred', 'Organization/net'],
    [
      'the better of two',
      stand([participation('a', 'in-network'), participation('a', 'direct-contract')]),
      'direct-contract',
      'Organization/net',
    ],
    [
      'in the network without a tier',
      stand([participation('a', undefined)]),
      'in-network',
      'Organization/net',
    ],
    [
      'with a tier that nobody knows',
      stand([participation('a', 'golden')]),
      'in-network',
      'Organization/net',
    ],
    ['none', stand([]), 'out-of-network'],
    ['of another organisation', stand([participation('b', 'preferred')]), 'out-of-network'],
    [
      'in another network',
      stand([participation('a', 'preferred', { network: [{ reference: 'Organization/other' }] })]),
      'out-of-network',
    ],
    ['of which no network is known', stand([participation('a', 'preferred')], new Set()), 'unknown'],
    ['none, and no plan', stand([], 'any'), 'unknown'],
    ['one, and no plan', stand([participation('a', 'preferred')], 'any'), 'preferred', 'Organization/net'],
    [
      'that is over',
      stand([participation('a', 'preferred', { period: { end: '2026-03-04' } })]),
      'out-of-network',
    ],
    [
      'that ends today',
      stand([participation('a', 'preferred', { period: { end: '2026-03-05' } })]),
      'preferred',
      'Organization/net',
    ],
    [
      'that is to come',
      stand([participation('a', 'preferred', { period: { start: '2026-03-06' } })]),
      'out-of-network',
    ],
    ['that is not active', stand([participation('a', 'preferred', { active: false })]), 'out-of-network'],
    [
      'for other services',
      stand([participation('a', 'preferred', { healthcareService: [{ reference: 'HealthcareService/b' }] })]),
      'out-of-network',
    ],
    [
      'for this service, under another organisation',
      stand([
        participation('b', 'preferred', {
          healthcareService: [{ reference: 'https://elsewhere.example/fhir/HealthcareService/a' }],
        }),
      ]),
      'preferred',
      'Organization/net',
    ],
    [
      'for other places',
      stand(
        [participation('a', 'preferred', { location: [{ reference: 'Location/there' }] })],
        NET,
        service('a', { location: [{ reference: 'Location/here' }] }),
        [{ resourceType: 'Location', id: 'here' }],
      ),
      'out-of-network',
    ],
    [
      'none, but it names the network itself',
      stand(
        [],
        NET,
        service('a', {
          extension: [
            { url: `${PLAN_NET}/network-reference`, valueReference: { reference: 'Organization/net' } },
          ],
        }),
      ),
      'in-network',
      'Organization/net',
    ],
  ];
  for (const [name, option, tier, network] of rows)
    t.same([option.tier, option.network], [tier, network], name);
});

t.test('a service takes new patients as it says for the network, else as it says for all', async (t) => {
  const says = (code: string, network?: string) => ({
    url: `${PLAN_NET}/newpatients`,
    extension: [
      { url: 'acceptingPatients', valueCodeableConcept: { coding: [{ code }] } },
      ...(network ? [{ url: 'fromNetwork', valueReference: { reference: network } }] : []),
    ],
  });
  const own = [participation('a', 'preferred')];
  const rows = [
    [[says('newpt')], 'newpt'],
    [[says('newpt'), says('nopt', 'Organization/net')], 'nopt'],
    [[says('nopt', 'Organization/other')], undefined],
    [[], undefined],
  ] as const;
  for (const [extension, expected] of rows)
    t.equal(stand(own, NET, service('a', { extension: [...extension] })).accepting, expected);
  const closed = stand(own, NET, service('a', { extension: [says('nopt')] }));
  t.equal(bestTier([closed]), undefined, 'what takes nobody is no better choice');
  t.equal(bestTier([closed, stand([])]), 'out-of-network');
});

const option = fc.record(
  {
    key: fc.uuid().map((id) => `HealthcareService/${id}`),
    tier: fc.constantFrom(...TIERS),
    name: fc.option(fc.constantFrom('A', 'a', 'B', 'Ä'), { nil: undefined }),
    distance: fc.option(fc.constantFrom(0, 1, 1.5, 20), { nil: undefined }),
  },
  { requiredKeys: ['key', 'tier'] },
);
const optionOf = ({ key, tier, name, distance }: Record<string, unknown>): Option => ({
  key: key as string,
  tier: tier as Option['tier'],
  service: { resourceType: 'HealthcareService', ...(name !== undefined && { name: name as string }) },
  places: [],
  rates: [],
  languages: [],
  access: [],
  ...(distance !== undefined && { distance: distance as number }),
});
const WISH = { tier: [], accepting: false, language: [], access: [] };

t.test(
  'the order is total: whatever order the directory answers in, the options come in the same',
  async (t) => {
    fc.assert(
      fc.property(
        fc
          .uniqueArray(option, { maxLength: 12, selector: ({ key }) => key })
          .chain((list) =>
            fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
          ),
        ([list, shuffled]) => {
          const keys = ranked(list.map(optionOf), WISH).map(({ key }) => key);
          t.strictSame(
            ranked(shuffled.map(optionOf), WISH).map(({ key }) => key),
            keys,
          );
        },
      ),
    );
    fc.assert(
      fc.property(fc.array(option, { minLength: 2, maxLength: 12 }), (list) => {
        const sorted = ranked(list.map(optionOf), WISH);
        sorted.slice(1).forEach((next, place) => {
          const one = sorted[place]!;
          t.ok(byRank(one, next) <= 0);
          t.ok(
            TIERS.indexOf(one.tier) <= TIERS.indexOf(next.tier),
            'a better tier comes first, unknown last',
          );
          if (one.tier === next.tier)
            t.ok((one.distance ?? Infinity) <= (next.distance ?? Infinity), 'then the nearest');
        });
      }),
    );
  },
);

t.test('a place is latitude, longitude, and perhaps a distance with its unit', async (t) => {
  t.same(nearIn('40.1|-82.9'), { latitude: 40.1, longitude: -82.9, unit: 'km' });
  t.same(nearIn('40.1|-82.9|5|mi'), { latitude: 40.1, longitude: -82.9, within: 5, unit: '[mi_i]' });
  for (const wrong of [
    '',
    '40',
    '91|0',
    '0|181',
    '1|2|-3',
    '1|2|3|furlong',
    '1|2|3|km|4',
    'a|b',
    '1|2|3|toString',
  ])
    t.equal(nearIn(wrong), undefined, wrong);
  const place = (latitude: number, longitude: number): Location => ({
    resourceType: 'Location',
    position: { latitude, longitude },
  });
  const equator = { latitude: 0, longitude: 0, unit: 'km' };
  t.ok(Math.abs(distanceTo(equator, [place(0, 1)])! - 111.195) < 0.01, 'a degree of the equator');
  t.equal(
    distanceTo(equator, [place(0, 1), place(0, 0), { resourceType: 'Location' }]),
    0,
    'the nearest counts',
  );
  t.equal(distanceTo(equator, [{ resourceType: 'Location' }]), undefined);
  t.ok(Math.abs(distanceTo({ ...equator, unit: '[mi_i]' }, [place(0, 1)])! - 69.09) < 0.01);
  t.ok(
    distanceTo({ latitude: 0, longitude: 179.9, unit: 'km' }, [place(0, -179.9)])! < 23,
    'across 180 degrees',
  );
});
