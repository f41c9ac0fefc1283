// A form as the app fills it in: what is asked after the answers, how far it is, and a response that the server's check allows.
// https://hl7.org/fhir/R4/questionnaireresponse.html#notes
import type { Questionnaire, QuestionnaireItem } from '@medplum/fhirtypes';
import t from 'tap';
import { scoresOf } from '../../../smart-app/actions/screen/score.ts';
import { wrongAnswers } from '../../../smart-app/actions/screen/wrong.ts';
import {
  type Answer,
  type Answers,
  asked,
  progressOf,
  responseOf,
  shown,
  standing,
} from '../../../smart-app/fhir/form.ts';
import { formOf } from '../../../smart-app/fhir/questionnaires.ts';
import { checkResponse } from '../../care/questionnaire/check.ts';
import { allQuestions } from '../../care/questionnaire/form.ts';
import { form, forms } from '../care/questionnaire/forms.ts';

const ANA = { reference: 'Patient/ana' };
const WHO = { subject: ANA, author: { reference: 'PractitionerRole/navigator' }, source: ANA };
const AT = { ...WHO, authored: '2026-03-04T09:00:00Z' };
const w = (key: string) => key;

const option = (question: QuestionnaireItem, place: number): Answer[] => {
  const { system, code } = question.answerOption![place]!.valueCoding!;
  return [{ valueCoding: { system: system!, code: code! } }];
};
const question = (of: Questionnaire, linkId: string): QuestionnaireItem =>
  allQuestions(of).find((one) => one.linkId === linkId)!;
const linkIds = (of: Questionnaire, answers: Answers) =>
  asked(shown(of, answers)).map(({ linkId }) => linkId);

const PHQ9 = form('cn-q-phq9');
const all = (of: Questionnaire, place: number): Answers =>
  Object.fromEntries(
    asked(shown(of, {}))
      .filter(({ answerOption }) => answerOption)
      .map((one) => [one.linkId!, option(one, place)]),
  );

t.test(
  'a form that is filled in is a response that the server allows, with the total that it computes',
  (t) => {
    const response = responseOf(PHQ9, all(PHQ9, 2), AT);
    t.strictSame(checkResponse(PHQ9, response), []);
    t.equal(response.questionnaire, `${PHQ9.url}|${PHQ9.version}`);
    t.match(response, { ...WHO, status: 'completed' });
    t.strictSame(scoresOf(PHQ9, response, 'en'), [
      { linkId: '44261-6', title: 'Total', value: '18', isWhole: false },
    ]);
    t.end();
  },
);

t.test(
  'every form of ours can be filled in: what is asked, answered with its first option, is allowed',
  (t) => {
    const first = (one: QuestionnaireItem): Answer[] => {
      if (one.answerOption) return option(one, 0);
      const values: Record<string, Answer> = {
        boolean: { valueBoolean: true },
        integer: { valueInteger: 1 },
        decimal: { valueDecimal: 1 },
        string: { valueString: 'Words' },
        text: { valueString: 'Words' },
      };
      return [values[one.type!]!];
    };
    for (const one of forms.values()) {
      let answers: Answers = {};
      for (let round = 0; round < 3; round++)
        answers = Object.fromEntries(asked(shown(one, answers)).map((item) => [item.linkId!, first(item)]));
      const subject = one.subjectType?.includes('Patient') ? ANA : { reference: 'Organization/house' };
      t.strictSame(
        checkResponse(one, responseOf(one, standing(one, answers), { ...AT, subject })),
        [],
        one.id!,
      );
      t.strictSame(wrongAnswers(one, answers, w), [], one.id!);
    }
    t.end();
  },
);

t.test(
  'a question that depends on another is asked when that is answered so, and no answer to it stays',
  (t) => {
    const barriers = form('cn-q-navigator-barriers');
    const transport = question(barriers, 'transport');
    t.notOk(linkIds(barriers, {}).includes('transport-help'));
    const yes: Answers = { transport: option(transport, 0) };
    t.ok(linkIds(barriers, yes).includes('transport-help'));
    const helped: Answers = { ...yes, 'transport-help': [{ valueBoolean: true }] };
    t.strictSame(checkResponse(barriers, responseOf(barriers, helped, AT)), []);
    const no: Answers = { ...helped, transport: option(transport, 1) };
    t.strictSame(Object.keys(standing(barriers, no)), ['transport']);
    t.strictSame(checkResponse(barriers, responseOf(barriers, no, AT)), [], 'and it is not sent');
    t.end();
  },
);

t.test('what a question below an answer that was taken away asked is taken away too', (t) => {
  const item = (linkId: string, question?: string): QuestionnaireItem => ({
    linkId,
    type: 'boolean',
    ...(question && { enableWhen: [{ question, operator: '=', answerBoolean: true }] }),
  });
  const chain: Questionnaire = {
    resourceType: 'Questionnaire',
    status: 'active',
    item: [item('a'), item('b', 'a'), item('c', 'b')],
  };
  const yes = [{ valueBoolean: true }];
  t.strictSame(linkIds(chain, { a: yes, b: yes }), ['a', 'b', 'c']);
  const gone = { a: [{ valueBoolean: false }], b: yes, c: yes };
  t.strictSame(Object.keys(standing(chain, gone)), ['a']);
  t.strictSame(
    responseOf(chain, gone, AT).item?.map(({ linkId }) => linkId),
    ['a'],
  );
  t.end();
});

t.test('how far it is counts what is asked, and names what must be answered still', (t) => {
  const [first, ...others] = Object.entries(all(PHQ9, 0));
  const { answered, asked: count, missing } = progressOf(PHQ9, Object.fromEntries([first!]));
  t.equal(answered, 1);
  t.equal(count, 10, 'the total is asked of nobody');
  t.equal(missing.length, 8, 'the tenth question may be left out');
  t.ok(missing.includes(others[0]![0]));
  t.strictSame(wrongAnswers(PHQ9, {}, w), [{ sentence: 'nothing' }]);
  t.equal(wrongAnswers(PHQ9, Object.fromEntries([first!]), w)[0]?.field, others[0]![0]);
  t.end();
});

t.test('what is typed for a number and is none is told at its question', (t) => {
  const typed: Questionnaire = {
    resourceType: 'Questionnaire',
    status: 'active',
    item: [
      { linkId: 'people', type: 'integer' },
      { linkId: 'kilos', type: 'decimal' },
    ],
  };
  const answers = { people: [{ valueString: 'four' }], kilos: [{ valueDecimal: 71.5 }] };
  t.strictSame(wrongAnswers(typed, answers, w), [{ field: 'people', sentence: 'whole' }]);
  t.end();
});

t.test('a computed answer is told in the language of the reader', (t) => {
  const hunger = form('cn-q-hunger-vital-sign');
  const [score] = scoresOf(hunger, responseOf(hunger, all(hunger, 0), AT), 'es');
  t.equal(score?.linkId, '88124-3');
  t.ok(score?.value);
  t.not(score?.value, scoresOf(hunger, responseOf(hunger, all(hunger, 0), AT), 'en')[0]?.value);
  t.end();
});

t.test('a task names its form, and a barrier screen means the barrier form', (t) => {
  const url = 'https://throughline.example/fhir/Questionnaire/cn-q-phq2';
  const system = 'https://throughline.example/fhir/CodeSystem';
  const type = { coding: [{ system: `${system}/cn-task-parameter`, code: 'questionnaire' }] };
  const task = { resourceType: 'Task', status: 'ready', intent: 'order' } as const;
  t.equal(formOf({ ...task, input: [{ type, valueCanonical: `${url}|1.0.0` }] }), url);
  const code = { coding: [{ system: `${system}/cn-task-code`, code: 'nav-barrier-screen' }] };
  t.match(formOf({ ...task, code }), /cn-q-navigator-barriers$/);
  t.equal(formOf(task), undefined);
  t.equal(formOf(undefined), undefined);
  t.end();
});
