// Finding somebody in the network, and referring: in a real Chromium against a whole server, clicks counted.
// https://hl7.org/fhir/R4/servicerequest.html
import type { Bundle, DeviceRequest, Resource, ServiceRequest, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';
import { askingOver, begin, counted, overflows, violations } from './browser-record.ts';

await buildAppIfStale();
const { url, base } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(180_000);

const chart = (hash: string, view: ChartView = {}) => openChart(browser, url, hash, view);

const asks = askingOver({ url, base });
const read = async <T extends Resource>(path: string): Promise<T> =>
  (await (await asks('physician', path)).json()) as T;
const find = async <T extends Resource>(path: string): Promise<T[]> =>
  ((await read<Bundle>(path)).entry ?? []).map(({ resource }) => resource as T);

t.test('A navigator compares practices and completes the search with the one that was chosen', async (t) => {
  const title = 'Find Thanh a practice with a Vietnamese interpreter';
  const { page, frame } = await chart('user=navigator&patient=thanh-pham&frame=900');
  await frame.getByRole('button', { name: `Record choice: ${title}` }).click();
  const dialog = frame.getByRole('dialog', { name: title });
  await dialog.getByRole('radio', { name: /Larkfield Family Practice/ }).waitFor();
  t.equal(await dialog.getByLabel('What is needed?').inputValue(), 'primary-care');
  await dialog.getByRole('button', { name: 'Choose' }).click();
  await dialog.waitFor({ state: 'detached' });
  const task = await read<Task>('Task/thanh-find-provider');
  t.equal(task.status, 'completed');
  t.match(task.output?.[0], {
    type: { coding: [{ code: 'chosen-provider' }] },
    valueReference: { reference: 'HealthcareService/family-medicine' },
  });
  await page.close();
});

t.test(
  'A nurse sees tier, distance, first date and cost, sorts, and says why it is not the best',
  async (t) => {
    const { page, frame, problems } = await chart('user=nurse&patient=ana-reyes&frame=900');
    const dialog = await begin(frame, 'Find in network…');
    await dialog.getByLabel('What is needed?').selectOption({ label: 'MRI of the head' });
    const rows = dialog.getByRole('table', { name: 'Options' }).getByRole('row');
    await rows.nth(4).waitFor();
    const first = await rows.nth(1).innerText();
    t.match(
      first,
      /Harbour Lane Imaging[\s\S]*Direct contract[\s\S]*mi[\s\S]*Yes[\s\S]*Spanish[\s\S]*\$1,003[\s\S]*\$177 less/,
    );
    const cost = dialog.getByRole('columnheader', { name: 'Expected cost' });
    await cost.getByRole('button').click();
    await cost.getByRole('button').click();
    t.equal(await cost.getAttribute('aria-sort'), 'descending');
    t.match(await rows.nth(1).innerText(), /Quarry Road/);
    t.same(await violations(frame), []);
    await dialog.getByRole('radio', { name: /Northgate/ }).check();
    await dialog.getByRole('button', { name: 'Choose' }).click();
    await dialog.getByText('Say why: the choice is outside the network').waitFor();
    await dialog.getByLabel('Why this one?').selectOption('continuity-of-care');
    await dialog.getByRole('button', { name: 'Choose' }).click();
    await dialog.waitFor({ state: 'detached' });
    const [mri] = await find<ServiceRequest>('ServiceRequest?patient=ana-reyes&code=70551');
    t.match(mri?.performer, [{ reference: 'HealthcareService/northgate-mri' }]);
    t.match(JSON.stringify(mri?.extension), /continuity-of-care/);
    t.same(problems, []);
    await page.close();
  },
);

t.test(
  'A navigator proposes a referral with four clicks; a physician signs it, and it is followed',
  async (t) => {
    const counting = counted();
    const one = await chart('user=navigator&patient=walter-lindqvist&frame=380');
    let dialog = await begin(one.frame, 'Refer…', counting.click);
    await dialog.getByText('It becomes an order only when a clinician').waitFor();
    counting.chosen();
    await dialog.getByLabel('What for?').selectOption({ label: 'Cardiology' });
    await dialog
      .getByText(/Cedar Hill Cardiology · Preferred/)
      .first()
      .waitFor({ state: 'attached' });
    t.match(await dialog.getByLabel('Who signs?').inputValue(), 'PractitionerRole/physician');
    t.same(await violations(one.frame), []);
    await counting.click(dialog.getByRole('button', { name: 'Propose' }));
    await dialog.waitFor({ state: 'detached' });
    t.ok(counting.clicks <= 6, `${counting.clicks} clicks`);
    await one.page.close();
    const of = 'ServiceRequest?patient=walter-lindqvist&code=308471005';
    const [proposal] = await find<ServiceRequest>(of);
    t.match(proposal, {
      status: 'draft',
      intent: 'proposal',
      requester: { reference: 'PractitionerRole/navigator' },
    });
    t.match(proposal?.performer, [{ reference: 'HealthcareService/cardiology' }]);

    const title = 'Sign or decline: Cardiology';
    const two = await chart('user=physician&patient=walter-lindqvist&frame=900');
    await two.frame.getByRole('button', { name: `Accept: ${title}` }).click();
    await two.frame.getByRole('button', { name: `Start: ${title}` }).click();
    await two.frame.getByRole('button', { name: `Review order: ${title}` }).click();
    dialog = two.frame.getByRole('dialog', { name: title });
    await dialog
      .getByText(/Cedar Hill Cardiology · Preferred/)
      .first()
      .waitFor({ state: 'attached' });
    await dialog.getByRole('button', { name: 'Sign and send' }).click();
    await dialog.waitFor({ state: 'detached' });
    const orders = await find<ServiceRequest>(of);
    const order = orders.find(({ intent }) => intent === 'order');
    t.match(order, { status: 'active', basedOn: [{ reference: `ServiceRequest/${proposal!.id}` }] });
    t.match(JSON.stringify(order?.extension), /network-decision/, 'the choice is recorded');
    t.equal(orders.find(({ intent }) => intent === 'proposal')?.status, 'completed');
    const tasks = await find<Task>(`Task?based-on=ServiceRequest/${order!.id}`);
    t.ok(tasks.some(({ code }) => code?.coding?.some((coding) => coding.code === 'coord-referral')));
    await two.page.close();
  },
);

t.test('A nurse drafts equipment, in Spanish, and by the keyboard alone', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ruth-abernathy&frame=full&lang=es', { width: 320 });
  await frame.getByRole('button', { name: /^(Nuevo|Nueva|Empezar|Iniciar)/ }).focus();
  await page.keyboard.press('Enter');
  await frame.getByRole('menuitem', { name: /Derivar/ }).focus();
  await page.keyboard.press('Enter');
  const dialog = frame.getByRole('dialog', { name: 'Derivar u ordenar' });
  const what = dialog.getByLabel('¿Para qué?');
  await what.and(frame.locator(':focus')).waitFor();
  await page.keyboard.type('Gluc');
  t.equal(await what.inputValue(), 'glucose-meter');
  await dialog.getByText('Será una orden cuando la firme quien puede recetar.').waitFor();
  await dialog.getByText(/Nadie del directorio ofrece esto/).waitFor();
  t.ok((await overflows(frame)) <= 0, 'at 320 px nothing scrolls sideways');
  await dialog.getByRole('button', { name: 'Enviar a la firma' }).focus();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const [meter] = await find<DeviceRequest>('DeviceRequest?patient=ruth-abernathy&status=draft');
  t.match(meter, {
    intent: 'order',
    requester: { reference: 'PractitionerRole/nurse' },
    reasonReference: [{ reference: 'Condition/ruth-diabetes' }],
  });
  await page.close();
});

t.test('A prescriber declines a draft with the reason, and it is called off', async (t) => {
  const title = 'Firmar o rechazar: Glucómetro y tiras reactivas';
  const { page, frame } = await chart('user=physician&patient=ruth-abernathy&frame=900');
  await frame.getByRole('button', { name: `Accept: ${title}` }).click();
  await frame.getByRole('button', { name: `Start: ${title}` }).click();
  await frame.getByRole('button', { name: `Review order: ${title}` }).click();
  const dialog = frame.getByRole('dialog', { name: title });
  await dialog.getByLabel('What do you decide?').selectOption('decline');
  await dialog.getByRole('button', { name: 'Decline' }).click();
  await dialog.getByText('Say why: whoever asked goes on from it.').waitFor();
  await dialog.getByLabel('Why not?').fill('She has one that works.');
  await dialog.getByRole('button', { name: 'Decline' }).click();
  await dialog.waitFor({ state: 'detached' });
  const [meter] = await find<DeviceRequest>('DeviceRequest?patient=ruth-abernathy&status=revoked');
  t.match(meter?.note, [{ text: 'She has one that works.' }]);
  await page.close();
});
