// The fourth story at the screen: the system of a health plan asks for navigation by HTTP; the people whom it asks do the work in
// the app, and the plan reads how it stands. https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html
import type { Patient, ServiceRequest, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { gone, tellInBrowser } from './browser-story.ts';
import { CB, codesOf, ours, refer, type Stored } from './story.ts';
import { diagnosis, enrolment, HOUSE, PLAN, register, teamOf } from './story-people.ts';

const story = await tellInBrowser(t);
const { today, write, read, change, find, theTask, chart } = story;
const dora = await register(story, 'Dora Quill', 'MV-7004');
await write('ehr', diagnosis(dora, 'I50.9', 'Heart failure'));
const titleOf = ({ description }: Task): string => description!;
const statusSeen = async (code: string): Promise<string | undefined> =>
  (await find<Task>('payer', `Task?patient=Patient/${dora.id}&_count=100`)).find((task) =>
    codesOf(task.code, 'cn-task-code').includes(code),
  )?.status;

let request: Stored<ServiceRequest>;

t.test('the plan matches its member and asks for navigation; she is enrolled for it', async (t) => {
  const found = await find<Patient>('payer', `Patient?identifier=${CB}/identifier/member|MV-7004`);
  t.same(
    found.map(({ id }) => id),
    [dora.id],
  );
  request = await write<ServiceRequest>('payer', {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    category: [ours('cn-category', 'navigation')],
    code: ours('cn-service', 'navigation-service'),
    subject: refer(dora),
    authoredOn: today(),
    requester: PLAN,
    performer: [HOUSE],
    reasonCode: [{ text: 'New member with heart failure' }],
  });
  const team = await write('navigator', teamOf(dora));
  await write('navigator', {
    ...enrolment(story, dora, 'employer-navigation', team),
    referralRequest: [refer(request)],
  });
});

t.test(
  'a navigator finds her on the work list and calls her, and the plan sees that it is done',
  async (t) => {
    const welcome = await theTask(dora, 'nav-new-member-welcome');
    const title = titleOf(welcome);
    t.equal(await statusSeen('nav-new-member-welcome'), 'requested');
    const navigator = await story.workList('navigator');
    const { app } = navigator;
    const row = app.getByRole('row').filter({ hasText: 'Dora Quill' }).filter({ hasText: title });
    await navigator.within(t, 'claim', ({ press }) =>
      press(row.getByRole('button', { name: `Accept: ${title}` })),
    );
    await navigator.hand().press(row.getByRole('button', { name: `Start: ${title}` }));
    await navigator.within(t, 'log a call', async ({ press, choose }) => {
      await press(row.getByRole('button', { name: `Log contact: ${title}` }));
      const dialog = app.getByRole('dialog', { name: title });
      await choose(dialog.getByRole('radio', { name: 'Reached, all clear' }));
      t.same(await navigator.violations(), []);
      await press(dialog.getByRole('button', { name: 'Log contact' }));
      await gone(dialog);
    });
    t.equal(await statusSeen('nav-new-member-welcome'), 'completed');
    await navigator.leave(t);
  },
);

t.test(
  'a physician orders, a nurse picks the provider, and the plan reads the choice and the saving',
  async (t) => {
    const physician = await chart('physician', dora.id);
    await physician.within(t, 'refer from a template', async ({ press, select }) => {
      const { app } = physician;
      await press(app.getByRole('button', { name: 'New…' }));
      await press(app.getByRole('menuitem', { name: 'Refer…' }));
      const dialog = app.getByRole('dialog', { name: 'Refer or order' });
      await select(dialog.getByLabel('What for?'), 'Ultrasound of the heart');
      await select(dialog.getByLabel('To whom?'), 'Not chosen yet');
      await press(dialog.getByRole('button', { name: 'Sign and send' }));
      await gone(dialog);
    });
    await physician.leave(t);
    const of = `ServiceRequest?patient=Patient/${dora.id}&code=93306`;
    const [order] = await find<ServiceRequest>('payer', of);
    t.notOk(JSON.stringify(order?.extension ?? []).includes('network-decision'), 'nobody has decided yet');

    const nurse = await chart('nurse', dora.id, { frame: '380' });
    const { press } = nurse.hand();
    await press(nurse.app.getByRole('button', { name: 'New…' }));
    await press(nurse.app.getByRole('menuitem', { name: 'Find in network…' }));
    const dialog = nurse.app.getByRole('dialog', { name: 'Find in network' });
    await dialog.getByRole('radio', { checked: true }).waitFor();
    t.same(await nurse.violations(), []);
    await press(dialog.getByRole('button', { name: 'Choose' }));
    await gone(dialog);
    await nurse.leave(t);

    const seen = await read<ServiceRequest>('payer', `ServiceRequest/${order!.id}`);
    const decision = seen.extension?.find(({ url }) => url.endsWith('/network-decision'))?.extension;
    const part = (name: string) => decision?.find(({ url }) => url === name);
    t.same(codesOf(part('tier')?.valueCodeableConcept, 'cn-network-tier'), ['direct-contract']);
    t.same(part('estimatedSaving')?.valueMoney, { value: 68, currency: 'USD' });
  },
);

t.test('the plan closes its request, and the chart shows that the work goes on', async (t) => {
  await change('payer', request, { status: 'completed' });
  const navigator = await chart('navigator', dora.id);
  const open = titleOf(await theTask(dora, 'nav-find-provider'));
  await navigator.app.getByRole('region', { name: 'Navigation' }).getByText(open).waitFor();
  await navigator.app.getByRole('heading', { name: /^Timeline/ }).scrollIntoViewIfNeeded();
  t.same(await navigator.violations(), []);
  await navigator.leave(t);
});
