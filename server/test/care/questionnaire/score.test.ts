// Scores are those that are counted by hand. https://hl7.org/fhir/uv/sdc/StructureDefinition-sdc-questionnaire-calculatedExpression.html
import t from 'tap';
import { calculated } from '../../../care/questionnaire/calculate.ts';
import { type Answers, answered, form, GAD7, howOften, PHQ9 } from './forms.ts';

const score = (id: string, linkId: string, answers: Answers): unknown =>
  calculated(form(id), answered(form(id), answers)).get(linkId)?.value;

const PHQ9_EXAMPLES: readonly (readonly [weights: string, total: number])[] = [
  ['000000000', 0],
  ['333333333', 27],
  ['100000000', 1],
  ['000000001', 1],
  ['012301230', 12],
  ['221100330', 12],
  ['123000000', 6],
];
const digits = (text: string): number[] => [...text].map(Number);

t.test('the PHQ-9 is the sum of its nine answers, from 0 to 27', async (t) => {
  for (const [weights, total] of PHQ9_EXAMPLES)
    t.equal(score('cn-q-phq9', '44261-6', howOften(PHQ9, digits(weights))), total, weights);
});

t.test('how difficult things are does not count', async (t) => {
  const answers = { ...howOften(PHQ9, digits('111111111')), '69722-7': 'LA6575-0' };
  t.equal(score('cn-q-phq9', '44261-6', answers), 9);
});

t.test('the PHQ-2 goes from 0 to 6', async (t) => {
  t.equal(score('cn-q-phq2', '55758-7', howOften(PHQ9.slice(0, 2), [3, 3])), 6);
  t.equal(score('cn-q-phq2', '55758-7', howOften(PHQ9.slice(0, 2), [0, 2])), 2);
});

t.test('the GAD-7 is the sum of its seven answers, from 0 to 21', async (t) => {
  const examples: [string, number][] = [
    ['0000000', 0],
    ['3333333', 21],
    ['1230123', 12],
    ['2222000', 8],
  ];
  for (const [weights, total] of examples)
    t.equal(score('cn-q-gad7', '70274-6', howOften(GAD7, digits(weights))), total, weights);
});

t.test('food may be short when either answer is often or sometimes', async (t) => {
  const risk = (a: string, b: string) =>
    score('cn-q-hunger-vital-sign', '88124-3', { '88122-7': a, '88123-5': b });
  t.match(risk('LA28397-0', 'LA28398-8'), { code: 'LA19952-3' });
  t.match(risk('LA28398-8', 'LA6729-3'), { code: 'LA19952-3' });
  t.match(risk('LA28398-8', 'LA28398-8'), { code: 'LA19983-8' });
  t.match(risk('LA28398-8', 'LA15775-2'), { code: 'LA19983-8' });
});

t.test('the four questions on safety are added when all are answered', async (t) => {
  const all = {
    '95618-5': 'LA6270-8',
    '95617-7': 'LA10082-8',
    '95616-9': 'LA6482-9',
    '95615-1': 'LA10066-1',
  };
  t.equal(score('cn-q-ahc-hrsn', '95614-4', all), 11);
  const { '95615-1': _, ...three } = all;
  t.equal(score('cn-q-ahc-hrsn', '95614-4', three), undefined);
});

t.test('a domain of readiness is the share of what can be reached, in hundredths', async (t) => {
  const levels = ['not-yet', 'begun', 'mostly', 'fully'];
  const domain = (...weights: number[]) =>
    Object.fromEntries(weights.map((weight, n) => [`leadership-${n + 1}`, levels[weight]!]));
  const examples: [number[], number][] = [
    [[0, 0, 0], 0],
    [[3, 3, 3], 100],
    [[1, 1, 1], 33],
    [[2, 2, 2], 67],
    [[0, 1, 3], 44],
    [[0, 0, 1], 11],
  ];
  for (const [weights, wanted] of examples)
    t.equal(score('cn-q-org-readiness', 'leadership-score', domain(...weights)), wanted, weights.join());
  t.equal(
    score('cn-q-org-readiness', 'voice-score', domain(1, 1, 1)),
    undefined,
    'nothing of it is answered',
  );
  t.equal(score('cn-q-org-readiness', 'score', { ...domain(3, 3, 3), 'voice-1': 'not-yet' }), 75);
});

t.test('satisfaction goes from 5 to 25', async (t) => {
  const all = (answer: string) =>
    Object.fromEntries(
      ['answered', 'listened', 'language', 'got-care', 'next-step'].map((id) => [id, answer]),
    );
  t.equal(score('cn-q-satisfaction', 'score', all('not-at-all')), 5);
  t.equal(score('cn-q-satisfaction', 'score', all('fully')), 25);
  t.equal(score('cn-q-satisfaction', 'score', { ...all('mostly'), listened: 'hardly' }), 18);
});

t.test('what is missing of a hand-off is counted', async (t) => {
  const answers = { who: true, 'why-now': false, done: true, barriers: false };
  t.equal(score('cn-q-handoff-checklist', 'missing-count', answers), 2);
});

t.test('an answer weighs what the form says, whatever it claims', async (t) => {
  const phq9 = form('cn-q-phq9');
  const response = answered(phq9, howOften(PHQ9, digits('000000000')));
  const claim = {
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/ordinalValue', valueDecimal: 3 }],
  };
  for (const item of response.item![0]!.item!) Object.assign(item.answer![0]!.valueCoding!, claim);
  t.equal(calculated(phq9, response).get('44261-6')?.value, 0);
});

t.test('an expression that is not evaluated here, or fails, gives no score', async (t) => {
  const expressions = [
    '%questionnaire.item',
    'item.single()',
    'nonsense(',
    "'text'",
    '(1 | 2)',
    'item.linkId',
  ];
  for (const expression of expressions) {
    const calculatedExpression = {
      url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression',
      valueExpression: { language: 'text/fhirpath' as const, expression },
    };
    const questionnaire = {
      resourceType: 'Questionnaire' as const,
      status: 'active' as const,
      item: [{ linkId: 'a', type: 'integer' as const, extension: [calculatedExpression] }],
    };
    const response = { ...answered(questionnaire, {}), item: [{ linkId: 'a' }, { linkId: 'a' }] };
    t.equal(calculated(questionnaire, response).size, 0, expression);
  }
});
