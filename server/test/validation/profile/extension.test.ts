// Extensions wherever they stand: their definition, their place, their parts, and those that nobody knows.
// https://hl7.org/fhir/R4/extensibility.html · https://hl7.org/fhir/R4/defining-extensions.html#context
import type { StructureDefinition } from '@medplum/fhirtypes';
import t from 'tap';
import { define, own, packaged, profile, r4, said, short, THEIRS } from './define.ts';

type Context = NonNullable<StructureDefinition['context']>;
const at = (type: Context[number]['type'], ...expressions: string[]): Context =>
  expressions.map((expression) => ({ type, expression }));
const note = (context: Context, more: Partial<StructureDefinition> = {}) =>
  define(
    'note',
    'Extension',
    {
      'Extension.url': { fixedUri: profile('note') },
      'Extension.value[x]': { min: 1, type: [{ code: 'string' }] },
    },
    { context, ...more },
  );
const extension = [{ url: profile('note'), valueString: 'x' }];
const found = (context: Context, resource: object, more?: Partial<StructureDefinition>) =>
  short(own(note(context, more)), resource);

t.test('an element context is a path, a type, or a type that the element specialises', async (t) => {
  const contact = { resourceType: 'Patient', contact: [{ name: { family: 'x', extension } }] };
  for (const expression of [
    'Patient.contact.name',
    'HumanName',
    'Element',
    'http://hl7.org/fhir/StructureDefinition/Patient#Patient.contact.name',
  ])
    t.strictSame(found(at('element', expression), contact), [], expression);
  for (const expression of ['Patient', 'Patient.contact', 'Patient.name', 'Address', 'BackboneElement'])
    t.strictSame(
      found(at('element', expression), contact),
      ['error extension Patient.contact[0].name.extension[0]'],
      expression,
    );
  t.strictSame(found(at('element', 'Address', 'HumanName'), contact), [], 'one of several');
});

t.test('resources, backbone elements, primitives and choices are places too', async (t) => {
  const task = { resourceType: 'Task', status: 'requested', intent: 'order' };
  t.strictSame(found(at('element', 'DomainResource'), { ...task, extension }), []);
  t.strictSame(found(at('element', 'Resource'), { ...task, extension }), []);
  t.strictSame(found(at('element', 'Patient'), { ...task, extension }), [
    'error extension Task.extension[0]',
  ]);
  t.strictSame(
    found(at('element', 'BackboneElement'), { ...task, restriction: { repetitions: 1, extension } }),
    [],
  );
  const named = { resourceType: 'Patient', name: [{ _family: { extension } }] };
  for (const expression of ['HumanName.family', 'Patient.name.family', 'string'])
    t.strictSame(found(at('element', expression), named), [], expression);
  t.strictSame(found(at('element', 'HumanName.given'), named), [
    'error extension Patient.name[0].family.extension[0]',
  ]);
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    valueQuantity: { value: 1, extension },
  };
  for (const expression of ['Observation.value[x]', 'Quantity'])
    t.strictSame(found(at('element', expression), observation), [], expression);
});

t.test('a context may be another extension, or a FHIRPath', async (t) => {
  const outer = define('outer', 'Extension', { 'Extension.url': { fixedUri: profile('outer') } });
  const inside = { resourceType: 'Patient', extension: [{ url: profile('outer'), extension }] };
  t.strictSame(short(own(note(at('extension', profile('outer'))), outer), inside), []);
  t.strictSame(short(own(note(at('extension', profile('other'))), outer), inside), [
    'error extension Patient.extension[0].extension[0]',
  ]);
  const names = {
    resourceType: 'Patient',
    name: [
      { use: 'official', text: 'x', extension },
      { use: 'old', text: 'y', extension },
    ],
  };
  t.strictSame(found(at('fhirpath', "Patient.name.where(use = 'official')"), names), [
    'error extension Patient.name[1].extension[0]',
  ]);
});

t.test('a context invariant is kept by the element that carries the extension', async (t) => {
  const rule = { contextInvariant: ["use = 'official'"] };
  const named = (use: string) => ({ resourceType: 'Patient', name: [{ use, text: 'x', extension }] });
  t.strictSame(found(at('element', 'HumanName'), named('official'), rule), []);
  t.strictSame(found(at('element', 'HumanName'), named('old'), rule), [
    'error invariant Patient.name[0].extension[0]',
  ]);
});

t.test('the parts of a complex extension are those that it defines, at any depth', async (t) => {
  const complex = define('complex', 'Extension', {
    'Extension.extension': {
      max: '*',
      slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' },
    },
    'Extension.extension:when': { min: 1, max: '1' },
    'Extension.extension:when.url': { fixedUri: 'when' },
    'Extension.extension:when.value[x]': { min: 1, type: [{ code: 'date' }] },
    'Extension.url': { fixedUri: profile('complex') },
    'Extension.value[x]': { max: '0' },
  });
  const validator = own(complex);
  const patient = (...parts: object[]) => ({
    resourceType: 'Patient',
    extension: [{ url: profile('complex'), extension: parts }],
  });
  t.strictSame(short(validator, patient({ url: 'when', valueDate: '2026' })), []);
  t.strictSame(
    short(validator, patient({ url: 'who', valueString: 'x' }, { url: 'when', valueDate: '2026' })),
    ['error extension Patient.extension[0].extension[0]'],
  );
  t.strictSame(short(validator, patient({ url: 'when', valueString: '2026' })), [
    'error structure Patient.extension[0].extension[0].value',
  ]);
  t.strictSame(
    short(validator, patient({ url: 'when', valueDate: '2026' }, { url: 'when', valueDate: '2027' })),
    ['error structure Patient.extension[0].extension'],
  );
});

t.test("R4's own extensions are known", async (t) => {
  const validator = own();
  const patient = (more: object) => ({
    resourceType: 'Patient',
    extension: [{ url: r4('patient-birthPlace'), ...more }],
  });
  t.strictSame(short(validator, patient({ valueAddress: { city: 'x' } })), []);
  t.strictSame(short(validator, patient({ valueString: 'x' })), [
    'error structure Patient.extension[0].value',
  ]);
  t.strictSame(
    short(validator, {
      resourceType: 'Group',
      type: 'person',
      actual: true,
      extension: patient({ valueAddress: { city: 'x' } }).extension,
    }),
    ['error extension Group.extension[0]'],
  );
});

t.test(
  'an unknown extension is told once a url; an unknown modifier warns; one of ours is an error',
  async (t) => {
    const validator = own(note(at('element', 'Element')));
    const foreign = { url: profile('z', THEIRS), valueString: 'x' };
    t.strictSame(
      short(validator, {
        resourceType: 'Patient',
        extension: [foreign, foreign],
        name: [{ text: 'x', extension: [foreign] }],
      }),
      ['information informational Patient.extension[0]'],
    );
    t.strictSame(short(validator, { resourceType: 'Patient', modifierExtension: [foreign] }), [
      'warning extension Patient.modifierExtension[0]',
    ]);
    t.strictSame(
      short(validator, { resourceType: 'Patient', extension: [{ url: profile('nota'), valueString: 'x' }] }),
      ['error extension Patient.extension[0]'],
    );
    const ofPackage = packaged({ ...note(at('element', 'Element')), url: profile('note', THEIRS) });
    t.strictSame(short(ofPackage, { resourceType: 'Patient', extension: [foreign] }), [
      'error extension Patient.extension[0]',
    ]);
  },
);

t.test('outside of another extension the url is absolute', async (t) => {
  t.strictSame(said(own(), { resourceType: 'Patient', extension: [{ url: 'note', valueString: 'x' }] }), [
    'Patient.extension[0] has the url "note"; outside of another extension it must be an absolute URL.',
  ]);
});

t.test('a url that defines something else is no extension', async (t) => {
  t.strictSame(
    short(own(define('x', 'Patient', {})), {
      resourceType: 'Patient',
      extension: [{ url: profile('x'), valueString: 'x' }],
    }),
    ['error extension Patient.extension[0]'],
  );
});
