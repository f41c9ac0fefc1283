// A response is held against its form: what is done in full, what is under way by its items and types alone.
// https://hl7.org/fhir/R4/questionnaireresponse.html#notes
import type { Questionnaire, QuestionnaireItem, QuestionnaireResponse } from '@medplum/fhirtypes';
import t from 'tap';
import { checkResponse } from '../../../care/questionnaire/check.ts';
import { answered, form, howOften, PHQ9 } from './forms.ts';

const CORE = 'http://hl7.org/fhir/StructureDefinition';
const coding = (code: string) => ({ valueCoding: { system: 'http://x.example', code } });

const QUESTIONS: QuestionnaireItem[] = [
  { linkId: 'name', type: 'string', required: true, maxLength: 5 },
  { linkId: 'age', type: 'integer', extension: [{ url: `${CORE}/maxValue`, valueInteger: 120 }] },
  { linkId: 'color', type: 'choice', answerOption: [coding('red'), coding('blue')] },
  {
    linkId: 'colors',
    type: 'choice',
    repeats: true,
    answerOption: [
      coding('red'),
      coding('blue'),
      {
        ...coding('none'),
        extension: [{ url: `${CORE}/questionnaire-optionExclusive`, valueBoolean: true }],
      },
    ],
    extension: [{ url: `${CORE}/questionnaire-maxOccurs`, valueInteger: 2 }],
  },
  { linkId: 'other', type: 'open-choice', answerOption: [coding('red')] },
  { linkId: 'listed', type: 'choice', answerValueSet: '#list' },
  {
    linkId: 'why',
    type: 'string',
    required: true,
    enableWhen: [{ question: 'color', operator: '=', answerCoding: coding('red').valueCoding }],
  },
  {
    linkId: 'group',
    type: 'group',
    repeats: true,
    item: [{ linkId: 'in', type: 'boolean', required: true }],
  },
  { linkId: 'note', type: 'display' },
  {
    linkId: 'parent',
    type: 'boolean',
    item: [{ linkId: 'child', type: 'date', required: true }],
  },
];
const FORM: Questionnaire = {
  resourceType: 'Questionnaire',
  status: 'active',
  url: 'http://x.example/form',
  subjectType: ['Patient'],
  contained: [
    {
      resourceType: 'ValueSet',
      id: 'list',
      status: 'active',
      compose: { include: [{ system: 'http://x.example', concept: [{ code: 'a' }] }] },
    },
  ],
  item: QUESTIONS,
};
const NAME = { linkId: 'name', answer: [{ valueString: 'Ana' }] };

const problems = (
  item: QuestionnaireResponse['item'],
  others: Partial<QuestionnaireResponse> = {},
): string[] =>
  checkResponse(FORM, {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    ...(item && { item }),
    ...others,
  }).map(({ code, expression }) => `${code} ${expression![0]!.replace('QuestionnaireResponse.', '')}`);

type Case = readonly [
  what: string,
  items: NonNullable<QuestionnaireResponse['item']>,
  problems: readonly string[],
];

const WHOLE: readonly Case[] = [
  ['what is required is there', [NAME], []],
  ['a required answer is missing', [], ['required item']],
  [
    'an answer is too long',
    [{ linkId: 'name', answer: [{ valueString: 'Isabel' }] }],
    ['value item[0].answer[0]'],
  ],
  ['an answer has no value', [{ linkId: 'name', answer: [{}] }], ['value item[0].answer[0]']],
  ['a linkId is unknown', [NAME, { linkId: 'x' }], ['not-found item[1]']],
  ['an item stands in another group', [NAME, { linkId: 'in' }], ['structure item[1]']],
  ['the order is another', [{ linkId: 'age', answer: [{ valueInteger: 3 }] }, NAME], ['structure item[1]']],
  [
    'an answer is of another type',
    [NAME, { linkId: 'age', answer: [{ valueString: '3' }] }],
    ['value item[1].answer[0]'],
  ],
  [
    'an answer is above the most',
    [NAME, { linkId: 'age', answer: [{ valueInteger: 121 }] }],
    ['value item[1].answer[0]'],
  ],
  [
    'a question that does not repeat has two answers',
    [NAME, { linkId: 'age', answer: [{ valueInteger: 3 }, { valueInteger: 4 }] }],
    ['structure item[1]'],
  ],
  [
    'a question stands twice',
    [NAME, { linkId: 'colors', answer: [coding('red')] }, { linkId: 'colors', answer: [coding('blue')] }],
    ['structure item[1]'],
  ],
  [
    'an answer is no option',
    [NAME, { linkId: 'color', answer: [coding('green')] }],
    ['value item[1].answer[0]'],
  ],
  [
    'an option is given without its system',
    [NAME, { linkId: 'color', answer: [{ valueCoding: { code: 'blue' } }] }],
    ['value item[1].answer[0]'],
  ],
  ['text answers an open choice', [NAME, { linkId: 'other', answer: [{ valueString: 'teal' }] }], []],
  [
    'a code answers an open choice that it is no option of',
    [NAME, { linkId: 'other', answer: [coding('teal')] }],
    ['value item[1].answer[0]'],
  ],
  ['a code is in the contained value set', [NAME, { linkId: 'listed', answer: [coding('a')] }], []],
  [
    'a code is not in the contained value set',
    [NAME, { linkId: 'listed', answer: [coding('b')] }],
    ['value item[1].answer[0]'],
  ],
  [
    'several answers where they may be',
    [NAME, { linkId: 'colors', answer: [coding('red'), coding('blue')] }],
    [],
  ],
  [
    'an answer excludes the others',
    [NAME, { linkId: 'colors', answer: [coding('red'), coding('none')] }],
    ['value item[1]'],
  ],
  [
    'there are more answers than allowed',
    [NAME, { linkId: 'colors', answer: [coding('red'), coding('blue'), coding('red')] }],
    ['structure item[1]'],
  ],
  [
    'an item that is not asked is answered',
    [NAME, { linkId: 'why', answer: [{ valueString: 'x' }] }],
    ['business-rule item[1]'],
  ],
  [
    'an item that is asked is missing',
    [NAME, { linkId: 'color', answer: [coding('red')] }],
    ['required item'],
  ],
  [
    'an item that is asked is answered',
    [NAME, { linkId: 'color', answer: [coding('red')] }, { linkId: 'why', answer: [{ valueString: 'x' }] }],
    [],
  ],
  [
    'a group repeats',
    [
      NAME,
      ...[true, false].map((valueBoolean) => ({
        linkId: 'group',
        item: [{ linkId: 'in', answer: [{ valueBoolean }] }],
      })),
    ],
    [],
  ],
  ['a group lacks what it requires', [NAME, { linkId: 'group' }], ['required item[1].item']],
  [
    'a display is answered',
    [NAME, { linkId: 'note', answer: [{ valueString: 'x' }] }],
    ['value item[1].answer[0]'],
  ],
  [
    'a question below an answer is missing',
    [NAME, { linkId: 'parent', answer: [{ valueBoolean: true }] }],
    ['required item[1].answer[0].item'],
  ],
  [
    'a question below an answer is answered',
    [
      NAME,
      {
        linkId: 'parent',
        answer: [{ valueBoolean: true, item: [{ linkId: 'child', answer: [{ valueDate: '2026-01-01' }] }] }],
      },
    ],
    [],
  ],
  [
    'a question below an answer stands beside it',
    [NAME, { linkId: 'parent', item: [{ linkId: 'child', answer: [{ valueDate: '2026-01-01' }] }] }],
    ['structure item[1].item'],
  ],
];

for (const [what, items, wanted] of WHOLE)
  t.test(`completed: ${what}`, async (t) => t.strictSame(problems(items), wanted));

const UNDER_WAY: readonly Case[] = [
  ['what is required may still come', [], []],
  ['what is not asked may be there for now', [{ linkId: 'why', answer: [{ valueString: 'x' }] }], []],
  ['a linkId is unknown', [{ linkId: 'x' }], ['not-found item[0]']],
  [
    'an answer is of another type',
    [{ linkId: 'age', answer: [{ valueString: '3' }] }],
    ['value item[0].answer[0]'],
  ],
];
for (const [what, items, wanted] of UNDER_WAY)
  t.test(`in progress: ${what}`, async (t) =>
    t.strictSame(problems(items, { status: 'in-progress' }), wanted),
  );

t.test('what was entered in error is held against nothing', async (t) => {
  t.strictSame(problems([{ linkId: 'x' }], { status: 'entered-in-error' }), []);
});

t.test('the form says whom it is about', async (t) => {
  t.strictSame(problems([NAME], { subject: { reference: 'Organization/1' } }), ['value subject']);
  t.strictSame(problems([NAME], { subject: { reference: 'https://x.example/fhir/Patient/1' } }), []);
  t.strictSame(problems([NAME], { subject: { display: 'somebody' } }), []);
});

t.test('a total that is not the sum is refused; the sum, or none, is taken', async (t) => {
  const phq9 = form('cn-q-phq9');
  const answers = howOften(PHQ9, [3, 2, 1, 0, 0, 0, 0, 0, 0]);
  const check = (total: Record<string, number>) =>
    checkResponse(phq9, answered(phq9, { ...answers, ...total })).map(({ expression }) => expression![0]);
  t.strictSame(check({}), []);
  t.strictSame(check({ '44261-6': 6 }), []);
  t.strictSame(check({ '44261-6': 7 }), ['QuestionnaireResponse.item[0].item[9].answer[0]']);
});

t.test('no sentence says what was answered', async (t) => {
  const secret = 'Schizoaffective';
  const issues = checkResponse(FORM, {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    item: QUESTIONS.map(({ linkId }) => ({ linkId: linkId!, answer: [{ valueString: secret }] })),
  });
  t.ok(issues.length > 5);
  t.notMatch(JSON.stringify(issues), secret);
  for (const { details } of issues) t.equal(details!.coding![0]!.code, 'questionnaire-response');
});
