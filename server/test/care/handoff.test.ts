// What a hand-off needs, how the phase and the lead move by it, by when it is due and in which words the person is told.
// https://hl7.org/fhir/R4/task.html
import type { CarePlan, CareTeam, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { plainCalendar } from '../../care/calendar.ts';
import { CB, concept, PHASE, ROLE } from '../../care/code.ts';
import { type HandoffFacts, missingOf, REQUIREMENTS } from '../../care/handoff/complete.ts';
import { dueOf } from '../../care/handoff/due.ts';
import { phaseOf, phaseRefusal, type Standing, standingIn, withPhase } from '../../care/handoff/standing.ts';
import { leadOf, leadRefusal, ledBy } from '../../care/handoff/team.ts';
import { languageOf, tellingOf } from '../../care/handoff/words.ts';

const plan = (phase: string): CarePlan => ({
  resourceType: 'CarePlan',
  status: 'active',
  intent: 'plan',
  category: [{ text: 'Assessment' }, concept(PHASE, phase)],
  subject: { reference: 'Patient/a' },
});
const WHOLE: HandoffFacts = {
  side: 'coordination',
  enrolment: { resourceType: 'EpisodeOfCare', status: 'active', patient: { reference: 'Patient/a' } },
  patient: {
    resourceType: 'Patient',
    telecom: [{ system: 'phone', value: '1' }],
    communication: [{ language: { text: 'es' } }],
  },
  plan: plan('navigation'),
  hasReason: true,
  hasRequester: true,
  hasOwner: true,
  hasSummary: true,
  isScreened: true,
  asksConsent: true,
  hasConsent: true,
  ownerRole: 'rn',
};
/** Whole facts without some of them. */
const without = (...names: (keyof HandoffFacts)[]): HandoffFacts =>
  Object.fromEntries(
    Object.entries(WHOLE).filter(([name]) => !names.includes(name as keyof HandoffFacts)),
  ) as unknown as HandoffFacts;

/** Facts that lack one thing each, with the requirement that says so. */
const LACKING: Readonly<Record<string, HandoffFacts>> = {
  enrolment: without('enrolment'),
  plan: without('plan'),
  phase: { ...WHOLE, plan: plan('coordination') },
  reason: { ...WHOLE, hasReason: false },
  requester: { ...WHOLE, hasRequester: false },
  owner: { ...WHOLE, hasOwner: false },
  side: { ...WHOLE, ownerRole: 'navigator' },
  summary: { ...WHOLE, hasSummary: false },
  'barrier-screen': { ...WHOLE, isScreened: false },
  consent: { ...WHOLE, hasConsent: false },
  language: { ...WHOLE, patient: { ...WHOLE.patient!, communication: [] } },
  contact: { ...WHOLE, patient: { ...WHOLE.patient!, telecom: [] } },
};

t.test('a hand-off with everything lacks nothing; each thing that it lacks is named', async (t) => {
  t.strictSame(missingOf(WHOLE), []);
  t.strictSame(Object.keys(LACKING).sort(), REQUIREMENTS.map(({ item }) => item).sort());
  for (const [item, facts] of Object.entries(LACKING)) {
    const { sentence, expression } = REQUIREMENTS.find((one) => one.item === item)!;
    t.match(missingOf(facts), [{ diagnostics: sentence, expression: [expression], code: 'required' }], item);
    t.equal(missingOf(facts).length, 1, item);
  }
});

t.test('everything that is missing is told at once', async (t) => {
  t.equal(missingOf({ ...LACKING.consent!, hasReason: false, isScreened: false }).length, 3);
});

t.test('a hand-back asks for no barrier screen, and goes to a navigator', async (t) => {
  const back = { ...WHOLE, side: 'navigation', plan: plan('coordination') } as const;
  t.strictSame(missingOf({ ...back, ownerRole: 'navigator', isScreened: false }), []);
  t.equal(missingOf(back).length, 1, 'not to a nurse');
});

const NONE: Standing = { open: [] };
const OPEN: Standing = { open: [{ resourceType: 'Task', status: 'requested', intent: 'order' }] };
const AT_NURSE: Standing = { open: [], side: 'coordination' };
const BACK: Standing = { open: [], side: 'navigation' };

t.test('the phase moves between the sides by hand-offs alone', async (t) => {
  const table: readonly (readonly [string, string, Standing, boolean])[] = [
    ['navigation', 'coordination', NONE, false],
    ['navigation', 'coordination', OPEN, false],
    ['navigation', 'coordination', AT_NURSE, true],
    ['navigation', 'coordination', BACK, false],
    ['navigation', 'handoff', NONE, false],
    ['navigation', 'handoff', OPEN, true],
    ['handoff', 'coordination', OPEN, false],
    ['handoff', 'navigation', OPEN, false],
    ['handoff', 'navigation', NONE, true],
    ['handoff', 'coordination', NONE, false],
    ['coordination', 'navigation', AT_NURSE, false],
    ['coordination', 'navigation', NONE, false],
    ['coordination', 'navigation', BACK, true],
    ['coordination', 'maintenance', NONE, true],
    ['maintenance', 'coordination', NONE, true],
    ['navigation', 'closed', OPEN, true],
    ['navigation', 'navigation', NONE, true],
  ];
  for (const [from, to, standing, may] of table)
    t.equal(phaseRefusal(from, to, standing) === undefined, may, `${from} → ${to}`);
});

t.test('the lead goes to the other side by a hand-off alone', async (t) => {
  t.ok(leadRefusal('coordination', plan('navigation'), NONE));
  t.ok(leadRefusal('coordination', plan('handoff'), OPEN));
  t.notOk(leadRefusal('coordination', plan('coordination'), AT_NURSE));
  t.notOk(leadRefusal('coordination', undefined, NONE), 'a person without a plan');
  t.ok(leadRefusal('navigation', plan('coordination'), AT_NURSE));
  t.notOk(leadRefusal('navigation', plan('navigation'), NONE));
});

t.test('one member leads, and whoever was not in the team joins', async (t) => {
  const team: CareTeam = {
    resourceType: 'CareTeam',
    participant: [
      {
        extension: [
          { url: `${CB}/StructureDefinition/lead`, valueBoolean: true },
          { url: 'https://elsewhere.example/note', valueString: 'stays' },
        ],
        role: [concept(ROLE, 'navigator')],
        member: { reference: 'PractitionerRole/n' },
      },
      { role: [concept(ROLE, 'rn')], member: { reference: 'PractitionerRole/r/_history/3' } },
    ],
  };
  const now = new Date('2026-03-02T15:00:00Z');
  const led = ledBy(team, 'PractitionerRole/r', 'rn', now);
  t.equal(led.participant?.length, 2);
  t.equal(leadOf(led)?.member?.reference, 'PractitionerRole/r/_history/3');
  t.match(led.participant?.[0]?.extension, [{ valueString: 'stays' }]);
  const joined = ledBy(team, 'PractitionerRole/x', 'lcsw', now);
  t.equal(joined.participant?.length, 3);
  t.match(leadOf(joined), { role: [concept(ROLE, 'lcsw')], period: { start: now.toISOString() } });
});

t.test('a plan keeps its other categories when its phase changes', async (t) => {
  const moved = withPhase(plan('navigation'), 'coordination');
  t.equal(phaseOf(moved), 'coordination');
  t.match(moved.category, [{ text: 'Assessment' }, { text: 'Coordination' }]);
});

t.test('the side is that of the hand-off that was accepted last', async (t) => {
  const task = (code: string, status: Task['status'], start: string): Task => ({
    resourceType: 'Task',
    status,
    intent: 'order',
    code: concept(`${CB}/CodeSystem/cn-task-code`, code),
    executionPeriod: { start },
  });
  const over = task('handoff', 'completed', '2026-03-02T15:00:00Z');
  const back = task('hand-back', 'accepted', '2026-03-05T15:00:00Z');
  t.equal(standingIn([over, back]).side, 'navigation');
  t.equal(standingIn([back, over]).side, 'navigation');
  t.equal(standingIn([over, task('hand-back', 'rejected', '2026-03-05T15:00:00Z')]).side, 'coordination');
  t.equal(standingIn([]).side, undefined);
});

t.test('a hand-off is due in a business day, an urgent one in an hour', async (t) => {
  const friday = new Date('2026-03-06T20:00:00Z');
  const ours = plainCalendar('America/New_York');
  t.equal(dueOf('routine', friday, ours).due.toISOString(), '2026-03-09T21:00:00.000Z', 'Monday at five');
  t.equal(dueOf(undefined, friday, ours).policy.extension?.[0]?.valueCode, 'handoff');
  t.equal(dueOf('urgent', friday, ours).due.toISOString(), '2026-03-06T21:00:00.000Z');
});

t.test('the person is told in their language, with the name where it is known', async (t) => {
  const speaks = (code: string) => languageOf({ communication: [{ language: { coding: [{ code }] } }] });
  t.equal(speaks('es'), 'es');
  t.equal(speaks('es-MX'), 'es');
  t.equal(speaks('est'), 'en', 'Estonian is not Spanish');
  t.equal(languageOf({}), 'en');
  const both = [
    { language: { coding: [{ code: 'en' }] } },
    { language: { coding: [{ code: 'es' }] }, preferred: true },
  ];
  t.equal(languageOf({ communication: both }), 'es', 'the preferred one');
  t.match(tellingOf('es', 'coordination', 'Nadia Brandt'), /^Desde hoy Nadia Brandt/);
  t.match(tellingOf('en', 'coordination', undefined), /a nurse of your care team/);
});
