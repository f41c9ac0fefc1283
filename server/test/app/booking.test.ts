// What the app knows of visits, networks and orders, without a browser. https://hl7.org/fhir/R4/appointment.html
import type { Appointment, Bundle, Condition, InsurancePlan, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { nextSort, sorted } from '../../../smart-app/actions/network/compare.ts';
import { asksToSign } from '../../../smart-app/fhir/approval.ts';
import { byDay, movable, slotsInstead } from '../../../smart-app/fhir/booking.ts';
import { FhirFailure } from '../../../smart-app/fhir/failure.ts';
import {
  needsReason,
  optionsIn,
  positionIn,
  referenceAmount,
  savingOf,
} from '../../../smart-app/fhir/network.ts';
import { authorityOf, draftEntries, idIn, likelyReason, orderOf } from '../../../smart-app/fhir/order.ts';
import { serviceOf, serviceOrdered, wantedFor } from '../../../smart-app/fhir/services.ts';
import { agreedVisit, waitListed } from '../../../smart-app/fhir/visit.ts';

const NOW = new Date('2026-03-05T14:00:00Z');
const CB = 'https://throughline.example/fhir';
const visit = (more: Partial<Appointment>): Appointment => ({
  resourceType: 'Appointment',
  status: 'booked',
  participant: [{ status: 'accepted' }],
  ...more,
});
const ACTOR = { me: { reference: 'PractitionerRole/navigator' }, now: NOW };
const WISH = {
  service: 'cardiology',
  text: 'Cardiology',
  patient: 'Patient/1',
  priority: 'routine',
  reason: { reference: 'Condition/1' },
} as const;

t.test('A refusal of a taken slot names those that are free instead', async (t) => {
  const refused = new FhirFailure(409, {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: 'conflict',
        details: { coding: [{ code: 'slot-taken' }] },
        diagnostics:
          'Slot/a is not free any more. The next free ones are Slot/b-1 (2026-03-06), Slot/c (2026-03-07).',
      },
    ],
  });
  t.same(slotsInstead(refused), ['Slot/b-1', 'Slot/c']);
  t.equal(slotsInstead(new FhirFailure(409)), undefined);
  t.equal(slotsInstead(new Error('no')), undefined);
});

t.test('Visits to come can be moved, and missed ones whose place nobody has taken', async (t) => {
  const link = {
    url: `${CB}/StructureDefinition/rescheduled-from`,
    valueReference: { reference: 'Appointment/b' },
  };
  const all = [
    visit({ id: 'a', start: '2026-03-06T10:00:00Z' }),
    visit({ id: 'past', start: '2026-03-01T10:00:00Z' }),
    visit({ id: 'b', status: 'noshow', start: '2026-03-01T10:00:00Z' }),
    visit({ id: 'c', status: 'noshow', start: '2026-03-02T10:00:00Z' }),
    visit({ id: 'd', status: 'fulfilled', start: '2026-03-03T10:00:00Z', extension: [link] }),
    visit({ id: 'old', status: 'noshow', start: '2025-03-02T10:00:00Z' }),
    visit({ id: 'w', status: 'waitlist' }),
  ];
  const { coming, missed, waiting } = movable(all, NOW);
  t.same(
    [coming, missed, waiting].map((list) => list.map(({ id }) => id)),
    [['a'], ['c'], ['w']],
  );
  t.equal(byDay(all.slice(0, 3)).length, 2);
});

t.test('Who waits says from when on, and what is needed', async (t) => {
  const waiting = waitListed(
    { patient: 'Patient/1', order: '', from: '2026-03-10', transport: { text: 'Ride' }, place: 'Location/1' },
    NOW,
  );
  t.match(waiting, { status: 'waitlist', requestedPeriod: [{ start: '2026-03-10', end: '2026-06-08' }] });
  t.equal(waiting.basedOn, undefined);
  const agreed = agreedVisit(
    {
      patient: 'Patient/1',
      order: 'ServiceRequest/1',
      start: NOW,
      minutes: 40,
      isFirst: true,
      transport: { text: 'Ride' },
    },
    NOW,
  );
  t.match(agreed, {
    status: 'booked',
    end: '2026-03-05T14:40:00.000Z',
    basedOn: [{ reference: 'ServiceRequest/1' }],
  });
  t.equal(agreed.participant.at(-1)?.status, 'needs-action', 'somebody is to be found who drives');
});

const option = (key: string, more: object) => ({
  ...{ key, name: key, tier: 'preferred' as const, languages: [], access: [] },
  ...more,
});

t.test('The options of an answer are read with their standing', async (t) => {
  const answer = {
    resourceType: 'Bundle',
    type: 'searchset',
    entry: [
      {
        resource: {
          resourceType: 'HealthcareService',
          id: 'mri',
          name: 'MRI',
          providedBy: { reference: 'Organization/1' },
        },
        search: {
          mode: 'match',
          extension: [
            {
              url: `${CB}/StructureDefinition/network-option`,
              extension: [
                { url: 'tier', valueCode: 'in-network' },
                { url: 'distance', valueQuantity: { value: 2.5 } },
                { url: 'language', valueCode: 'es' },
              ],
            },
          ],
        },
      },
      { resource: { resourceType: 'Organization', id: '1', name: 'House' }, search: { mode: 'include' } },
    ],
  } as Bundle;
  t.match(optionsIn(answer), [
    {
      key: 'HealthcareService/mri',
      providerName: 'House',
      tier: 'in-network',
      distance: 2.5,
      languages: ['es'],
    },
  ]);
});

t.test(
  'A choice says why when it is outside the network or another stands better and takes people',
  async (t) => {
    const best = option('a', {});
    const lesser = option('b', { tier: 'in-network' });
    t.equal(needsReason(best, [best, lesser]), false);
    t.equal(needsReason(lesser, [best, lesser]), true);
    t.equal(needsReason(lesser, [{ ...best, accepting: 'nopt' as const }, lesser]), false);
    t.equal(needsReason(option('c', { tier: 'out-of-network' }), []), true);
  },
);

t.test('Options are sorted by a column, up, down, and back; what is not known comes last', async (t) => {
  const options = [option('a', { distance: 3 }), option('b', {}), option('c', { distance: 1 })];
  const keys = (sort: Parameters<typeof sorted>[1]) =>
    sorted(options, sort, () => ({ state: 'none' })).map(({ key }) => key);
  const up = nextSort(undefined, 'distance');
  t.same(keys(up), ['c', 'a', 'b']);
  t.same(keys(nextSort(up, 'distance')), ['a', 'c', 'b']);
  t.same(keys(nextSort(nextSort(up, 'distance'), 'distance')), ['a', 'b', 'c']);
});

t.test('A place is typed by its name or as two numbers', async (t) => {
  const places = [{ name: 'Harbour Lane', latitude: 40, longitude: -82 }];
  t.match(positionIn('harbour', places), { latitude: 40 });
  t.match(positionIn('40.03, -82.9', places), { latitude: 40.03, longitude: -82.9 });
  t.equal(positionIn('Nowhere', places), undefined);
  t.equal(positionIn(' ', places), undefined);
});

t.test('A saving is told where the plan says what it pays otherwise', async (t) => {
  const code = { system: 'cpt', code: '1' };
  const plan = {
    resourceType: 'InsurancePlan',
    extension: [
      {
        url: `${CB}/StructureDefinition/expected-rate`,
        extension: [
          { url: 'service', valueCodeableConcept: { coding: [code] } },
          { url: 'amount', valueMoney: { value: 100, currency: 'USD' } },
        ],
      },
    ],
  } as InsurancePlan;
  const reference = referenceAmount([plan], [{ system: 'x', code: 'y' }, code]);
  t.equal(savingOf({ value: 85, currency: 'USD' }, reference), 15);
  t.equal(savingOf({ value: 85, currency: 'EUR' }, reference), undefined);
  t.equal(referenceAmount([], [code]), undefined);
});

t.test(
  'A prescriber signs, a nurse drafts, everybody else proposes; a proposal is no order that is followed',
  async (t) => {
    t.same(['physician', 'rn', 'navigator', undefined].map(authorityOf), [
      'sign',
      'draft',
      'propose',
      'propose',
    ]);
    const signed = orderOf({ ...WISH, authority: 'sign' }, ACTOR);
    t.match(signed, { status: 'active', intent: 'order' });
    t.match(JSON.stringify(signed), /cn-category/);
    t.equal(serviceOrdered(signed), 'cardiology');
    t.ok(wantedFor(signed).some(({ code }) => code === serviceOf('cardiology').wanted[0]!.code));
    const proposal = orderOf({ ...WISH, authority: 'propose' }, ACTOR);
    t.match(proposal, { status: 'draft', intent: 'proposal' });
    t.notMatch(JSON.stringify(proposal), /cn-category/);
    const meter = orderOf({ ...WISH, service: 'glucose-meter', authority: 'draft' }, ACTOR);
    t.match(meter, { resourceType: 'DeviceRequest', status: 'draft', intent: 'order' });
  },
);

t.test('A draft is written with the task that asks for its signature', async (t) => {
  const wish = { ...WISH, authority: 'draft' } as const;
  const [order, task] = draftEntries(orderOf(wish, ACTOR), wish, 'PractitionerRole/physician', 'Sign', ACTOR);
  t.match(task?.resource, {
    focus: { reference: order?.fullUrl },
    owner: { reference: 'PractitionerRole/physician' },
  });
  t.ok(asksToSign(task?.resource as Task));
  t.equal(idIn('http://x/fhir/ServiceRequest/a-1/_history/1'), 'a-1');
});

t.test('The reason that stands there already is what a service is ordered for most', async (t) => {
  const problem = (id: string, code: string): Condition => ({
    resourceType: 'Condition',
    id,
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code }] },
    subject: { reference: 'Patient/1' },
  });
  const all = [problem('new', 'J45.9'), problem('sugar', 'E11.9')];
  t.equal(likelyReason(serviceOf('glucose-meter'), all, undefined)?.id, 'sugar');
  t.equal(likelyReason(serviceOf('cardiology'), all, undefined)?.id, 'new');
  t.equal(likelyReason(serviceOf('cardiology'), [], undefined), undefined);
});
