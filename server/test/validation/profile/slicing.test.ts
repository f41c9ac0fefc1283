// Slicing: which slice a value belongs to, how often each occurs, in which order, and what else may stand beside.
// https://hl7.org/fhir/R4/profiling.html#slicing
import type { ElementDefinitionSlicing, ElementDefinitionSlicingDiscriminator } from '@medplum/fhirtypes';
import t from 'tap';
import {
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

type Kind = ElementDefinitionSlicingDiscriminator['type'];
const by = (type: Kind, path: string, rest: Partial<ElementDefinitionSlicing> = {}) => ({
  slicing: { discriminator: [{ type, path }], rules: 'open' as const, ...rest },
});
const ofObservation = (elements: Elements) => own(define('x', 'Observation', elements));
const check = (elements: Elements, more: object) =>
  short(ofObservation(elements), observation(more), profile('x'));
const component = (code: string, more: object = {}) => ({ code: concept(code), ...more });

const codeSlices = (slicing: Partial<ElementDefinitionSlicing> = {}): Elements => ({
  'Observation.component': by('pattern', 'code', slicing),
  'Observation.component:first': { max: '1' },
  'Observation.component:first.code': { patternCodeableConcept: concept('a') },
  'Observation.component:second': { max: '1' },
  'Observation.component:second.code': { patternCodeableConcept: concept('b') },
});
const [a, b, c] = [component('a'), component('b'), component('c')];

t.test('ordered slices stand in the order of their definitions', async (t) => {
  const ordered = codeSlices({ ordered: true });
  t.strictSame(check(ordered, { component: [a, b] }), []);
  t.strictSame(check(ordered, { component: [a, c, b] }), [], 'what is of no slice may stand anywhere');
  t.strictSame(check(ordered, { component: [b, a] }), ['error structure Observation.component[1]']);
  t.strictSame(check(codeSlices(), { component: [b, a] }), [], 'without ordered any order will do');
  t.strictSame(said(ofObservation(ordered), observation({ component: [b, a] }), profile('x')), [
    'Observation.component[1] is of slice "first", which goes before slice "second" by x.',
  ]);
});

t.test('openAtEnd lets others stand after the slices only; closed lets none', async (t) => {
  const atEnd = codeSlices({ rules: 'openAtEnd', ordered: true });
  t.strictSame(check(atEnd, { component: [a, b, c] }), []);
  t.strictSame(check(atEnd, { component: [a, c, b] }), ['error structure Observation.component[2]']);
  const closed = codeSlices({ rules: 'closed' });
  t.strictSame(check(closed, { component: [a, b] }), []);
  t.strictSame(check(closed, { component: [a, c] }), ['error structure Observation.component[1]']);
});

t.test('the slice @default takes what no other slice takes', async (t) => {
  const elements: Elements = {
    ...codeSlices({ rules: 'closed' }),
    'Observation.component:@default': { max: '1' },
    'Observation.component:@default.value[x]': { min: 1, max: '1' },
  };
  t.strictSame(check(elements, { component: [a, component('c', { valueInteger: 1 })] }), []);
  t.strictSame(check(elements, { component: [a, c] }), ['error required Observation.component[1].value']);
});

t.test('a slice is sliced again, each with its own count', async (t) => {
  const elements: Elements = {
    'Observation.component': by('pattern', 'code'),
    'Observation.component:a': { min: 1, max: '*', ...by('exists', 'value') },
    'Observation.component:a.code': { patternCodeableConcept: concept('a') },
    'Observation.component:a/valued': { sliceName: 'a/valued', min: 1, max: '1' },
    'Observation.component:a/valued.code': { patternCodeableConcept: concept('a') },
    'Observation.component:a/valued.value[x]': { min: 1, max: '1' },
  };
  const valued = component('a', { valueInteger: 1 });
  t.strictSame(check(elements, { component: [component('b', { valueInteger: 1 }), a, valued] }), []);
  t.strictSame(check(elements, { component: [a] }), ['error required Observation.component']);
  t.strictSame(check(elements, { component: [a, valued, valued] }), [
    'error structure Observation.component',
  ]);
  t.strictSame(said(ofObservation(elements), observation({ component: [a] }), profile('x')), [
    'Observation.component needs its slice "a/valued" at least once by x.',
  ]);
});

t.test('type tells the forms of a choice apart', async (t) => {
  const elements: Elements = {
    'Observation.value[x]': { type: [{ code: 'Quantity' }, { code: 'string' }], ...by('type', '$this') },
    'Observation.value[x]:valueQuantity': { max: '1', type: [{ code: 'Quantity' }] },
    'Observation.value[x]:valueQuantity.unit': { min: 1, max: '1' },
  };
  t.strictSame(check(elements, { valueString: 'x' }), []);
  t.strictSame(check(elements, { valueQuantity: { value: 1 } }), ['error required Observation.value.unit']);
  t.strictSame(check(elements, { valueBoolean: true }), ['error structure Observation.value']);
  const closed = { ...elements, 'Observation.value[x]': by('type', '$this', { rules: 'closed' }) };
  t.strictSame(check(closed, { valueString: 'x' }), ['error structure Observation.value']);
  const needed = {
    ...elements,
    'Observation.value[x]:valueQuantity': { min: 1, max: '1', type: [{ code: 'Quantity' }] },
  };
  t.strictSame(check(needed, { valueString: 'x' }), ['error required Observation.value']);
  t.strictSame(check(needed, { valueQuantity: { value: 1, unit: 'mg' } }), []);
});

t.test('a profile may name one form of a choice as an element', async (t) => {
  const elements: Elements = {
    'Observation.valueQuantity': { max: '1' },
    'Observation.valueQuantity.unit': { min: 1, max: '1' },
  };
  t.strictSame(check(elements, { valueQuantity: { value: 1 } }), ['error required Observation.value.unit']);
  t.strictSame(check(elements, { valueString: 'x' }), []);
});

t.test('type tells apart by the form of a choice inside, and by ofType() its content', async (t) => {
  const elements: Elements = {
    'Observation.component': by('type', 'value'),
    'Observation.component:text': { min: 1, max: '1' },
    'Observation.component:text.value[x]': { min: 1, type: [{ code: 'string' }] },
  };
  t.strictSame(check(elements, { component: [component('a', { valueInteger: 1 })] }), [
    'error required Observation.component',
  ]);
  t.strictSame(check(elements, { component: [component('a', { valueString: 'x' })] }), []);
  const content: Elements = {
    'Observation.component': by('value', 'value.ofType(Quantity).unit'),
    'Observation.component:mg': { min: 1, max: '1' },
    'Observation.component:mg.value[x]': { type: [{ code: 'Quantity' }] },
    'Observation.component:mg.value[x].unit': { fixedString: 'mg' },
  };
  const quantity = (unit: string) => component('a', { valueQuantity: { value: 1, unit } });
  t.strictSame(check(content, { component: [quantity('kg')] }), ['error required Observation.component']);
  t.strictSame(check(content, { component: [quantity('kg'), quantity('mg')] }), []);
});

t.test(
  'several discriminators must agree; values may lie inside a pattern or be given one by one',
  async (t) => {
    const elements: Elements = {
      'Observation.category': {
        slicing: {
          discriminator: [
            { type: 'value', path: 'coding.code' },
            { type: 'value', path: 'coding.system' },
          ],
          rules: 'open',
        },
      },
      'Observation.category:a': { min: 1, max: '1' },
      'Observation.category:a.coding': { min: 1, max: '*' },
      'Observation.category:a.coding.system': { min: 1, fixedUri: concept('a').coding[0]!.system },
      'Observation.category:a.coding.code': { min: 1, fixedCode: 'a' },
    };
    t.strictSame(check(elements, { category: [concept('a')] }), []);
    t.strictSame(check(elements, { category: [concept('b')] }), ['error required Observation.category']);
    t.strictSame(check(elements, { category: [{ coding: [{ system: 'http://example.org', code: 'a' }] }] }), [
      'error required Observation.category',
    ]);
    const whole: Elements = {
      ...elements,
      'Observation.category': by('value', '$this'),
    };
    t.strictSame(
      check(whole, { category: [concept('b'), concept('a')] }),
      [],
      'given below the discriminator',
    );
  },
);

t.test('exists tells apart by what is demanded or forbidden', async (t) => {
  const elements: Elements = {
    'Observation.component': by('exists', 'dataAbsentReason'),
    'Observation.component:absent': { max: '1' },
    'Observation.component:absent.dataAbsentReason': { min: 1 },
    'Observation.component:given': { max: '*' },
    'Observation.component:given.dataAbsentReason': { max: '0' },
    'Observation.component:given.value[x]': { min: 1 },
  };
  const absent = component('a', { dataAbsentReason: { text: 'x' } });
  t.strictSame(check(elements, { component: [absent, component('b', { valueInteger: 1 })] }), []);
  t.strictSame(check(elements, { component: [absent, b] }), [
    'error required Observation.component[1].value',
  ]);
  t.strictSame(check(elements, { component: [absent, absent] }), ['error structure Observation.component']);
});

t.test('a required binding tells apart by its value set, also of concepts', async (t) => {
  const elements: Elements = {
    'Observation.category': by('pattern', '$this'),
    'Observation.category:ab': {
      min: 1,
      max: '*',
      type: [{ code: 'CodeableConcept' }],
      binding: { strength: 'required', valueSet: `${valueSetUrl('ab')}|1.0` },
    },
  };
  t.strictSame(check(elements, { category: [concept('c')] }), ['error required Observation.category']);
  t.strictSame(check(elements, { category: [concept('c'), concept('b')] }), []);
});

t.test(
  'extensions are told apart by their url without being told to, and by extension(url) elsewhere',
  async (t) => {
    const elements: Elements = {
      'Observation.extension:one': {
        min: 1,
        max: '1',
        type: [{ code: 'Extension', profile: [profile('one')] }],
      },
    };
    const one = define('one', 'Extension', { 'Extension.url': { fixedUri: profile('one') } });
    const validator = own(define('x', 'Observation', { 'Observation.extension': {}, ...elements }), one);
    const extension = [{ url: profile('one'), valueString: 'x' }];
    t.strictSame(short(validator, observation({}), profile('x')), ['error required Observation.extension']);
    t.strictSame(short(validator, observation({ extension }), profile('x')), []);
    const byExtension: Elements = {
      'Observation.component': by('value', `extension('${profile('one')}').value`),
      'Observation.component:x': { min: 1, max: '1' },
      'Observation.component:x.extension': by('value', 'url'),
      'Observation.component:x.extension:one': {
        min: 1,
        type: [{ code: 'Extension', profile: [profile('one')] }],
      },
      'Observation.component:x.extension:one.value[x]': { fixedString: 'x' },
    };
    const other = own(define('x', 'Observation', byExtension), one);
    t.strictSame(short(other, observation({ component: [{ ...a, extension }] }), profile('x')), []);
    t.strictSame(short(other, observation({ component: [a] }), profile('x')), [
      'error required Observation.component',
    ]);
  },
);

t.test(
  'type of a target is seen in this resource, in the Bundle, and in the text of a reference',
  async (t) => {
    const elements: Elements = {
      'Observation.performer': by('type', 'resolve()'),
      'Observation.performer:person': {
        min: 1,
        max: '1',
        type: [{ code: 'Reference', targetProfile: [r4('Practitioner')] }],
      },
    };
    const found = (reference: string, contained?: object[]) =>
      check(elements, { performer: [{ reference }], ...(contained && { contained }) });
    t.strictSame(found('Practitioner/1'), []);
    t.strictSame(found('https://example.org/fhir/Practitioner/1'), []);
    t.strictSame(found('Organization/1'), ['error required Observation.performer']);
    t.strictSame(found('#p', [{ resourceType: 'Practitioner', id: 'p' }]), []);
    t.strictSame(found('#p', [{ resourceType: 'Organization', id: 'p', name: 'x' }]), [
      'error required Observation.performer',
    ]);
  },
);

t.test('profile tells apart by what is followed', async (t) => {
  const active = define('active', 'Practitioner', {
    'Practitioner.active': { min: 1, max: '1', fixedBoolean: true },
  });
  const elements: Elements = {
    'Observation.performer': by('profile', 'resolve()'),
    'Observation.performer:active': {
      min: 1,
      max: '1',
      type: [{ code: 'Reference', targetProfile: [profile('active')] }],
    },
  };
  const validator = own(define('x', 'Observation', elements), active);
  const resource = (isActive: boolean) =>
    observation({
      contained: [{ resourceType: 'Practitioner', id: 'p', active: isActive }],
      performer: [{ reference: '#p' }],
    });
  t.strictSame(short(validator, resource(true), profile('x')), []);
  t.strictSame(short(validator, resource(false), profile('x')), ['error required Observation.performer']);
});

t.test('slices inside slices are counted within their own value', async (t) => {
  const elements: Elements = {
    ...codeSlices(),
    'Observation.component:first.referenceRange': by('pattern', 'type'),
    'Observation.component:first.referenceRange:normal': { min: 1, max: '1' },
    'Observation.component:first.referenceRange:normal.type': { patternCodeableConcept: concept('c') },
  };
  const range = { text: 'x', type: concept('c') };
  t.strictSame(check(elements, { component: [component('a', { referenceRange: [range] }), b] }), []);
  t.strictSame(check(elements, { component: [a, component('b', { referenceRange: [range] })] }), [
    'error required Observation.component[0].referenceRange',
  ]);
});

t.test('a slicing of others that gives nothing to tell by is told, and the rest is checked', async (t) => {
  const elements: Elements = {
    'Observation.component': by('pattern', 'code'),
    'Observation.component:first': { min: 1 },
    'Observation.issued': { min: 1, max: '1' },
  };
  const validator = packaged(define('x', 'Observation', elements));
  t.strictSame(short(validator, observation({}), profile('x')), [
    'error required Observation.issued',
    'information informational Observation',
  ]);
  t.match(
    said(validator, observation({}), profile('x'))[1],
    /slice Observation\.component:first gives nothing to tell/,
  );
});
