// What a thing may cost in clicks, and hands that count theirs: one with a mouse, one on the keyboard alone. Opening a list,
// pressing a button and choosing an answer are clicks; typing, moving the focus and scrolling are none.
// https://www.w3.org/TR/WCAG22/#keyboard
import type { Frame, Locator, Page } from 'playwright-core';

/** Clicks or activations that each thing may cost at most, the button that begins it among them. */
export const BUDGET = {
  claim: 1,
  'complete a simple task': 2,
  'log a call': 3,
  'book a visit': 5,
  'refer from a template': 6,
  'accept a hand-off': 2,
  'answer a question': 2,
  'close a loop': 3,
} as const;

/** Whoever works in the app. */
export interface Hand {
  /** Presses a button or an entry of a menu. */
  press: (target: Locator) => Promise<void>;
  /** Chooses one of several answers. */
  choose: (radio: Locator) => Promise<void>;
  /** Chooses from a list. */
  select: (list: Locator, label: string | RegExp) => Promise<void>;
  /** Writes into a field. */
  write: (field: Locator, text: string) => Promise<void>;
  /** How often it was pressed or chosen. */
  readonly clicks: number;
}

/** The label of the entry of a list that fits. */
async function labelOf(list: Locator, label: string | RegExp): Promise<string> {
  const option = list.locator('option').filter({ hasText: label }).first();
  await option.waitFor({ state: 'attached' });
  return (await option.textContent()) ?? '';
}

/** A hand with a mouse. */
export function mouse(): Hand {
  let clicks = 0;
  const press = async (target: Locator) => {
    clicks += 1;
    await target.click();
  };
  return {
    press,
    choose: press,
    select: async (list, label) => {
      clicks += 1;
      await list.selectOption({ label: await labelOf(list, label) });
    },
    write: async (field, text) => {
      clicks += 1;
      await field.fill(text);
    },
    get clicks() {
      return clicks;
    },
  };
}

/** More stops than any screen has. */
const STOPS = 160;

/**
 * A hand on the keyboard alone: it goes from stop to stop, as nobody can jump.
 * @param app what shows the app: a frame of the page, or the page
 */
export function keyboard(page: Page, app: Frame | Page): Hand {
  let clicks = 0;
  const { keyboard: keys } = page;
  const isReached = async (target: Locator) => (await target.and(app.locator(':focus')).count()) > 0;
  /** Goes on until one that fits has the focus: of a group of radio buttons, which is one stop, any. */
  const goTo = async (target: Locator, key: string) => {
    await target.first().waitFor();
    for (let stop = 0; stop < STOPS; stop++) {
      if (await isReached(target)) return;
      await keys.press(key);
    }
    throw new Error(`The keyboard does not reach ${target}.`);
  };
  const isEntry = async (target: Locator) => (await target.getAttribute('role')) === 'menuitem';
  const isBox = async (target: Locator) => (await target.getAttribute('type')) === 'checkbox';
  return {
    press: async (target) => {
      clicks += 1;
      await target.waitFor();
      await goTo(target, (await isEntry(target)) ? 'ArrowDown' : 'Tab');
      await keys.press((await isBox(target)) ? 'Space' : 'Enter');
    },
    choose: async (radio) => {
      clicks += 1;
      await radio.waitFor();
      const group = app.locator(`[name="${await radio.getAttribute('name')}"]`);
      await goTo(group, 'Tab');
      await goTo(radio, 'ArrowDown');
      if (!(await radio.isChecked())) await keys.press('Space');
    },
    select: async (list, label) => {
      clicks += 1;
      await goTo(list, 'Tab');
      await keys.type(await labelOf(list, label));
    },
    write: async (field, text) => {
      clicks += 1;
      await goTo(field, 'Tab');
      await keys.press('Control+A');
      await keys.type(text);
    },
    get clicks() {
      return clicks;
    },
  };
}
