// The fifth story at the screen: a navigator records minutes, a supervisor reads them among the team's figures, a quality team's
// system exports its group by HTTP, and an administrator sees the export. https://hl7.org/fhir/uv/bulkdata/STU2/export.html
import type { Group, Observation, Patient, Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { at, gone, type Seat, tellInBrowser } from './browser-story.ts';
import { refer, system } from './story.ts';
import { enrol } from './story-people.ts';

const story = await tellInBrowser(t);
const { on, find, change, tries, chart } = story;
const { person: ana } = await enrol(story, 'Ana Vega', 'MV-7005', 'pin');

t.test('a navigator records minutes from the chart, and a minute counts once', async (t) => {
  const record = async ({ app, hand }: Seat, minutes: string) => {
    const { press, write: type } = hand();
    await press(app.getByRole('button', { name: 'New…' }));
    await press(app.getByRole('menuitem', { name: 'Record minutes…' }));
    const dialog = app.getByRole('dialog', { name: 'Record minutes' });
    await dialog.getByText(/recorded minutes count/).waitFor();
    await type(dialog.getByRole('spinbutton', { name: 'Minutes' }), minutes);
    await press(dialog.getByRole('button', { name: 'Record minutes' }));
    return dialog;
  };
  const first = await chart('navigator', ana.id);
  await gone(await record(first, '25'));
  const again = await record(first, '20');
  await again.getByText(/a minute counts once/).waitFor();
  t.same(await first.violations(), [], 'axe, with the refusal');
  await first.leave(t);

  on(at(0, '17:00'));
  const later = await chart('navigator', ana.id);
  await gone(await record(later, '30'));
  await later.leave(t);
  const category = `${system('cn-category')}|cn-activity`;
  const entries = await find<Observation>('navigator', `Observation?patient=${ana.id}&category=${category}`);
  t.same(entries.map(({ valueQuantity }) => valueQuantity?.value).sort(), [25, 30]);
});

t.test("a supervisor reads the team's figures, each chart with its table", async (t) => {
  const supervisor = await story.workList('supervisor');
  const { app } = supervisor;
  const { press } = supervisor.hand();
  await press(app.getByRole('link', { name: 'Team', exact: true }));
  await app.getByRole('heading', { name: 'Team figures' }).waitFor();
  await press(app.getByRole('button', { name: /^Table: .*inutes/ }));
  const row = app.getByRole('row', { name: /PIN|[Ii]llness [Nn]avigation/ }).first();
  await row.waitFor();
  t.same(await supervisor.violations(), []);
  await supervisor.leave(t);
});

/** Exports what the client may see, its group, and reads the files. */
async function exported(): Promise<Resource[]> {
  const begun = await tries('quality', 'GET', '/Patient/$export', undefined, { prefer: 'respond-async' });
  const path = (url: unknown) => String(url).replace(story.server.base, '');
  for (let n = 0; n < 400; n++) {
    const { status, body } = await tries('quality', 'GET', path(begun.headers['content-location']));
    if (status === 200) {
      const files = (body.output as { url: string }[]).map(({ url }) => story.lines('quality', path(url)));
      return (await Promise.all(files)).flat();
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('The export does not end.');
}

t.test(
  'the quality team exports its group with the minutes, and an administrator sees the export',
  async (t) => {
    const [panel] = await find<Group>('admin', 'Group?_id=larkfield-panel');
    await change('admin', panel!, {
      member: [...panel!.member!, { entity: refer(ana) as { reference: string } }],
      quantity: panel!.member!.length + 1,
    });
    const all = await exported();
    t.ok(all.some((one): one is Patient => one.resourceType === 'Patient' && one.id === ana.id));
    const minutes = all.filter(
      (one): one is Observation =>
        one.resourceType === 'Observation' &&
        one.subject?.reference === `Patient/${ana.id}` &&
        one.valueQuantity?.code === 'min',
    );
    t.equal(
      minutes.reduce((sum, { valueQuantity }) => sum + valueQuantity!.value!, 0),
      55,
    );

    const admin = await story.workList('admin');
    const { app } = admin;
    const { press } = admin.hand();
    await press(app.getByRole('link', { name: 'Administration', exact: true }));
    await press(app.getByRole('navigation', { name: 'Sections of administration' }).getByText('Exports'));
    await app.getByText('finished').first().waitFor();
    t.same(await admin.violations(), []);
    await admin.leave(t);
  },
);
