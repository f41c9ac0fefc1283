// The rest of the patient's record in the app: barriers, visits, team, plan, five sides, timeline, in a real Chromium.
// https://www.w3.org/WAI/ARIA/apg/patterns/accordion/
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Task } from '@medplum/fhirtypes';
import type { Frame, Locator, Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const STAGE = 'https://throughline.example/fhir/CodeSystem/cn-referral-stage';
const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';

await buildAppIfStale();
const { url, base } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(180_000);

const chart = (hash: string, view: ChartView = {}) => openChart(browser, url, hash, view);
const panel = (frame: Frame, name: string): Locator => frame.getByRole('region', { name, exact: true });

/** The paths that the app asks for from now on, a batch as the paths in it. */
function asked(page: Page): string[] {
  const paths: string[] = [];
  page.on('request', (request) => {
    const path = request.url().split('/fhir/')[1];
    const { entry = [] } = (request.method() === 'POST' && !path && request.postDataJSON()) || {};
    if (path) paths.push(path);
    else if (entry.length)
      paths.push(entry.map((one: { request: { url: string } }) => one.request.url).join(' '));
  });
  return paths;
}

async function violations(frame: Frame): Promise<string[]> {
  await frame.evaluate(AXE);
  return frame.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    .then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

t.test('What is far below is read when somebody comes near, each panel in one request', async (t) => {
  const { page, frame, problems } = await chart('user=nurse&patient=ana-reyes&frame=900', { height: 620 });
  const paths = asked(page);
  await panel(frame, 'Timeline').waitFor({ state: 'attached' });
  t.same(paths, [], 'below what is seen nothing is asked for');

  const barriers = panel(frame, 'Barriers');
  await barriers.scrollIntoViewIfNeeded();
  const ride = barriers.getByRole('listitem').filter({ hasText: 'No ride to visits' });
  await ride.waitFor();
  const told = await ride.innerText();
  t.match(told, /Transport · since/);
  t.match(told, 'Get to every visit, with a ride and an interpreter', 'the goal');
  t.match(told, /Noor Haddad \(navigator\): Ride for .* · in progress/, 'who sees to it');

  const visits = panel(frame, 'Appointments');
  const next = visits.getByRole('listitem').first();
  await next.waitFor();
  t.match(
    await next.innerText(),
    /booked[\s\S]*confirmed Spanish, Rosa Delgado[\s\S]*not confirmed yet Ride/,
  );
  t.match(await visits.innerText(), /Past[\s\S]*missed[\s\S]*took place/);

  const team = panel(frame, 'Team');
  await team.scrollIntoViewIfNeeded();
  await team.getByText('Lucía Reyes').waitFor();
  t.match(await team.innerText(), /Noor Haddad Navigator\s+leads/);
  t.match(await team.innerText(), /May know: appointments, rides, and barriers/);

  const plan = panel(frame, 'Care plan and goals');
  await plan.scrollIntoViewIfNeeded();
  await plan.getByText('Measure my sugar every morning').waitFor();
  t.match(await plan.innerText(), /Phase\s+Hand-off\s+Led by\s+Noor Haddad/);

  const star = panel(frame, 'Five sides of a life');
  await star.scrollIntoViewIfNeeded();
  await star.getByRole('img').waitFor();
  const rows = await star.getByRole('row').allInnerTexts();
  t.same(
    rows.map((row) => row.split('\t')),
    [
      ['Side', 'How hard, 0 to 4', 'Before'],
      ['Medicines', '2', '3'],
      ['Body', '3', '3'],
      ['Mind', '1', '2'],
      ['The person', '1', '1'],
      ['Surroundings', '3', '4'],
    ],
    'the table says what the picture shows',
  );
  t.match(await star.innerText(), /I was asked what I want\. That was new\.[\s\S]*I cook again/);

  const timeline = panel(frame, 'Timeline');
  await timeline.scrollIntoViewIfNeeded();
  await timeline.getByRole('heading', { level: 3 }).first().waitFor();
  const count = (text: string) => paths.filter((path) => path.includes(text)).length;
  for (const one of ['cn-barrier', 'Appointment?', 'CareTeam?', 'CarePlan?', 'person-centred', '$timeline'])
    t.equal(count(encodeURIComponent(one).replaceAll('%24', '$').replaceAll('%3F', '?')), 1, one);
  t.equal(paths.length, 6, 'one request for each of the six');
  t.same(problems, []);
  await page.close();
});

t.test('The timeline is narrowed to a kind and read further back, by the keyboard alone', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=900');
  const timeline = panel(frame, 'Timeline');
  await timeline.getByRole('button', { name: 'Timeline' }).focus();
  await timeline.getByRole('button', { name: 'Contacts' }).focus();
  await page.keyboard.press('Enter');
  await timeline.getByRole('button', { name: 'Contacts', pressed: true }).waitFor();
  t.same(await timeline.getByText('Nothing of this kind').count(), 1, 'contacts are further back');
  await timeline.getByRole('button', { name: 'Show earlier' }).focus();
  await page.keyboard.press('Enter');
  await timeline.getByText('This is the beginning of the record.').waitFor();
  const entries = await timeline.getByRole('listitem').allInnerTexts();
  t.ok(entries.length >= 2);
  t.same(
    entries.filter((entry) => !entry.includes('Contact')),
    [],
  );
  await timeline.getByRole('button', { name: 'Timeline' }).focus();
  await page.keyboard.press('Enter');
  t.equal(await timeline.getByRole('listitem').count(), 0, 'closed');
  await page.close();
});

t.test('A visit is moved from its panel, and focus comes back there', async (t) => {
  const { page, frame } = await chart('user=scheduler&patient=ana-reyes&frame=900');
  const move = panel(frame, 'Appointments').getByRole('button', {
    name: 'Move or cancel: Cardiology consultation',
  });
  await move.focus();
  await page.keyboard.press('Enter');
  await frame.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await move.and(frame.locator(':focus')).waitFor();

  await panel(frame, 'Team').scrollIntoViewIfNeeded();
  await panel(frame, 'Team')
    .getByText('Your role (scheduler) may not see this. Ask a colleague who may, or an administrator.')
    .waitFor();
  t.equal(await panel(frame, 'Team').getByRole('button', { name: 'Try again' }).count(), 0);
  await page.close();
});

t.test('A record of somebody else is not shown, and what failed can be tried again', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=900', { height: 620 });
  await panel(frame, 'Team').waitFor({ state: 'attached' });
  await page.route(/\/fhir\/CareTeam\?/, async (route) => {
    await route.continue({ url: route.request().url().replace('ana-reyes', 'marcus-bell') });
  });
  const team = panel(frame, 'Team');
  await team.scrollIntoViewIfNeeded();
  await team.getByText('The record server answered with another patient.').waitFor();
  t.notMatch(await team.innerText(), /Irene|Hannah/, 'nothing of the other is shown');
  await page.unroute(/\/fhir\/CareTeam\?/);
  await team.getByRole('button', { name: 'Try again' }).click();
  await team.getByText('Lucía Reyes').waitFor();
  await page.close();
});

t.test('The panels speak Spanish, and who has no record is told what will appear', async (t) => {
  const { page, frame } = await chart('user=navigator&patient=joseph-kahale&frame=380&lang=es');
  await panel(frame, 'Barreras').getByText('No hay barreras registradas.').waitFor();
  for (const [name, text] of [
    ['Plan de atención y metas', 'La fase y las metas aparecerán aquí'],
    ['Cinco lados de una vida', 'Todavía no hay valoración.'],
  ] as const) {
    t.equal(await panel(frame, name).getByText(text).count(), 0, 'closed where there is little room');
    await panel(frame, name).getByRole('button', { name }).click();
    await panel(frame, name).getByText(text).waitFor();
  }
  await page.close();
});

t.test('A referral that left its track shows where, in a word', async (t) => {
  const token = await fetch(`${url}/auth/demo-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'nurse' }),
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/fhir+json' };
  const task = (await (await fetch(`${base}/Task/ana-cardiology`, { headers })).json()) as Task;
  const missed = {
    coding: [
      { system: BSER, code: '5.1.2' },
      { system: STAGE, code: 'no-show' },
    ],
  };
  const written = await fetch(`${base}/Task/ana-cardiology`, {
    method: 'PUT',
    headers: { ...headers, 'if-match': `W/"${task.meta?.versionId}"` },
    body: JSON.stringify({ ...task, businessStatus: missed }),
  });
  t.equal(written.status, 200);
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=900');
  const track = frame.getByRole('region', { name: 'Referrals' });
  await track.getByText('missed, left the track after “scheduled”').waitFor();
  t.match(await track.innerText(), /Stage 7 of 11: scheduled[\s\S]* · due /);
  await page.close();
});

t.test('axe finds no serious violation in any panel, light and dark, wide and narrow', async (t) => {
  for (const [frameWidth, colorScheme] of [
    ['900', 'light'],
    ['380', 'dark'],
  ] as const) {
    const { page, frame } = await chart(`user=nurse&patient=ana-reyes&frame=${frameWidth}`, { colorScheme });
    await panel(frame, 'Timeline').waitFor({ state: 'attached' });
    const closed = frame.locator('[data-panel] [aria-expanded="false"]');
    while (await closed.count()) await closed.first().click();
    await frame.locator('[data-panel]').first().waitFor();
    for (const one of await frame.locator('[data-panel]').all()) {
      await one.scrollIntoViewIfNeeded();
      await one.locator('div[aria-busy]').waitFor({ state: 'detached' });
    }
    await panel(frame, 'Five sides of a life').getByRole('img').waitFor();
    await panel(frame, 'Timeline').getByRole('listitem').first().waitFor();
    t.same(await violations(frame), [], `${colorScheme}, ${frameWidth} px`);
    t.ok(
      (await frame.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )) <= 0,
      'nothing scrolls sideways',
    );
    await page.close();
  }
});
