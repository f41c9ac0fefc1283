// FHIRPath Patch, operation by operation. https://hl7.org/fhir/R4/fhirpatch.html
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { FhirError } from '../../../fhir/errors.ts';
import { stringifyJson } from '../../../fhir/json.ts';
import { patched } from '../../../interaction/patch/index.ts';

/** A part of an operation. */
const part = (name: string, value: object) => ({ name, ...value });
const code = (text: string) => ({ valueCode: text });
const string = (text: string) => ({ valueString: text });
const integer = (number: number) => ({ valueInteger: number });
const operation = (type: string, path: string, ...parts: object[]) => ({
  name: 'operation',
  part: [part('type', code(type)), part('path', string(path)), ...parts],
});
const add = (path: string, name: string, value: object) =>
  operation('add', path, part('name', string(name)), part('value', value));
const insert = (path: string, index: number, value: object) =>
  operation('insert', path, part('index', integer(index)), part('value', value));
const remove = (path: string) => operation('delete', path);
const replace = (path: string, value: object) => operation('replace', path, part('value', value));
const move = (path: string, source: number, destination: number) =>
  operation('move', path, part('source', integer(source)), part('destination', integer(destination)));

const patient = (more: object) => ({ resourceType: 'Patient', id: 'p', ...more });
const apply = (before: object, ...parameter: object[]) =>
  patched(JSON.stringify(before), {
    body: { resourceType: 'Parameters', parameter },
    contentType: undefined,
  });
const identifiers = (...values: string[]) => values.map((value) => ({ system: 'http://x.example', value }));

/** The failure of a patch. */
function failure(t: Test, before: object, ...parameter: unknown[]): FhirError {
  try {
    apply(before, ...(parameter as object[]));
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  t.fail(`no failure of ${JSON.stringify(parameter)}`);
  throw new Error('unreachable');
}

t.test('no operations, no change', (t) => {
  t.same(apply(patient({ birthDate: '1920-01-01' })), patient({ birthDate: '1920-01-01' }));
  t.end();
});

t.test('add, replace and delete of primitives, also deep inside', (t) => {
  const born = patient({ birthDate: '1920-01-01' });
  t.same(
    apply(patient({}), add('Patient', 'birthDate', { valueDate: '1930-01-01' })),
    patient({ birthDate: '1930-01-01' }),
  );
  t.same(
    apply(born, replace('Patient.birthDate', { valueDate: '1930-01-01' })),
    patient({ birthDate: '1930-01-01' }),
  );
  t.same(apply(born, remove('Patient.birthDate')), patient({}));
  t.same(apply(born, remove('birthDate')), patient({}), 'a path may begin at the resource');
  const contact = patient({ contact: [{ name: { text: 'a' }, gender: 'male' }] });
  t.same(
    apply(
      contact,
      replace('Patient.contact[0].name.text', string('b')),
      replace('Patient.contact[0].gender', code('female')),
    ),
    patient({ contact: [{ name: { text: 'b' }, gender: 'female' }] }),
  );
  t.same(
    apply(contact, remove('Patient.contact[0].name.text')),
    patient({ contact: [{ gender: 'male' }] }),
    'an element that loses its last content goes too',
  );
  t.same(
    apply(patient({ contact: [{ name: { text: 'a' } }] }), remove('Patient.contact[0].name.text')),
    patient({}),
    'up to the list',
  );
  t.same(apply(patient({}), remove('Patient.birthDate')), patient({}), 'delete of nothing does nothing');
  t.end();
});

t.test('complex values, and elements without a type of their own given as parts', (t) => {
  const married = { valueCodeableConcept: { text: 'married' } };
  t.same(
    apply(patient({}), add('Patient', 'maritalStatus', married)),
    patient({ maritalStatus: { text: 'married' } }),
  );
  t.same(
    apply(patient({ maritalStatus: { id: '1', text: 'x' } }), replace('Patient.maritalStatus', married)),
    patient({ maritalStatus: { text: 'married' } }),
    'the whole element is replaced, its id too',
  );
  const contact = {
    part: [
      part('name', { valueHumanName: { text: 'a' } }),
      part('telecom', { valueContactPoint: { value: '1' } }),
      part('telecom', { valueContactPoint: { value: '2' } }),
      part('gender', code('male')),
    ],
  };
  t.same(
    apply(patient({}), add('Patient', 'contact', contact)),
    patient({
      contact: [{ name: { text: 'a' }, telecom: [{ value: '1' }, { value: '2' }], gender: 'male' }],
    }),
  );
  t.same(
    apply(
      { resourceType: 'Questionnaire', id: 'q' },
      add('Questionnaire', 'item', {
        part: [part('linkId', string('1')), part('item', { part: [part('linkId', string('1.1'))] })],
      }),
    ),
    { resourceType: 'Questionnaire', id: 'q', item: [{ linkId: '1', item: [{ linkId: '1.1' }] }] },
    'parts in parts',
  );
  const contained = { resourceType: 'Organization', id: 'o', name: 'x' };
  t.same(
    apply(patient({}), add('Patient', 'contained', { resource: contained })),
    patient({ contained: [contained] }),
  );
  t.end();
});

t.test('lists: add at the end, insert, delete, move', (t) => {
  const two = patient({ identifier: identifiers('1', '2') });
  const three = { valueIdentifier: identifiers('3')[0] };
  const of = (...values: string[]) => patient({ identifier: identifiers(...values) });
  t.same(apply(two, add('Patient', 'identifier', three)), of('1', '2', '3'));
  t.same(apply(patient({}), add('Patient', 'identifier', three)), of('3'));
  for (const [index, values] of [
    [0, ['3', '1', '2']],
    [1, ['1', '3', '2']],
    [2, ['1', '2', '3']],
  ] as const)
    t.same(apply(two, insert('Patient.identifier', index, three)), of(...values), `insert at ${index}`);
  t.same(apply(patient({}), insert('Patient.identifier', 0, three)), of('3'), 'insert into an empty list');
  t.same(apply(of('1', '2', '3'), remove('Patient.identifier[1]')), of('1', '3'));
  t.same(apply(of('1', '2', '3'), remove("Patient.identifier.where(value = '2')")), of('1', '3'));
  t.same(apply(of('1', '2', '3'), remove('Patient.identifier.last()')), of('1', '2'));
  t.same(apply(of('1', '2', '3', '4'), move('Patient.identifier', 3, 1)), of('1', '4', '2', '3'));
  t.same(apply(of('1', '2', '3', '4'), move('Patient.identifier', 0, 3)), of('2', '3', '4', '1'));
  t.same(
    apply(of('1', '2', '3', '4'), move('Patient.identifier', 1, 0), move('Patient.identifier', 2, 1)),
    of('2', '3', '1', '4'),
    'each operation works on what the one before left',
  );
  t.end();
});

t.test('lists of primitives stay in step with their extensions', (t) => {
  const extension = [{ url: 'http://x.example/e', valueString: 'e' }];
  const name = { given: ['a', 'b'], _given: [null, { extension }] };
  const changed = (...operations: object[]) =>
    (apply(patient({ name: [name] }), ...operations) as unknown as { name: object[] }).name[0];
  t.same(changed(move('Patient.name[0].given', 1, 0)), { given: ['b', 'a'], _given: [{ extension }, null] });
  t.same(changed(remove('Patient.name[0].given[1]')), { given: ['a'] });
  t.same(changed(insert('Patient.name[0].given', 1, string('c'))), {
    given: ['a', 'c', 'b'],
    _given: [null, null, { extension }],
  });
  t.same(changed(remove("Patient.name[0].given[1].extension('http://x.example/e')")), { given: ['a', 'b'] });
  const e = { part: [part('url', { valueUri: 'http://x.example/e' }), part('value', string('e'))] };
  t.same(changed(add('Patient.name[0].given[0]', 'extension', e)), {
    given: ['a', 'b'],
    _given: [{ extension }, { extension }],
  });
  t.same(
    apply(patient({ birthDate: '2000' }), add('Patient.birthDate', 'extension', e)),
    patient({ birthDate: '2000', _birthDate: { extension } }),
  );
  t.same(
    apply(patient({ _birthDate: { extension } }), remove('Patient.birthDate.extension[0]')),
    patient({}),
    'a primitive without value goes with its last extension',
  );
  t.end();
});

t.test('choices are named without their type; the value says which it is', (t) => {
  const observation = (more: object) => ({ resourceType: 'Observation', id: 'o', ...more });
  t.same(
    apply(observation({}), add('Observation', 'value', { valueQuantity: { value: 1 } })),
    observation({ valueQuantity: { value: 1 } }),
  );
  t.same(
    apply(observation({ valueQuantity: { value: 1 } }), replace('Observation.value', string('x'))),
    observation({ valueString: 'x' }),
  );
  t.same(
    apply(
      observation({ valueQuantity: { value: 1 } }),
      replace('Observation.value.ofType(Quantity).value', { valueDecimal: 2 }),
    ),
    observation({ valueQuantity: { value: 2 } }),
  );
  t.same(apply(observation({ valueBoolean: false }), remove('Observation.value')), observation({}));
  t.equal(
    failure(t, observation({ valueString: 'x' }), add('Observation', 'value', { valueBoolean: true })).status,
    422,
  );
  t.match(
    failure(t, observation({}), add('Observation', 'value', { valueAddress: {} })).message,
    /takes a value of one of its types: Quantity/,
  );
  t.end();
});

t.test('numbers keep their text', (t) => {
  const before =
    '{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.10},"component":[{"valueQuantity":{"value":2.0}}]}';
  const body = {
    resourceType: 'Parameters',
    parameter: [add('Observation', 'component', { part: [part('value', { valueQuantity: { unit: 'x' } })] })],
  };
  t.equal(
    stringifyJson(patched(before, { body, contentType: 'application/fhir+json' })),
    before.replace(']}', ',{"valueQuantity":{"unit":"x"}}]}'),
  );
  t.same(
    apply(JSON.parse(before), remove('Observation.component.where(value.value = 2)')),
    { resourceType: 'Observation', id: 'o', valueQuantity: { value: 1.1 } },
    'and are numbers to a criterion',
  );
  t.end();
});

t.test('the narrative, contained resources and extensions are elements like others', (t) => {
  const before = patient({
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div>' },
    contained: [{ resourceType: 'Organization', id: 'o', name: 'a' }],
    extension: [{ url: 'http://x.example/e', valueString: 'a' }],
  });
  const div = '<div xmlns="http://www.w3.org/1999/xhtml">b</div>';
  t.same(
    apply(
      before,
      replace('Patient.text.div', string(div)),
      replace("Patient.contained.where(id = 'o').name", string('b')),
      replace("Patient.extension('http://x.example/e').value", string('b')),
    ),
    patient({
      text: { status: 'generated', div },
      contained: [{ resourceType: 'Organization', id: 'o', name: 'b' }],
      extension: [{ url: 'http://x.example/e', valueString: 'b' }],
    }),
  );
  t.end();
});

t.test('what is no FHIRPath Patch is 400, what does not fit is 422; both name the operation', (t) => {
  const two = patient({ identifier: identifiers('1', '2') });
  const value = part('value', string('x'));
  const cases: [parameter: unknown, status: number, says: RegExp][] = [
    [{ name: 'x' }, 400, /must have the name "operation"/],
    [{ name: 'operation' }, 400, /must have the name "operation" and parts/],
    [
      { name: 'operation', part: [] },
      400,
      /no part "type" with a valueCode of add, insert, delete, replace, move/,
    ],
    [{ name: 'operation', part: [part('x', code('add'))] }, 400, /unknown or there twice/],
    [
      { name: 'operation', part: [part('type', code('add')), part('type', code('add'))] },
      400,
      /unknown or there twice/,
    ],
    [{ name: 'operation', part: [part('type', code('delete'))] }, 400, /no part "path"/],
    [operation('frobnicate', 'Patient'), 400, /no part "type"/],
    [operation('add', 'Patient', value), 400, /no part "name"/],
    [operation('add', 'Patient', part('name', string('active'))), 400, /no part "value"/],
    [add('Patient', 'active', {}), 400, /neither a value\[x\] nor parts/],
    [add('Patient', 'nonsense', string('x')), 400, /"nonsense", which is no element of Patient/],
    [
      add('Patient', 'contact', { part: [part('nonsense', string('x'))] }),
      400,
      /no element of Patient.contact/,
    ],
    [replace('Patient.birthDate[', string('x')), 400, /wrong at character/],
    [replace('Patient.nonsense', string('x')), 400, /no element of Patient/],
    [replace('Task.status', string('x')), 400, /no element of Patient/],
    [replace('Patient', { resource: {} }), 400, /names the resource itself/],
    [remove('Patient'), 400, /names the resource itself/],
    [remove("'x'"), 400, /computes something/],
    [
      remove('Patient.name.count()'),
      400,
      /calls count\(\). Paths are made of element names, \[index\] and where\(\)/,
    ],
    [insert('Patient.birthDate', 0, string('x')), 400, /is no list/],
    [
      insert("Patient.identifier.where(value = '1')", 0, string('x')),
      400,
      /must end with the name of the list/,
    ],
    [operation('insert', 'Patient.identifier', value), 400, /no part "index" with a valueInteger/],
    [
      operation('insert', 'Patient.identifier', part('index', { valueInteger: -1 }), value),
      400,
      /no part "index"/,
    ],
    [insert('Patient.identifier', 3, { valueIdentifier: {} }), 422, /index is 3, but the list allows 0 to 2/],
    [move('Patient.identifier', 2, 0), 422, /source is 2, but the list allows 0 to 1/],
    [move('Patient.identifier', 0, 2), 422, /destination is 2/],
    [move('Patient.name', 0, 0), 422, /allows none, it is empty/],
    [remove('Patient.identifier'), 422, /names 2 elements; it must name one/],
    [replace('Patient.birthDate', { valueDate: '2000' }), 422, /names nothing in this resource/],
    [add('Patient.maritalStatus', 'text', string('x')), 422, /names nothing in this resource/],
    [add('Patient.identifier', 'value', string('x')), 422, /names 2 elements/],
    [add('Patient', 'id', string('x')), 422, /has a id already/],
    [replace('Patient.id', string('q')), 422, /changes resourceType or id/],
  ];
  for (const [parameter, status, says] of cases) {
    const { status: found, issues } = failure(t, two, parameter);
    const name = `${says}`;
    t.equal(found, status, name);
    t.match(issues[0]!.diagnostics, says);
    t.equal(issues[0]!.code, status === 400 ? 'invalid' : 'processing', name);
    if (!/changes/.test(name)) t.same(issues[0]!.expression, ['Parameters.parameter[0]'], name);
  }
  t.end();
});

t.test('other media types are 415 and say what is taken; a patch needs a body', (t) => {
  const of = (contentType: string | undefined, body: unknown) => {
    try {
      return patched('{"resourceType":"Patient","id":"p"}', { body, contentType });
    } catch (error) {
      return error as FhirError;
    }
  };
  const refused = of('text/plain', {}) as FhirError;
  t.equal(refused.status, 415);
  t.match(refused.message, /application\/json-patch\+json.*FHIRPath Patch.*application\/fhir\+json/);
  t.equal((of(undefined, undefined) as FhirError).status, 400);
  t.equal((of('application/json', []) as FhirError).status, 400);
  t.equal((of('application/fhir+json', { resourceType: 'Patient' }) as FhirError).status, 400);
  t.end();
});

t.test('whatever the operations, a patch gives a resource of the same identity or a 4xx', (t) => {
  const path = fc.oneof(
    fc.constantFrom(
      'Patient',
      'Patient.name',
      'Patient.name[0].given',
      'Patient.name.given[1]',
      'Patient.birthDate',
      'Patient.contained',
      'Patient.deceased',
      "Patient.name.where(use = 'usual')",
      'Patient.extension.value',
      'Patient.birthDate.extension',
      'Patient.name.first().period.start',
      'Patient.id',
      'Patient.link.other',
      '$this',
      'Patient.name.where(1 + 1)',
    ),
    fc.string({ maxLength: 8 }),
  );
  const given = fc.oneof(
    fc.constantFrom<object>(
      string('x'),
      { valueBoolean: true },
      { valueHumanName: { given: ['a'] } },
      { valuePeriod: {} },
      { valueDecimal: 1.5 },
      { part: [part('url', string('u')), part('value', string('v'))] },
      { resource: { resourceType: 'Basic' } },
      { part: [1] },
      {},
    ),
    fc.dictionary(
      fc.constantFrom('valueString', '_valueString', 'part', 'valueAddress'),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  );
  const one = fc
    .record({
      type: fc.constantFrom('add', 'insert', 'delete', 'replace', 'move'),
      path,
      name: fc.constantFrom(
        'name',
        'given',
        'extension',
        'deceased',
        'active',
        'contained',
        'value',
        '__proto__',
      ),
      given,
      index: fc.integer({ min: -1, max: 3 }),
    })
    .map(({ type, path, name, given, index }) =>
      operation(
        type,
        path,
        part('name', string(name)),
        part('value', given),
        part('index', integer(index)),
        part('source', integer(index)),
        part('destination', integer(1)),
      ),
    );
  const before = patient({
    name: [{ given: ['a', 'b'], _given: [null, { id: 'g' }], use: 'usual' }, { text: 't' }],
    _birthDate: { extension: [{ url: 'u', valueString: 'x' }] },
    deceasedBoolean: false,
  });
  let applied = 0;
  fc.assert(
    fc.property(fc.array(one, { maxLength: 3 }), (parameters) => {
      try {
        const { resourceType, id } = apply(before, ...parameters);
        applied++;
        return resourceType === 'Patient' && id === 'p';
      } catch (error) {
        if (error instanceof FhirError && error.status < 500) return true;
        throw error;
      }
    }),
    { numRuns: 2000 },
  );
  t.ok(applied > 50, `${applied} patches applied`);
  t.end();
});
