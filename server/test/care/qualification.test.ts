// Qualifications: held from the day they begin to the end of the day they run out; a renewal starts the clock anew.
// https://hl7.org/fhir/R4/practitioner-definitions.html#Practitioner.qualification
import type { Period, Practitioner } from '@medplum/fhirtypes';
import t from 'tap';
import { practiceClocks } from '../../care/clock/practice.ts';
import { plainKnowledge } from '../../care/index.ts';
import { qualified } from '../../care/practice/qualification.ts';

const QUALIFICATION = 'https://throughline.example/fhir/CodeSystem/cn-qualification';
const holder = (...held: readonly (readonly [code: string, period?: Period])[]): Practitioner => ({
  resourceType: 'Practitioner',
  id: 'holder',
  qualification: held.map(([code, period]) => ({
    code: { coding: [{ system: QUALIFICATION, code }] },
    ...(period && { period }),
  })),
});
const at = (text: string) => new Date(text);

t.test('somebody is qualified within the period, its last day included', async (t) => {
  const peer = holder(['peer-certification', { start: '2025-03-01', end: '2026-02-28' }]);
  const cases: [string, boolean][] = [
    ['2025-02-28T23:59:59Z', false],
    ['2025-03-01T00:00:00Z', true],
    ['2026-02-28T23:59:59.999Z', true],
    ['2026-03-01T00:00:00Z', false],
  ];
  for (const [now, wanted] of cases) t.equal(qualified(peer, 'peer-certification', at(now)), wanted, now);
  t.equal(qualified(peer, 'licence', at('2025-06-01T00:00:00Z')), false, 'another one');
});

t.test('a period may be open, or as coarse as a month or a year', async (t) => {
  const now = at('2026-06-15T12:00:00Z');
  const cases: [Period | undefined, boolean][] = [
    [undefined, true],
    [{ start: '2026' }, true],
    [{ end: '2026-06' }, true],
    [{ end: '2025' }, false],
    [{ start: '2026-07' }, false],
    [{ start: '2026-01-01', end: '2026-06-15T11:00:00-05:00' }, true],
  ];
  for (const [period, wanted] of cases)
    t.equal(qualified(holder(['licence', period]), 'licence', now), wanted, JSON.stringify(period));
});

t.test('codes of others, and no qualification, qualify nobody', async (t) => {
  const now = at('2026-06-15T12:00:00Z');
  t.equal(qualified({ resourceType: 'Practitioner' }, 'licence', now), false);
  const other: Practitioner = {
    resourceType: 'Practitioner',
    qualification: [
      { code: { coding: [{ system: 'http://other.example', code: 'licence' }], text: 'Licence' } },
    ],
  };
  t.equal(qualified(other, 'licence', now), false);
});

t.test('60 and 30 days before the last of each qualification runs out, its clock strikes', async (t) => {
  const [clock] = practiceClocks;
  const strikes = clock!.strikes(
    holder(
      ['licence', { end: '2025-12-31' }],
      ['licence', { end: '2026-12-31' }],
      ['pin-training', { end: '2026-03-31' }],
      ['chi-training', undefined],
    ),
    plainKnowledge,
  );
  t.same(
    strikes.map(({ step, due }) => [step, due.toISOString().slice(0, 10)]),
    [
      ['licence:60', '2026-11-02'],
      ['licence:30', '2026-12-02'],
      ['pin-training:60', '2026-01-31'],
      ['pin-training:30', '2026-03-02'],
    ],
  );
  t.same(clock!.strikes({ resourceType: 'Practitioner' }, plainKnowledge), []);
});
