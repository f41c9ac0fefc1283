// An app of somebody else, made with the independent client fhirclient, in a real Chromium: EHR launch, standalone launch with a
// choice of patient, consent, reading, searching page by page, refreshing.
// fhirclient is no dependency: its browser bundle is taken from the npm registry, and without it the test is skipped.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import { createLaunch } from '../../auth/launch/launch.ts';
import {
  allow,
  browserBundle,
  CLIENT,
  CONFIDENTIAL,
  EHR_SCOPE,
  PACKAGE,
  ready,
  SECRET,
  startIndependentApp,
  tokenResponse,
  type WithClient,
} from './independent-app.ts';

t.setTimeout(180_000);
const bundle = await browserBundle(t);
const skip = bundle ? false : `the npm registry does not give ${PACKAGE}`;

t.test('An app made with fhirclient', { skip }, async (t) => {
  const { open, ehrLaunch, sql } = await startIndependentApp(t, bundle!);

  t.test('EHR launch: consent once, and the context of the launch is in the token answer', async (t) => {
    const first = await ehrLaunch({ encounter: 'ana-visit', intent: 'worklist', needPatientBanner: false });
    await allow(first);
    t.equal(await ready(first), 'Ready');
    const answer = await tokenResponse(first);
    t.match(answer, {
      token_type: /^bearer$/i,
      expires_in: 3600,
      patient: 'ana-reyes',
      encounter: 'ana-visit',
      intent: 'worklist',
      need_patient_banner: false,
      access_token: String,
      refresh_token: String,
      id_token: String,
    });
    t.strictSame(String(answer.scope).split(' ').sort(), EHR_SCOPE.split(' ').sort());
    const told = await first.evaluate(() => {
      const { patient, user } = (globalThis as unknown as WithClient).client;
      return { patient: patient.id, fhirUser: user.fhirUser };
    });
    t.equal(told.patient, 'ana-reyes');
    t.match(told.fhirUser, /PractitionerRole\/nurse$/);
    await first.context().close();

    const second = await ehrLaunch({ patient: 'marcus-bell' });
    t.equal(await ready(second), 'Ready', 'the consent is remembered');
    t.match(await tokenResponse(second), { patient: 'marcus-bell' });
    await second.context().close();
  });

  t.test(
    'The app reads its patient, searches tasks through all pages, and is refused another patient',
    async (t) => {
      const page = await ehrLaunch();
      t.equal(await ready(page), 'Ready');
      const patient = await page.evaluate(() => (globalThis as unknown as WithClient).client.patient.read());
      t.match(patient, { resourceType: 'Patient', id: 'ana-reyes' });
      const search = (count: number) =>
        page.evaluate(
          (address) =>
            (globalThis as unknown as WithClient).client.request(address, { pageLimit: 0, flat: true }),
          `Task?patient=ana-reyes&_count=${count}`,
        ) as Promise<Task[]>;
      const [paged, whole] = [await search(2), await search(1000)];
      t.ok(whole.length > 4, 'there are more tasks than two pages hold');
      t.strictSame(paged.map(({ id }) => id).sort(), whole.map(({ id }) => id).sort());
      for (const task of paged) t.equal(task.for?.reference, 'Patient/ana-reyes');
      const refused = await page.evaluate(() =>
        (globalThis as unknown as WithClient).client.request('Patient/marcus-bell').then(
          () => 'read',
          (error: Error & { status?: number }) => String(error.status ?? error.message),
        ),
      );
      t.equal(refused, '404', 'it is not even told that there is one');
      await page.context().close();
    },
  );

  t.test(
    'The app refreshes its token, by itself once it has expired, and goes on with the new one',
    async (t) => {
      const page = await ehrLaunch({ encounter: 'ana-visit' });
      t.equal(await ready(page), 'Ready');
      const before = await tokenResponse(page);
      await page.evaluate(async () => void (await (globalThis as unknown as WithClient).client.refresh()));
      const after = await tokenResponse(page);
      t.not(after.access_token, before.access_token);
      t.not(after.refresh_token, before.refresh_token);
      t.match(after, { patient: 'ana-reyes', encounter: 'ana-visit', scope: before.scope });
      await page.evaluate(() => {
        (globalThis as unknown as WithClient).client.state.expiresAt = 0;
      });
      const patient = await page.evaluate(() => (globalThis as unknown as WithClient).client.patient.read());
      t.equal(patient.id, 'ana-reyes');
      t.not((await tokenResponse(page)).access_token, after.access_token, 'it refreshed before it asked');
      await page.context().close();
    },
  );

  t.test(
    'Standalone launch: sign in, choose a patient, consent, and the choice is the context',
    async (t) => {
      const page = await open({
        client: CLIENT,
        scope: 'launch/patient openid fhirUser offline_access patient/Patient.rs patient/Task.rs',
      });
      await page.getByRole('radio', { name: /Nadia Brandt, RN/ }).check();
      await page.getByRole('radio', { name: /Ana Reyes/ }).check();
      await page.getByRole('button', { name: 'Continue' }).click();
      await allow(page);
      t.equal(await ready(page), 'Ready');
      t.match(await tokenResponse(page), { patient: 'ana-reyes', refresh_token: String });
      const patient = await page.evaluate(() => (globalThis as unknown as WithClient).client.patient.read());
      t.equal(patient.id, 'ana-reyes');
      await page.context().close();
    },
  );

  t.test('A user who does not consent sends the app back with access_denied', async (t) => {
    const page = await ehrLaunch({ username: 'navigator' });
    await page.getByRole('heading', { name: 'Allow Independent app?' }).waitFor();
    await page.getByRole('button', { name: 'Do not allow' }).click();
    t.match(await ready(page), /^Refused: access_denied: The user did not allow it\.$/);
    await page.context().close();
  });

  t.test('A launch is good once: a second use is refused, in words, where the user is', async (t) => {
    const launch = await createLaunch(sql, new Date(), {
      username: 'nurse',
      patient: 'ana-reyes',
      clientId: CLIENT,
    });
    const request = { launch, client: CLIENT, scope: EHR_SCOPE };
    const first = await open(request);
    t.equal(await ready(first), 'Ready');
    const second = await open(request);
    t.match(await ready(second), /^Refused: .*expired or was used before/);
    await Promise.all([first, second].map((page) => page.context().close()));
  });

  t.test('A confidential app with a secret launches and refreshes as well', async (t) => {
    const page = await ehrLaunch({}, { client: CONFIDENTIAL, secret: SECRET });
    await allow(page, 'Confidential app');
    t.equal(await ready(page), 'Ready');
    await page.evaluate(async () => void (await (globalThis as unknown as WithClient).client.refresh()));
    t.match(await tokenResponse(page), { patient: 'ana-reyes' });
    const wrong = await ehrLaunch({}, { client: CONFIDENTIAL, secret: 'another' });
    t.match(await ready(wrong), /^Refused/);
    await Promise.all([page, wrong].map((one) => one.context().close()));
  });
});
