// What the stories in the browser are told with: a server whose time a story sets, and people at their screens whose clocks
// agree with it. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Locator, Page } from 'playwright-core';
import type { Test } from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { appFrame, openBrowser } from '../../../scripts/browser.ts';
import { BUDGET, type Hand, keyboard, mouse } from './clicks.ts';
import { tellStory } from './story.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** How somebody works: how wide the frame is, in which language, with a mouse or without. */
export interface Way {
  frame?: '380' | '900' | 'full';
  lang?: 'en' | 'es';
  keys?: boolean;
  width?: number;
}

/** Sets the clock of what reads it as its computer's: it goes on from there. @param ahead milliseconds; an expression */
const clockAhead = (ahead: string): string => `{
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length) super(...given);
      else super(Real.now() + ${ahead});
    }
    static now() { return Real.now() + ${ahead}; }
    static [Symbol.hasInstance](value) { return value instanceof Real; }
  };
}`;

/** A weekday of the next week, so that no test falls on a Sunday, and all of it is still to come for the browser's cookies. */
const DAY = 86_400_000;
const realNow = Date.now;
const TUESDAY = 2;
function tuesday(): number {
  const midnight = Math.floor(realNow() / DAY) * DAY;
  const days = (TUESDAY - new Date(midnight).getUTCDay() + 7) % 7 || 7;
  return midnight + days * DAY;
}
const FIRST = tuesday();

/** A moment of the story. @param day 0 is the Tuesday on which it begins @param time of UTC; 15:00 is in the morning of the house */
export const at = (day: number, time = '15:00'): string =>
  `${new Date(FIRST + day * DAY).toISOString().slice(0, 10)}T${time}:00.000Z`;

/** The clock of this process, which the server and its sign-in read; those who sit at a screen have the same. */
function computerClock(begins: string) {
  const scope = globalThis as unknown as { storyAhead: number };
  const now = () => new Date();
  const set = (moment: string) => {
    scope.storyAhead = Date.parse(moment) - realNow();
  };
  set(begins);
  new Function(clockAhead('globalThis.storyAhead'))();
  return { now, set, ahead: () => scope.storyAhead };
}

/** Violations of WCAG A and AA. */
async function violations(screen: Frame | Page): Promise<string[]> {
  await screen.evaluate(AXE);
  return screen.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(RULES)} })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

/** Waits until a dialog is done; otherwise the error says what it shows instead. */
export const gone = (dialog: Locator): Promise<void> =>
  dialog.waitFor({ state: 'detached' }).catch(async () => {
    throw new Error(`The dialog shows: ${await dialog.innerText()}`);
  });

/** Somebody at a screen of the app. */
export interface Seat {
  readonly page: Page;
  /** What shows the app: the frame in the chart, or the page. */
  readonly app: Frame | Page;
  /** Does a thing and counts its clicks, which stay within what it may cost. */
  readonly within: <T>(t: Test, budget: keyof typeof BUDGET, work: (hand: Hand) => Promise<T>) => Promise<T>;
  /** A hand whose clicks are not limited. */
  readonly hand: () => Hand;
  readonly violations: () => Promise<string[]>;
  /** Leaves: nothing went wrong on the page meanwhile. */
  readonly leave: (t: Test) => Promise<void>;
}

/** Starts the server of a story and a browser. */
export async function tellInBrowser(t: Test) {
  await buildAppIfStale();
  const clock = computerClock(at(0));
  const story = await tellStory(t, at(0), { listen: true, clock });
  const { url } = story.server;
  const browser = await openBrowser();
  t.teardown(() => browser.close());
  t.setTimeout(180_000);

  async function newPage(width: number) {
    const page = await browser.newPage({
      viewport: { width, height: 860 },
      locale: 'en-US',
      timezoneId: 'America/New_York',
    });
    page.setDefaultTimeout(15_000);
    await page.addInitScript(clockAhead(String(clock.ahead())));
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    return { page, problems };
  }
  const seatAt = (page: Page, app: Frame | Page, problems: string[], keys = false): Seat => {
    const hand = () => (keys ? keyboard(page, app) : mouse());
    return {
      page,
      app,
      hand,
      within: async (of, budget, work) => {
        const own = hand();
        const result = await work(own);
        of.ok(own.clicks <= BUDGET[budget], `${budget}: ${own.clicks} of ${BUDGET[budget]} clicks`);
        return result;
      },
      violations: () => violations(app),
      leave: async (of) => {
        of.same(problems, [], 'nothing failed on the page');
        await page.close();
      },
    };
  };

  return {
    ...story,
    /** Opens the app in the chart of a patient. @param patient logical id */
    async chart(user: string, patient: string, way: Way = {}): Promise<Seat> {
      const { frame = '900', lang = 'en', keys, width = 1280 } = way;
      const { page, problems } = await newPage(width);
      const hash = new URLSearchParams({ user, patient, frame, lang });
      await page.goto(`${url}/ehr/#${hash}`);
      return seatAt(page, await appFrame(page), problems, keys);
    },
    /** Opens the work list, as a chart launches it without a patient. */
    async workList(user: string, { lang = 'en', keys, width = 1400 }: Way = {}): Promise<Seat> {
      const answer = await fetch(`${url}/ehr/launch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user }),
      });
      const { url: launch } = (await answer.json()) as { url: string };
      const { page, problems } = await newPage(width);
      await page.goto(`${launch}&lang=${lang}`);
      await page.getByRole('main').first().waitFor();
      return seatAt(page, page, problems, keys);
    },
  };
}
