// Contacts, minutes and what is passed on, as people log them in the app, in a real Chromium against a whole server.
// https://hl7.org/fhir/R4/communication.html
import type { Communication, Flag, Observation, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';
import { counted, gone, recordOf, violations } from './browser-record.ts';

const CB = 'https://throughline.example/fhir';
const SPEAK = 'Speak with Marcus within two business days of discharge';

await buildAppIfStale();
const server = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(120_000);
const { read, find, write } = recordOf(server);
const chart = (hash: string, view: ChartView = {}) => openChart(browser, server.url, hash, view);

const codeOf = ({ extension = [] }: Communication, id: string) =>
  extension.find(({ url }) => url === `${CB}/StructureDefinition/${id}`)?.valueCode;
const contactsAbout = async (patient: string, task: string): Promise<Communication[]> =>
  (await find<Communication>(`Communication?patient=${patient}`)).filter(({ about = [] }) =>
    about.some(({ reference }) => reference === `Task/${task}`),
  );
const entriesOf = (patient: string): Promise<Observation[]> =>
  find<Observation>(`Observation?patient=${patient}&category=${CB}/CodeSystem/cn-category|cn-activity`);

t.test('A call that reached nobody is logged in three clicks, and the task stays open', async (t) => {
  const { page, frame, problems } = await chart('user=nurse&patient=marcus-bell&frame=900');
  const count = counted();
  const { click } = count;
  await click(frame.getByRole('button', { name: `Log contact: ${SPEAK}` }));
  const dialog = frame.getByRole('dialog', { name: SPEAK });
  await dialog.getByText('With Marcus Bell, by telephone, just now').waitFor();
  await click(dialog.getByRole('radio', { name: 'Tried, no answer' }));
  await dialog.getByText('This is attempt 2 that reached nobody.').waitFor();
  t.same(await violations(frame), []);
  const submit = dialog.getByRole('button', { name: 'Log contact' });
  await click(submit);
  await gone(dialog);
  t.equal(count.clicks, 3);
  const [contact] = await contactsAbout('marcus-bell', 'marcus-contact');
  t.match(contact, {
    status: 'completed',
    sender: { reference: 'PractitionerRole/nurse' },
    recipient: [{ reference: 'Patient/marcus-bell' }],
  });
  t.same(
    ['direction', 'channel', 'contact-outcome'].map((id) => codeOf(contact!, id)),
    ['outbound', 'phone', 'no-answer'],
  );
  t.ok(Math.abs(Date.parse(contact!.sent!) - Date.now()) < 60_000, 'the time is the present one');
  t.equal((await read<Task>('Task/marcus-contact')).status, 'in-progress');
  t.same(await entriesOf('marcus-bell'), [], 'no minutes that nobody ticked');
  t.same(problems, []);
  await page.close();
});

t.test(
  'A call that was had completes the task with it and with the minutes, at once; undone, all of it is',
  async (t) => {
    const { page, frame } = await chart('user=nurse&patient=marcus-bell&frame=900');
    await frame.getByRole('button', { name: `Log contact: ${SPEAK}` }).click();
    const dialog = frame.getByRole('dialog', { name: SPEAK });
    await dialog.getByRole('radio', { name: 'Reached, all clear' }).check();
    await dialog.getByLabel('Note').fill('Sleeps well.');
    await dialog.getByLabel('Record my minutes').check();
    await dialog.getByRole('button', { name: 'Log contact' }).click();
    await dialog.getByText('Say how many minutes it took').waitFor();
    t.equal((await read<Task>('Task/marcus-contact')).status, 'in-progress', 'nothing was written');
    await dialog.getByRole('spinbutton', { name: 'Minutes' }).fill('12');
    await dialog.getByRole('button', { name: 'Log contact' }).click();
    await gone(dialog);

    const done = await read<Task>('Task/marcus-contact');
    t.equal(done.status, 'completed');
    t.equal(done.note?.at(-1)?.text, 'Sleeps well.');
    const [outcome, answer] = done.output!.slice(-2);
    t.match(outcome?.valueCodeableConcept, { coding: [{ code: 'reached' }], text: 'Reached, all clear' });
    const [contact] = await contactsAbout('marcus-bell', 'marcus-contact');
    t.equal(answer?.valueReference?.reference, `Communication/${contact!.id}`, 'the task names the contact');
    t.equal(contact!.extension?.find(({ url }) => url.endsWith('/interactive'))?.valueBoolean, true);
    const [entry] = await entriesOf('marcus-bell');
    t.match(entry, {
      valueQuantity: { value: 12, code: 'min' },
      focus: [{ reference: 'Task/marcus-contact' }],
      code: { coding: [{ code: 'transition' }] },
      performer: [{ reference: 'PractitionerRole/nurse' }],
    });

    await frame.getByRole('button', { name: `Undo: ${SPEAK}` }).click();
    await frame.getByRole('status').getByText(`Taken back: ${SPEAK}`).waitFor({ state: 'attached' });
    t.equal((await read<Task>('Task/marcus-contact')).status, 'in-progress');
    t.notOk((await contactsAbout('marcus-bell', 'marcus-contact')).some(({ id }) => id === contact!.id));
    t.notOk((await entriesOf('marcus-bell')).some(({ id }) => id === entry!.id));
    await page.close();
  },
);

t.test('What the person does not allow is not offered, and the reason is said, in Spanish too', async (t) => {
  const flag: Flag = {
    resourceType: 'Flag',
    status: 'active',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/flag-category', code: 'safety' }] },
    ],
    code: {
      coding: [{ system: `${CB}/CodeSystem/cn-contact-safety`, code: 'no-text-message' }],
      text: 'No texts',
    },
    subject: { reference: 'Patient/ana-reyes' },
    period: { start: '2026-01-01T00:00:00Z' },
  };
  await write(flag);
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=380&lang=es');
  await frame.getByRole('button', { name: 'Nuevo…' }).click();
  await frame.getByRole('menuitem', { name: /contacto/ }).click();
  const dialog = frame.getByRole('dialog', { name: 'Anotar un contacto' });
  await dialog
    .getByText('Ahora no por mensaje de texto: no se le pueden enviar mensajes de texto.')
    .waitFor();
  await dialog.getByText('Habla español, llame a un intérprete').waitFor();
  await dialog.getByRole('button', { name: 'Cambiar' }).click();
  const ways = await dialog.getByLabel('¿Por qué vía?').locator('option').allInnerTexts();
  t.notOk(ways.includes('Mensaje de texto'));
  t.ok(ways.includes('Teléfono'));
  t.equal(await dialog.getByRole('radio', { name: 'Se dejó un mensaje' }).count(), 0, 'no voice message');

  // Her sister may know of visits and rides, and of nothing else.
  await dialog.getByLabel('¿Con quién?').selectOption({ label: 'Lucía Reyes' });
  await dialog.getByRole('radio', { name: 'Se habló, todo en orden' }).check();
  await dialog.getByRole('button', { name: 'Anotar contacto' }).click();
  await dialog.getByText(/Indique sobre qué fue: Lucía Reyes/).waitFor();
  await dialog.getByLabel('¿Sobre qué?').selectOption({ label: 'Una factura' });
  await dialog.getByText(/su lugar en el equipo no permite este tema/).waitFor();
  await dialog.getByLabel('¿Sobre qué?').selectOption({ label: 'El transporte' });
  await dialog.getByText('Con Lucía Reyes, por teléfono, ahora mismo').waitFor();
  t.same(await violations(frame), []);
  await dialog.getByRole('button', { name: 'Anotar contacto' }).click();
  await gone(dialog);
  const [contact] = await find<Communication>('Communication?patient=ana-reyes');
  t.match(contact, {
    recipient: [{ reference: 'RelatedPerson/lucia-reyes' }],
    topic: { coding: [{ code: 'transport' }] },
  });
  await page.close();
});

t.test('Whoever must not be contacted is not, but may have called', async (t) => {
  await write<Flag>({
    resourceType: 'Flag',
    status: 'active',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/flag-category', code: 'safety' }] },
    ],
    code: {
      coding: [
        {
          system: 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes',
          code: 'contacting-subject-prohibited',
        },
      ],
    },
    subject: { reference: 'Patient/walter-lindqvist' },
    period: { start: '2026-01-01T00:00:00Z' },
  });
  const { page, frame } = await chart('user=nurse&patient=walter-lindqvist&frame=900');
  await frame.getByRole('button', { name: 'New…' }).click();
  await frame.getByRole('menuitem', { name: /contact/ }).click();
  const dialog = frame.getByRole('dialog', { name: 'Log a contact' });
  await dialog.getByText(/This patient must not be contacted/).waitFor();
  await dialog.getByRole('radio', { name: 'Reached, all clear' }).check();
  await dialog.getByRole('button', { name: 'Log contact' }).click();
  await dialog.getByText(/No way is open now/).waitFor();
  await dialog.getByLabel('Who began it?').selectOption({ label: 'They did' });
  await dialog.getByRole('button', { name: 'Log contact' }).click();
  await gone(dialog);
  const [contact] = await find<Communication>('Communication?patient=walter-lindqvist');
  t.match(contact, { sender: { reference: 'Patient/walter-lindqvist' } });
  t.equal(codeOf(contact!, 'direction'), 'inbound');
  await page.close();
});
