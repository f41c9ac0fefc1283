// What a profile demands of values: bounds, lengths, bindings, the profiles of types, elements of primitives.
// https://hl7.org/fhir/R4/elementdefinition.html
import fc from 'fast-check';
import t from 'tap';
import { compareValues } from '../../../validation/profile/limit.ts';
import {
  coding,
  concept,
  define,
  type Elements,
  observation,
  own,
  packaged,
  profile,
  r4,
  said,
  short,
  valueSetUrl,
} from './define.ts';

const check = (elements: Elements, more: object) =>
  short(own(define('x', 'Observation', elements)), observation(more), profile('x'));

t.test('minValue, maxValue and maxLength bound a value', async (t) => {
  const elements: Elements = {
    'Observation.issued': { minValueInstant: '2026-01-01T00:00:00Z' },
    'Observation.value[x]': { type: [{ code: 'integer' }], minValueInteger: 1, maxValueInteger: 3 },
    'Observation.note': { max: '*' },
    'Observation.note.text': { maxLength: 3 },
  };
  t.strictSame(
    check(elements, { valueInteger: 2, issued: '2026-01-01T00:00:00Z', note: [{ text: 'abc' }] }),
    [],
  );
  t.strictSame(
    check(elements, { valueInteger: 4, issued: '2025-12-31T23:59:59Z', note: [{ text: 'abcd' }] }),
    [
      'error value Observation.issued',
      'error value Observation.value',
      'error too-long Observation.note[0].text',
    ],
  );
  t.strictSame(
    said(own(define('x', 'Observation', elements)), observation({ valueInteger: 0 }), profile('x')),
    ['Observation.value must be 1 or more by x.'],
  );
});

t.test('values are compared by what they mean; what cannot be compared is left alone', async (t) => {
  t.equal(compareValues('2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00Z'), 0);
  t.equal(compareValues('2026', '2026-05-01'), 0, 'as far as both are given');
  t.equal(compareValues('2025-12-31', '2026'), -1);
  const mg = { value: 2, system: 'http://unitsofmeasure.org', code: 'mg' };
  t.equal(compareValues(mg, { ...mg, value: 1 }), 1);
  t.equal(compareValues(mg, { ...mg, code: 'g' }), undefined);
  t.equal(compareValues(1, '1'), undefined);
  fc.assert(fc.property(fc.integer(), fc.integer(), (a, b) => compareValues(a, b) === Math.sign(a - b)));
});

t.test('a Quantity is bound by the code of its unit', async (t) => {
  const elements: Elements = {
    'Observation.value[x]': {
      type: [{ code: 'Quantity' }],
      binding: { strength: 'required', valueSet: valueSetUrl('ab') },
    },
  };
  t.strictSame(check(elements, { valueQuantity: { value: 1, ...coding('a') } }), []);
  t.strictSame(check(elements, { valueQuantity: { value: 1, ...coding('c') } }), [
    'error code-invalid Observation.value',
  ]);
  t.strictSame(
    check(elements, { valueQuantity: { value: 1 } }),
    [],
    'without a unit there is nothing to hold against it',
  );
});

t.test('an extensible binding warns when no code is of the set, its maximum value set refuses', async (t) => {
  const elements: Elements = {
    'Observation.category': {
      max: '*',
      binding: {
        strength: 'extensible',
        valueSet: valueSetUrl('ab'),
        extension: [{ url: r4('elementdefinition-maxValueSet'), valueCanonical: `${valueSetUrl('c')}|2` }],
      },
    },
  };
  t.strictSame(check(elements, { category: [concept('a', 'c')] }), []);
  t.strictSame(check(elements, { category: [concept('c')] }), [
    'warning code-invalid Observation.category[0]',
  ]);
  t.strictSame(check(elements, { category: [concept('a')] }), ['error code-invalid Observation.category[0]']);
  t.strictSame(check(elements, { category: [{ text: 'x' }] }), [
    'warning code-invalid Observation.category[0]',
  ]);
});

t.test('fixed is exact, pattern is part; both on primitives and in lists', async (t) => {
  const elements: Elements = {
    'Observation.identifier': {
      max: '*',
      patternIdentifier: { system: 'http://example.org', type: concept('a') },
    },
    'Observation.referenceRange': { max: '*' },
    'Observation.referenceRange.type': { fixedCodeableConcept: concept('a') },
  };
  const identifier = { system: 'http://example.org', value: '1', type: { ...concept('b', 'a'), text: 'x' } };
  const range = (type: object) => ({ referenceRange: [{ text: 'x', type }] });
  t.strictSame(check(elements, { identifier: [identifier], ...range(concept('a')) }), []);
  t.strictSame(check(elements, { identifier: [{ ...identifier, system: 'http://example.com' }] }), [
    'error value Observation.identifier[0]',
  ]);
  t.strictSame(check(elements, range(concept('a', 'b'))), ['error value Observation.referenceRange[0].type']);
});

t.test('a datatype follows the profile of its type, or one of several', async (t) => {
  const dose = define('dose', 'Quantity', {
    'Quantity.unit': { min: 1, max: '1', base: { path: 'Quantity.unit', min: 0, max: '1' } },
  });
  const plain = define('plain', 'Quantity', {
    'Quantity.unit': { max: '0', base: { path: 'Quantity.unit', min: 0, max: '1' } },
    'Quantity.code': { min: 1, max: '1' },
  });
  const typed = (...profiles: string[]): Elements => ({
    'Observation.value[x]': { type: [{ code: 'Quantity', profile: profiles }, { code: 'string' }] },
  });
  const found = (elements: Elements, valueQuantity: object) =>
    short(
      own(define('x', 'Observation', elements), dose, plain),
      observation({ valueQuantity }),
      profile('x'),
    );
  t.strictSame(found(typed(profile('dose')), { value: 1 }), ['error required Observation.value.unit']);
  t.strictSame(found(typed(profile('dose')), { value: 1, unit: 'mg' }), []);
  const either = typed(profile('dose'), profile('plain'));
  t.strictSame(found(either, { value: 1, unit: 'mg' }), []);
  t.strictSame(found(either, { value: 1, system: 'http://example.org', code: 'x' }), []);
  t.strictSame(found(either, { value: 1 }), ['error structure Observation.value']);
  const simple = typed(r4('SimpleQuantity'));
  t.strictSame(
    found(simple, { value: 1, comparator: '<' }),
    ['error invariant Observation.value', 'error structure Observation.value.comparator'],
    'of R4',
  );
});

t.test('extensions of a primitive are demanded beside it, item by item', async (t) => {
  const elements: Elements = {
    'Patient.birthDate': {},
    'Patient.birthDate.extension': {
      min: 1,
      max: '*',
      base: { path: 'Element.extension', min: 0, max: '*' },
    },
    'Patient.name': { max: '*' },
    'Patient.name.given': { max: '*' },
    'Patient.name.given.id': { min: 1, max: '1', base: { path: 'Element.id', min: 0, max: '1' } },
  };
  const validator = own(define('x', 'Patient', elements));
  const found = (more: object) => short(validator, { resourceType: 'Patient', ...more }, profile('x'));
  const extension = [{ url: r4('patient-birthTime'), valueDateTime: '2000-01-01T00:00:00Z' }];
  t.strictSame(found({}), []);
  t.strictSame(found({ birthDate: '2000-01-01', _birthDate: { extension } }), []);
  t.strictSame(found({ birthDate: '2000-01-01' }), ['error required Patient.birthDate.extension']);
  t.strictSame(found({ name: [{ given: ['a', 'b'], _given: [{ id: 'x' }, null] }] }), [
    'error required Patient.name[0].given[1].id',
  ]);
});

t.test('the form of a choice has extensions beside it as well', async (t) => {
  const elements: Elements = {
    'Observation.effective[x]': { type: [{ code: 'dateTime' }] },
    'Observation.effective[x].extension': {
      min: 1,
      max: '*',
      base: { path: 'Element.extension', min: 0, max: '*' },
    },
  };
  const extension = [{ url: r4('data-absent-reason'), valueCode: 'unknown' }];
  t.strictSame(check(elements, { effectiveDateTime: '2026' }), [
    'error required Observation.effective.extension',
  ]);
  t.strictSame(check(elements, { effectiveDateTime: '2026', _effectiveDateTime: { extension } }), []);
  t.strictSame(check(elements, { _effectiveDateTime: { extension } }), []);
  t.strictSame(check(elements, {}), []);
});

t.test('a contentReference brings along what R4 defines, not what the profile adds to it', async (t) => {
  const elements: Elements = {
    'Questionnaire.item': { max: '*' },
    'Questionnaire.item.text': {
      min: 1,
      max: '1',
      base: { path: 'Questionnaire.item.text', min: 0, max: '1' },
    },
    'Questionnaire.item.item': { max: '*', contentReference: '#Questionnaire.item' },
  };
  const validator = own(define('x', 'Questionnaire', elements));
  const item = { linkId: '1', type: 'group' };
  const questionnaire = (more: object) => ({
    resourceType: 'Questionnaire',
    status: 'draft',
    item: [{ ...item, ...more, item: [{ ...item, linkId: '2', item: [{ linkId: '3', type: 'string' }] }] }],
  });
  const found = (more: object) =>
    short(validator, questionnaire(more), profile('x')).filter((line) => line.includes('.text'));
  t.strictSame(found({ text: 'a' }), []);
  t.strictSame(found({}), ['error required Questionnaire.item[0].text']);
});

t.test(
  'an invariant of a profile sees the resource, its container and its targets; best practice only warns',
  async (t) => {
    const rule = (key: string, expression: string, more: object = {}) => ({
      constraint: [{ key, severity: 'error' as const, human: `${key} is kept.`, expression, ...more }],
    });
    const elements: Elements = {
      'Observation.performer': { max: '*', ...rule('x-1', 'resolve() is Practitioner') },
      'Observation.component': {
        max: '*',
        ...rule('x-2', `%resource.status = 'final' and code.memberOf('${valueSetUrl('ab')}')`),
      },
      'Observation.method': rule('x-3', 'text.exists()', {
        extension: [{ url: r4('elementdefinition-bestpractice'), valueBoolean: true }],
      }),
    };
    const contained = (resourceType: string) => [
      { resourceType, id: 'p', ...(resourceType === 'Organization' && { name: 'x' }) },
    ];
    t.strictSame(
      check(elements, { contained: contained('Practitioner'), performer: [{ reference: '#p' }] }),
      [],
    );
    t.strictSame(
      check(elements, { contained: contained('Organization'), performer: [{ reference: '#p' }] }),
      ['error invariant Observation.performer[0]'],
    );
    t.strictSame(check(elements, { component: [{ code: concept('a') }, { code: concept('c') }] }), [
      'error invariant Observation.component[1]',
    ]);
    t.strictSame(check(elements, { method: concept('a') }), ['warning invariant Observation.method']);
  },
);

t.test('an invariant of others that cannot be evaluated is told; one of ours stops the start', async (t) => {
  const broken = define(
    'x',
    'Observation',
    {},
    { root: { constraint: [{ key: 'x-1', severity: 'error', human: 'a', expression: 'status.nothing(' }] } },
  );
  t.throws(() => own(broken), /StructureDefinition\/x: invariant x-1 cannot be evaluated/);
  t.strictSame(short(packaged(broken), observation({}), profile('x')), [
    'information informational Observation',
  ]);
});

t.test('a profile that is asked for must be known and be one of the type', async (t) => {
  const validator = own(
    define('x', 'Observation', { 'Observation.issued': { min: 1, max: '1' } }, { version: '2.0' }),
  );
  t.strictSame(short(validator, observation({}), profile('x')), ['error required Observation.issued']);
  t.strictSame(short(validator, observation({}), `${profile('x')}|2.0`), [
    'error required Observation.issued',
  ]);
  t.strictSame(said(validator, observation({}), 'http://example.org/y'), [
    'The profile http://example.org/y is not known here. Load its package, or check the spelling.',
  ]);
  t.strictSame(short(validator, observation({}), `${profile('x')}|3.0`), ['error not-found']);
  t.strictSame(short(validator, { resourceType: 'Patient' }, profile('x')), ['error value Patient']);
  t.strictSame(
    short(validator, observation({}), r4('Observation')),
    [],
    'the type itself demands nothing more',
  );
});
