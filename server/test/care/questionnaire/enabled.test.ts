// Which questions are asked, by the answers to others. https://hl7.org/fhir/R4/valueset-questionnaire-enable-operator.html
import type { QuestionnaireItem, QuestionnaireItemEnableWhen } from '@medplum/fhirtypes';
import t from 'tap';
import { isEnabled } from '../../../care/questionnaire/enabled.ts';
import type { Answer, Level } from '../../../care/questionnaire/form.ts';

type When = Omit<QuestionnaireItemEnableWhen, 'question'>;
const level = (answer: Answer[]): Level => ({ items: answer.length ? [{ linkId: 'q', answer }] : [] });
const enabled = (when: When, ...answer: Answer[]) =>
  isEnabled({ linkId: 'x', type: 'string', enableWhen: [{ question: 'q', ...when }] }, level(answer));

const code = (system: string, value: string) => ({ system, code: value });
const CASES: readonly (readonly [what: string, when: When, answers: Answer[], wanted: boolean])[] = [
  ['exists', { operator: 'exists', answerBoolean: true }, [{ valueInteger: 1 }], true],
  ['exists without an answer', { operator: 'exists', answerBoolean: true }, [], false],
  ['does not exist', { operator: 'exists', answerBoolean: false }, [], true],
  ['=', { operator: '=', answerInteger: 3 }, [{ valueInteger: 3 }], true],
  ['= one of several', { operator: '=', answerInteger: 3 }, [{ valueInteger: 1 }, { valueInteger: 3 }], true],
  ['= by number', { operator: '=', answerDecimal: 3 }, [{ valueInteger: 3 }], true],
  ['= without an answer', { operator: '=', answerInteger: 3 }, [], false],
  [
    '= by system and code',
    { operator: '=', answerCoding: code('s', 'a') },
    [{ valueCoding: code('s', 'a') }],
    true,
  ],
  [
    '= in another system',
    { operator: '=', answerCoding: code('s', 'a') },
    [{ valueCoding: code('t', 'a') }],
    false,
  ],
  ['!= none of them', { operator: '!=', answerInteger: 3 }, [{ valueInteger: 1 }], true],
  ['!= one of them', { operator: '!=', answerInteger: 3 }, [{ valueInteger: 1 }, { valueInteger: 3 }], false],
  ['!= without an answer', { operator: '!=', answerInteger: 3 }, [], true],
  ['>', { operator: '>', answerInteger: 3 }, [{ valueInteger: 4 }], true],
  ['> not at the same', { operator: '>', answerInteger: 3 }, [{ valueInteger: 3 }], false],
  ['>=', { operator: '>=', answerInteger: 3 }, [{ valueInteger: 3 }], true],
  ['<', { operator: '<', answerDate: '2026-02-01' }, [{ valueDate: '2026-01-31' }], true],
  ['<= a time', { operator: '<=', answerTime: '10:00:00' }, [{ valueTime: '09:59:59' }], true],
  [
    '< across time zones',
    { operator: '<', answerDateTime: '2026-02-01T00:30:00Z' },
    [{ valueDateTime: '2026-02-01T01:00:00+02:00' }],
    true,
  ],
  [
    '> a quantity in the same unit',
    { operator: '>', answerQuantity: { value: 1, unit: 'kg' } },
    [{ valueQuantity: { value: 2, unit: 'kg' } }],
    true,
  ],
  [
    '> a quantity in another unit',
    { operator: '>', answerQuantity: { value: 1, unit: 'kg' } },
    [{ valueQuantity: { value: 2, unit: 'g' } }],
    false,
  ],
  ['> another type', { operator: '>', answerInteger: 1 }, [{ valueString: '2' }], false],
];
for (const [what, when, answers, wanted] of CASES)
  t.test(`${what}: ${wanted}`, async (t) => t.equal(enabled(when, ...answers), wanted));

const both: QuestionnaireItem = {
  linkId: 'x',
  type: 'string',
  enableWhen: [
    { question: 'a', operator: '=', answerBoolean: true },
    { question: 'b', operator: '=', answerBoolean: true },
  ],
};
const answer = (linkId: string, valueBoolean: boolean) => ({ linkId, answer: [{ valueBoolean }] });

t.test('several conditions hold all, or any of them', async (t) => {
  const items = [answer('a', true), answer('b', false)];
  t.equal(isEnabled({ ...both, enableBehavior: 'all' }, { items }), false);
  t.equal(isEnabled({ ...both, enableBehavior: 'any' }, { items }), true);
});

t.test('the nearest occurrence of a question counts', async (t) => {
  const around = { items: [answer('q', false), { linkId: 'g', item: [] }] };
  const when: When = { operator: '=', answerBoolean: true };
  const question: QuestionnaireItem = {
    linkId: 'x',
    type: 'string',
    enableWhen: [{ question: 'q', ...when }],
  };
  t.equal(isEnabled(question, { items: [answer('q', true)], around }), true);
  t.equal(isEnabled(question, { items: [], around }), false);
  const below = { items: [{ linkId: 'h', item: [answer('q', true)] }] };
  t.equal(isEnabled(question, { items: [], around: below }), true, 'below a group beside it');
});

t.test('an expression that is not evaluated here leaves it open', async (t) => {
  const extension = [
    {
      url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression',
      valueExpression: { language: 'text/fhirpath' as const, expression: 'true' },
    },
  ];
  t.equal(isEnabled({ linkId: 'x', type: 'string', extension }, { items: [] }), undefined);
});

t.test('quantities of UCUM are compared in whatever unit they are', async (t) => {
  const ucum = (value: number, code: string) => ({ value, system: 'http://unitsofmeasure.org', code });
  const above = (value: number, code: string) =>
    enabled({ operator: '>', answerQuantity: ucum(2, 'km') }, { valueQuantity: ucum(value, code) });
  t.equal(above(2001, 'm'), true);
  t.equal(above(1999, 'm'), false);
  t.equal(above(3000, 'g'), false, 'a weight is above no distance');
});
