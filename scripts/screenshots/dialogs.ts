// The dialogs of the app as a person has them before the last click, and two answers of the server.
import { button, choose, dialogOf, launch, type Screen, type Window } from './window.ts';

const RIDE = /^More for Ride/;
const NEW = /^New…$/;

/** A dialog of a patient's screen. */
const dialog = (
  name: string,
  [user, patient]: readonly [user: string, patient: string],
  open: (window: Window) => Promise<unknown>,
): Screen => ({
  name,
  async open(window) {
    await launch(window, user, patient);
    await open(window);
  },
});

export const DIALOGS: readonly Screen[] = [
  dialog('contact', ['nurse', 'ana-reyes'], async (window) => {
    await button(window, /^Log contact: Call Ana/).click();
    await (await dialogOf(window)).getByRole('radio', { name: 'Reached, all clear' }).check();
  }),
  dialog('complete', ['nurse', 'ana-reyes'], async (window) => {
    await button(window, /^Complete: Cardiology/).click();
    await (await dialogOf(window)).getByRole('radio', { name: 'Done as planned' }).check();
  }),
  dialog('refused', ['navigator', 'ana-reyes'], async (window) => {
    await button(window, /^Complete: Cardiology/).click();
    const shown = await dialogOf(window);
    await shown.getByRole('radio', { name: 'Done as planned' }).check();
    await shown.getByRole('button', { name: 'Complete' }).click();
    await shown.getByText(/Only a licensed clinician/).waitFor();
  }),
  dialog('hold', ['nurse', 'ana-reyes'], async (window) => {
    await choose(window, /^More for Call Ana/, /^Put on hold/);
  }),
  dialog('book', ['scheduler', 'marcus-bell'], async (window) => {
    const shown = await choose(window, NEW, /^Book a visit/);
    await shown.getByRole('group', { name: 'When?' }).getByRole('radio', { checked: true }).waitFor();
  }),
  dialog('screen', ['navigator', 'grace-oduya'], async (window) => {
    const shown = await choose(window, NEW, /^Screen/);
    await shown.getByLabel('Form', { exact: true }).selectOption('Patient health questionnaire (PHQ-9)');
    const questions = shown.getByRole('radiogroup');
    for (const place of [1, 2, 3])
      await questions.nth(place).getByRole('radio', { name: 'Several days' }).check();
  }),
  dialog('network', ['nurse', 'ana-reyes'], async (window) => {
    const shown = await choose(window, NEW, /^Find in network/);
    await shown.getByLabel('What is needed?').selectOption({ label: 'MRI of the head' });
    await shown.getByRole('table', { name: 'Options' }).getByRole('row').nth(4).waitFor();
  }),
  dialog('refer', ['navigator', 'walter-lindqvist'], async (window) => {
    const shown = await choose(window, NEW, /^Refer/);
    await shown.getByLabel('What for?').selectOption({ label: 'Cardiology' });
    await shown
      .getByText(/Cedar Hill Cardiology/)
      .first()
      .waitFor({ state: 'attached' });
  }),
  dialog('hand-off', ['navigator', 'walter-lindqvist'], async (window) => {
    await button(window, /^Hand off…/).click();
    const shown = await dialogOf(window);
    await shown.getByLabel('Why now?').fill('He is steady now.');
    await shown.getByRole('button', { name: 'Hand off' }).click();
    await shown.getByRole('region', { name: /^Not sent yet/ }).waitFor();
  }),
  dialog('review', ['physician', 'grace-oduya'], async (window) => {
    await button(window, /^Close loop/).click();
    const shown = await dialogOf(window);
    await shown.getByRole('radio', { name: 'Reviewed, nothing to do' }).check();
    await shown.getByText('the loop is closed').waitFor();
  }),
  dialog('minutes', ['navigator', 'ana-reyes'], async (window) => {
    const shown = await choose(window, RIDE, /^Record minutes/);
    await shown.getByText(/recorded minutes count/).waitFor();
  }),
  dialog('escalate', ['navigator', 'ana-reyes'], async (window) => {
    const shown = await choose(window, RIDE, /^Escalate/);
    await shown.getByRole('radio', { name: /^A crisis/ }).check();
    await shown.getByText(/gets an urgent task/).waitFor();
  }),
];
