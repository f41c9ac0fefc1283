// Forms in the app: answered once, with what follows told by whom, in both languages and by the keyboard. In a real Chromium.
// https://hl7.org/fhir/R4/questionnaireresponse.html
import type { QuestionnaireResponse, Task } from '@medplum/fhirtypes';
import type { Frame, Locator } from 'playwright-core';
import t from 'tap';
import { openApp, violations } from './browser-forms.ts';

const { chart, found } = await openApp(t);

async function begin(frame: Frame, menu: string, entry: string): Promise<Locator> {
  await frame.getByRole('button', { name: menu }).click();
  await frame.getByRole('menuitem', { name: entry }).click();
  return frame.getByRole('dialog');
}
const formsOf = (patient: string) =>
  found<QuestionnaireResponse>(`QuestionnaireResponse?subject=Patient/${patient}&_count=100`);

t.test(
  'A PHQ-9 is filled in with its total beside it; the ninth answer says at once who is called, and they are',
  async (t) => {
    const before = (await formsOf('grace-oduya')).length;
    const { page, frame, problems } = await chart('user=navigator&patient=grace-oduya&frame=900');
    const dialog = await begin(frame, 'New…', 'Screen…');
    await dialog.getByLabel('Form', { exact: true }).selectOption('Patient health questionnaire (PHQ-9)');
    await dialog.getByText('0 of 10 answered').waitFor();
    await dialog.getByRole('button', { name: 'Save answers' }).click();
    await dialog.getByText('Nothing is answered yet.').waitFor();

    const questions = await dialog.getByRole('radiogroup').all();
    for (const one of questions.slice(1, 9)) await one.getByRole('radio', { name: 'Several days' }).check();
    await dialog.getByRole('button', { name: 'Save answers' }).click();
    await dialog.getByText('Answer this question.').waitFor();
    t.equal((await formsOf('grace-oduya')).length, before, 'nothing was stored');
    t.equal(await dialog.getByRole('alert').count(), 1, 'the missing answer is told beside its question');
    await questions[9]!.getByRole('radio', { name: 'Several days' }).check();
    await dialog.getByText(/^Saving this calls a clinician at once/).waitFor();
    await dialog.getByText('Total: 9').waitFor();
    t.same(await violations(frame), [], 'axe, with the warning');

    await dialog.getByRole('button', { name: 'Save answers' }).click();
    await frame.getByRole('dialog', { name: 'Answers kept' }).waitFor();
    await dialog.getByText('Urgent:').waitFor();
    t.match(
      await dialog.innerText(),
      /Total: 9\s+What follows\s+Urgent: A crisis[^\n]*\s+with [^\n]+, due today/,
    );
    t.same(await violations(frame), [], 'axe, the result');
    const stored = await formsOf('grace-oduya');
    t.equal(stored.length, before + 1, 'once');
    const triage = await found<Task>(
      'Task?patient=Patient/grace-oduya&code=coord-risk-triage&status=requested',
    );
    t.equal(triage.length, 1);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
    await frame
      .getByRole('region', { name: 'Coordination' })
      .getByText(/^A crisis/)
      .waitFor();
    t.same(problems, []);
    await page.close();
  },
);

t.test(
  'Barriers are asked for in Spanish by the keyboard, and what follows is told in Spanish',
  async (t) => {
    const { page, frame } = await chart('user=navigator&patient=joseph-kahale&frame=380&lang=es');
    const dialog = await begin(frame, 'Nuevo…', 'Hacer cuestionario…');
    const first = dialog.getByRole('radio', { name: 'Sí' }).first();
    await first.waitFor();
    await dialog.getByLabel('Cuestionario', { exact: true }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await first.and(frame.locator(':focus')).waitFor();
    await page.keyboard.press('Space');
    t.ok(await first.isChecked());
    await dialog.getByText('1 de 23 respondidas').waitFor();
    const help = dialog.getByRole('radiogroup').nth(2);
    await help.getByRole('radio', { name: 'Sí' }).check();
    await dialog.getByRole('button', { name: 'Guardar respuestas' }).focus();
    await page.keyboard.press('Enter');
    await frame.getByRole('dialog', { name: 'Respuestas guardadas' }).waitFor();
    await dialog.getByText(/^En el registro de barreras/).waitFor();
    t.match(await dialog.innerText(), /Lo que sigue[\s\S]+a cargo de/);
    await page.close();
  },
);
