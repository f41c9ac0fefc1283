// The screens that docs/app.md shows, in its order, and how a person comes to each of them.
import { SECTIONS } from '../../smart-app/screens/admin/sections.ts';
import { DIALOGS } from './dialogs.ts';
import { button, launch, type Screen, type Window } from './window.ts';

const heading = ({ page }: Window) => page.getByRole('heading', { level: 2 }).first().waitFor();

/** Opens a place of the app without a chart. */
async function goTo(window: Window, user: string, place: string): Promise<void> {
  await launch(window, user);
  await window.page.getByRole('navigation').first().waitFor();
  await window.page.evaluate(`location.hash = '#/${place}'`);
}

const PATIENT: readonly Screen[] = [
  {
    name: 'patient',
    spanish: true,
    async open(window) {
      await launch(window, 'nurse', 'ana-reyes');
      await button(window, /^(Log contact|Anotar contacto): Call Ana/).waitFor();
    },
  },
  {
    name: 'patient-details',
    async open(window) {
      await launch(window, 'nurse', 'ana-reyes');
      await button(window, /^Call Ana within two business days$/).click();
    },
  },
  {
    name: 'patient-panels',
    top: '[data-panel]',
    async open(window) {
      await launch(window, 'nurse', 'ana-reyes');
      const panels = window.page.locator('[data-panel]');
      await panels.first().waitFor();
      for (const panel of await panels.all()) {
        await panel.scrollIntoViewIfNeeded();
        await window.page.waitForTimeout(300);
      }
    },
  },
];

const TEAM: readonly Screen[] = [
  {
    name: 'work-list',
    spanish: true,
    async open(window) {
      await launch(window, 'nurse');
      await window.page.locator('tr[data-id]').first().waitFor();
    },
  },
  {
    name: 'team',
    spanish: true,
    async open(window) {
      await goTo(window, 'supervisor', 'team');
      await window.page.getByRole('heading', { level: 3 }).first().waitFor();
    },
  },
  ...SECTIONS.map((section) => ({
    name: `admin-${section}`,
    async open(window: Window) {
      await goTo(window, 'admin', `admin/${section}`);
      await heading(window);
    },
  })),
];

const AROUND: readonly Screen[] = [
  {
    name: 'sign-in',
    spanish: true,
    async open({ page, url, lang }) {
      await page.goto(`${url}/app/?lang=${lang}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
  },
  {
    name: 'problem',
    spanish: true,
    async open({ page, url, lang }) {
      await page.goto(`${url}/app/launch?lang=${lang}`);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'ehr',
    async open({ page, url }) {
      await page.goto(`${url}/ehr/#user=nurse&patient=ana-reyes&frame=900`);
      await page.frameLocator('iframe').getByRole('main').getByRole('group').first().waitFor();
    },
  },
];

export const SCREENS: readonly Screen[] = [...PATIENT, ...DIALOGS, ...TEAM, ...AROUND];
