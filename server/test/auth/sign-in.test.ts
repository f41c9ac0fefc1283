// Tests of signing in with an account: the password, the choice of patient and visit, and what an app may ask of it.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-standalone-launch
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';
import t from 'tap';
import { STYLE } from '../../auth/page/style.ts';
import type { FhirError } from '../../fhir/errors.ts';
import { authorize, discover, ehrLaunch, location, redeem, startAuthorizationServer } from './harness.ts';
import { accountsOf, addAccount, follow, open, PASSWORD, visitor } from './visitor.ts';

const SCOPE = 'openid fhirUser launch/patient launch/encounter patient/*.rs';
const ACCOUNT = { name: 'nadia', password: PASSWORD };

/** Thirty patients; those with Ana in their name are found by it, all by their record number. */
const CHARTS = Array.from({ length: 30 }, (_, n) => ({
  id: `p${n}`,
  name: n % 10 ? `Ben <b>${n}` : `Ana Reyes ${n}`,
  birthDate: '1980-02-03',
  mrn: `MRN-${n}`,
}));
const patients = {
  find: async (id: string) => CHARTS.find((chart) => chart.id === id),
  list: async (words = '') => CHARTS.filter(({ name, mrn }) => name.includes(words) || mrn === words),
};
const encounters = {
  list: async (patient: string) => [
    { id: `visit-${patient}`, label: 'Check-up', start: '2026-03-01T09:30:00Z' },
  ],
};

t.test('signing in with an account', async (t) => {
  const clock = { offset: 0 };
  const people = { patients, encounters, frameAncestors: () => ['https://ehr.example'] };
  const server = await startAuthorizationServer(t, { DEMO: 'off', clock, people });
  const now = () => new Date(Date.now() + clock.offset);
  await addAccount(server.sql);
  const back = `${server.publicUrl}/app/`;

  t.test(
    'name and password, patient and visit are asked one after the other, and go into the token',
    async (t) => {
      const { app, visit, page, response } = await open(server, { scope: SCOPE });
      t.equal(response.status, 200);
      t.match(
        response.headers.get('content-security-policy'),
        /frame-ancestors 'self' https:\/\/ehr\.example$/,
      );
      t.match(response.headers.get('content-security-policy'), /style-src 'sha256-[\w+/]+=*';/);
      const form = await response.text();
      t.match(form, /<html lang="en">/);
      t.match(form, /<label for="name">Account name<\/label><input id="name"/);
      t.match(form, /<input id="password" name="password" type="password" autocomplete="current-password"/);

      const second = await visit(page, ACCOUNT);
      t.equal(second.status, 303);
      t.equal(location(second).href, page);
      const list = await (await visit(page)).text();
      t.match(list, /<legend>Which patient\?<\/legend>/);
      t.equal(list.match(/type="radio"/g)?.length, 20, 'a first page of 20');
      t.match(list, /Type a name or record number/);
      t.notMatch(list, /<b>/, 'names are escaped');

      const found = await (await visit(page, { find: 'MRN-25' })).text();
      t.equal(found.match(/type="radio"/g)?.length, 1);
      t.match(found, /born 1980-02-03, record MRN-25/);
      t.match(await (await visit(page, { find: 'Zoe' })).text(), /No patient has this name/);

      t.equal((await visit(page, { patient: 'p25' })).status, 303);
      const visits = await (await visit(page)).text();
      t.match(visits, /value="visit-p25"[^>]*> <span>2026-03-01 09:30, Check-up/);
      t.match(visits, /No particular visit/);
      const end = await follow(visit, await visit(page, { encounter: 'visit-p25' }), back);
      const answer = await redeem(app, location(end));
      t.match(answer, { patient: 'p25', encounter: 'visit-p25' });
      const claims = oauth.getValidatedIdTokenClaims(answer)!;
      t.equal(claims.sub, 'nadia');
    },
  );

  t.test('no particular visit is an answer too', async (t) => {
    const { app, visit, page } = await open(server, { scope: SCOPE });
    await visit(page, ACCOUNT);
    await visit(page, { patient: 'p3' });
    const end = await follow(visit, await visit(page, { encounter: 'no visit' }), back);
    const answer = await redeem(app, location(end));
    t.equal(answer.patient, 'p3');
    t.notOk('encounter' in answer);
    t.notMatch(answer.scope, /launch\/encounter/);
  });

  t.test('a patient or visit that is not on the list is refused, and the user stays signed in', async (t) => {
    const { visit, page } = await open(server, { scope: SCOPE });
    await visit(page, ACCOUNT);
    const wrong = await visit(page, { patient: 'zoe' });
    t.equal(wrong.status, 400);
    const html = await wrong.text();
    t.match(html, /role="alert"><h2>That did not work<\/h2><p><a href="#patient">That patient is not known/);
    t.match(html, /<fieldset id="patient">/, 'and the list is there again');
    await visit(page, { patient: 'p1' });
    const other = await visit(page, { encounter: 'visit-p2' });
    t.equal(other.status, 400);
    t.match(await other.text(), /not one of this patient: choose from the lists/);
  });

  t.test('going on without having signed in leads back to the page', async (t) => {
    const { visit, page } = await open(server, { scope: SCOPE });
    await visit(page, ACCOUNT);
    const resume = await visit(page.replace('/sign-in/', '/authorize/'));
    t.match(resume.headers.get('location'), /\/auth\/sign-in\//);
  });

  t.test('a wrong password and an unknown user get the same page', async (t) => {
    const pages = [];
    for (const name of ['nadia', 'nobod']) {
      const { visit, page } = await open(server);
      const response = await visit(page, { name, password: 'wrong' });
      t.equal(response.status, 401);
      pages.push((await response.text()).replace(`value="${name}"`, ''));
    }
    t.equal(pages[0], pages[1]);
    t.match(pages[0], /The account name or the password is not right/);
    await server.sql`delete from auth_throttle`;
  });

  t.test(
    'after too many tries the page says when to try again, and then the right password works',
    async (t) => {
      const { visit, page } = await open(server, { scope: 'openid user/Task.rs' });
      for (let n = 0; n < 5; n++) t.equal((await visit(page, { ...ACCOUNT, password: 'wrong' })).status, 401);
      clock.offset += 1000;
      t.equal((await visit(page, { ...ACCOUNT, password: 'wrong' })).status, 401);
      const refused = await visit(page, ACCOUNT);
      t.equal(refused.status, 429);
      t.equal(refused.headers.get('retry-after'), '2');
      t.match(await refused.text(), /too many tries\. Try again in 2 seconds\./);
      clock.offset += 2000;
      t.equal((await follow(visit, await visit(page, ACCOUNT), back)).status, 303);
      await server.sql`delete from auth_throttle`;
    },
  );

  t.test('the language is that of ui_locales, else that of the browser', async (t) => {
    const spanish = await open(server, { ui_locales: 'fr es-MX' });
    t.match(await spanish.response.text(), /<html lang="es">.*<h1>Iniciar sesión<\/h1>/s);
    const wrong = await spanish.visit(spanish.page, { name: 'nadia', password: 'mal' });
    t.match(await wrong.text(), /El nombre de la cuenta o la contraseña no es correcto/);
    const browser = visitor({ 'accept-language': 'de, es-US;q=0.9, en;q=0.8' });
    t.match(await (await open(server, {}, browser)).response.text(), /<html lang="es">/);
    const english = visitor({ 'accept-language': 'es;q=0, en' });
    t.match(await (await open(server, {}, english)).response.text(), /<html lang="en">/);
  });

  t.test(
    'prompt=login and max_age=0 ask the user of an EHR launch to sign in, as the same user',
    async (t) => {
      await addAccount(server.sql, 'noor');
      const wishes: Record<string, string>[] = [{ prompt: 'login' }, { max_age: '0' }, { max_age: '600' }];
      for (const wish of wishes) {
        const launch = await server.launch({ username: 'nadia', patient: 'p7' });
        const parameters = {
          scope: 'launch openid patient/*.rs',
          launch,
          ...wish,
        };
        const { app, visit, page } = await open(server, parameters);
        t.match(page, /\/auth\/sign-in\//, JSON.stringify(wish));
        const other = await visit(page, { name: 'noor', password: PASSWORD });
        t.equal(other.status, 403);
        t.match(await other.text(), /opened for another user/);
        const end = await follow(visit, await visit(page, ACCOUNT), back);
        const answer = await redeem(app, location(end));
        t.equal(answer.patient, 'p7', 'the context of the launch stays');
        t.equal(oauth.getValidatedIdTokenClaims(answer)?.sub, 'nadia');
      }
    },
  );

  t.test(
    'prompt=none is answered with login_required, with a launch too when a sign-in is needed',
    async (t) => {
      const app = await discover(server);
      const response = await authorize(app, { prompt: 'none', scope: 'openid user/Task.rs' });
      t.equal(location(response).searchParams.get('error'), 'login_required');
      const launch = await server.launch({ username: 'nadia', patient: 'p7' });
      const aged = await authorize(app, { prompt: 'none', max_age: '5', launch, scope: 'openid launch' });
      t.equal(location(aged).searchParams.get('error'), 'login_required');
    },
  );

  t.test('who is switched off cannot sign in, refresh or use what they hold', async (t) => {
    const { app, answer } = await ehrLaunch(
      server,
      { username: 'noor' },
      'launch openid online_access user/*.rs',
    );
    const authorization = `Bearer ${answer.access_token}`;
    await (await accountsOf(server.sql, now)).setActive('noor', false);
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: answer.refresh_token!,
      client_id: 'throughline-app',
    });
    const refreshed = await fetch(app.as.token_endpoint!, { method: 'POST', body });
    t.equal(refreshed.status, 400);
    t.match(await refreshed.json(), { error: 'invalid_grant' });
    const { visit, page } = await open(server);
    t.equal((await visit(page, { name: 'noor', password: PASSWORD })).status, 401);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const refusal = await server.auth.guard({ authorization }).catch((error: FhirError) => error);
    t.equal((refusal as FhirError).status, 401);
  });

  t.test('nothing went wrong inside', async (t) => t.same(server.problems, []));
});

t.test('with DEMO=on an account with a password is signed in to by it only', async (t) => {
  const server = await startAuthorizationServer(t);
  await addAccount(server.sql);
  const { visit, page, response } = await open(server, { scope: 'openid user/Task.rs' });
  const html = await response.text();
  t.match(html, /value="nurse"/);
  t.notMatch(html, /value="nadia"/);
  t.match(html, /<summary>Sign in with an account and a password<\/summary>/);
  t.equal((await visit(page, { user: 'nadia' })).status, 400);
  const end = await follow(visit, await visit(page, ACCOUNT), `${server.publicUrl}/app/`);
  t.ok(location(end).searchParams.get('code'));
});

t.test('the pages have the colours of the app, light and dark', async (t) => {
  const css = readFileSync(new URL('../../../smart-app/ui/tokens.css', import.meta.url), 'utf8');
  const [light = '', dark = ''] = [...css.matchAll(/:root(?:\[[^\]]*\])? \{([^}]*)\}/g)].map(
    ([, block]) => block!,
  );
  const [ours = '', oursDark = ''] = [...STYLE.matchAll(/:root\{([^}]*)\}/g)].map(([, block]) => block!);
  const values = (block: string) =>
    [...block.matchAll(/(--[\w-]+): ?([^;]+)/g)].map(([, name, value]) => [name, value]);
  for (const [mine, theirs] of [
    [ours, light],
    [oursDark, dark],
  ] as const) {
    const tokens = Object.fromEntries(values(theirs));
    t.ok(values(mine).length > 8);
    for (const [name, value] of values(mine)) t.equal(value, tokens[name!], String(name));
  }
});
