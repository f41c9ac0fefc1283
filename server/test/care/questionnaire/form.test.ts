// The forms of ours are whole: valid, in English and Spanish, with expressions that this server evaluates.
// https://hl7.org/fhir/R4/questionnaire.html
import type { QuestionnaireItem } from '@medplum/fhirtypes';
import t from 'tap';
import { allQuestions } from '../../../care/questionnaire/form.ts';
import { CALCULATED, expressionOf, extractionOf, textIn } from '../../../care/questionnaire/sdc.ts';
import { isCompiled } from '../../../fhir/path/index.ts';
import { createValidator, loadDefinitions } from '../../../validation/index.ts';
import { forms } from './forms.ts';

const FORMS =
  'ahc-hrsn gad7 handoff-checklist hunger-vital-sign navigator-barriers org-readiness person-centred phq2 phq9 prapare satisfaction';
const validator = createValidator(
  loadDefinitions(new URL('../../../../profiles/definitions/', import.meta.url)),
);
const BARRIERS = 21;
const DOMAINS = 12;

t.test('each form of the domain is there', async (t) => {
  t.strictSame(
    [...forms.keys()].sort(),
    FORMS.split(' ').map((name) => `cn-q-${name}`),
  );
});

for (const [id, form] of forms) {
  const questions = allQuestions(form);

  t.test(`${id} is valid`, async (t) => {
    const wrong = validator.validate(form).filter(({ severity }) => severity === 'error');
    t.strictSame(wrong, []);
    t.equal(form.url, `https://throughline.example/fhir/Questionnaire/${id}`);
  });

  t.test(`every text and every answer of ${id} is there in English and in Spanish`, async (t) => {
    const holders: [object, string][] = [
      [form, 'title'],
      ...questions.map((question): [object, string] => [question, 'text']),
      ...questions.flatMap(({ answerOption = [] }) =>
        answerOption.map(({ valueCoding }): [object, string] => [valueCoding!, 'display']),
      ),
    ];
    for (const [holder, element] of holders) {
      const [english, spanish] = [textIn(holder, element, 'en'), textIn(holder, element, 'es')];
      t.ok(english, `${id}: ${JSON.stringify(holder).slice(0, 60)}`);
      const own = Object.keys(holder).includes(`_${element}`);
      t.ok(own && spanish, `${id}: "${english}" in Spanish`);
    }
  });

  t.test(`the expressions of ${id} are evaluated without fhirpath.js`, async (t) => {
    for (const question of questions) {
      const expression = expressionOf(question, CALCULATED);
      if (!expression) continue;
      t.ok(isCompiled(expression, 'QuestionnaireResponse'), question.linkId!);
      t.equal(question.readOnly, true, `${question.linkId} is written by nobody`);
    }
    t.pass('all of them');
  });

  t.test(`what is extracted from ${id} has a code`, async (t) => {
    for (const question of questions)
      if (extractionOf(question)) t.ok(question.code?.length, question.linkId!);
    t.pass('all of them');
  });
}

const questionsOf = (id: string): QuestionnaireItem[] => allQuestions(forms.get(id)!);

t.test('each kind of barrier is asked once, and so is whether help is wanted with it', async (t) => {
  const questions = questionsOf('cn-q-navigator-barriers');
  const barriers = questions.filter(({ code }) => code?.[0]?.system?.endsWith('cn-barrier-type'));
  t.equal(barriers.length, BARRIERS);
  for (const { linkId, code } of barriers) {
    t.equal(code![0]!.code, linkId);
    t.ok(questions.some((question) => question.linkId === `${linkId}-help`));
  }
});

t.test('each domain of readiness has statements, a score and a next step', async (t) => {
  const domains = forms.get('cn-q-org-readiness')!.item!.filter(({ type }) => type === 'group');
  t.equal(domains.length, DOMAINS);
  for (const { linkId, item = [] } of domains) {
    t.equal(item.filter(({ type }) => type === 'choice').length, 3, linkId!);
    t.ok(item.some((question) => question.linkId === `${linkId}-score`));
    t.ok(item.some((question) => question.linkId === `${linkId}-next`));
  }
});
