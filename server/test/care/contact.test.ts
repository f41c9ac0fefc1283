// What limits contact: the table of limits, safe times in the zone of the organisation, and what natural supports may know.
// https://hl7.org/fhir/R4/flag.html
import type { CareTeam, Communication, Flag, Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { plainCalendar } from '../../care/calendar.ts';
import { CB } from '../../care/code.ts';
import { contactOf, outreachOf } from '../../care/contact/contact-of.ts';
import { type Contact, limitOf, refusedBy } from '../../care/contact/limit.ts';
import { isSafeTime } from '../../care/contact/safe-times.ts';
import { supportRefusal, TOPIC_NEEDS } from '../../care/contact/support.ts';

const ours = plainCalendar('America/New_York');
const SAFETY = `${CB}/CodeSystem/cn-contact-safety`;
const GRAVITY = 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes';
const flag = (code: string, more: Partial<Flag> = {}): Flag => ({
  resourceType: 'Flag',
  status: 'active',
  code: {
    coding: [{ system: code === 'contacting-subject-prohibited' ? GRAVITY : SAFETY, code }],
  },
  subject: { reference: 'Patient/a' },
  ...more,
});
const at = new Date('2026-03-02T15:00:00Z');
const ruleOf = (one: Flag, contact: Contact): string | undefined =>
  refusedBy(
    [limitOf(one)].flatMap((limit) => limit ?? []),
    contact,
    ours,
  )?.rule;

const TABLE: readonly (readonly [string, Flag, Contact, string | undefined])[] = [
  ['any contact', flag('contacting-subject-prohibited'), {}, 'contact-prohibited'],
  ['any channel', flag('contacting-subject-prohibited'), { channel: 'in-person', at }, 'contact-prohibited'],
  [
    'a message left',
    flag('no-voice-message'),
    { channel: 'phone', outcome: 'left-message', at },
    'no-voice-message',
  ],
  ['a call that reached', flag('no-voice-message'), { channel: 'phone', outcome: 'reached', at }, undefined],
  ['a letter', flag('no-voice-message'), { channel: 'letter', at }, undefined],
  ['a text message', flag('no-text-message'), { channel: 'sms', at }, 'no-text-message'],
  ['a call', flag('no-text-message'), { channel: 'phone', at }, undefined],
  ['a letter', flag('no-mail'), { channel: 'letter', at }, 'no-mail'],
  ['a portal message', flag('no-mail'), { channel: 'portal', at }, undefined],
];
t.test('each limit forbids what its code says, and nothing else', async (t) => {
  for (const [what, one, contact, rule] of TABLE)
    t.equal(ruleOf(one, contact), rule, `${what}, ${one.code.coding![0]!.code}`);
});

t.test('a flag counts while it is active and its period lasts, and another flag never', async (t) => {
  const contact = { at };
  const code = 'contacting-subject-prohibited';
  t.equal(ruleOf(flag(code, { status: 'inactive' }), contact), undefined);
  t.equal(ruleOf(flag(code, { period: { start: '2026-03-01' } }), contact), 'contact-prohibited');
  t.equal(
    ruleOf(flag(code, { period: { end: '2026-03-02' } }), contact),
    'contact-prohibited',
    'the day itself',
  );
  t.equal(ruleOf(flag(code, { period: { end: '2026-03-01' } }), contact), undefined);
  t.equal(ruleOf(flag(code, { period: { start: '2026-03-03' } }), contact), undefined, 'what was before it');
  t.equal(ruleOf(flag('fall-risk'), contact), undefined);
});

const TIMES = {
  repeat: { dayOfWeek: ['mon' as const], timeOfDay: ['22:30:00'], duration: 3, durationUnit: 'h' as const },
};

t.test('safe times are those of the clock on the wall, and last over midnight', async (t) => {
  const monday = '2026-03-03T03:30:00Z'; // 22:30 in New York, still Monday
  const safe = (text: string) => isSafeTime(new Date(text), TIMES, ours);
  t.ok(safe(monday));
  t.ok(safe('2026-03-03T06:29:00Z'), 'Tuesday, 01:29');
  t.notOk(safe('2026-03-03T06:30:00Z'), 'it is over');
  t.notOk(safe('2026-03-02T03:30:00Z'), 'Sunday');
  const summer = { repeat: { timeOfDay: ['14:00:00'], duration: 60, durationUnit: 'min' as const } };
  t.ok(isSafeTime(new Date('2026-03-09T18:00:00Z'), summer, ours), 'the day after the clocks changed');
  t.notOk(isSafeTime(new Date('2026-03-09T19:00:00Z'), summer, ours));
});

t.test(
  'outside its safe times a person is not contacted; without a time nothing is said against it',
  async (t) => {
    const extension = [{ url: `${CB}/StructureDefinition/safe-times`, valueTiming: TIMES }];
    const one = flag('safe-times-only', { extension });
    t.equal(ruleOf(one, { at }), 'safe-times-only');
    t.equal(ruleOf(one, { at: new Date('2026-03-03T04:00:00Z') }), undefined);
    t.equal(ruleOf(one, {}), undefined);
    const over = flag('safe-times-only', { period: { end: '2026-02-01' } });
    t.equal(ruleOf(over, { at }), 'safe-times-only', 'the period is over, so no time is safe');
  },
);

t.test('no time and no timing make it fail', async () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
      fc.array(fc.integer({ min: 0, max: 23 }), { maxLength: 3 }),
      fc.integer({ min: 0, max: 24 }),
      (when, hours, duration) => {
        const timeOfDay = hours.map((hour) => `${String(hour).padStart(2, '0')}:00:00`);
        return (
          typeof isSafeTime(when, { repeat: { timeOfDay, duration, durationUnit: 'h' } }, ours) === 'boolean'
        );
      },
    ),
  );
});

const communication = (more: object): Communication =>
  ({
    resourceType: 'Communication',
    status: 'completed',
    subject: { reference: 'Patient/a' },
    ...more,
  }) as Communication;
const direction = (valueCode: string) => ({ url: `${CB}/StructureDefinition/direction`, valueCode });

t.test('a contact goes out by its direction, or by who receives it', async (t) => {
  const person = [{ reference: 'Patient/a' }];
  const goesOut = (more: object) => contactOf(communication(more)) !== undefined;
  t.ok(goesOut({ extension: [direction('outbound')] }));
  t.ok(goesOut({ recipient: person }));
  t.ok(goesOut({ recipient: [{ reference: 'https://elsewhere.example/fhir/RelatedPerson/s/_history/2' }] }));
  t.notOk(goesOut({ extension: [direction('inbound')], recipient: person }));
  t.notOk(goesOut({ sender: person[0], recipient: person }));
  t.notOk(goesOut({ extension: [direction('outbound')], recipient: [{ reference: 'Organization/o' }] }));
  t.notOk(goesOut({ recipient: person, status: 'not-done' }));
});

const team = (...codes: string[]): CareTeam => ({
  resourceType: 'CareTeam',
  participant: [
    {
      extension: codes.map((valueCode) => ({ url: `${CB}/StructureDefinition/may-know`, valueCode })),
      member: { reference: 'RelatedPerson/s' },
    },
  ],
});
t.test('a natural support is told what their place in the team allows', async (t) => {
  const may = (teams: CareTeam[], topics: string[], outcome?: string) =>
    supportRefusal(teams, 'RelatedPerson/s', topics, outcome) === undefined;
  t.notOk(may([], ['appointment']), 'in no team');
  t.notOk(may([team()], ['appointment']), 'nothing is said');
  t.ok(may([team('appointments')], ['appointment']));
  t.notOk(may([team('appointments')], ['symptom']));
  t.notOk(may([team('appointments')], []), 'without a topic it may be anything');
  t.ok(may([team('health-information')], []));
  t.notOk(may([team('appointments', 'nothing')], ['appointment']), 'nothing is nothing');
  t.ok(may([team('appointments')], ['symptom'], 'no-answer'), 'nobody was told anything');
  t.equal(Object.keys(TOPIC_NEEDS).length, 14, 'every topic is in the table');
});

t.test('tasks that reach out are told from those that do not', async (t) => {
  const task = (code: string, more: Partial<Task> = {}): Task => ({
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code }] },
    for: { reference: 'Patient/a' },
    ...more,
  });
  for (const code of [
    'nav-reminder',
    'nav-no-show-recovery',
    'nav-new-member-welcome',
    'outreach-attempt',
    'patient-to-do',
  ])
    t.ok(outreachOf(task(code)), code);
  t.notOk(outreachOf(task('nav-find-provider')));
  t.notOk(outreachOf(task('nav-reminder', { status: 'completed' })), 'it is over');
  const recipient = [{ reference: 'Organization/o' }];
  t.notOk(outreachOf(task('outreach-attempt', { restriction: { recipient } })), 'a call to a practice');
  const form = {
    coding: [{ system: 'http://hl7.org/fhir/uv/sdc/CodeSystem/temp', code: 'complete-questionnaire' }],
  };
  t.ok(outreachOf(task('', { code: form, owner: { reference: 'Patient/a' } })), 'a to-do of the person');
});
