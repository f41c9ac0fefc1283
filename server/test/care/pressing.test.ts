// What a clinician must hear of at once: topics, and the ninth answer of a PHQ-9 in every way in which it is written.
// https://loinc.org/44260-8
import type {
  Observation,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  Resource,
} from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { topicOf } from '../../care/practice/pressing.ts';

const CB = 'https://throughline.example/fhir';
const ANA = { reference: 'Patient/ana-reyes' };
const topic = (code: string) => ({ coding: [{ system: `${CB}/CodeSystem/cn-query-topic`, code }] });
const form = (
  item: QuestionnaireResponseItem[],
  status: QuestionnaireResponse['status'] = 'completed',
): QuestionnaireResponse => ({ resourceType: 'QuestionnaireResponse', status, subject: ANA, item });
const ninth = (answer: object, linkId = '44260-8'): QuestionnaireResponseItem => ({
  linkId,
  answer: [answer],
});
const loinc = (code: string) => ({ valueCoding: { system: 'http://loinc.org', code } });
const finding = (value: Partial<Observation>): Observation => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '44260-8' }] },
  subject: ANA,
  ...value,
});

const CASES: readonly (readonly [what: string, resource: Resource, topic: string | undefined])[] = [
  ['a question about a bill', task('bill'), undefined],
  ['a question with a symptom', task('symptom'), 'symptom'],
  ['a crisis', task('crisis'), 'crisis'],
  ['a crisis among others', task('bill', 'symptom', 'crisis'), 'crisis'],
  ['a contact', contact({ topic: topic('symptom') }), 'symptom'],
  ['the reason of a contact', contact({ reasonCode: [{ text: 'Call' }, topic('crisis')] }), 'crisis'],
  [
    'a contact entered by mistake',
    contact({ topic: topic('crisis'), status: 'entered-in-error' }),
    undefined,
  ],
  ['a contact that did not take place', contact({ topic: topic('crisis'), status: 'not-done' }), undefined],
  ['not at all', form([ninth(loinc('LA6568-5'))]), undefined],
  ['several days', form([ninth(loinc('LA6569-3'))]), 'crisis'],
  ['more than half the days', form([ninth(loinc('LA6570-1'))]), 'crisis'],
  ['nearly every day', form([ninth(loinc('LA6571-9'))]), 'crisis'],
  ['the same while the form is filled in', form([ninth(loinc('LA6571-9'))], 'in-progress'), 'crisis'],
  ['the same, entered by mistake', form([ninth(loinc('LA6571-9'))], 'entered-in-error'), undefined],
  ['a number', form([ninth({ valueInteger: 1 })]), 'crisis'],
  ['a zero', form([ninth({ valueInteger: 0 })]), undefined],
  ['a decimal', form([ninth({ valueDecimal: 2 })]), 'crisis'],
  ['a link with a slash', form([ninth({ valueInteger: 3 }, '/44260-8')]), 'crisis'],
  ['a link with the panel', form([ninth({ valueInteger: 3 }, '/44249-1/44260-8')]), 'crisis'],
  [
    'a definition',
    form([{ ...ninth({ valueInteger: 3 }, 'q9'), definition: 'http://loinc.org/q/44260-8' }]),
    'crisis',
  ],
  ['another item', form([ninth({ valueInteger: 3 }, '144260-8')]), undefined],
  ['in a group', form([{ linkId: 'phq9', item: [ninth({ valueInteger: 1 })] }]), 'crisis'],
  [
    'below an answer',
    form([{ linkId: 'a', answer: [{ valueBoolean: true, item: [ninth({ valueInteger: 1 })] }] }]),
    'crisis',
  ],
  [
    'an option with its number',
    form([
      ninth({
        valueCoding: {
          code: 'a-few',
          extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/ordinalValue', valueDecimal: 1 }],
        },
      }),
    ]),
    'crisis',
  ],
  ['a finding by number', finding({ valueInteger: 2 }), 'crisis'],
  ['a finding of none', finding({ valueInteger: 0 }), undefined],
  ['a finding by code', finding({ valueCodeableConcept: { coding: [{ code: 'LA6570-1' }] } }), 'crisis'],
  ['a finding by quantity', finding({ valueQuantity: { value: 1 } }), 'crisis'],
  [
    'a component',
    finding({ code: { text: 'PHQ-9' }, component: [{ ...finding({}), valueInteger: 1 }] }),
    'crisis',
  ],
  ['a cancelled finding', finding({ valueInteger: 2, status: 'cancelled' }), undefined],
  ['another finding', finding({ code: { text: 'Mood' }, valueInteger: 2 }), undefined],
  ['another kind of record', { resourceType: 'Patient' }, undefined],
];

function task(...topics: string[]): Resource {
  return {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    input: topics.map((code) => ({ type: { text: 'Topic' }, valueCodeableConcept: topic(code) })),
  };
}
function contact(more: object): Resource {
  return { resourceType: 'Communication', status: 'completed', subject: ANA, ...more } as Resource;
}

t.test('what presses, and for what', async (t) => {
  for (const [what, resource, wanted] of CASES) t.equal(topicOf(resource), wanted, what);
});

t.test('any record whatever is read without failing', async () => {
  const types = fc.constantFrom('Task', 'Communication', 'QuestionnaireResponse', 'Observation', 'Basic');
  const parts = fc.record(
    {
      status: fc.string(),
      input: fc.array(fc.constant({ type: {} })),
      topic: fc.constant({}),
      item: fc.array(
        fc.record({ linkId: fc.constantFrom('44260-8', 'x'), answer: fc.array(fc.constant({})) }),
      ),
      code: fc.constantFrom({}, finding({}).code),
      component: fc.array(fc.constant({ code: {} })),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(types, parts, (resourceType, rest) => {
      topicOf({ resourceType, ...rest } as never);
    }),
  );
});
