// What the screens of administration make of resources: nothing that they do not show is lost, and differences are told whole.
// docs/administration.md
import type { HealthcareService, InsurancePlan } from '@medplum/fhirtypes';
import t from 'tap';
import {
  closureOn,
  closuresOf,
  monthAfter,
  weeksOf,
  withClosure,
  withoutClosure,
} from '../../../smart-app/screens/admin/calendars/closures.ts';
import { changeOf, typedOf as ehrTyped } from '../../../smart-app/screens/admin/ehrs/typed.ts';
import {
  placeOf,
  differences as policyDifferences,
  policyOf,
  withPolicy,
} from '../../../smart-app/screens/admin/policies/policy.ts';
import { differences, ruleOf, withRule } from '../../../smart-app/screens/admin/practice/rule.ts';
import { BLANK, typedOf, withTable, wrongIn } from '../../../smart-app/screens/admin/rates/tables.ts';
import { sectionIn } from '../../../smart-app/screens/admin/sections.ts';
import { readPolicies } from '../../auth/policy/resource.ts';

const CB = 'https://throughline.example/fhir/StructureDefinition/';
const OTHER = { url: 'https://else.example/note', valueString: 'stays' };
const POLICIES = readPolicies(new URL('../../../profiles/policy/', import.meta.url));
const RULES = readPolicies(new URL('../../../profiles/practice/', import.meta.url));

t.test('A policy that is read and written back says the same, and what else it says stays', async (t) => {
  t.ok(POLICIES.length > 15);
  for (const basic of POLICIES) {
    const kept = { ...basic, extension: [...basic.extension!, OTHER] };
    const written = withPolicy(kept, policyOf(kept));
    t.strictSame(policyOf(written), policyOf(basic), basic.id!);
    t.ok(written.extension!.some(({ url }) => url === OTHER.url));
    t.strictSame(policyDifferences(policyOf(basic), policyOf(written)), []);
  }
});

t.test('Every kind of change of a policy is a difference', async (t) => {
  const before = policyOf(POLICIES.find(({ id }) => id === 'policy-rn')!);
  const [first, second, ...rest] = before.rules;
  const after = {
    ...before,
    rules: [
      { ...second!, letters: 'r', whose: 'assigned', criteria: 'status=draft', types: ['Task'] },
      ...rest,
      { name: 'mine', types: ['Flag'], letters: 'rs', whose: 'any', criteria: '' },
    ],
    every: true,
    with: before.with.slice(1),
    purposes: [],
    minutes: '',
  };
  const told = policyDifferences(before, after).map(({ rule, what }) => (rule ? `${rule} ${what}` : what));
  t.strictSame(told, [
    `${first!.name} rule`,
    ...['types', 'letters', 'whose', 'criteria'].map((what) => `${second!.name} ${what}`),
    'mine rule',
    ...['every', 'with', 'purposes', 'minutes'],
  ]);
});

t.test('An issue of the server is found at its rule', async (t) => {
  const basic = POLICIES.find(({ id }) => id === 'policy-rn')!;
  const place = basic.extension!.findIndex(({ url }) => url === `${CB}policy-rule`);
  const rule = policyOf(basic).rules[0]!.name;
  t.strictSame(placeOf(basic, `Basic.extension[${place}].extension[0].value`), { rule, part: 'name' });
  t.strictSame(placeOf(basic, `Basic.extension[${place}].extension`), { rule });
  t.equal(placeOf(basic, 'Basic.id'), undefined);
  t.equal(placeOf(basic, undefined), undefined);
});

t.test(
  'A rule of practice that is read and written back says the same, its requirements included',
  async (t) => {
    t.ok(RULES.length > 20);
    for (const basic of RULES) {
      const written = withRule(basic, ruleOf(basic));
      t.strictSame(ruleOf(written), ruleOf(basic), basic.id!);
      t.equal(written.extension!.length, basic.extension!.length);
    }
    const rule = ruleOf(RULES[0]!);
    const after = { ...rule, may: ['peer'], sentence: 'No. ' };
    t.strictSame(
      differences(rule, after).map(({ what }) => what),
      rule.may.join() === 'peer' ? ['sentence'] : ['may', 'sentence'],
    );
  },
);

t.test('Days are closed and opened again; what else a calendar says stays', async (t) => {
  const calendar: HealthcareService = {
    resourceType: 'HealthcareService',
    name: 'Days',
    notAvailable: [
      { description: 'Between the years', during: { start: '2026-12-24', end: '2027-01-01' } },
      { description: 'One day', during: { start: '2026-07-03' } },
    ],
  };
  const closures = closuresOf(calendar);
  t.strictSame(
    closures.map(({ start, end }) => [start, end]),
    [
      ['2026-07-03', '2026-07-03'],
      ['2026-12-24', '2027-01-01'],
    ],
  );
  t.equal(closureOn(closures, '2026-12-31')?.description, 'Between the years');
  t.equal(closureOn(closures, '2027-01-02'), undefined);
  const closed = withClosure(calendar, { start: '2026-02-28', end: '2026-03-01', description: 'Snow' });
  t.equal(closuresOf(closed).length, 3);
  t.strictSame(withoutClosure(closed, closuresOf(closed)[0]!), calendar);
  const open = closures.reduce(withoutClosure, calendar);
  t.strictSame(open, { resourceType: 'HealthcareService', name: 'Days' });
});

t.test('A month has all of its days once, from Monday on', async (t) => {
  for (const [month, days, before] of [
    ['2026-02', 28, 6],
    ['2024-02', 29, 3],
    ['2026-11', 30, 6],
    ['2027-03', 31, 0],
  ] as const) {
    const places = weeksOf(month).flat();
    t.equal(places.length % 7, 0);
    t.equal(places.indexOf(`${month}-01`), before, month);
    t.equal(places.filter(Boolean).length, days);
  }
  t.equal(monthAfter('2026-12', 1), '2027-01');
  t.equal(monthAfter('2026-01', -1), '2025-12');
});

t.test('A rate table is changed row by row; other codings, parts and exact times stay', async (t) => {
  const rate = {
    url: `${CB}expected-rate`,
    extension: [
      {
        url: 'service',
        valueCodeableConcept: { coding: [{ system: 'a', code: '1' }, { code: 'local' }], text: 'One' },
      },
      { url: 'amount', valueMoney: { value: 10, currency: 'USD' as const } },
      { url: 'basis', valueCode: 'rate-table' },
      OTHER,
    ],
  };
  const plan: InsurancePlan = {
    resourceType: 'InsurancePlan',
    extension: [OTHER, rate],
    period: { start: '2026-01-01T08:00:00Z' },
  };
  t.strictSame(withTable(plan, typedOf(plan)), plan);
  const typed = typedOf(plan);
  const row = { ...BLANK, code: '2', amount: '12.50' };
  const changed = withTable(plan, {
    ...typed,
    end: '2027-01-01',
    rows: [{ ...typed.rows[0]!, amount: '11' }, row],
  });
  t.match(changed.period, { start: '2026-01-01T08:00:00Z', end: '2027-01-01' });
  t.strictSame(
    typedOf(changed).rows.map(({ code, amount }) => [code, amount]),
    [
      ['1', '11'],
      ['2', '12.5'],
    ],
  );
  t.strictSame(changed.extension![1]!.extension![0], rate.extension[0]);
  t.strictSame(withTable(plan, { start: '', end: '', rows: [] }), {
    resourceType: 'InsurancePlan',
    extension: [OTHER],
  });
  const wrong = [{ code: ' ' }, { amount: '-1' }, { amount: 'x' }, { amount: '1.234' }, { currency: 'usd' }];
  for (const one of wrong) t.equal(wrongIn({ ...row, ...one }).length, 1);
  t.strictSame(wrongIn(row), []);
});

t.test(
  'Of an EHR only what is different is said, and what is left empty is left to the server',
  async (t) => {
    const blank = ehrTyped(undefined);
    t.strictSame(changeOf(blank, { ...blank, name: ' ', issuer: '' }), {});
    const typed = { ...blank, clientId: 'us ', patientSystems: 'a\n\n b \n', matchNpi: false };
    t.strictSame(changeOf(blank, typed), { clientId: 'us', patientSystems: ['a', 'b'], matchNpi: false });
    const known = { ...typed, frameOrigins: 'https://x.example' };
    t.strictSame(changeOf(known, { ...known, frameOrigins: '' }), { frameOrigins: [] });
  },
);

t.test('An address names a section, and any other the first', async (t) => {
  t.equal(sectionIn('#/admin/rates'), 'rates');
  for (const hash of ['', '#/admin', '#/admin/', '#/admin/constructor']) t.equal(sectionIn(hash), 'users');
});
