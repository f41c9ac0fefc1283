// The first story at the screen: a navigator answers a question, asks for barriers, finds a practice, books, and hands over; once
// in English with a mouse, once in Spanish on the keyboard alone. The portal, the practice and the ride write by HTTP.
// https://hl7.org/fhir/R4/workflow-management.html
import { readFileSync } from 'node:fs';
import type {
  Appointment,
  Communication,
  Condition,
  HealthcareService,
  RelatedPerson,
  Task,
} from '@medplum/fhirtypes';
import type { Frame, Locator, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { at, gone, type Seat, tellInBrowser, type Way } from './browser-story.ts';
import { concept, extension, keyOf, ours, refer, role, type Stored } from './story.ts';
import {
  consent,
  diagnosis,
  encounter,
  enrolment,
  freeTimes,
  practice,
  register,
  SPEAKS_SPANISH,
  teamOf,
} from './story-people.ts';

const story = await tellInBrowser(t);
const { on, today, write, read, change, find, tasks, theTask, chart } = story;
type Person = Awaited<ReturnType<typeof register>>;

const SPANISH = { en: 'Spanish', es: 'español' } as const;
const ASKED = '¿Mi plan cubre una primera visita?';
const titleOf = ({ description }: Task): string => description!;
/** A text of the app. @param area folder below `smart-app` */
function says(lang: 'en' | 'es', area: string, key: string): string {
  const file = new URL(`../../../smart-app/${area}/${lang}.json`, import.meta.url);
  const text = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)[key];
  if (text === undefined) throw new Error(`${area} has no text ${key}`);
  return text;
}

/** Somebody who speaks Spanish, with a sister in the team, is enrolled, and asks by portal. */
async function asks(name: string, member: string): Promise<Person> {
  const person = await register(story, name, member, SPEAKS_SPANISH);
  const sister = await write<RelatedPerson>('navigator', {
    resourceType: 'RelatedPerson',
    active: true,
    patient: refer(person),
    relationship: [concept('http://terminology.hl7.org/CodeSystem/v3-RoleCode', 'SIS', 'Sister')],
    name: [{ family: 'Vega', given: ['Luz'] }],
  });
  await write('ehr', diagnosis(person, 'F25.9', 'Schizoaffective disorder'));
  await write('ehr', diagnosis(person, 'E11.9', 'Type 2 diabetes'));
  await write('nurse', await consent(story, person));
  const support = {
    extension: ['appointments', 'transport'].map((code) => extension('may-know', { valueCode: code })),
    role: [ours('cn-role', 'natural-support', 'Sister')],
    member: refer(sister),
  };
  const team = await write('navigator', teamOf(person, support));
  await write('navigator', enrolment(story, person, 'pin', team));
  await story.givePortal(member, 'patient', keyOf(person));
  await write<Communication>(member, {
    resourceType: 'Communication',
    status: 'completed',
    extension: [
      extension('direction', { valueCode: 'inbound' }),
      extension('channel', { valueCode: 'portal' }),
    ],
    category: [ours('cn-category', 'contact')],
    subject: refer(person),
    sender: refer(person) as { reference: string },
    topic: ours('cn-query-topic', 'coverage'),
    sent: today(),
    payload: [{ contentString: ASKED }],
  });
  return person;
}

/** The main flow of the story, as somebody works through it at one screen. */
function flow(
  t: Test,
  seat: Seat,
  person: Person,
  lang: 'en' | 'es',
  place: Frame | Locator | Page = seat.app,
) {
  const { app, hand, within } = seat;
  const w = (area: string, key: string) => says(lang, area, key);
  const verb = (code: string) => w('locales', `verb.${code}`);
  const button = (label: string, task: Task) =>
    place.getByRole('button', { name: `${label}: ${titleOf(task)}`, exact: true });
  const dialogOf = (task: Task) => app.getByRole('dialog', { name: titleOf(task) });
  const axe = async (where: string) => t.same(await seat.violations(), [], `axe: ${where}`);
  /** A task of hers that is taken on and begun. */
  async function begun(code: string): Promise<Stored<Task>> {
    const task = await theTask(person, code, ({ status }) => status !== 'completed');
    await within(t, 'claim', ({ press }) => press(button(w('locales', 'action.accept'), task)));
    await hand().press(button(w('locales', 'action.start'), task));
    await button(verb(code), task).waitFor();
    return task;
  }

  return {
    async answers() {
      const asked = await theTask(person, 'nav-inbound-query');
      await within(t, 'answer a question', async ({ press }) => {
        await press(button(verb('nav-inbound-query'), asked));
        const dialog = dialogOf(asked);
        await dialog.getByRole('radio', { name: w('locales', 'outcome.answered'), checked: true }).waitFor();
        await dialog.getByText(w('actions/contact', 'by.portal')).first().waitFor();
        await dialog.getByText(ASKED).waitFor();
        await axe('the answer');
        await press(dialog.getByRole('button', { name: verb('nav-inbound-query') }));
        await gone(dialog);
      });
      const done = await theTask(person, 'nav-inbound-query');
      t.equal(done.status, 'completed');
      t.ok(
        done.extension?.some(({ url }) => url.endsWith('/first-response')),
        'its clock has stopped',
      );
    },

    async screens() {
      const task = await begun('nav-barrier-screen');
      const { press, choose } = hand();
      await press(button(verb('nav-barrier-screen'), task));
      const dialog = app.getByRole('dialog');
      const yes = (question: string) => dialog.locator(`input[type="radio"][name="${question}"]`).first();
      for (const question of ['transport', 'transport-help', 'phone-internet']) await choose(yes(question));
      await axe('the form');
      await press(dialog.getByRole('button', { name: w('actions/screen', 'submit') }));
      await app.getByRole('dialog', { name: w('actions/screen', 'done.title') }).waitFor();
      await press(dialog.getByRole('button', { name: w('actions/screen', 'done.close') }));
      await gone(dialog);
      const barriers = await find<Condition>(
        'navigator',
        `Condition?patient=${person.id}&category=cn-barrier`,
      );
      t.same(barriers.map(({ code }) => code?.coding?.[0]?.code).sort(), ['phone-internet', 'transport']);
      t.equal((await tasks(person, 'nav-barrier-resolve')).length, 2, 'each is seen to');
      t.equal((await theTask(person, 'nav-barrier-screen')).status, 'completed');
    },

    async finds(wanted: string) {
      const task = await begun('nav-find-provider');
      const { press, choose } = hand();
      await press(button(verb('nav-find-provider'), task));
      const dialog = dialogOf(task);
      await press(dialog.getByRole('checkbox', { name: w('actions/network', 'filter.accepting') }));
      const speaks = w('actions/network', 'filter.language').replace('{language}', '').trim();
      await press(dialog.getByRole('checkbox', { name: new RegExp(`^${speaks}`) }));
      await dialog.getByRole('radio', { name: /Elm Street/ }).waitFor({ state: 'detached' });
      await choose(dialog.getByRole('radio', { name: new RegExp(wanted) }));
      await axe('the comparison');
      await press(dialog.getByRole('button', { name: w('actions/network', 'decide') }));
      await gone(dialog);
      t.equal((await theTask(person, 'nav-find-provider')).status, 'completed');
    },

    async books(): Promise<Stored<Appointment>> {
      const task = await begun('nav-schedule');
      const ride = says(lang, 'actions/book', 'ride');
      await within(t, 'book a visit', async ({ press, select }) => {
        await press(button(verb('nav-schedule'), task));
        const dialog = dialogOf(task);
        const when = dialog.getByRole('group', { name: w('actions/book', 'times.label') });
        await when.getByRole('radio', { checked: true }).waitFor();
        t.equal(
          await dialog.getByLabel(ride, { exact: true }).inputValue(),
          'both',
          'the barrier asks for a ride',
        );
        const tongue = w('actions/book', 'interpreter.of').replace('{language}', SPANISH[lang]);
        await select(dialog.getByLabel(w('actions/book', 'interpreter'), { exact: true }), tongue);
        await axe('the booking');
        await press(dialog.getByRole('button', { name: w('actions/book', 'book'), exact: true }));
        await gone(dialog);
      });
      const [visit] = await find<Appointment>('navigator', `Appointment?patient=${person.id}&status=booked`);
      const needs = visit!.extension?.find(({ url }) => url.endsWith('/access-needs'))?.extension;
      t.same(needs?.map(({ url }) => url).sort(), ['interpreterLanguage', 'transport']);
      t.equal((await theTask(person, 'nav-schedule')).status, 'completed');
      return visit!;
    },

    async handsOver() {
      const { press, select, write: type } = hand();
      const gate = app.getByRole('region', { name: w('locales', 'gate.name') });
      await press(gate.getByRole('button', { name: w('locales', 'action.handOff') }));
      const dialog = app.getByRole('dialog', { name: w('actions/handoff', 'title.coordination') });
      await select(dialog.getByLabel(w('actions/handoff', 'to')), 'Nadia Brandt, RN');
      await type(dialog.getByLabel(w('actions/handoff', 'reason')), 'La primera visita se hizo.');
      await axe('the hand-off');
      await press(
        dialog.getByRole('button', { name: w('actions/handoff', 'submit.coordination'), exact: true }),
      );
      await gone(dialog);
      await gate
        .getByText(/Nadia Brandt, RN/)
        .first()
        .waitFor();
      const [handoff] = await tasks(person, 'handoff');
      t.match(handoff, { status: 'requested', owner: role('nurse') });
      t.ok(handoff!.input?.some(({ type: of }) => of.coding?.[0]?.code === 'handoff-summary'));
    },
  };
}

const ana = await asks('Ana Vega', 'MV-7001');
const ines = await asks('Ines Vega', 'MV-7011');
await practice(story, 'Old Mill Family Practice', 'nopt', 'en', 'es');
await practice(story, 'Elm Street Family Practice', 'newpt', 'en');
const times = [at(7), at(7, '16:00'), at(8), at(8, '16:00')];
const known = await read<HealthcareService>('admin', 'HealthcareService/family-medicine');
const tongues = ['en', 'es'].map((code) => concept('urn:ietf:bcp:47', code));
await change('admin', known, { communication: tongues });
await freeTimes(story, [role('physician'), { reference: 'Location/family-practice-main' }], ...times);

t.test('the question stands on the work list by itself, and is answered there with two clicks', async (t) => {
  const navigator = await story.workList('navigator');
  const hers = navigator.app.getByRole('row').filter({ hasText: 'Ana Vega' });
  t.same(await navigator.violations(), []);
  await flow(t, navigator, ana, 'en', hers).answers();
  await navigator.leave(t);
});

t.test(
  'she is welcomed, asked for barriers, and found a practice that takes her and speaks Spanish',
  async (t) => {
    const navigator = await chart('navigator', ana.id);
    const { app } = navigator;
    const work = flow(t, navigator, ana, 'en');
    const welcome = titleOf(await theTask(ana, 'nav-new-member-welcome'));
    const { press } = navigator.hand();
    for (const verb of ['Accept', 'Start'])
      await press(app.getByRole('button', { name: `${verb}: ${welcome}` }));
    await navigator.within(t, 'log a call', async (hand) => {
      await hand.press(app.getByRole('button', { name: `Log contact: ${welcome}` }));
      const dialog = app.getByRole('dialog', { name: welcome });
      await hand.choose(dialog.getByRole('radio', { name: 'Reached, all clear' }));
      await hand.press(dialog.getByRole('button', { name: 'Log contact' }));
      await gone(dialog);
    });
    await work.screens();
    await work.finds('Larkfield Family Practice');
    await navigator.leave(t);
  },
);

let visit: Stored<Appointment>;

t.test(
  'the visit is booked with an interpreter and a ride, and takes place; she says so herself',
  async (t) => {
    const navigator = await chart('navigator', ana.id);
    visit = await flow(t, navigator, ana, 'en').books();
    await navigator.leave(t);
    on(at(7, '17:00'));
    visit = await change('navigator', visit, { status: 'arrived' });
    await change('navigator', visit, { status: 'fulfilled' });
    await write('ehr', encounter(ana, 'AMB', [at(7), at(7, '15:40')], { appointment: [refer(visit)] }));

    const about = keyOf(visit);
    const isCheck = ({ focus }: Task) => focus?.reference === about;
    const title = titleOf(await theTask(ana, 'nav-receipt-check', isCheck));
    const again = await chart('navigator', ana.id);
    const { press, choose } = again.hand();
    for (const verb of ['Accept', 'Start', 'Confirm visit'])
      await press(again.app.getByRole('button', { name: `${verb}: ${title}` }).first());
    const dialog = again.app.getByRole('dialog', { name: title });
    await choose(dialog.getByRole('radio', { name: 'Visit took place' }));
    await press(dialog.getByRole('button', { name: 'Confirm visit' }));
    await gone(dialog);
    const done = await theTask(ana, 'nav-receipt-check', isCheck);
    t.match(JSON.stringify(done.output), /"received"/);
    await again.leave(t);
  },
);

t.test('the navigator hands over with a summary', async (t) => {
  const navigator = await chart('navigator', ana.id);
  await flow(t, navigator, ana, 'en').handsOver();
  await navigator.leave(t);
});

t.test('all of it works in Spanish, on the keyboard alone, in a side panel', async (t) => {
  const way: Way = { lang: 'es', keys: true, frame: '380' };
  const navigator = await chart('navigator', ines.id, way);
  const { app } = navigator;
  t.match(await app.locator('html').getAttribute('lang'), /^es/);
  await app.getByText('Navegación').first().waitFor();
  const work = flow(t, navigator, ines, 'es');
  await work.answers();
  await work.screens();
  await work.books();
  t.match(await read<Task>('navigator', keyOf(await theTask(ines, 'nav-schedule'))), { status: 'completed' });
  await navigator.leave(t);
});
