// Token search as the specification has it. https://hl7.org/fhir/R4/search.html#token
import t from 'tap';
import { answers, openStorage, refuses } from './storage.ts';

const LOINC = 'http://loinc.org';
const LOCAL = 'https://example.org/codes';
const concept = (...codings: [system: string | undefined, code: string][]) => ({
  coding: codings.map(([system, code]) => ({ ...(system && { system }), code })),
});

t.test('A token matches the code of a Coding, with or without its system', async (t) => {
  const s = await openStorage(t);
  await s.save([
    { resourceType: 'Observation', id: 'loinc', status: 'final', code: concept([LOINC, '4548-4']) },
    { resourceType: 'Observation', id: 'local', status: 'final', code: concept([LOCAL, '4548-4']) },
    { resourceType: 'Observation', id: 'bare', status: 'final', code: concept([undefined, '4548-4']) },
    {
      resourceType: 'Observation',
      id: 'both',
      status: 'final',
      code: concept([LOINC, '4548-4'], [LOCAL, 'a1c']),
    },
    { resourceType: 'Observation', id: 'dots', status: 'final', code: concept([LOCAL, '5.1.1']) },
    { resourceType: 'Observation', id: 'case', status: 'final', code: concept([LOCAL, 'A1C']) },
    { resourceType: 'Observation', id: 'text', status: 'final', code: { text: '4548-4' } },
    { resourceType: 'Observation', id: 'empty', status: 'final', code: { coding: [{ system: LOCAL }] } },
  ]);
  await answers(t, s, 'Observation', {
    'code=4548-4': ['loinc', 'local', 'bare', 'both'],
    [`code=${LOINC}|4548-4`]: ['loinc', 'both'],
    'code=|4548-4': ['bare'],
    [`code=${LOINC}|`]: ['loinc', 'both'],
    [`code=${LOCAL}|`]: ['local', 'both', 'dots', 'case', 'empty'],
    'code=http://nobody.example|4548-4': [],
    'code=http://nobody.example|': [],
    'code=5.1.1': ['dots'],
    [`code=${LOCAL}|5.1.1`]: ['dots'],
    'code=5.1': [],
    'code=a1c': ['both'],
    'code=A1C': ['case'],
  });
});

t.test('A comma means or, a repeated parameter means and', async (t) => {
  const s = await openStorage(t);
  const category = (...codes: string[]) => codes.map((code) => concept([LOCAL, code]));
  await s.save([
    {
      resourceType: 'Observation',
      id: 'a',
      status: 'final',
      code: concept([LOCAL, 'x']),
      category: category('a'),
    },
    {
      resourceType: 'Observation',
      id: 'ab',
      status: 'final',
      code: concept([LOCAL, 'y']),
      category: category('a', 'b'),
    },
    {
      resourceType: 'Observation',
      id: 'abc',
      status: 'amended',
      code: concept([LOCAL, 'x']),
      category: category('a', 'b', 'c'),
    },
    { resourceType: 'Observation', id: 'none', status: 'final', code: concept([LOCAL, 'z']) },
  ]);
  await answers(t, s, 'Observation', {
    'category=a,b': ['a', 'ab', 'abc'],
    'category=b,c,b': ['ab', 'abc'],
    [`category=${LOCAL}|c,|a,b`]: ['ab', 'abc'],
    'category=a&category=b': ['ab', 'abc'],
    'category=a,c&category=b&category=c': ['abc'],
    'category=a&category=a&category=a': ['a', 'ab', 'abc'],
    'category=a,b&code=x,z&status=final': ['a'],
    'category=q,r': [],
    [`category=${Array.from({ length: 1000 }, (_, n) => `n${n}`)},c`]: ['abc'],
  });
  await t.test(':not finds the resources without a matching item, those without a value too', async (t) => {
    await answers(t, s, 'Observation', {
      'category:not=b': ['a', 'none'],
      'category:not=a': ['none'],
      'category:not=b,c': ['a', 'none'],
      'category:not=q': ['a', 'ab', 'abc', 'none'],
      'category:not=c&category=a': ['a', 'ab'],
      [`category:not=${LOCAL}|c`]: ['a', 'ab', 'none'],
      'category:not=|c': ['a', 'ab', 'abc', 'none'],
    });
  });
  await t.test(':missing asks whether there is a value', async (t) => {
    await answers(t, s, 'Observation', {
      'category:missing=true': ['none'],
      'category:missing=false': ['a', 'ab', 'abc'],
      'category:missing=true&code=x': [],
      'category:missing=false&code=x': ['a', 'abc'],
    });
    for (const value of ['yes', '', 'true,false']) {
      await refuses(
        t,
        s,
        'Observation',
        `category:missing=${value}`,
        /Allowed are true and false/,
        'invalid',
      );
    }
  });
});

t.test('A concept that has only a text has a value, though no code', async (t) => {
  const s = await openStorage(t);
  await s.save([
    { resourceType: 'Task', id: 'text', status: 'requested', intent: 'order', businessStatus: { text: 'x' } },
    { resourceType: 'Task', id: 'none', status: 'requested', intent: 'order' },
  ]);
  await answers(t, s, 'Task', {
    'business-status:missing=true': ['none'],
    'business-status:missing=false': ['text'],
    'business-status=x': [],
  });
});

t.test('Codes and booleans have the system that their element implies', async (t) => {
  const s = await openStorage(t);
  await s.save([
    { resourceType: 'Patient', id: 'she', gender: 'female', active: true, deceasedBoolean: false },
    { resourceType: 'Patient', id: 'he', gender: 'male', active: false, deceasedDateTime: '2020-01-01' },
    { resourceType: 'Patient', id: 'they' },
  ]);
  await answers(t, s, 'Patient', {
    'gender=female': ['she'],
    'gender=http://hl7.org/fhir/administrative-gender|female': ['she'],
    'gender=http://hl7.org/fhir/administrative-gender|male,female': ['she', 'he'],
    'active=true': ['she'],
    'active=false': ['he'],
    'active:not=true': ['he', 'they'],
    'active:missing=true': ['they'],
    'deceased=true': ['he'],
    'deceased=false': ['she', 'they'],
  });
});

t.test('An identifier matches by value, by system and value, and by either alone', async (t) => {
  const s = await openStorage(t);
  const identifier = (system: string | undefined, value: string) => [{ ...(system && { system }), value }];
  await s.save([
    { resourceType: 'Patient', id: 'mrn', identifier: identifier('urn:oid:1.2.3', 'A-1') },
    { resourceType: 'Patient', id: 'member', identifier: identifier('https://payer.example/member', 'A-1') },
    { resourceType: 'Patient', id: 'plain', identifier: identifier(undefined, 'A-1') },
    { resourceType: 'Patient', id: 'odd', identifier: identifier('urn:odd', 'a,b|c$d\\e') },
    { resourceType: 'Patient', id: 'lower', identifier: identifier('urn:oid:1.2.3', 'a-1') },
    {
      resourceType: 'Patient',
      id: 'phone',
      telecom: [
        { system: 'phone', value: '+1 555 0100' },
        { system: 'email', value: 'x@example.org' },
      ],
    },
  ]);
  await answers(t, s, 'Patient', {
    'identifier=A-1': ['mrn', 'member', 'plain'],
    'identifier=urn:oid:1.2.3|A-1': ['mrn'],
    'identifier=|A-1': ['plain'],
    'identifier=urn:oid:1.2.3|': ['mrn', 'lower'],
    'telecom=%2B1 555 0100': ['phone'],
    'email=x@example.org': ['phone'],
    'phone=x@example.org': [],
  });
  await t.test('a comma, bar, dollar or backslash inside a value is escaped', async (t) => {
    const escaped = encodeURIComponent('a\\,b\\|c\\$d\\\\e');
    await answers(t, s, 'Patient', {
      [`identifier=${escaped}`]: ['odd'],
      [`identifier=urn:odd|${escaped}`]: ['odd'],
      [`identifier=nothing,${escaped}`]: ['odd'],
      'identifier=a,b': [],
      'identifier=a%5C,b': [],
    });
    await refuses(t, s, 'Patient', 'identifier=a|b|c', /more than one "\|"/, 'invalid');
  });
});

t.test('A code that is longer than an index entry is found whole', async (t) => {
  const s = await openStorage(t);
  const long = Array.from({ length: 900 }, (_, n) => (n * n * 7919 + 13).toString(36)).join('');
  t.ok(long.length > 3000);
  const patient = (id: string, value: string) => ({
    resourceType: 'Patient',
    id,
    identifier: [{ system: `urn:${long}`, value }],
  });
  await s.save([patient('a', `${long}a`), patient('b', `${long}b`)]);
  await answers(t, s, 'Patient', {
    [`identifier=${long}a`]: ['a'],
    [`identifier=urn:${long}|${long}b`]: ['b'],
    [`identifier=urn:${long}|`]: ['a', 'b'],
    [`identifier=${long}`]: [],
  });
});

t.test('An empty value is refused', async (t) => {
  const s = await openStorage(t);
  for (const query of ['status=', 'status=|', 'status=requested,', 'status:not=']) {
    await refuses(t, s, 'Task', query, /"status" has an empty value\. Give a code/, 'invalid');
  }
});

t.test('_id is a token: :not reverses the matching, and every resource has one', async (t) => {
  const s = await openStorage(t);
  const patient = (id: string) => ({ resourceType: 'Patient', id });
  await s.save([
    ...['a', 'b', 'c'].map(patient),
    { resourceType: 'Task', id: 'a', status: 'requested', intent: 'order', for: { reference: 'Patient/a' } },
    { resourceType: 'Task', id: 'd', status: 'requested', intent: 'order', for: { reference: 'Patient/b' } },
  ]);
  await answers(t, s, 'Patient', {
    '_id:not=a': ['b', 'c'],
    '_id:not=a,c': ['b'],
    '_id:not=a&_id:not=b': ['c'],
    '_id:not=nobody': ['a', 'b', 'c'],
    '_id:missing=false': ['a', 'b', 'c'],
    '_id:missing=true': [],
    '_lastUpdated:missing=false&_id=a': ['a'],
    '_lastUpdated:missing=true': [],
    '_has:Task:patient:_id:not=a': ['b'],
    '_has:Task:patient:_id:missing=true': [],
  });
  await answers(t, s, 'Task', { 'patient._id:not=a': ['d'], 'patient._id:missing=false': ['a', 'd'] });
});
