// Arbitrary searches by the grammar of the specification: real parameters with every modifier, prefix and kind of value, whole
// and broken; chains, _has, _filter, includes, sorts and pages. https://hl7.org/fhir/R4/search.html
import fc from 'fast-check';
import { any, valuesOf, words } from './arbitrary-values.ts';

/** What a CapabilityStatement says that a type can be searched by. */
export interface Searchable {
  type: string;
  params: readonly { name: string; type: string }[];
}

/** Types that chains run through: they refer to each other. */
const LINKED = ['Patient', 'Task', 'Observation', 'Encounter', 'Practitioner', 'Group', 'List'];
const LINKS = [
  'subject',
  'patient',
  'general-practitioner',
  'encounter',
  'organization',
  'partof',
  'based-on',
  'item',
];

const MODIFIERS = [
  'missing',
  'exact',
  'contains',
  'not',
  'text',
  'in',
  'not-in',
  'above',
  'below',
  'of-type',
  'identifier',
  'iterate',
  'Patient',
  'Nonsense',
  '',
  'missing:exact',
  '__proto__',
  'toString',
  'not:in',
];
const withModifier = (name: string) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(name) },
    { weight: 1, arbitrary: fc.constantFrom(...MODIFIERS).map((modifier) => `${name}:${modifier}`) },
  );

type Pair = [name: string, value: string];

/** A parameter of the type, its modifier and a value. */
const direct = ({ params }: Searchable): fc.Arbitrary<Pair> =>
  fc.constantFrom(...params).chain(({ name, type }) => fc.tuple(withModifier(name), valuesOf(type)));

const link = fc
  .tuple(fc.constantFrom(...LINKS), fc.option(fc.constantFrom(...LINKED, 'Nonsense'), { nil: undefined }))
  .map(([code, type]) => (type ? `${code}:${type}` : code));
const leaf = fc.constantFrom(
  'name',
  '_id',
  'identifier',
  'family:exact',
  '_lastUpdated',
  'birthdate',
  '_filter',
  '_text',
  'near',
  'code:in',
  '_list',
  '_has',
  'subject:missing',
);
const chain: fc.Arbitrary<Pair> = fc.tuple(
  fc
    .tuple(fc.array(link, { minLength: 1, maxLength: 20 }), leaf)
    .map(([links, last]) => [...links, last].join('.')),
  any,
);
const reverse: fc.Arbitrary<Pair> = fc.tuple(
  fc
    .tuple(
      fc.array(fc.tuple(fc.constantFrom(...LINKED), fc.constantFrom(...LINKS)), {
        minLength: 1,
        maxLength: 20,
      }),
      fc.oneof(leaf, link),
    )
    .map(([hops, last]) => `${hops.map(([type, code]) => `_has:${type}:${code}:`).join('')}${last}`),
  any,
);

const filterText: fc.Arbitrary<string> = fc.letrec<{ any: string; test: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    tie('test'),
    fc.tuple(tie('any'), fc.constantFrom('and', 'or'), tie('any')).map((parts) => parts.join(' ')),
    tie('any').map((inner) => `not (${inner})`),
    tie('any').map((inner) => `(${inner})`),
  ),
  test: fc
    .tuple(
      fc.oneof(
        fc.constantFrom(
          'name',
          'birthdate',
          '_id',
          'identifier',
          'given',
          'subject.name',
          'subject[active eq true].name',
          'code',
          'value-quantity',
          '_lastUpdated',
          'constructor',
          'near',
          '_has',
          'a[b',
        ),
        fc.array(fc.constantFrom(...LINKS), { minLength: 2, maxLength: 12 }).map((links) => links.join('.')),
      ),
      fc.constantFrom(
        'eq',
        'ne',
        'co',
        'sw',
        'ew',
        'gt',
        'lt',
        'ge',
        'le',
        'ap',
        'sa',
        'eb',
        'pr',
        'po',
        'ss',
        'sb',
        'in',
        'ni',
        're',
        'xx',
        '__proto__',
        '',
      ),
      fc.oneof(
        any.map((text) => JSON.stringify(text)),
        any,
        fc.constantFrom('true', '"\\u0000"', '"\\ud800"', '"', '"\\x"', '2026', ')', '10'),
      ),
    )
    .map((parts) => parts.join(' ')),
})).any;
const broken = fc.oneof(
  filterText.chain((text) => fc.nat(text.length).map((at) => text.slice(0, at))),
  fc.constantFrom(
    '('.repeat(5000),
    'not('.repeat(2000),
    `${'a['.repeat(3000)}`,
    'a eq b and '.repeat(2000),
    'a.'.repeat(5000),
    '"'.repeat(5000),
    `a eq "${'\\'.repeat(5001)}`,
    ' '.repeat(10_000),
  ),
);
const filter: fc.Arbitrary<Pair> = fc.tuple(fc.constant('_filter'), fc.oneof(filterText, broken));

const includes: fc.Arbitrary<Pair> = fc.tuple(
  fc.constantFrom(
    '_include',
    '_include:iterate',
    '_revinclude',
    '_revinclude:iterate',
    '_include:recurse',
    '_include:x',
    '_revinclude:',
  ),
  fc.oneof(
    fc.constantFrom(
      '*',
      'Patient:*',
      'Task:*',
      'Patient:link',
      'Task:part-of',
      'Task:based-on',
      'Observation:subject:Patient',
      'List:item',
      'Patient:link:Patient',
      'Observation:has-member',
      '*:*',
      ':',
      '::',
      'a:b:c:d',
      'Patient:name',
      'Task:subject:Nonsense',
    ),
    any,
  ),
);
const control: fc.Arbitrary<Pair> = fc.oneof(
  fc.tuple(
    fc.constant('_sort'),
    fc.oneof(
      fc.constantFrom(
        '-_lastUpdated',
        '_id,-_id',
        'name,birthdate',
        '-',
        '--name',
        ',',
        'near',
        'status,-code,subject',
        '_text',
        'a'.repeat(10_000),
        '_id,'.repeat(500),
        'code,'.repeat(7),
      ),
      any,
    ),
  ),
  fc.tuple(
    fc.constant('_count'),
    fc.constantFrom(
      '0',
      '1',
      '1000',
      '999999999',
      '9999999999',
      '-1',
      '1.5',
      '',
      '1e3',
      'NaN',
      '٣',
      ' 1',
      '+1',
      '00000000001',
    ),
  ),
  fc.tuple(fc.constant('_total'), fc.constantFrom('none', 'accurate', 'estimate', '', 'x')),
  fc.tuple(
    fc.constant('_summary'),
    fc.constantFrom('true', 'false', 'text', 'data', 'count', 'x', 'toString'),
  ),
  fc.tuple(
    fc.constant('_elements'),
    fc.oneof(
      fc.constantFrom(
        'name',
        'id,meta',
        'Patient.name',
        '*',
        '',
        ',',
        'value[x]',
        '__proto__',
        'a'.repeat(10_000),
        'a,'.repeat(5000),
      ),
      any,
    ),
  ),
  fc.tuple(fc.constantFrom('_text', '_content'), fc.oneof(words, any)),
  fc.tuple(
    fc.constantFrom(
      '_list',
      '_type',
      '_id',
      '_lastUpdated',
      '_format',
      '_pretty',
      '_cursor',
      '_contained',
      '_query',
      '_score',
      'near',
      '_tag:not',
      '_has',
      '_has:',
      '_has:::',
      '_filter:x',
      '.',
      ':',
      'a.',
      '.a',
      '',
      '__proto__',
      'constructor.name',
      'a:b:c',
    ),
    any,
  ),
);

/** The name and value of one parameter for a search of the type. */
export const parameter = (searchable: Searchable): fc.Arbitrary<Pair> =>
  fc.oneof(
    { weight: 6, arbitrary: direct(searchable) },
    { weight: 2, arbitrary: chain },
    { weight: 2, arbitrary: reverse },
    { weight: 2, arbitrary: filter },
    { weight: 1, arbitrary: includes },
    { weight: 3, arbitrary: control },
  );

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

/** The query of a search of the type, encoded. */
export const search = (searchable: Searchable): fc.Arbitrary<string> =>
  fc
    .array(parameter(searchable), { minLength: 1, maxLength: 5 })
    .map((pairs) => pairs.map((pair) => pair.map(encoded).join('=')).join('&'));

/** Text with some bytes changed. */
export const tampered = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 0x21, max: 0x7e })), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) => {
      const characters = [...text];
      for (const [at, code] of changes) characters[at] = String.fromCharCode(code);
      return characters.join('');
    });
