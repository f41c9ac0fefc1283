// A browser window for pictures, and the ways in which people come to a screen: from a chart, without one, or by an address.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import type { Locator, Page } from 'playwright-core';

/** A window, and what goes wrong in it. */
export interface Window {
  readonly page: Page;
  /** Address of the server. */
  readonly url: string;
  readonly lang: string;
  /** Uncaught errors and violations of the content security policy. */
  readonly problems: string[];
}

/** A screen of the app as it is to be photographed. */
export interface Screen {
  /** First part of the names of its files. */
  readonly name: string;
  /** It is shown in Spanish too. */
  readonly spanish?: boolean;
  /** What is to stand at the top of its pictures, as a selector; without it they show the page from its beginning. */
  readonly top?: string;
  /** Opens it, and waits until it shows what it is for. */
  readonly open: (window: Window) => Promise<unknown>;
}

/** Opens the app as an EHR launches it, in its own colours. @param patient without one the work list, or administration, is shown */
export async function launch({ page, url, lang }: Window, user: string, patient?: string): Promise<void> {
  const answer = await fetch(`${url}/ehr/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, ...(patient && { patient }) }),
  });
  const { url: address } = (await answer.json()) as { url: string };
  await page.route('**/ehr/style/*.json', (route) => route.fulfill({ status: 404 }));
  await page.goto(`${address}&lang=${lang}`);
}

/** The button that opens the dialog of a task, by what it says in both languages. */
export const button = ({ page }: Window, name: RegExp): Locator => page.getByRole('button', { name }).first();

/** Opens a menu and takes an entry of it. @returns the dialog that it opens */
export async function choose(window: Window, menu: RegExp, entry: RegExp): Promise<Locator> {
  await button(window, menu).click();
  await window.page.getByRole('menuitem', { name: entry }).click();
  return dialogOf(window);
}

/** The dialog that is open, once it is there. */
export async function dialogOf({ page }: Window): Promise<Locator> {
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  return dialog;
}
