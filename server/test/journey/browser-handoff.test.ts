// Drafts that come back after a relaunch, and a hand-off with what is missing and the way back. In a real Chromium.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-state.html · https://hl7.org/fhir/R4/task.html
import type { Basic, Task } from '@medplum/fhirtypes';
import type { Frame } from 'playwright-core';
import t from 'tap';
import { openApp, violations } from './browser-forms.ts';

const { chart, found } = await openApp(t);

t.test(
  'What was typed comes back after a relaunch, to its own user, patient and task, until it is done',
  async (t) => {
    const NOTE = 'She asks for Thursday.';
    const title = 'Ride for Wednesday';
    const open = async (frame: Frame) => {
      await frame
        .getByRole('button', { name: `More for ${title}` })
        .first()
        .click();
      await frame.getByRole('menuitem', { name: 'Put on hold…' }).click();
      return frame.getByRole('dialog', { name: 'Put on hold' }).getByLabel('What is it waiting for?');
    };
    const first = await chart('user=navigator&patient=ana-reyes&frame=900');
    await (await open(first.frame)).fill(NOTE);
    // The frame is swapped while somebody types: nothing waits for a rest.
    await first.page.goto('about:blank');
    await first.page.close();
    const drafts = () => found<Basic>('Basic?code=app-state', 'navigator');
    for (let tries = 0; tries < 20 && !(await drafts()).length; tries++)
      await new Promise((done) => setTimeout(done, 100));
    t.equal((await drafts()).length, 1);
    t.same(await found('Basic?code=app-state', 'supervisor'), [], 'nobody else sees it');

    const again = await chart('user=navigator&patient=ana-reyes&frame=900');
    const field = await open(again.frame);
    await again.frame.getByText(/^What you typed \(.+\) is back\.$/).waitFor();
    t.equal(await field.inputValue(), NOTE);
    t.same(await violations(again.frame), []);
    await again.frame.getByRole('button', { name: 'Start empty' }).click();
    t.equal(await field.inputValue(), '');
    await field.fill(NOTE);
    await again.frame.getByRole('button', { name: 'Put on hold', exact: true }).click();
    await again.frame.getByRole('dialog').waitFor({ state: 'detached' });
    for (let tries = 0; tries < 20 && (await drafts()).length; tries++)
      await new Promise((done) => setTimeout(done, 100));
    t.same(await drafts(), [], 'what is done is not kept');
    await again.page.close();
  },
);

t.test('A hand-off that lacks something names all of it, with the button that mends it', async (t) => {
  const { page, frame } = await chart('user=navigator&patient=walter-lindqvist&frame=380');
  await frame.getByRole('button', { name: /^Hand-off/ }).click();
  await frame.getByRole('button', { name: 'Hand off…' }).click();
  const dialog = frame.getByRole('dialog', { name: 'Hand off to coordination' });
  await dialog.getByLabel('Why now?').fill('He is steady now.');
  await dialog.getByRole('button', { name: 'Hand off' }).click();
  const list = dialog.getByRole('region', { name: /^Not sent yet/ });
  await list.getByText('There is no active care plan to hand over.').waitFor();
  await list.getByText('The programme asks for a consent, and none is in force.').waitFor();
  await frame.locator('h3:focus').waitFor();
  t.equal(await list.getByRole('listitem').count(), 3);
  t.same(await violations(frame), []);
  t.same(await found('Task?patient=Patient/walter-lindqvist&code=handoff'), [], 'nothing was written');

  await list.getByRole('button', { name: 'Screen now' }).click();
  await frame.getByRole('dialog', { name: 'Screen' }).getByText('0 of 22 answered').waitFor();
  await frame.getByRole('button', { name: 'Cancel' }).click();
  await frame.getByRole('button', { name: 'Hand off…' }).click();
  await dialog.getByText(/is back\.$/).waitFor();
  t.equal(
    await dialog.getByLabel('Why now?').inputValue(),
    'He is steady now.',
    'what was typed is there still',
  );
  await page.close();
});

t.test('A hand-off is accepted with one click, and taken back within ten seconds', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=900');
  const gate = frame.getByRole('region', { name: 'Hand-off' });
  await gate.getByRole('button', { name: /^Accept/ }).click();
  await gate.getByRole('heading', { name: 'Hand-off: passed' }).waitFor();
  await gate.getByRole('button', { name: /^Undo/ }).click();
  await gate.getByRole('heading', { name: 'Hand-off: waiting' }).waitFor();
  const [handoff] = await found<Task>('Task?_id=ana-handoff');
  t.equal(handoff?.status, 'requested');
  t.equal(handoff?.owner?.reference, 'PractitionerRole/nurse');
  await page.close();
});
