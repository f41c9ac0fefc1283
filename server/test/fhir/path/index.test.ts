// What compilePath and compilePredicate promise: roots, types, references, missing values, failures.
// https://hl7.org/fhir/R4/fhirpath.html
import type { Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { FhirError } from '../../../fhir/errors.ts';
import { compilePath, compilePredicate, isCompiled } from '../../../fhir/path/index.ts';

type Json = Record<string, unknown>;
const evaluate = (expression: string, type: string, item: Json, resource?: Json) =>
  compilePath(expression, type)(item, resource as Resource | undefined);
const valuesOf = (expression: string, type: string, item: Json) =>
  evaluate(expression, type, item).map(({ value }) => value);

/** The failure that `run` ends with, as its status and its sentences. */
function failure(run: () => unknown): { status: number; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof FhirError) return { status: error.status, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

t.test('a path starts with the type, with a type it specialises, or at the item', (t) => {
  const task = { resourceType: 'Task', id: 't1', status: 'ready' };
  const code = [{ type: 'code', value: 'ready' }];
  t.same(evaluate('Task.status', 'Task', task), code);
  t.same(evaluate('status', 'Task', task), code);
  t.same(evaluate('$this.status', 'Task', task), code);
  t.same(evaluate('DomainResource.id | Resource.id', 'Task', task), [{ type: 'string', value: 't1' }]);
  t.same(evaluate('Patient.name', 'Task', task), [], 'a path for another type finds nothing');
  t.same(evaluate('Resource.id', 'Resource', task), [{ type: 'string', value: 't1' }]);
  t.end();
});

t.test('values carry their FHIR type: backbone elements their path, choices the type that is there', (t) => {
  const input = { type: { text: 'x' }, valueQuantity: { value: 2 } };
  const task = { resourceType: 'Task', input: [input, { valueDate: '2026-01-05' }] };
  t.same(evaluate('input', 'Task', task)[0], { type: 'Task.input', value: input });
  t.same(evaluate('input.value', 'Task', task), [
    { type: 'Quantity', value: { value: 2 } },
    { type: 'date', value: '2026-01-05' },
  ]);
  t.same(evaluate('input.count() | input.value.ofType(Quantity).value / 4', 'Task', task), [
    { type: 'integer', value: 2 },
    { type: 'decimal', value: 0.5 },
  ]);
  t.same(evaluate("status | 'x' | @2026-01 | true", 'Task', { resourceType: 'Task', status: 'y' }), [
    { type: 'code', value: 'y' },
    { type: 'string', value: 'x' },
    { type: 'date', value: '2026-01' },
    { type: 'boolean', value: true },
  ]);
  t.end();
});

t.test('an item that is no resource is evaluated with %resource given beside it', (t) => {
  const variant = { start: 5 };
  const resource = {
    resourceType: 'MolecularSequence',
    referenceSeq: { windowStart: 1 },
    variant: [variant],
  };
  t.same(evaluate('start', 'MolecularSequence.variant', variant, resource), [{ type: 'integer', value: 5 }]);
  t.same(evaluate('%resource.referenceSeq.windowStart', 'MolecularSequence.variant', variant, resource), [
    { type: 'integer', value: 1 },
  ]);
  t.same(evaluate('%context.start', 'MolecularSequence.variant', variant, resource), [
    { type: 'integer', value: 5 },
  ]);
  t.end();
});

t.test('contained and bundled resources have the type that they state', (t) => {
  const contained = [
    { resourceType: 'Patient', id: 'p', active: true },
    { resourceType: 'Practitioner', id: 'd', name: [{ family: 'Lee' }] },
  ];
  const task = { resourceType: 'Task', contained };
  t.same(valuesOf('contained.id', 'Task', task), ['p', 'd']);
  t.same(valuesOf('contained.ofType(Practitioner).name.family', 'Task', task), ['Lee']);
  t.same(valuesOf('contained.where($this is Patient).id', 'Task', task), ['p']);
  const bundle = { resourceType: 'Bundle', entry: [{ resource: contained[0] }] };
  t.same(evaluate('Bundle.entry[0].resource', 'Bundle', bundle), [{ type: 'Patient', value: contained[0] }]);
  t.end();
});

t.test('resolve() is a type when the reference says so, whatever its form', (t) => {
  const is = (reference: Json, contained: Json[] = []) =>
    evaluate('Task.for.where(resolve() is Patient)', 'Task', {
      resourceType: 'Task',
      for: reference,
      contained,
    }).length;
  t.equal(is({ reference: 'Patient/1' }), 1, 'relative');
  t.equal(is({ reference: 'Patient/1/_history/2' }), 1, 'versioned');
  t.equal(is({ reference: 'https://example.org/fhir/Patient/1' }), 1, 'absolute');
  t.equal(is({ reference: 'Patient?identifier=a|b' }), 1, 'conditional');
  t.equal(is({ reference: '#p' }, [{ resourceType: 'Patient', id: 'p' }]), 1, 'contained');
  t.equal(is({ reference: 'urn:uuid:1f0c', type: 'Patient' }), 1, 'by Reference.type');
  t.equal(is({ type: 'Patient', identifier: { value: '1' } }), 1, 'logical, by Reference.type');
  t.equal(is({ reference: 'Practitioner/1', type: 'Patient' }), 0, 'the reference outweighs Reference.type');
  t.equal(is({ reference: 'Group/1' }), 0, 'another type');
  t.equal(is({ reference: 'urn:uuid:1f0c' }), 0, 'nothing says what it is');
  t.equal(is({ reference: '#p' }), 0, 'no such contained resource');
  t.equal(is({ reference: 'MyPatient/1' }), 0, 'no type of FHIR');
  t.equal(is({ display: 'nobody' }), 0, 'no reference');
  t.end();
});

t.test('a primitive with extensions and no value exists, has no value, and is not extracted', (t) => {
  const url = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
  const absent = { extension: [{ url, valueCode: 'unknown' }] };
  const patient = {
    resourceType: 'Patient',
    _birthDate: absent,
    name: [{ given: [null, 'Ana'], _given: [absent, null] }],
  };
  const all = (expression: string) => valuesOf(expression, 'Patient', patient);
  t.same(all('birthDate'), []);
  t.same(all('birthDate.exists()'), [true]);
  t.same(all('birthDate.hasValue()'), [false]);
  t.same(all(`birthDate.extension('${url}').value`), ['unknown']);
  t.same(all('name.given.count()'), [2]);
  t.same(all('name.given'), ['Ana']);
  t.same(all(`name.given.where(extension('${url}').exists()).count()`), [1]);
  t.end();
});

t.test('dates of different precision are unknown beyond what they share', (t) => {
  const task = { resourceType: 'Task', authoredOn: '2026-01', lastModified: '2026-01-05T10:00:00Z' };
  t.same(valuesOf('lastModified > authoredOn', 'Task', task), []);
  t.same(valuesOf('lastModified = authoredOn', 'Task', task), []);
  t.same(valuesOf('lastModified > @2025-12', 'Task', task), [true]);
  t.same(valuesOf('lastModified = @2026-01-05T11:00:00.000+01:00', 'Task', task), [true]);
  t.same(valuesOf('lastModified = @2026-01-05T11:00:00.5+01:00', 'Task', task), [false]);
  t.end();
});

t.test('where keeps an item by the value of a boolean element, which fhirpath.js ignores', (t) => {
  const patient = { resourceType: 'Patient', communication: [{ preferred: false }, { preferred: true }, {}] };
  t.same(valuesOf('communication.where(preferred)', 'Patient', patient), [{ preferred: true }]);
  t.end();
});

t.test('a union keeps equal quantities in different units, and quantities with a comparator', (t) => {
  const quantity = (value: number, code: string) => ({ value, code, system: 'http://unitsofmeasure.org' });
  const values = [
    quantity(1, 'g'),
    quantity(1000, 'mg'),
    { ...quantity(1, 'g'), comparator: '<' },
    quantity(1, 'g'),
  ];
  const component = values.slice(1).map((valueQuantity) => ({ valueQuantity }));
  const observation = { resourceType: 'Observation', valueQuantity: values[0], component };
  const expression = '(Observation.value.ofType(Quantity)) | (Observation.component.value.ofType(Quantity))';
  t.same(valuesOf(expression, 'Observation', observation), values.slice(0, 3));
  t.end();
});

t.test('a union of many items is without duplicates, in order', (t) => {
  const concept = (code: number) => ({ code: `c${code % 700}`, display: `c${code % 300}` });
  const contains = Array.from({ length: 2000 }, (_, index) => concept(index));
  const set = { resourceType: 'ValueSet', expansion: { contains } };
  const found = valuesOf(
    'ValueSet.expansion.contains.code | ValueSet.compose.include.concept.code',
    'ValueSet',
    set,
  );
  t.same(
    found,
    Array.from({ length: 700 }, (_, index) => `c${index}`),
  );
  t.equal(valuesOf('expansion.contains.distinct()', 'ValueSet', set).length, 2000);
  t.end();
});

t.test('an invariant is violated when it is false, not when it evaluates to nothing', (t) => {
  const holds = (expression: string, node: unknown, type = 'Task') =>
    compilePredicate(expression, type)(node, node);
  t.equal(holds("status = 'ready'", { resourceType: 'Task', status: 'ready' }), true);
  t.equal(holds("status = 'ready'", { resourceType: 'Task', status: 'draft' }), false);
  t.equal(holds("status = 'ready'", { resourceType: 'Task' }), true, 'compiled, empty');
  t.equal(holds('low <= high', {}, 'Range'), true, 'fhirpath.js, empty');
  t.equal(
    holds('low <= high', { low: { value: 2 }, high: { value: 1 } }, 'Range'),
    true,
    'no units to compare',
  );
  t.equal(holds("matches('^a')", 'b', 'code'), false, 'at a primitive');
  t.end();
});

t.test('an invariant of an element sees its resource as %resource', (t) => {
  const holds = compilePredicate("%resource.status = 'draft' or type.exists()", 'Task.input');
  t.equal(holds({}, { resourceType: 'Task', status: 'draft' }), true);
  t.equal(holds({}, { resourceType: 'Task', status: 'ready' }), false);
  t.equal(holds({ type: {} }, { resourceType: 'Task', status: 'ready' }), true);
  t.end();
});

t.test('what is not compiled is left to fhirpath.js, with the same types', (t) => {
  for (const expression of [
    'status.toChars().count() > 2',
    "input.value.ofType(Quantity) > 4 'mg'",
    'now() > authoredOn',
    "defineVariable('s', status).where(%s = 'ready').status",
  ]) {
    t.equal(isCompiled(expression, 'Task'), false, expression);
  }
  const task = { resourceType: 'Task', code: { coding: [{ code: 'a' }] }, input: [{ type: { text: 'x' } }] };
  t.same(evaluate("code.coding.code.aggregate($total | $this, 'b')", 'Task', task), [
    { type: 'string', value: 'b' },
    { type: 'code', value: 'a' },
  ]);
  t.end();
});

t.test('an expression that is wrong is refused with a sentence that says what and where', (t) => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["status = 'draft", /wrong at character 10: this character starts nothing/],
    ['status =', /wrong at character 9: a name, a literal or \( is expected/],
    ['status draft', /wrong at character 8: an operator or the end is expected/],
    ['code.coding[0', /wrong at character 14: \] is expected/],
    ['a and (b or c', /wrong at character 14: \) is expected/],
    ['', /wrong at character 1/],
    ['status.existz()', /function existz\(\) is not known here/],
    ['status.where()', /where\(\) does not take 0 arguments/],
    ['status.is(Patients)', /names Patients, which is no FHIR R4 type/],
    ['focus.resolve().name', /supports resolve\(\) only as `resolve\(\) is Type`/],
    ['%patient.name', /uses %patient, which is not defined/],
    ["status.matches('(')", /regular expression that is not valid/],
    [`${'('.repeat(200)}1${')'.repeat(200)}`, /more than 100 levels of nesting/],
    [`status${'.a'.repeat(3000)}`, /longer than 4000 characters/],
  ];
  for (const [expression, message] of refusals) {
    const { status, message: found } = failure(() => compilePath(expression, 'Task'));
    t.equal(status, 400, expression.slice(0, 40));
    t.match(found, message);
  }
  t.match(failure(() => compilePath('a', 'Nothing')).message, /Nothing is no FHIR R4 type/);
  t.doesNotThrow(
    () => compilePath(`status${'.id'.repeat(1300)}`, 'Task')({}),
    'a long path is no deep recursion',
  );
  t.end();
});

t.test('an evaluation that FHIRPath calls an error fails with 422 and says nothing of the data', (t) => {
  const patient = { resourceType: 'Patient', name: [{ family: 'Secret' }, { family: 'Secret' }] };
  for (const expression of [
    "name.family.matches('S') ",
    'name.single()',
    "name.family in ('a' | 'b')",
    'name.family.toInteger()',
  ]) {
    const { status, message } = failure(() => evaluate(expression, 'Patient', patient));
    t.equal(status, 422, expression);
    t.notMatch(message, /Secret/);
  }
  t.end();
});

t.test('a resource that is structurally wrong gives some answer, never a crash', (t) => {
  const shapes: Json[] = [
    { code: 'text', input: { value: 1 }, for: [], status: ['a', 'b'], restriction: null },
    { code: [null, 1], input: [null, 'x', { type: null }], for: 7, status: {}, restriction: [1] },
    {
      code: { coding: 'x' },
      input: 'x',
      _status: 'x',
      contained: [null, 3],
      authoredOn: 5,
      lastModified: 'no date',
    },
  ];
  const expressions = [
    "code.coding.where(system = 'x').code",
    'input.value | input.type',
    'for.where(resolve() is Patient)',
    "status in ('a' | 'b')",
    'restriction.period.end',
    'contained.id',
    'contained.ofType(Patient)',
    'authoredOn < lastModified',
    'status.extension.url',
    'input.type.text.distinct()',
  ];
  for (const shape of shapes) {
    for (const expression of expressions) {
      t.ok(Array.isArray(evaluate(expression, 'Task', { resourceType: 'Task', ...shape })), expression);
    }
  }
  t.end();
});

t.test('evaluation leaves the resource as it was', (t) => {
  const task = Object.freeze({
    resourceType: 'Task',
    code: Object.freeze({ coding: Object.freeze([Object.freeze({ code: 'a' })]) }),
  });
  t.same(valuesOf('code.coding | code.descendants()', 'Task', task).length, 2);
  t.same(Object.getOwnPropertyNames(task.code), ['coding']);
  t.end();
});
