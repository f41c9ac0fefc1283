// The patient compartment. https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import t from 'tap';
import { compartmentParameters, confinement } from '../../fhir/compartment.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import parameters from '../../fhir/r4/search-parameters.json' with { type: 'json' };

t.test(
  'Each type of the compartment is reached by search parameters that it has, all of them references',
  async (t) => {
    const table = parameters as unknown as Record<string, { code: string; type: string }[]>;
    const types = Object.entries(compartmentParameters);
    t.equal(types.length, 67, 'as many types as the definition lists');
    for (const [type, codes] of types) {
      t.ok(resourceTypes.has(type), type);
      t.ok(codes.length > 0, `${type} has parameters`);
      for (const code of codes)
        t.equal(
          table[type]!.find((parameter) => parameter.code === code)?.type,
          'reference',
          `${type}.${code}`,
        );
    }
  },
);

t.test('Types are confined to the compartment, shared, or out of reach', async (t) => {
  const of = (kind: string) => [...resourceTypes].filter((type) => confinement(type) === kind);
  for (const type of ['Patient', 'Task', 'Observation', 'Coverage', 'Provenance', 'AuditEvent', 'Schedule'])
    t.equal(confinement(type), 'compartment', type);
  for (const type of ['Practitioner', 'Organization', 'Location', 'Questionnaire', 'ValueSet'])
    t.equal(confinement(type), 'shared', type);
  t.equal(confinement('Group'), 'none', 'a group names other patients beside the one of the chart');
  for (const type of [
    'Subscription',
    'Bundle',
    'Binary',
    'Parameters',
    'OperationOutcome',
    'Nothing',
    'constructor',
    '__proto__',
  ])
    t.equal(confinement(type), 'none', type);
  t.same(
    of('shared').filter((type) => Object.hasOwn(compartmentParameters, type)),
    [],
    'no type of the compartment is shared',
  );
  t.equal(of('compartment').length + of('shared').length + of('none').length, resourceTypes.size);
});
