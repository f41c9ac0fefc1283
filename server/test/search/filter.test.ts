// _filter: its language, and its operators on every parameter type. https://hl7.org/fhir/R4/search_filter.html
import fc from 'fast-check';
import t from 'tap';
import { type Filter, parseFilter } from '../../search/criterion/filter-syntax.ts';
import { answers, openStorage, refuses } from './storage.ts';

/** A filter as text, with as few parentheses as its meaning allows. */
function written(filter: Filter, within: '' | 'and' | 'or' = ''): string {
  if (filter.kind === 'not') return `not (${written(filter.filter)})`;
  if (filter.kind === 'test') {
    const path = filter.path.map(({ name, filter: inner }) => (inner ? `${name}[${written(inner)}]` : name));
    const plain = /^[^\s)\]"]+$/.test(filter.value);
    return `${path.join('.')} ${filter.operator} ${plain ? filter.value : JSON.stringify(filter.value)}`;
  }
  const text = filter.filters.map((each) => written(each, filter.kind as 'and')).join(` ${filter.kind} `);
  return within === filter.kind || (within === 'and' && filter.kind === 'or') ? `(${text})` : text;
}

const name = fc.constantFrom('name', 'birthdate', 'general-practitioner', '_id', 'not', 'and1', 'value-2');
const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.record({
      kind: fc.constant('test' as const),
      path: fc.array(
        fc.oneof(
          { weight: 4, arbitrary: fc.record({ name }) },
          { weight: 1, arbitrary: fc.record({ name, filter: tie('filter') }) },
        ),
        { minLength: 1, maxLength: 3 },
      ),
      operator: fc.constantFrom('eq', 'co', 'ge', 'pr', 'or', 'not'),
      value: fc.oneof(
        fc.string(),
        fc.constantFrom('true', '2014-10-10', 'http://loinc.org|1-8', 'a b', '")]'),
      ),
    }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
  ),
})).filter;

t.test('What is written is what is read, with and without more white space', async (t) => {
  fc.assert(
    fc.property(filters, fc.constantFrom(' ', '  ', '\t', '\n '), (filter, space) => {
      const text = written(filter);
      t.strictSame(JSON.stringify(parseFilter(text)), JSON.stringify(filter), text);
      t.strictSame(
        JSON.stringify(parseFilter(`${space}(${text}${space})${space}`)),
        JSON.stringify(filter),
        'in parentheses',
      );
    }),
    { numRuns: 300, seed: 3 },
  );
});

t.test('"and" binds before "or"', async (t) => {
  const kinds = (filter: Filter): unknown => {
    if (filter.kind === 'test') return filter.value;
    return filter.kind === 'not'
      ? ['not', kinds(filter.filter)]
      : [filter.kind, ...filter.filters.map(kinds)];
  };
  t.same(kinds(parseFilter('x eq 1 or x eq 2 and x eq 3')), ['or', '1', ['and', '2', '3']]);
  t.same(kinds(parseFilter('(x eq 1 or x eq 2) and x eq 3')), ['and', ['or', '1', '2'], '3']);
  t.same(kinds(parseFilter('not(x eq 1) and not eq 2')), ['and', ['not', '1'], '2']);
});

t.test('No text makes the reader fail otherwise than with a sentence', async (t) => {
  const piece = fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '.',
    '"',
    '\\',
    ' ',
    'not',
    'and',
    'or',
    'eq',
    'name',
    '1',
    '🙂',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  );
  let refused = 0;
  fc.assert(
    fc.property(text, (each) => {
      try {
        parseFilter(each);
      } catch (error) {
        refused++;
        const { status, message } = error as { status: number; message: string };
        if (status !== 400 || !message.startsWith('_filter ')) t.fail(`${each}: ${message}`);
      }
    }),
    { numRuns: 2000, seed: 5 },
  );
  t.ok(refused > 500, `${refused} were refused`);
});

t.test('Each operator asks what it says of each parameter type', async (t) => {
  const s = await openStorage(t);
  const patient = (id: string, rest: object) => ({ resourceType: 'Patient', id, ...rest });
  await s.save([
    { resourceType: 'Practitioner', id: 'gp', name: [{ family: 'Grey' }], active: true },
    patient('ana', {
      name: [{ family: 'Petersen', given: ['Ana', 'Zoë'] }],
      birthDate: '1980-05-01',
      gender: 'female',
      active: true,
      generalPractitioner: [{ reference: 'Practitioner/gp' }],
      identifier: [{ system: 'urn:i', value: 'a,1' }],
    }),
    patient('bo', { name: [{ family: 'Carpet' }], birthDate: '1990', gender: 'male', active: false }),
    patient('cy', { gender: 'male' }),
    {
      resourceType: 'Observation',
      id: 'ob',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '1-8' }] },
      subject: { reference: 'Patient/ana' },
      effectivePeriod: { start: '2026-01-10', end: '2026-01-20' },
      valueQuantity: { value: 5.4, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
    },
    {
      resourceType: 'RiskAssessment',
      id: 'risk',
      status: 'final',
      subject: { reference: 'Patient/ana' },
      prediction: [{ probabilityDecimal: 0.4 }],
    },
  ]);
  const encoded = (cases: Record<string, readonly string[]>) =>
    Object.fromEntries(
      Object.entries(cases).map(([filter, ids]) => [`_filter=${encodeURIComponent(filter)}`, ids]),
    );
  await answers(
    t,
    s,
    'Patient',
    encoded({
      'name co "pet"': ['ana', 'bo'],
      'name co pet and birthdate ge 1985': ['bo'],
      'given eq "zoe"': ['ana'],
      'given eq ANA': ['ana'],
      'given eq "an"': [],
      'given sw "an"': ['ana'],
      'family ew "pet"': ['bo'],
      'family ne petersen': ['bo'],
      'family gt d': ['ana'],
      'family le carpet': ['bo'],
      'family co "100%"': [],
      'birthdate eq 1980': ['ana'],
      'birthdate ne 1980': ['bo'],
      'birthdate gt 1980-05-01': ['bo'],
      'birthdate lt 1981 or birthdate sa 1989': ['ana', 'bo'],
      'birthdate po 1990-06': ['bo'],
      'gender eq male': ['bo', 'cy'],
      'gender ne male': ['ana'],
      'not (gender eq male)': ['ana'],
      'not (name pr true)': ['cy'],
      'birthdate pr false': ['cy'],
      'gender eq male and not (birthdate pr true)': ['cy'],
      'active eq true or (gender eq male and birthdate pr true)': ['ana', 'bo'],
      'identifier eq "urn:i|a,1"': ['ana'],
      'identifier eq "a\\\\,1"': [],
      '_id eq bo': ['bo'],
      '_id ne bo': ['ana', 'cy'],
      '_lastUpdated ge 2000': ['ana', 'bo', 'cy'],
      'general-practitioner re Practitioner/gp': ['ana'],
      'general-practitioner.name co "rey"': ['ana'],
      'general-practitioner[active eq true].name co "rey"': ['ana'],
      'general-practitioner[active eq false].name co "rey"': [],
      'not (general-practitioner.name co "rey")': ['bo', 'cy'],
    }),
  );
  await answers(
    t,
    s,
    'Observation',
    encoded({
      'code eq http://loinc.org|1-8': ['ob'],
      'code ne http://loinc.org|1-8': [],
      'subject.name co "pet"': ['ob'],
      'subject re Patient/ana': ['ob'],
      'subject ne Patient/ana': [],
      'subject ne Patient/bo': ['ob'],
      'date po 2026-01-15': ['ob'],
      'date po 2026-01-21': [],
      'date sa 2026-01-09 and date eb 2026-01-21': ['ob'],
      'value-quantity gt 5': ['ob'],
      'value-quantity le 5.4|http://unitsofmeasure.org|mg': ['ob'],
      'value-quantity lt 5': [],
    }),
  );
  await answers(
    t,
    s,
    'RiskAssessment',
    encoded({ 'probability gt 0.3': ['risk'], 'probability lt 0.3': [] }),
  );
  t.same(
    await s.find('Patient', '_filter=gender eq male&active:missing=true'),
    ['cy'],
    'beside other parameters',
  );
  t.same(await s.find('Patient', '_filter=gender eq male&_filter=birthdate pr true&_sort=_id'), ['bo']);
});

t.test('A filter that cannot be is refused with what can', async (t) => {
  const s = await openStorage(t);
  for (const [filter, sentence, code] of [
    ['', /^_filter cannot be read at its end: a search parameter is expected there/, 'invalid'],
    ['name', /cannot be read at its end: an operator such as eq is expected/, 'invalid'],
    ['name eq', /cannot be read at its end: a value/, 'invalid'],
    ['name eq "x', /cannot be read at ""x": a value, or a text in double quotes/, 'invalid'],
    ['name eq "\\q"', /has the text "\\q", which is no JSON string/, 'invalid'],
    ['name eq x y', /cannot be read at "y": "and", "or" or the end/, 'invalid'],
    ['(name eq x', /cannot be read at its end: "and", "or" or "\)"/, 'invalid'],
    ['name eq x and', /cannot be read at its end: a search parameter/, 'invalid'],
    [`${'('.repeat(17)}name eq x${')'.repeat(17)}`, /more than 16 parentheses in each other/, 'invalid'],
    ['shoe eq x', /^Patient has no search parameter "shoe"/, 'not-supported'],
    ['name is x', /^_filter has no operator "is" for "name"\. It has eq, ne, co, sw, ew/, 'not-supported'],
    ['gender co x', /^_filter has no operator "co" for "gender"\. It has eq, ne, ss/, 'not-supported'],
    ['name constructor x', /has no operator "constructor"/, 'not-supported'],
    ['_id co x', /^_filter has no operator "co" for "_id"/, 'not-supported'],
    ['birthdate po soon', /^_filter compares birthdate with "soon", which is no date/, 'invalid'],
    ['birthdate eq soon', /"eqsoon" is not a date/, 'invalid'],
    ['name pr maybe', /^_filter has "name pr maybe"\. Allowed are pr true and pr false/, 'invalid'],
    ['name[given eq x] eq y', /has a filter in brackets at the end of a path/, 'not-supported'],
    ['gender.code eq x', /^"gender" is a token parameter, which cannot be chained/, 'not-supported'],
    [Array(41).fill('gender eq male').join(' and '), /This search has 41 criteria/, 'invalid'],
  ] as const)
    await refuses(t, s, 'Patient', `_filter=${encodeURIComponent(filter)}`, sentence, code);
});
