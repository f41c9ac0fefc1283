// Observations and barriers out of forms, by what their items say; and whatever is answered, nothing throws.
// https://hl7.org/fhir/uv/sdc/extraction.html#observation-based-extraction
import type { Questionnaire, QuestionnaireItem, QuestionnaireResponseItem } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { namedBarriers } from '../../../care/questionnaire/barrier.ts';
import { checkResponse } from '../../../care/questionnaire/check.ts';
import { extracted } from '../../../care/questionnaire/extract.ts';
import { REPORTS } from '../../../care/questionnaire/report/index.ts';
import { createValidator, loadDefinitions } from '../../../validation/index.ts';
import { answered, form, forms, howOften, PHQ9 } from './forms.ts';

const NOW = new Date('2026-03-05T10:00:00Z');
const EXTRACT = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract';
const as = (value: string | boolean) => ({
  extension: [
    { url: EXTRACT, ...(typeof value === 'string' ? { valueCode: value } : { valueBoolean: value }) },
  ],
});
const coded = (code: string) => ({ linkId: code, code: [{ system: 'http://x.example', code }] });
const formOf = (item: QuestionnaireItem[], others: Partial<Questionnaire> = {}): Questionnaire => ({
  resourceType: 'Questionnaire',
  status: 'active',
  item,
  ...others,
});
const summary = (questionnaire: Questionnaire, item: QuestionnaireResponseItem[]) =>
  extracted(questionnaire, answered(questionnaire, {}, { item }), NOW).map(
    ({ key, observation, members }) => ({
      key,
      ...(members.length && { members }),
      ...Object.fromEntries(Object.entries(observation).filter(([name]) => /^value|^component/.test(name))),
    }),
  );

t.test('each type of answer becomes the value that carries it', async (t) => {
  const cases = [
    ['integer', { valueInteger: 3 }, { valueInteger: 3 }],
    [
      'decimal',
      { valueDecimal: 1.5 },
      { valueQuantity: { value: 1.5, system: 'http://unitsofmeasure.org', code: '1' } },
    ],
    ['boolean', { valueBoolean: false }, { valueBoolean: false }],
    ['text', { valueString: 'x' }, { valueString: 'x' }],
    ['url', { valueUri: 'http://x' }, { valueString: 'http://x' }],
    ['date', { valueDate: '2026-01' }, { valueDateTime: '2026-01' }],
    ['time', { valueTime: '10:00:00' }, { valueTime: '10:00:00' }],
    ['quantity', { valueQuantity: { value: 2, unit: 'kg' } }, { valueQuantity: { value: 2, unit: 'kg' } }],
    ['choice', { valueCoding: { code: 'a' } }, { valueCodeableConcept: { coding: [{ code: 'a' }] } }],
  ] as const;
  for (const [type, answer, wanted] of cases) {
    const questionnaire = formOf([{ ...coded('q'), type, ...as(true) }]);
    t.strictSame(
      summary(questionnaire, [{ linkId: 'q', answer: [answer as never] }]),
      [{ key: 'q', ...wanted }],
      type,
    );
  }
  const reference = formOf([{ ...coded('q'), type: 'reference', ...as(true) }]);
  const answer = [{ valueReference: { reference: 'Patient/1' } }];
  t.strictSame(summary(reference, [{ linkId: 'q', answer }]), [], 'no value carries a reference');
});

t.test('what has no code, is not asked, or says no, is not extracted', async (t) => {
  const integer = { type: 'integer' as const };
  const questionnaire = formOf(
    [
      { linkId: 'plain', ...integer },
      { ...coded('no'), ...integer, ...as(false) },
      { ...coded('yes'), ...integer },
      { ...coded('off'), ...integer, enableWhen: [{ question: 'yes', operator: '>', answerInteger: 5 }] },
    ],
    as(true),
  );
  const item = ['plain', 'no', 'yes', 'off'].map((linkId) => ({ linkId, answer: [{ valueInteger: 1 }] }));
  t.strictSame(
    summary(questionnaire, item),
    [{ key: 'yes', valueInteger: 1 }],
    'the form itself says that all are',
  );
});

t.test('members, components and several answers keep their keys', async (t) => {
  const questionnaire = formOf([
    {
      ...coded('panel'),
      type: 'group',
      repeats: true,
      ...as(true),
      item: [
        { ...coded('m'), type: 'integer', repeats: true, ...as('member') },
        { ...coded('c'), type: 'string', ...as('component') },
        { ...coded('i'), type: 'string', ...as(true) },
      ],
    },
  ]);
  const group = {
    linkId: 'panel',
    item: [
      { linkId: 'm', answer: [{ valueInteger: 1 }, { valueInteger: 2 }] },
      { linkId: 'c', answer: [{ valueString: 'x' }] },
      { linkId: 'i', answer: [{ valueString: 'y' }] },
    ],
  };
  const component = [{ code: { coding: [{ system: 'http://x.example', code: 'c' }] }, valueString: 'x' }];
  t.strictSame(summary(questionnaire, [group, { linkId: 'panel' }]), [
    { key: 'panel[0]', members: ['panel[0]/m', 'panel[0]/m#1'], component },
    { key: 'panel[0]/m', valueInteger: 1 },
    { key: 'panel[0]/m#1', valueInteger: 2 },
    { key: 'panel[0]/i', valueString: 'y' },
  ]);
});

t.test('what a form extracts is valid, and carries the labels of the response', async (t) => {
  const validator = createValidator(
    loadDefinitions(new URL('../../../../profiles/definitions/', import.meta.url)),
  );
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }];
  const response = answered(form('cn-q-phq9'), howOften(PHQ9, [1]), {
    id: 'r1',
    meta: { security },
    subject: { reference: 'Patient/1' },
    author: { reference: 'Device/1' },
    source: { reference: 'Patient/1' },
  });
  const found = extracted(form('cn-q-phq9'), response, NOW);
  t.equal(found.length, 11);
  for (const { observation, key } of found) {
    t.strictSame(
      validator.validate(observation).filter(({ severity }) => severity === 'error'),
      [],
      key,
    );
    t.strictSame(observation.meta, { security });
    t.strictSame(observation.performer, [{ reference: 'Patient/1' }], 'a device performs nothing');
    t.strictSame(observation.derivedFrom, [{ reference: 'QuestionnaireResponse/r1' }]);
  }
});

t.test('a barrier is named by yes, and help with it by yes', async (t) => {
  const barriers = (answers: Parameters<typeof answered>[1]) =>
    namedBarriers(form('cn-q-navigator-barriers'), answered(form('cn-q-navigator-barriers'), answers));
  t.strictSame(barriers({ transport: 'Y', food: 'N', housing: 'UNK' }), [
    { type: 'transport', wantsHelp: false },
  ]);
  t.strictSame(barriers({ transport: 'Y', 'transport-help': true, legal: 'Y', 'legal-help': false }), [
    { type: 'transport', wantsHelp: true },
    { type: 'legal', wantsHelp: false },
  ]);
  t.strictSame(barriers({ housing: 'UNK', 'housing-help': true }), [], 'who is not sure has not named one');
});

const anAnswer = fc.oneof(
  fc.record({ valueInteger: fc.integer() }),
  fc.record({ valueDecimal: fc.double({ noNaN: true }) }),
  fc.record({ valueString: fc.string() }),
  fc.record({ valueBoolean: fc.boolean() }),
  fc.record({
    valueCoding: fc.record({
      system: fc.constant('http://loinc.org'),
      code: fc.constantFrom('LA6568-5', 'LA6571-9', 'x'),
    }),
  }),
  fc.constant({ valueCoding: { system: 'http://terminology.hl7.org/CodeSystem/v2-0532', code: 'Y' } }),
  fc.constant({ valueQuantity: {} }),
  fc.constant({ valueReference: {} }),
  fc.constant({}),
);
const linkIds = [...forms.values()].flatMap(
  ({ item }) => JSON.stringify(item).match(/(?<="linkId":")[^"]+/g) ?? [],
);
const { items } = fc.letrec<{ items: QuestionnaireResponseItem[] }>((tie) => ({
  items: fc.array(
    fc.record(
      {
        linkId: fc.constantFrom(...linkIds, 'unknown'),
        answer: fc.array(anAnswer, { maxLength: 2 }),
        item: fc.oneof({ maxDepth: 3 }, fc.constant([]), tie('items')),
      },
      { requiredKeys: ['linkId'] },
    ) as fc.Arbitrary<QuestionnaireResponseItem>,
    { maxLength: 6 },
  ),
}));

t.test(
  'whatever is answered, holding it against its form, extraction and reports give an answer',
  async (t) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...forms.values()),
        items,
        fc.constantFrom('completed', 'in-progress'),
        (questionnaire, item, status) => {
          const response = answered(questionnaire, {}, { item, status: status as 'completed' });
          checkResponse(questionnaire, response);
          namedBarriers(questionnaire, response);
          const keys = extracted(questionnaire, response, NOW).map(({ key }) => key);
          for (const make of REPORTS.values()) make(questionnaire, response, 'es');
          return keys.every((key) => key.length > 0);
        },
      ),
      { numRuns: 500 },
    );
    t.pass('500 responses');
  },
);

t.test('what is answered as the form offers is what the form allows', async (t) => {
  const phq9 = form('cn-q-phq9');
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 9, maxLength: 9 }), (weights) => {
      const response = answered(phq9, howOften(PHQ9, weights));
      const total = extracted(phq9, response, NOW).find(({ key }) => key.endsWith('44261-6'));
      return (
        !checkResponse(phq9, response).length &&
        total?.observation.valueInteger === weights.reduce((a, b) => a + b)
      );
    }),
  );
  t.pass('any nine answers');
});
