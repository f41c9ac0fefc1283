// What forms are scored by: the weight of an answer, and sums. https://hl7.org/fhir/uv/sdc/expressions.html#fhirpath-supplements
import type { QuestionnaireResponse } from '@medplum/fhirtypes';
import t from 'tap';
import { compileFallback } from '../../../fhir/path/fallback.ts';
import { compilePath, isCompiled } from '../../../fhir/path/index.ts';

const ORDINAL = 'http://hl7.org/fhir/StructureDefinition/ordinalValue';
const weighing = (valueDecimal: number) => ({ extension: [{ url: ORDINAL, valueDecimal }] });
const RESPONSE: QuestionnaireResponse = {
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  item: [
    { linkId: 'a', answer: [{ valueCoding: { system: 's', code: 'x', ...weighing(2) } }] },
    { linkId: 'b', answer: [{ valueCoding: { system: 's', code: 'y', ...weighing(0.5) } }] },
    { linkId: 'n', answer: [{ valueInteger: 7 }] },
  ],
};
const values = (expression: string): unknown[] =>
  compilePath(expression, 'QuestionnaireResponse')(RESPONSE).map(({ value }) => value);

const CASES: readonly (readonly [expression: string, values: readonly unknown[]])[] = [
  ['item.answer.value.weight()', [2, 0.5]],
  ['item.answer.value.ordinal()', [2, 0.5]],
  ['item.answer.value.weight().sum()', [2.5]],
  ["item.where(linkId = 'n').answer.value.weight()", []],
  ["item.where(linkId = 'none').answer.value.weight().sum()", []],
  ['item.answer.value.ofType(integer).sum()', [7]],
  ['(1 | 2 | 3).sum()', [6]],
];
for (const [expression, wanted] of CASES)
  t.test(expression, async (t) => {
    t.strictSame(values(expression), wanted);
    t.ok(isCompiled(expression, 'QuestionnaireResponse'));
  });

t.test('a primitive weighs what its extension says', async (t) => {
  const item = [{ linkId: 'a', answer: [{ valueInteger: 1, _valueInteger: weighing(4) }] }];
  const evaluate = compilePath('item.answer.value.weight()', 'QuestionnaireResponse');
  t.strictSame(
    evaluate({ ...RESPONSE, item }).map(({ value }) => value),
    [4],
  );
});

t.test('fhirpath.js gives the same', async (t) => {
  for (const expression of ['(1 | 2 | 3).sum()', "item.where(linkId != 'n').answer.value.weight().sum()"]) {
    const [one] = compileFallback(expression, 'QuestionnaireResponse')(RESPONSE, RESPONSE);
    t.equal(one!.value, values(expression)[0], expression);
  }
});
