// Each invariant that a plain function checks: what keeps it, and what breaks it and where.
// https://hl7.org/fhir/R4/datatypes.html · https://hl7.org/fhir/R4/domainresource.html
import t from 'tap';
import { NATIVE } from '../../../validation/invariant/native.ts';
import type { Json } from '../../../validation/run.ts';
import { brokenBy, issuesOf } from './run.ts';

interface Examples {
  /** Resources that keep the invariant. */
  readonly keep: readonly Json[];
  /** Resources that break it, with the expression that the issue names. */
  readonly break: readonly (readonly [resource: Json, expression: string])[];
}

const UCUM = 'http://unitsofmeasure.org';
const encounter = (period: Json) => ({ resourceType: 'Encounter', period });
const withExtension = (value: Json) => ({
  resourceType: 'Basic',
  extension: [{ url: 'http://x.example/e', ...value }],
});
const patient = (...contained: Json[]) => ({ resourceType: 'Patient', contained });
const organization = (more: Json = {}) => ({ resourceType: 'Organization', id: 'o1', name: 'A', ...more });
const manager = { managingOrganization: { reference: '#o1' } };
const coding = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });
const observation = (more: Json) => ({
  resourceType: 'Observation',
  status: 'final',
  code: coding('a'),
  ...more,
});
const element = (path: string, more: Json = {}) => ({
  id: path,
  path,
  definition: 'x',
  min: 0,
  max: '1',
  base: { path, min: 0, max: '1' },
  ...more,
});
const structure = (more: Json) => ({
  resourceType: 'StructureDefinition',
  url: 'http://x.example/sd',
  name: 'X',
  kind: 'resource',
  type: 'Task',
  abstract: false,
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Task',
  derivation: 'constraint',
  ...more,
});
const snapshot = (...paths: string[]) =>
  structure({ snapshot: { element: paths.map((path) => element(path)) } });
const differential = (...paths: string[]) =>
  structure({ differential: { element: paths.map((path) => ({ id: path, path })) } });
const guide = (more: Json) => ({
  resourceType: 'ImplementationGuide',
  name: 'X',
  fhirVersion: ['4.0.1'],
  ...more,
});
const prediction = (low: Json) => ({
  resourceType: 'RiskAssessment',
  prediction: [{ probabilityRange: { low } }],
});

const EXAMPLES: Readonly<Record<string, Examples>> = {
  'per-1': {
    keep: [
      encounter({ start: '2026-01-05', end: '2026-01-05' }),
      encounter({ start: '2026-01-05T23:00:00Z', end: '2026-01-05T18:30:00-05:00' }),
      encounter({ start: '2026', end: '2026-01' }),
      encounter({ start: '2026-01-05' }),
      encounter({ _start: { id: 'a' }, end: '2026-01-05' }),
    ],
    break: [
      [encounter({ start: '2026-01-06', end: '2026-01-05' }), 'Encounter.period'],
      [encounter({ start: '2026-01-05T18:30:00-05:00', end: '2026-01-05T23:00:00Z' }), 'Encounter.period'],
      [encounter({ start: '2026-02', end: '2026-01-31' }), 'Encounter.period'],
      [withExtension({ valuePeriod: { start: '2026', end: '2025' } }), 'Basic.extension[0].value'],
    ],
  },
  'qty-3': {
    keep: [
      withExtension({ valueQuantity: { value: 1, unit: 'mg' } }),
      withExtension({ valueQuantity: { value: 1, system: UCUM, code: 'mg' } }),
    ],
    break: [
      [withExtension({ valueQuantity: { value: 1, code: 'mg' } }), 'Basic.extension[0].value'],
      [withExtension({ valueRange: { low: { value: 1, code: 'mg' } } }), 'Basic.extension[0].value.low'],
    ],
  },
  'rng-2': {
    keep: [
      withExtension({ valueRange: { low: { value: 1 }, high: { value: 1 } } }),
      withExtension({ valueRange: { low: { value: 2, unit: 'g' }, high: { value: 1, unit: 'kg' } } }),
      withExtension({ valueRange: { low: { value: 2 } } }),
    ],
    break: [
      [
        withExtension({
          valueRange: {
            low: { value: 2, system: UCUM, code: 'g' },
            high: { value: 1, system: UCUM, code: 'g' },
          },
        }),
        'Basic.extension[0].value',
      ],
    ],
  },
  'cnt-3': {
    keep: [withExtension({ valueCount: { value: 3, system: UCUM, code: '1' } })],
    break: [
      [withExtension({ valueCount: { value: 3 } }), 'Basic.extension[0].value'],
      [withExtension({ valueCount: { value: 3.5, system: UCUM, code: '1' } }), 'Basic.extension[0].value'],
      [withExtension({ valueCount: { value: 3, system: UCUM, code: 'mg' } }), 'Basic.extension[0].value'],
    ],
  },
  'ras-1': {
    keep: [
      prediction({ value: 20, system: UCUM, code: '%' }),
      { resourceType: 'RiskAssessment', prediction: [{ probabilityDecimal: 20 }] },
    ],
    break: [
      [prediction({ value: 20, system: UCUM, code: 'mg' }), 'RiskAssessment.prediction[0].probability'],
      [prediction({ value: 20 }), 'RiskAssessment.prediction[0].probability'],
    ],
  },
  'dom-3': {
    keep: [
      { ...patient(organization()), ...manager },
      patient(organization({ partOf: { reference: '#' } })),
      {
        resourceType: 'Questionnaire',
        contained: [{ resourceType: 'ValueSet', id: 'v', status: 'draft' }],
        item: [{ linkId: '1', type: 'choice', answerValueSet: '#v' }],
      },
    ],
    break: [
      [patient(organization()), 'Patient'],
      [{ ...patient(organization(), organization({ id: 'o2' })), ...manager }, 'Patient'],
    ],
  },
  'dom-4': {
    keep: [{ ...patient(organization({ meta: { profile: ['http://x.example/p'] } })), ...manager }],
    break: [
      [{ ...patient(organization({ meta: { versionId: '1' } })), ...manager }, 'Patient'],
      [
        { ...patient(organization({ meta: { lastUpdated: '2026-01-05T10:00:00Z' } })), ...manager },
        'Patient',
      ],
    ],
  },
  'dom-5': {
    keep: [{ ...patient(organization({ meta: { tag: [{ code: 'a' }] } })), ...manager }],
    break: [[{ ...patient(organization({ meta: { security: [{ code: 'R' }] } })), ...manager }, 'Patient']],
  },
  'obs-7': {
    keep: [
      observation({ component: [{ code: coding('a') }] }),
      observation({ valueString: 'x', component: [{ code: coding('b') }] }),
      observation({ valueString: 'x', component: [{ code: { text: 'a' } }] }),
    ],
    break: [
      [
        observation({ valueString: 'x', component: [{ code: coding('b') }, { code: coding('a') }] }),
        'Observation',
      ],
    ],
  },
  'csd-1': {
    keep: [{ resourceType: 'CodeSystem', concept: [{ code: 'a', concept: [{ code: 'b' }] }] }],
    break: [
      [{ resourceType: 'CodeSystem', concept: [{ code: 'a' }, { code: 'a' }] }, 'CodeSystem'],
      [{ resourceType: 'CodeSystem', concept: [{ code: 'a', concept: [{ code: 'a' }] }] }, 'CodeSystem'],
    ],
  },
  'que-2': {
    keep: [
      {
        resourceType: 'Questionnaire',
        item: [{ linkId: '1', type: 'group', item: [{ linkId: '1.1', type: 'string' }] }],
      },
    ],
    break: [
      [
        {
          resourceType: 'Questionnaire',
          item: [{ linkId: '1', type: 'group', item: [{ linkId: '1', type: 'string' }] }],
        },
        'Questionnaire',
      ],
    ],
  },
  'ig-1': {
    keep: [guide({ definition: { grouping: [{ id: 'g' }], resource: [{ groupingId: 'g' }, {}] } })],
    break: [
      [
        guide({ definition: { grouping: [{ id: 'g' }], resource: [{ groupingId: 'h' }] } }),
        'ImplementationGuide.definition',
      ],
    ],
  },
  'ig-2': {
    keep: [guide({ definition: { resource: [{ fhirVersion: ['4.0.1'] }, {}] } })],
    break: [
      [guide({ definition: { resource: [{ fhirVersion: ['4.0.1', '3.0.2'] }] } }), 'ImplementationGuide'],
    ],
  },
  'eld-2': {
    keep: [structure({ differential: { element: [{ id: 'Task', path: 'Task', min: 2, max: '10' }] } })],
    break: [
      [
        structure({ differential: { element: [{ id: 'Task', path: 'Task', min: 10, max: '2' }] } }),
        'StructureDefinition.differential.element[0]',
      ],
    ],
  },
  'sdf-8': {
    keep: [snapshot('Task', 'Task.status')],
    break: [
      [snapshot('Task', 'Patient.name'), 'StructureDefinition.snapshot'],
      [snapshot('Patient', 'Patient.name'), 'StructureDefinition.snapshot'],
    ],
  },
  'sdf-8a': {
    keep: [differential('Task', 'Task.status'), differential('Task.status', 'Task.owner')],
    break: [[differential('Task.status', 'Patient.name'), 'StructureDefinition.differential']],
  },
};

for (const [key, examples] of Object.entries(EXAMPLES)) {
  t.test(`${key} holds for what keeps it, and names what breaks it`, async (t) => {
    for (const resource of examples.keep)
      t.notOk(
        brokenBy(resource).find((broken) => broken.startsWith(`${key} `)),
        JSON.stringify(resource).slice(0, 120),
      );
    for (const [resource, expression] of examples.break) {
      const found = issuesOf(resource).filter(({ details }) => details?.coding?.[0]?.code === key);
      t.equal(found.length, 1, JSON.stringify(resource).slice(0, 120));
      t.match(found[0], { severity: 'error', code: 'invariant', expression: [expression] });
      t.match(found[0]?.diagnostics, /\.$/, 'a sentence');
    }
  });
}

t.test('every native check has its examples here', async (t) => {
  t.strictSame(Object.keys(EXAMPLES).sort(), Object.keys(NATIVE).sort());
});
