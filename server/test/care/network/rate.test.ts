// A saving is told only where both amounts are known, of the same service and in one currency; claims are kept apart from it.
// https://hl7.org/fhir/R4/datatypes.html#Money
import type { ExplanationOfBenefit, Money, ServiceRequest } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { concept, extensionUrl, system } from '../../../care/code.ts';
import { adjudication, allowedFor } from '../../../care/network/adjudicate.ts';
import { decided, decisionOf, missingReason } from '../../../care/network/decision.ts';
import { amountsFor, lowestOf, type Rate, ratesOf, savingOf } from '../../../care/network/rate.ts';
import { TIERS } from '../../../care/network/tier.ts';

const usd = (value: number): Money => ({ value, currency: 'USD' as never });
const CPT = 'http://www.ama-assn.org/go/cpt';
const [EXACT, KIND] = [
  { system: CPT, code: '70551' },
  { system: system('cn-category'), code: 'imaging' },
];
const rate = (service: object, value: number, basis = 'rate-table'): Rate => ({
  service: [service],
  amount: usd(value),
  basis,
});

t.test('rates of the same service are held against each other, and no others', async (t) => {
  const wanted = [EXACT, KIND];
  const rows: [name: string, rates: Rate[], references: Rate[], expected: object][] = [
    [
      'both exact',
      [rate(KIND, 900), rate(EXACT, 1003)],
      [rate(EXACT, 1180)],
      { chosen: usd(1003), reference: usd(1180), basis: 'rate-table' },
    ],
    [
      'only the kind is known of both',
      [rate(EXACT, 1003), rate(KIND, 900)],
      [rate(KIND, 1000, 'claims-history')],
      { chosen: usd(900), reference: usd(1000), basis: 'rate-table' },
    ],
    [
      'nothing in common',
      [rate(EXACT, 1003)],
      [rate(KIND, 1000)],
      { chosen: usd(1003), basis: 'rate-table' },
    ],
    ['no reference', [rate(EXACT, 1003)], [], { chosen: usd(1003), basis: 'rate-table' }],
    [
      'only the reference',
      [],
      [rate(EXACT, 1180, 'claims-history')],
      { reference: usd(1180), basis: 'claims-history' },
    ],
    ['neither', [rate({ system: CPT, code: '72148' }, 1)], [], { basis: 'none' }],
  ];
  for (const [name, rates, references, expected] of rows)
    t.strictSame(amountsFor(wanted, rates, references), expected, name);
});

t.test('a rate without an amount in a currency is none', async (t) => {
  const extension = (amount: object | undefined) => ({
    url: extensionUrl('expected-rate'),
    extension: [
      { url: 'service', valueCodeableConcept: { coding: [EXACT] } },
      ...(amount ? [{ url: 'amount', valueMoney: amount }] : []),
    ],
  });
  const list = [
    extension(usd(5)),
    extension({ value: 5 }),
    extension({ currency: 'USD' }),
    extension(undefined),
  ];
  t.strictSame(ratesOf({ extension: list as never }), [
    { service: [EXACT], amount: usd(5), basis: 'rate-table' },
  ]);
});

const money = fc.option(
  fc.record(
    {
      value: fc.integer({ min: 0, max: 10_000_000 }).map((cents) => cents / 100),
      currency: fc.constantFrom('USD', 'EUR'),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
) as fc.Arbitrary<Money | undefined>;

t.test(
  'a saving is told exactly where both amounts are known in one currency, and is their difference',
  async (t) => {
    fc.assert(
      fc.property(money, money, (chosen, reference) => {
        const saving = savingOf(chosen, reference);
        const isKnown =
          chosen?.value !== undefined &&
          reference?.value !== undefined &&
          chosen.currency !== undefined &&
          chosen.currency === reference.currency;
        t.equal(saving !== undefined, isKnown);
        if (!saving) return;
        t.equal(saving.currency, chosen!.currency);
        t.ok(Math.abs(saving.value! - (reference!.value! - chosen!.value!)) < 1e-6);
      }),
    );
    t.strictSame(savingOf(usd(0.1), usd(0.3)), usd(0.2), 'without the dust of binary fractions');
    t.strictSame(savingOf(usd(1200), usd(1180)), usd(-20), 'what costs more is told');
    t.strictSame(lowestOf([usd(3), usd(2), usd(5)]), usd(2));
    t.equal(
      lowestOf([usd(3), { value: 1, currency: 'EUR' as never }]),
      undefined,
      'currencies do not compare',
    );
  },
);

t.test('a reason is needed outside the network, and where a better tier was there', async (t) => {
  const reason = concept(system('cn-off-network-reason'), 'distance');
  for (const tier of TIERS)
    for (const best of [undefined, ...TIERS]) {
      const isWorse = best !== undefined && TIERS.indexOf(best) < TIERS.indexOf(tier);
      const isNeeded = tier === 'out-of-network' || isWorse;
      t.equal(missingReason(tier, best, undefined) !== undefined, isNeeded, `${tier}, best ${best}`);
      t.equal(missingReason(tier, best, { text: 'Because' }) !== undefined, isNeeded);
      t.equal(missingReason(tier, best, reason), undefined);
    }
});

const ORDER: ServiceRequest = {
  resourceType: 'ServiceRequest',
  id: 'o',
  status: 'active',
  intent: 'order',
  code: { coding: [EXACT] },
  subject: { reference: 'Patient/p' },
  meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }] },
  extension: [{ url: 'https://elsewhere.example/kept', valueString: 'kept' }],
  locationReference: [{ reference: 'Location/earlier' }],
};
const DECISION = { tier: 'preferred', options: [], decidedBy: 'PractitionerRole/n' } as const;
const chosen = (amounts: object) =>
  decided(ORDER, { ...DECISION, amounts: { basis: 'rate-table', ...amounts } }, 'Organization/x', undefined);

t.test(
  'a decision takes the place of an earlier one and of its place; what else the order says stays',
  async (t) => {
    const again = decided(
      chosen({ chosen: usd(1), reference: usd(3) }),
      { ...DECISION, tier: 'in-network', amounts: { basis: 'none' } },
      'Organization/y',
      'Location/new',
    );
    t.equal(again.extension?.length, 2);
    t.equal(again.extension?.[0]?.valueString, 'kept');
    t.match(again, {
      performer: [{ reference: 'Organization/y' }],
      locationReference: [{ reference: 'Location/new' }],
    });
    t.equal(decisionOf(again)?.saving, undefined);
    t.notOk('locationReference' in chosen({}), 'the earlier place goes with the earlier choice');
  },
);

const allowed = (value: number | undefined, code?: string) => ({
  sequence: 1,
  productOrService: { coding: [{ system: CPT, code: code ?? '70551' }] },
  ...(value !== undefined && {
    adjudication: [
      {
        category: concept('http://terminology.hl7.org/CodeSystem/adjudication', 'eligible'),
        amount: usd(value),
      },
    ],
  }),
});
const benefit = (more: Partial<ExplanationOfBenefit>): ExplanationOfBenefit =>
  ({ resourceType: 'ExplanationOfBenefit', id: 'e', insurer: {}, ...more }) as ExplanationOfBenefit;

t.test(
  'what was allowed for an order is told by its own items, else by a claim over one service',
  async (t) => {
    const total = allowed(700).adjudication as never;
    const rows: [name: string, claim: ExplanationOfBenefit, expected: Money | undefined][] = [
      ['its item among others', benefit({ item: [allowed(1003), allowed(50, '76700')] }), usd(1003)],
      ['two items of it', benefit({ item: [allowed(1000), allowed(3.5)] }), usd(1003.5)],
      ['one of them not told', benefit({ item: [allowed(1000), allowed(undefined)] }), undefined],
      ['one service under another code', benefit({ item: [allowed(990, '70552')] }), usd(990)],
      ['several others', benefit({ item: [allowed(1, '1'), allowed(2, '2')], total }), undefined],
      ['the total only', benefit({ total }), usd(700)],
      ['nothing', benefit({}), undefined],
    ];
    for (const [name, claim, expected] of rows) t.strictSame(allowedFor(claim, ORDER), expected, name);
  },
);

t.test('an adjudicated saving needs a reference amount, and carries the labels of the order', async (t) => {
  const at = new Date('2026-03-05T12:00:00Z');
  const known = adjudication(benefit({}), chosen({ reference: usd(1180) }), usd(1003), { at });
  t.match(known, { status: 'final', valueQuantity: { value: 177, code: 'USD' } });
  t.strictSame(known.meta?.security, ORDER.meta?.security);
  const unknown = adjudication(benefit({}), chosen({}), usd(1003), { at });
  t.notOk(unknown.valueQuantity);
  t.ok(unknown.dataAbsentReason);
  t.equal(unknown.component?.length, 1, 'what was allowed is told all the same');
});
