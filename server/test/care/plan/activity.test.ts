// ActivityDefinition/$apply, clause by clause: the request of its kind, a draft with its elements, then its dynamic values.
// https://hl7.org/fhir/R4/activitydefinition-operation-apply.html
import type { ActivityDefinition, Encounter, Practitioner, Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { applyActivity } from '../../../care/plan/activity.ts';
import { FhirError } from '../../../fhir/errors.ts';
import { createValidator, loadDefinitions } from '../../../validation/index.ts';
import { givenFor, NOW, refusal, sourcesOf } from './sources.ts';

const code = { text: 'What it is' };
const definition = (
  kind: string | undefined,
  more: Partial<ActivityDefinition> = {},
): ActivityDefinition => ({
  resourceType: 'ActivityDefinition',
  url: 'https://x.example/a',
  version: '2',
  status: 'active',
  ...(kind && { kind: kind as 'Task' }),
  title: 'Title',
  code,
  ...more,
});
const encounter: Encounter = {
  resourceType: 'Encounter',
  id: 'e',
  status: 'finished',
  class: { code: 'AMB' },
};
const practitioner: Practitioner = { resourceType: 'Practitioner', id: 'd' };
const given = givenFor({ encounter, practitioner });
// biome-ignore lint/suspicious/noExplicitAny: tests look into any resource
const apply = (one: ActivityDefinition): Promise<any> => applyActivity(one, given, sourcesOf());
const fhirpath = (expression: string) => ({ language: 'text/fhirpath' as const, expression });

t.test('each kind that is offered makes a draft for the subject that R4 takes as valid', async (t) => {
  const { validate } = createValidator(
    loadDefinitions(new URL('../../../../profiles/definitions/', import.meta.url)),
  );
  const kinds: Record<string, Partial<ActivityDefinition>> = {
    Appointment: {},
    CarePlan: { intent: 'plan' },
    CommunicationRequest: { description: 'Call.' },
    DeviceRequest: {},
    MedicationRequest: { productCodeableConcept: code, dosage: [{ text: 'Once.' }] },
    NutritionOrder: {},
    ServiceRequest: { timingTiming: { repeat: { frequency: 1 } }, bodySite: [code] },
    SupplyRequest: { quantity: { value: 2 } },
    Task: {},
  };
  for (const [kind, more] of Object.entries(kinds)) {
    const made = await apply(definition(kind, more));
    t.equal(made.resourceType, kind);
    t.strictSame(
      validate(made).filter(({ severity }) => severity === 'error'),
      [],
      kind,
    );
    t.match(JSON.stringify(made), /"Patient\/p"/, `${kind} is about the subject`);
  }
});

t.test('a kind that is not offered, and none, are refused', async (t) => {
  for (const kind of ['Contract', 'Claim', 'VisionPrescription', undefined])
    t.match(await refusal(apply(definition(kind))), { status: 422 }, kind ?? 'none');
});

t.test(
  'the request is a draft, linked to its definition, and a proposal unless an intent is stated',
  async (t) => {
    const made = await apply(definition('ServiceRequest', { priority: 'urgent', doNotPerform: true }));
    t.match(made, {
      status: 'draft',
      intent: 'proposal',
      priority: 'urgent',
      doNotPerform: true,
      instantiatesCanonical: ['https://x.example/a|2'],
      subject: { reference: 'Patient/p' },
      encounter: { reference: 'Encounter/e' },
      requester: { reference: 'Practitioner/d' },
      authoredOn: NOW.toISOString(),
      code,
    });
    t.equal((await apply(definition('Task', { intent: 'order' }))).intent, 'order');
  },
);

t.test('a task is due when its timing says, is for those roles, and says what is to be done', async (t) => {
  const made = await apply(
    definition('Task', {
      description: 'Do it.',
      profile: 'https://x.example/profile',
      timingDuration: { value: 2, code: 'd' },
      participant: [{ type: 'practitioner', role: { text: 'Nurse' } }],
    }),
  );
  t.strictSame(made.restriction, { period: { end: '2026-03-04T17:00:00.000Z' } });
  t.strictSame(made.performerType, [{ text: 'Nurse' }]);
  t.equal(made.description, 'Do it.');
  t.strictSame(made.meta, { profile: ['https://x.example/profile'] });
  t.strictSame(made.for, { reference: 'Patient/p' });
});

t.test('what a request cannot do without has to be in the definition', async (t) => {
  t.match(await refusal(apply(definition('SupplyRequest'))), { status: 422 });
  const { code: _code, ...bare } = definition('MedicationRequest');
  t.match(await refusal(apply(bare as ActivityDefinition)), { status: 422 });
});

t.test('dynamic values are evaluated in their order, with the parameters as variables', async (t) => {
  const made = await apply(
    definition('Task', {
      dynamicValue: [
        { path: 'description', expression: fhirpath("'Born ' + %subject.birthDate.toString()") },
        { path: 'Task.note[0].text', expression: fhirpath('%encounter.status') },
        { path: 'note[1].text', expression: fhirpath("'second'") },
        { path: 'description', expression: fhirpath("'At ' + %start") },
        { path: 'statusReason.text', expression: fhirpath('%organization.name') },
        { path: 'input[0].value', expression: fhirpath('3') },
        { path: 'input[0].type.text', expression: fhirpath("'count'") },
        { path: 'performerType', expression: fhirpath('%setting') },
      ],
    }),
  );
  t.equal(made.description, `At ${NOW.toISOString()}`, 'the later stands');
  t.strictSame(made.note, [{ text: 'finished' }, { text: 'second' }]);
  t.notOk(made.statusReason, 'nothing is set from nothing');
  t.strictSame(made.input, [{ valueInteger: 3, type: { text: 'count' } }]);
});

t.test('dynamic values that do not fit are refused', async (t) => {
  const bad: [string, string][] = [
    ['nothing', "'x'"],
    ['description', '%subject'],
    ['note', "'x'"],
    ['note[2].text', "'x'"],
    ['description', "'a' | 'b'"],
    ['description.where(true)', "'x'"],
    ['description', '%nobody'],
    ['description', '1 +'],
    ['__proto__.x', "'x'"],
    ['constructor', "'x'"],
  ];
  for (const [path, expression] of bad) {
    const error = await apply(
      definition('Task', { dynamicValue: [{ path, expression: fhirpath(expression) }] }),
    ).catch((reason: unknown) => reason);
    t.ok(error instanceof FhirError && [400, 422].includes(error.status), `${path} = ${expression}`);
  }
});

t.test('CQL, a library and a transform are refused, each with what to do', async (t) => {
  const cql = { language: 'text/cql' as const, expression: 'x' };
  t.match(
    String(
      await refusal(apply(definition('Task', { dynamicValue: [{ path: 'description', expression: cql }] }))),
    ),
    /text\/cql/,
  );
  const library = { language: 'text/fhirpath' as const, reference: 'https://x.example/l', expression: 'x' };
  t.match(
    String(
      await refusal(
        apply(definition('Task', { dynamicValue: [{ path: 'description', expression: library }] })),
      ),
    ),
    /library/,
  );
  t.match(
    String(await refusal(apply(definition('Task', { transform: 'https://x.example/m' })))),
    /StructureMap/,
  );
});

t.test('the subject is the one of the type that the definition names', async (t) => {
  const location: Resource = { resourceType: 'Location', id: 'l' };
  const subjects = new Map([...given.subjects, ['Location', location]]);
  const asked = definition('ServiceRequest', {
    subjectCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Location' }] },
  });
  const made = await applyActivity(asked, { ...given, subjects }, sourcesOf());
  t.match(made, { subject: { reference: 'Location/l' } });
  t.match(await refusal(apply(asked)), { status: 422 });
});
