// Arbitrary searches by the grammar of the specification: real parameters with every modifier, prefix and kind of value, whole
// and broken; chains, _has, _filter, includes, sorts and pages. https://hl7.org/fhir/R4/search.html
import fc from 'fast-check';

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
const PREFIXES = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', 'xx', 'GE', 'apap'];

const numbers = fc.constantFrom(
  '0',
  '-0',
  '+0',
  '00',
  '.5',
  '5.',
  '-',
  '+',
  'e5',
  '1e5',
  '1E+5',
  '1e-400',
  '1e400',
  '1e999999',
  '1e-999999999',
  '1e9999999999',
  '-1e400',
  '9'.repeat(400),
  `0.${'0'.repeat(399)}1`,
  '9'.repeat(10_000),
  'NaN',
  'Infinity',
  '-Infinity',
  '0x10',
  '1_000',
  '1,5',
  '5.4|http://unitsofmeasure.org|mg',
  '5.4||mg',
  '1e400|http://unitsofmeasure.org|kg',
  '1e-400|http://unitsofmeasure.org|[degF]',
  '5|http://unitsofmeasure.org|m/s2.kg',
  '5|http://unitsofmeasure.org|((((((m',
  `5|http://unitsofmeasure.org|${'m.'.repeat(2000)}m`,
  `5|http://unitsofmeasure.org|${'('.repeat(4000)}`,
  '5|a|b|c',
  '|',
  '||',
  '5|',
  '5|http://unitsofmeasure.org|m99999999',
  '1|http://unitsofmeasure.org|10*400',
  '1|http://unitsofmeasure.org|m-999999',
);
const dates = fc.constantFrom(
  '2026',
  '2026-03',
  '2026-03-14',
  '2026-02-30',
  '2026-13-01',
  '0000',
  '0001',
  '9999',
  '9999-12-31T23:59:59.999Z',
  '10000',
  '-0044-03-15',
  '99999999-01-01',
  '0000-00-00',
  '2026-03-14T',
  '2026-03-14T25:00Z',
  '2026-03-14T09:30',
  '2026-03-14T09:30:60Z',
  '2026-03-14T09:30:00.123456789123456789Z',
  '2026-03-14T09:30:00+14:00',
  '2026-03-14T09:30:00-99:99',
  '2026-03-14T09:30:00+24:00',
  'infinity',
  '-infinity',
  'now',
  'epoch',
  'today',
  'allballs',
  '2026-W10',
  '20260314',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-14:00',
  '2026-03-14 09:30:00 Z',
  '٢٠٢٦',
);
const tokens = fc.constantFrom(
  'a',
  '|',
  '|a',
  'a|',
  'a|b',
  'a|b|c',
  'system|code|x|y',
  'http://loinc.org|8867-4',
  '\\|',
  'a\\|b|c',
  '\\',
  '\\\\',
  'a\\',
  'true',
  'TRUE',
  'http://x|y|z|',
  'text/xml',
  'text/*',
  `${'a'.repeat(5000)}|${'b'.repeat(5000)}`,
  '*',
  '*|a',
  'ucum:canonical|a',
);
const references = fc.constantFrom(
  'a',
  'Patient/a',
  'Patient/a/_history/1',
  'Nonsense/a',
  'http://x.example/Patient/a',
  'urn:uuid:1',
  '#a',
  'Patient/',
  '/a',
  '//',
  'Patient/a|b',
  'http://[::1',
  'Patient/a?x=y',
  `Patient/${'a'.repeat(10_000)}`,
  'http://localhost:3000/fhir/Patient/a',
  'Patient//a',
  'http://x|1.0',
  'Patient/../a',
  'a'.repeat(65),
);
const valueSets = fc.constantFrom(
  'http://hl7.org/fhir/ValueSet/task-status',
  'http://hl7.org/fhir/ValueSet/task-status|4.0.1',
  'ValueSet/none',
  'ValueSet/',
  'file:///etc/passwd',
  'http://169.254.169.254/latest',
  'http://[',
  'urn:oid:2.16.840',
  'javascript:alert(1)',
  'http://loinc.org/vs',
  'http://snomed.info/sct?fhir_vs=ecl/<<1',
  '|',
  '',
  '%',
  'http://x|y|z',
);
const specials = fc.constantFrom(
  '47.4|8.5|10|km',
  '47.4|8.5',
  '47.4|8.5|1e400|km',
  '91|181|1|km',
  '-90|-180|0|m',
  '90|180|99999999|km',
  'NaN|NaN|NaN|km',
  '1|2|3|4',
  '|||',
  '47.4|8.5|-1|km',
  '47.4|8.5|10|parsec',
  '1e-400|1e-400',
  '90|0|20040|km',
  '47.4|8.5|10|[mi_us]',
);
const words = fc.constantFrom(
  'heart',
  '"heart failure"',
  '-heart',
  '- -',
  '"',
  '"""',
  'or or or',
  'a & | ! <-> b',
  '!!!',
  "':*",
  'a:*',
  '()',
  '((a',
  '<1000000>',
  '\\',
  "''",
  '-'.repeat(5000),
  '"a '.repeat(1500),
  'a or '.repeat(1500),
  '-a '.repeat(1500),
  'x'.repeat(10_000),
  '\u{10FFFF}',
  'ﷺ'.repeat(500),
  'İ',
  'ß',
  'a\u0300'.repeat(2000),
);
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    '',
    ' ',
    ',',
    ',,',
    '%',
    '_',
    '%%%%',
    '\u0000',
    '\ud800',
    '\udc00',
    '\ufffe',
    '\ufeff',
    "'",
    '"',
    "';--",
    '$',
    '$$',
    '\\,',
    '\\|',
    '\\$',
    '\\\\,',
    '{',
    '}',
    '{}',
    '$1',
    '${1}',
    '%_'.repeat(5000),
    'x'.repeat(10_000),
    ','.repeat(10_000),
    '|'.repeat(5000),
    '$'.repeat(5000),
    '\\'.repeat(9999),
    'null',
    'undefined',
    '__proto__',
    '😀'.repeat(2000),
    '\u202e',
    '\r\n',
    '\t',
  ),
);
const composites = fc
  .array(fc.oneof(tokens, numbers, dates, references, odd), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('$'));
const prefixed = (values: fc.Arbitrary<string>) =>
  fc.tuple(fc.constantFrom(...PREFIXES), values).map(([prefix, value]) => `${prefix}${value}`);

/** Values by the type of the parameter. */
const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  number: prefixed(numbers),
  quantity: prefixed(numbers),
  date: prefixed(dates),
  token: fc.oneof(tokens, valueSets),
  reference: fc.oneof(references, tokens),
  uri: fc.oneof(valueSets, references),
  composite: composites,
  special: fc.oneof(specials, words, references),
  string: fc.oneof(words, tokens),
};
const any = fc.oneof(...Object.values(VALUES), odd);
/** Mostly of the parameter's type, else of any; one, or several with commas. */
const valueOf = (type: string): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 5, arbitrary: VALUES[type] ?? any }, { weight: 1, arbitrary: any }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((values) => values.join(','));

const withModifier = (name: string) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(name) },
    { weight: 1, arbitrary: fc.constantFrom(...MODIFIERS).map((modifier) => `${name}:${modifier}`) },
  );

type Pair = [name: string, value: string];

/** A parameter of the type, its modifier and a value. */
const direct = ({ params }: Searchable): fc.Arbitrary<Pair> =>
  fc.constantFrom(...params).chain(({ name, type }) => fc.tuple(withModifier(name), valueOf(type)));

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
