// Snapshots made from differentials: https://hl7.org/fhir/R4/profiling.html#snapshot
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import t from 'tap';
import { compactDefinition, compactElement } from '../../../validation/definition/compact.ts';
import { createDefinitions } from '../../../validation/definition/index.ts';
import { readArchive } from '../../../validation/definition/read-archive.ts';
import { readR4Definitions } from '../../../validation/definition/read-r4.ts';
import { makeSnapshot } from '../../../validation/definition/snapshot.ts';
import { profile } from './archives.ts';

const r4 = readR4Definitions();
const CORE = 'http://hl7.org/fhir/StructureDefinition/';
const URL_HERE = 'http://example.org/StructureDefinition/p';

const definition = (type: string, element: object[], more: object = {}): StructureDefinition =>
  ({
    ...profile(URL_HERE, '1'),
    type,
    baseDefinition: CORE + type,
    differential: { element },
    ...more,
  }) as unknown as StructureDefinition;

/** The snapshot of a profile of `type` by element id; undefined when there is none. */
function snapshotOf(type: string, element: object[], more: object = {}) {
  const own = [definition(type, element, more)];
  const list = createDefinitions({ own, r4 }).structure(URL_HERE)?.snapshot?.element;
  return list && new Map(list.map((one) => [one.id!, one]));
}

t.test('what a differential says replaces what the base says, and the rest stays', async (t) => {
  const made = snapshotOf('Patient', [
    { path: 'Patient.birthDate', min: 1, mustSupport: true },
    { path: 'Patient.gender', binding: { strength: 'required', valueSet: 'http://example.org/ValueSet/g' } },
  ]);
  const base = r4(`${CORE}Patient`)!.snapshot!.element!;
  t.equal(made?.size, base.length);
  t.match(made?.get('Patient.birthDate'), { min: 1, max: '1', mustSupport: true, type: [{ code: 'date' }] });
  t.match(made?.get('Patient.gender')?.binding, { valueSet: 'http://example.org/ValueSet/g' });
  t.equal(base.find(({ id }) => id === 'Patient.birthDate')?.min, 0, 'the base is as it was');
});

t.test('the elements of a datatype are put in where a differential constrains below it', async (t) => {
  const made = snapshotOf('Patient', [{ path: 'Patient.name.period.start', min: 1 }]);
  t.match(made?.get('Patient.name.period.start'), { min: 1, base: { path: 'Period.start' } });
  t.match(made?.get('Patient.name.given'), { max: '*', type: [{ code: 'string' }] });
  t.notOk(made?.has('Patient.address.line'));
  const ids = [...made!.keys()];
  t.ok(ids.indexOf('Patient.name.period.start') < ids.indexOf('Patient.telecom'), 'in their place');
});

t.test('a slice has the type and the children of what it slices, and may be missing', async (t) => {
  const made = snapshotOf('Observation', [
    {
      path: 'Observation.component',
      slicing: { discriminator: [{ type: 'pattern', path: 'code' }], rules: 'open' },
      min: 2,
    },
    { path: 'Observation.component', sliceName: 'systolic', max: '1' },
    { path: 'Observation.component.code', patternCodeableConcept: { text: 's' } },
    { path: 'Observation.component', sliceName: 'diastolic', min: 1 },
  ]);
  t.match(made?.get('Observation.component'), { min: 2, max: '*' });
  const systolic = made?.get('Observation.component:systolic');
  t.match(systolic, { sliceName: 'systolic', path: 'Observation.component', min: 0, max: '1' });
  t.equal(systolic?.slicing, undefined);
  t.match(made?.get('Observation.component:systolic.code'), { patternCodeableConcept: { text: 's' } });
  t.equal(made?.get('Observation.component:diastolic.code')?.patternCodeableConcept, undefined);
  t.match(made?.get('Observation.component:diastolic'), { min: 1, max: '*' });
  const ids = [...made!.keys()].filter((id) => /component(:\w+)?$/.test(id));
  t.strictSame(ids, [
    'Observation.component',
    'Observation.component:systolic',
    'Observation.component:diastolic',
  ]);
});

t.test('an extension slice is told apart by its url without a word', async (t) => {
  const url = 'http://example.org/StructureDefinition/e';
  const made = snapshotOf('Patient', [
    {
      id: 'Patient.extension:e',
      path: 'Patient.extension',
      sliceName: 'e',
      min: 1,
      type: [{ code: 'Extension', profile: [url] }],
    },
  ]);
  t.match(made?.get('Patient.extension')?.slicing, {
    discriminator: [{ type: 'value', path: 'url' }],
    rules: 'open',
  });
  t.match(made?.get('Patient.extension:e'), { min: 1, max: '*', type: [{ profile: [url] }] });
});

t.test('valueQuantity is the slice of a choice for that type', async (t) => {
  const made = snapshotOf('Observation', [{ path: 'Observation.valueQuantity.unit', min: 1 }]);
  t.match(made?.get('Observation.value[x]')?.slicing, { discriminator: [{ type: 'type', path: '$this' }] });
  t.match(made?.get('Observation.value[x]:valueQuantity'), {
    min: 0,
    max: '1',
    type: [{ code: 'Quantity' }],
  });
  t.match(made?.get('Observation.value[x]:valueQuantity.unit'), { min: 1 });
});

t.test('a choice is narrowed by naming its types', async (t) => {
  const made = snapshotOf('Observation', [{ path: 'Observation.value[x]', type: [{ code: 'string' }] }]);
  t.strictSame(made?.get('Observation.value[x]')?.type, [{ code: 'string' }]);
});

t.test('what a contentReference names gives the children of the element that has it', async (t) => {
  const made = snapshotOf('Questionnaire', [{ path: 'Questionnaire.item.item.linkId', maxLength: 5 }]);
  t.match(made?.get('Questionnaire.item.item.linkId'), { min: 1, maxLength: 5 });
  t.equal(made?.get('Questionnaire.item.linkId')?.maxLength, undefined);
});

t.test('invariants come on top of those of the base', async (t) => {
  const constraint = [{ key: 'x-1', severity: 'error', human: 'x', expression: 'true' }];
  const made = snapshotOf('Patient', [
    { path: 'Patient', constraint },
    { path: 'Patient.contact', constraint },
  ]);
  t.strictSame(
    made?.get('Patient.contact')?.constraint?.map(({ key }) => key),
    ['pat-1', 'x-1'],
  );
  t.ok(made?.get('Patient')?.constraint?.some(({ key }) => key === 'dom-2'));
});

t.test('a profile on a profile begins with what the first one says', async (t) => {
  const base = { ...definition('Patient', [{ path: 'Patient.name', min: 1 }]), url: `${URL_HERE}/base` };
  const own = [
    definition('Patient', [{ path: 'Patient.gender', min: 1 }], { baseDefinition: base.url }),
    base,
  ];
  const list = createDefinitions({ own, r4 }).structure(URL_HERE)!.snapshot!.element!;
  for (const id of ['Patient.name', 'Patient.gender']) t.equal(list.find((one) => one.id === id)?.min, 1, id);
});

t.test('a specialization of its own type is a profile, one of another type is none', async (t) => {
  const element = [{ path: 'Patient.gender', min: 1 }];
  const made = snapshotOf('Patient', element, { derivation: 'specialization' });
  t.equal(made?.get('Patient.gender')?.min, 1);
  const more = { derivation: 'specialization', type: 'Animal', kind: 'logical' };
  t.equal(snapshotOf('Patient', element, more), undefined);
});

t.test('what cannot be made leaves a definition without a snapshot, and never throws', async (t) => {
  const wrong: Record<string, [object[], object?]> = {
    'an element that is not there': [[{ path: 'Patient.nose', min: 1 }]],
    'an element below a choice of many types': [
      [{ path: 'Observation.value[x].unit' }],
      { type: 'Observation', baseDefinition: `${CORE}Observation` },
    ],
    'a base that is not known': [[], { baseDefinition: 'http://example.org/StructureDefinition/none' }],
    'a base that is the profile itself': [[], { baseDefinition: URL_HERE }],
  };
  for (const [name, [element, more]] of Object.entries(wrong)) {
    const own = [definition('Patient', element, more)];
    const found = createDefinitions({ own, r4 }).structure(URL_HERE);
    t.equal(found?.url, URL_HERE, name);
    t.equal(found?.snapshot, undefined, name);
  }
});

/** Parts that publishers write differently though they say the same; mustSupport says nothing that is checked. */
const comparable = (element: ElementDefinition) => {
  const { constraint, contentReference, slicing, mustSupport: _, ...rest } = compactElement(element);
  return {
    ...rest,
    constraint: (constraint ?? []).map(({ key }) => key).sort(),
    contentReference: contentReference?.replace(/.*#/, '#'),
    slicing: slicing && { ...slicing, description: undefined, ordered: slicing.ordered ?? false },
  };
};

/** Whether a made element may stand for a published one. */
type Allowed = (
  made: ElementDefinition,
  published: ElementDefinition,
  list: readonly ElementDefinition[],
) => boolean;

const isSame: Allowed = (made, published) => isDeepStrictEqual(comparable(made), comparable(published));

/** SUSHI also copies into slices what the differential says of the unsliced element, which holds for them anyway. */
const saidOfUnsliced: Allowed = (made, published, list) => {
  const unsliced = list.find(({ id }) => id === published.id!.replace(/:[^.]+/g, ''));
  const [ours, theirs, general] = [made, published, unsliced ?? published].map(
    (element) => comparable(element) as Record<string, unknown>,
  );
  const keys = Object.keys({ ...ours, ...theirs }).filter(
    (key) => !isDeepStrictEqual(ours![key], theirs![key]),
  );
  return keys.every((key) => unsliced !== published && isDeepStrictEqual(theirs![key], general![key]));
};

/** Ids of elements, `profile element`, whose made snapshot is not what was published; and how many there were. */
function compare(
  all: readonly StructureDefinition[],
  allowed = isSame,
): {
  count: number;
  different: string[];
  without: string[];
} {
  const source = createDefinitions({ own: all.map(compactDefinition), r4 });
  const different: string[] = [];
  const without: string[] = [];
  let count = 0;
  for (const { snapshot, ...rest } of all) {
    const made = makeSnapshot(compactDefinition(rest), source.structure);
    if (!made) {
      without.push(rest.id!);
      continue;
    }
    const byId = new Map(made.map((element) => [element.id, element]));
    for (const element of snapshot!.element!) {
      count++;
      const other = byId.get(element.id);
      if (!other || !allowed(other, element, snapshot!.element!)) different.push(`${rest.id} ${element.id}`);
      byId.delete(element.id);
    }
    different.push(...[...byId.keys()].map((id) => `${rest.id} ${id} (made, not published)`));
  }
  return { count, different, without };
}

t.test('snapshots made of our differentials are those that SUSHI made', async (t) => {
  const folder = new URL('../../../../profiles/definitions/StructureDefinition/', import.meta.url);
  const all = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
  const { count, different, without } = compare(all, saidOfUnsliced);
  t.ok(count > 900, `${count} elements`);
  t.strictSame(different, []);
  t.strictSame(without, []);
});

const US_CORE = new URL('../../../../../shared/fhir-packages/', import.meta.url);

t.test(
  'snapshots made of the differentials of US Core are those that its publisher made',
  { skip: existsSync(US_CORE) ? false : 'the packages are not beside the project' },
  async (t) => {
    for (const [version, known] of [
      ['6.1.0', []],
      // The publisher has merged an invariant of the extension into the slice here, and nowhere else.
      ['7.0.0', ['us-core-patient Patient.extension:race']],
    ] as const) {
      const all: StructureDefinition[] = [];
      await readArchive(new URL(`hl7.fhir.us.core-${version}.tgz`, US_CORE).pathname, (name, text) => {
        if (name.startsWith('StructureDefinition-')) all.push(JSON.parse(text));
      });
      const { count, different, without } = compare(all);
      t.ok(count > 2_800, `${count} elements`);
      t.strictSame(different, known, version);
      t.strictSame(without, ['us-core-questionnaireresponse'], 'it builds on a package that is not here');
    }
  },
);
