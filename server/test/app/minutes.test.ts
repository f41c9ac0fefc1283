// Minutes of work: what is suggested, what overlaps, which programme they are for, and how a month is read.
// https://hl7.org/fhir/R4/observation.html
import type { Consent, EpisodeOfCare, Parameters, Task } from '@medplum/fhirtypes';
import t from 'tap';
import en from '../../../smart-app/actions/minutes/en.json' with { type: 'json' };
import { monthIn } from '../../../smart-app/fhir/billing.ts';
import {
  ACTIVITIES,
  activityOf,
  enrolmentsOf,
  entryOf,
  logsMinutes,
  minutesBefore,
  minutesIn,
  minutesSince,
  overlapping,
  stretchesOf,
} from '../../../smart-app/fhir/minutes.ts';
import { extensionUrl } from '../../../smart-app/fhir/systems.ts';
import { GAPS } from '../../care/minutes/gap.ts';
import { createValidator, loadDefinitions } from '../../validation/index.ts';

const CB = 'https://throughline.example/fhir';
const { validate } = createValidator(
  loadDefinitions(new URL('../../../profiles/definitions/', import.meta.url)),
);
const me = 'PractitionerRole/nurse';
const now = new Date('2026-03-02T15:00:00Z');
const at = (time: string) => new Date(`2026-03-02T${time}:00Z`);
const begun = (start: string, owner = me): Task => ({
  resourceType: 'Task',
  id: 'call',
  status: 'in-progress',
  intent: 'order',
  code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'coord-referral' }] },
  owner: { reference: owner },
  executionPeriod: { start: at(start).toISOString() },
});

t.test('minutes are suggested from the start of the own task, and from no other time', async (t) => {
  t.equal(minutesSince(begun('14:48'), me, [], now), 12);
  t.equal(minutesSince(begun('14:48'), 'PractitionerRole/other', [], now), undefined);
  t.equal(minutesSince(begun('13:00'), me, [], now), undefined, 'nobody works on one call for two hours');
  t.equal(minutesSince(begun('15:00'), me, [], now), undefined);
  t.equal(minutesSince(undefined, me, [], now), undefined);
});

t.test('what was logged since is left out, and a minute counts once', async (t) => {
  const logged = { start: at('14:40'), end: at('14:55') };
  t.equal(minutesSince(begun('14:48'), me, [logged], now), 5);
  t.equal(overlapping(minutesBefore(now, 5), [logged]), undefined);
  t.equal(overlapping(minutesBefore(now, 6), [logged]), logged);
  const entry = { resourceType: 'Observation' as const, code: {}, effectivePeriod: { start: 'x', end: 'y' } };
  t.equal(stretchesOf([{ ...entry, status: 'entered-in-error' }]).length, 0);
  t.equal(stretchesOf([{ ...entry, status: 'final' }]).length, 1);
});

t.test('an entry is valid by the profile, with its programme and consent', async (t) => {
  const enrolment = { id: 'e', programme: 'pin', consent: 'Consent/c' };
  const time = minutesBefore(now, 12);
  t.equal(minutesIn(time), 12);
  const work = {
    ...time,
    patient: 'ana',
    task: begun('14:48'),
    activity: 'referral',
    enrolment,
    note: 'Two calls',
  } as const;
  const entry = entryOf(work, { me: { reference: me }, now });
  t.same(
    validate(entry).filter(({ severity }) => severity === 'error'),
    [],
  );
  t.match(entry.valueQuantity, { value: 12, code: 'min' });
  const without = entryOf({ ...time, patient: 'ana', activity: 'support' }, { me: { reference: me }, now });
  t.same(
    validate(without).filter(({ severity }) => severity === 'error'),
    [],
  );
  t.equal(without.extension, undefined);
});

t.test('the kind of work is known from the task, and who logs minutes from the role', async (t) => {
  t.equal(activityOf(begun('14:48')), 'referral');
  t.equal(activityOf(undefined), 'support');
  t.ok(logsMinutes('navigator'));
  for (const role of ['supervisor', 'programme-admin', undefined]) t.notOk(logsMinutes(role));
});

t.test('the programmes are those of active enrolments, with the consent that covers them', async (t) => {
  const episode = (more: Partial<EpisodeOfCare>): EpisodeOfCare => ({
    resourceType: 'EpisodeOfCare',
    id: 'e',
    status: 'active',
    patient: { reference: 'Patient/ana' },
    type: [{ coding: [{ system: `${CB}/CodeSystem/cn-programme`, code: 'pin' }] }],
    ...more,
  });
  const consent: Consent = {
    resourceType: 'Consent',
    id: 'c',
    status: 'active',
    scope: {},
    category: [{ coding: [{ system: `${CB}/CodeSystem/cn-category`, code: 'billing-consent' }] }],
  };
  const named = { url: extensionUrl('programme-consent'), valueReference: { reference: 'Consent/own' } };
  t.same(enrolmentsOf([episode({})], []), [{ id: 'e', programme: 'pin', consent: undefined }]);
  t.match(enrolmentsOf([episode({})], [consent]), [{ consent: 'Consent/c' }]);
  t.match(enrolmentsOf([episode({ extension: [named] })], [consent]), [{ consent: 'Consent/own' }]);
  t.match(enrolmentsOf([episode({})], [{ ...consent, provision: { type: 'deny' } }]), [
    { consent: undefined },
  ]);
  t.same(enrolmentsOf([episode({ status: 'finished' }), episode({ type: [] })], []), []);
});

t.test('a month is read with its progress, its lines and what is missing', async (t) => {
  const gap = (code: string) => ({
    coding: [{ system: `${CB}/CodeSystem/cn-billing-gap`, code }],
    text: 'Said.',
  });
  const answer: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'month', valueDate: '2026-03' },
      { name: 'recorded', valueInteger: 70 },
      { name: 'minutes', valueInteger: 62 },
      {
        name: 'progress',
        part: [
          { name: 'code', valueCoding: { code: 'G0023' } },
          { name: 'minutes', valueInteger: 62 },
          { name: 'needed', valueInteger: 60 },
        ],
      },
      {
        name: 'line',
        part: [
          { name: 'code', valueCoding: { code: 'G0023' } },
          { name: 'units', valuePositiveInt: 1 },
          { name: 'instead', valueBoolean: false },
        ],
      },
      { name: 'missing', valueCodeableConcept: gap('no-consent') },
      {
        name: 'unbilled',
        part: [
          { name: 'reason', valueCodeableConcept: gap('performer-role') },
          { name: 'minutes', valueInteger: 8 },
        ],
      },
    ],
  };
  t.same(monthIn(answer), {
    ...{ month: '2026-03', recorded: 70, minutes: 62 },
    progress: [{ code: 'G0023', minutes: 62, needed: 60 }],
    lines: [{ code: 'G0023', units: 1, instead: false }],
    missing: [{ code: 'no-consent', sentence: 'Said.' }],
    unbilled: [{ code: 'performer-role', sentence: 'Said.', minutes: 8 }],
  });
  t.same(monthIn({ resourceType: 'Parameters' }).lines, []);
});

t.test('every gap, and every kind of work, has words', async (t) => {
  for (const code of Object.keys(GAPS)) t.ok(`gap.${code}` in en, code);
  for (const code of ACTIVITIES) t.ok(`activity.${code}` in en, code);
});
