// What a search does not understand is refused with a sentence that helps, and nothing makes the server fail.
// https://hl7.org/fhir/R4/search.html#errors
import fc from 'fast-check';
import t from 'tap';
import { resourceTypes } from '../../fhir/elements.ts';
import { asking, startServer } from '../helpers/server.ts';
import { openStorage, refuses } from './storage.ts';

t.test('An unknown parameter is refused with those that are known', async (t) => {
  const s = await openStorage(t);
  for (const name of [
    'shoe-size',
    'Status',
    'status ',
    ' status',
    '',
    'constructor',
    '__proto__',
    'toString',
  ]) {
    await refuses(
      t,
      s,
      'Task',
      `${encodeURIComponent(name)}=1`,
      new RegExp(
        `^Task has no search parameter "${name}"\\. Known are .*_id, _lastUpdated, .*authored-on, .*status`,
      ),
      'not-supported',
    );
  }
  await refuses(
    t,
    s,
    'Patient',
    'authored-on=2020',
    /^Patient has no search parameter "authored-on"\. Known are .*birthdate/,
    'not-supported',
  );
});

t.test('Parameters that this server does not offer are refused with what to do instead', async (t) => {
  const s = await openStorage(t);
  for (const [query, sentence] of [
    ['_contained=true', /^_contained is not offered\. Contained resources are found through/],
    ['_containedType=container', /^_containedType is not offered\./],
    ['_query=latest', /^_query is not offered\. This server has no named queries\./],
    ['_score=1', /^_score is not offered\. Matches are not ranked\./],
    [
      '_list=$current-problems',
      /^_list=\$current-problems is a functional list, which this server does not have/,
    ],
  ] as const)
    await refuses(t, s, 'Task', query, sentence, 'not-supported');
});

t.test('An unknown modifier is refused with those that are known', async (t) => {
  const s = await openStorage(t);
  for (const [query, sentence] of [
    ['status:exact=x', /"status" has no modifier ":exact"\. It has :missing, :not, /],
    ['status:=x', /"status" has no modifier ":"\./],
    ['status:not:missing=x', /"status" has no modifier ":not:missing"/],
    ['patient:Organisation=x', /"patient" has no modifier ":Organisation"\. It has :missing, .*:Patient/],
    ['_id:in=x', /"_id" has no modifier ":in"\. It has :missing, :not\./],
    ['_lastUpdated:not=2026', /"_lastUpdated" has no modifier ":not"\. It has :missing\./],
    ['_text:missing=true', /"_text" has no modifier ":missing"\. It has none\./],
    ['_count:x=1', /has no search parameter "_count"/],
  ] as const) {
    await refuses(t, s, 'Task', query, sentence, 'not-supported');
  }
  await refuses(
    t,
    s,
    'Patient',
    'family:not=x',
    /"family" has no modifier ":not"\. It has :missing, .*:exact, :contains/,
    'not-supported',
  );
});

t.test(':missing takes true and false', async (t) => {
  const s = await openStorage(t);
  for (const name of ['_id', '_lastUpdated', 'status'])
    await refuses(
      t,
      s,
      'Task',
      `${name}:missing=x`,
      /:missing is "x"\. Allowed are true and false/,
      'invalid',
    );
});

t.test('Empty ids, NUL characters and too much of anything are refused', async (t) => {
  const s = await openStorage(t);
  await refuses(t, s, 'Task', '_id=', /"_id" has an empty value/, 'invalid');
  for (const query of [
    'status=a%00b',
    '_id=%00',
    'subject=Patient/%00',
    '_sort=%00',
    '_cursor=%00',
    '_include=%00',
  ]) {
    await refuses(t, s, 'Task', query, /has a NUL character in its value/, 'invalid');
  }
  await refuses(
    t,
    s,
    'Task',
    Array(41).fill('status=requested').join('&'),
    /This search has 41 criteria\. Give at most 40/,
    'invalid',
  );
  await refuses(
    t,
    s,
    'Task',
    Array(41).fill('_include=Task:focus').join('&'),
    /This search has 41 criteria\. Give at most 40/,
    'invalid',
  );
  await refuses(
    t,
    s,
    'Task',
    `status=${Array(10_001).fill('x')}`,
    /This search has 10001 values\. Give at most 10000/,
    'invalid',
  );
  t.same(
    (await s.page('Task', Array(40).fill('status=requested,x').join('&'))).matches,
    [],
    'as much as is allowed is answered',
  );
  t.same((await s.page('Task', `status=${Array(10_000).fill('http://x.example|x')}`)).matches, []);
  t.same((await s.page('Task', `_id=${Array(10_000).fill('x')}`)).matches, []);
  const given = ['Abe', 'Ada', 'Ana', 'Ann', 'Art', 'Asa'];
  await s.save([{ resourceType: 'Patient', id: 'p', name: [{ given }] }]);
  const { matches, total } = await s.page(
    'Patient',
    `${Array(40).fill('name=a,ab').join('&')}&_total=accurate`,
  );
  t.same([matches.length, total], [1, 1], 'criteria that match many values of one resource multiply nothing');
});

t.test('A search by POST answers as a search by GET', async (t) => {
  const ask = asking(await startServer(t));
  for (const [n, family] of ['Ruiz', 'Rust', 'Moss'].entries()) {
    const { status } = await ask('PUT', `/Patient/p${n}`, {
      resourceType: 'Patient',
      id: `p${n}`,
      name: [{ family }],
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
    });
    t.equal(status, 201);
  }
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const expected = await ask('GET', '/Patient?family=ru&_sort=family&_count=1&_total=accurate');
  t.equal(expected.status, 200);
  t.equal(expected.body.total, 2);
  for (const [path, body] of [
    ['/Patient/_search', 'family=ru&_sort=family&_count=1&_total=accurate'],
    ['/Patient/_search?family=ru&_sort=family', '_count=1&_total=accurate'],
    ['/Patient/_search?family=ru&_sort=family&_count=1&_total=accurate', ''],
  ] as const) {
    const { status, body: bundle } = await ask('POST', path, body, form);
    t.equal(status, 200);
    t.same(bundle.entry, expected.body.entry);
    t.equal(bundle.total, 2);
    t.equal(bundle.link[0].url, expected.body.link[0].url);
  }
  const odd = await ask('POST', '/Patient/_search', { family: 'ru' });
  t.equal(odd.status, 415);
  t.match(odd.body, {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'not-supported', diagnostics: /application\/x-www-form-urlencoded/ }],
  });
  const many = await ask(
    'POST',
    '/Patient/_search',
    `family=moss&identifier:not=${Array.from({ length: 9000 }, (_, n) => `value-${n}`)}`,
    form,
  );
  t.equal(many.body.entry.length, 1, 'with more values than an address could hold');
});

t.test('No query string makes the server fail', async (t) => {
  const ask = asking(await startServer(t, { demo: true }));
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ maxLength: 30 }),
    fc.constantFrom(
      '\0',
      '\ud800',
      'x\udc00y',
      '%',
      "'; drop table resource; --",
      '\\',
      '\\\\',
      ',',
      '|',
      '||',
      '*',
      '-',
      '🙂'.repeat(50),
      'x'.repeat(5000),
      '9'.repeat(40),
      'ap0001',
      'ap9999',
      'sa9999-12-31T23:59:59.999999999-14:00',
      '1e999',
      'Patient/',
      '/',
      'true',
      'NaN',
      '$1',
      '{}',
      '{"a"}',
      'name co "x" and (',
      'not (not (status eq x))',
      'a[b eq c].d eq e',
      'infinity',
      '-infinity',
    ),
  );
  const encoded = hostile.map((text) => encodeURIComponent(text.toWellFormed()));
  const raw = fc.oneof(encoded, fc.constantFrom('%', '%zz', '%00', '%ff%fe', '%ed%a0%80', '+', '%2B'));
  const names = [
    '_id',
    '_lastUpdated',
    '_sort',
    '_count',
    '_include',
    '_revinclude:iterate',
    '_has:Observation:patient:code',
    'patient.name',
    'subject:Patient.birthdate',
    '_filter',
    '_list',
    '_type',
    '_text',
    '_content',
    '_elements',
    '_total',
    '_summary',
    '_cursor',
    '_tag',
    '_profile',
    '_format',
    'status',
    'status:not',
    'code',
    'code:missing',
    'authored-on',
    'period',
    'subject',
    'patient',
    'subject:Patient',
    'identifier',
    'name',
    'family',
    'family:exact',
    'family:contains',
    'birthdate',
    'gender',
    'url',
    'date',
    'category',
    'performer',
  ];
  const types = fc.constantFrom(
    'Task',
    'Patient',
    'Observation',
    'ValueSet',
    'CarePlan',
    ...[...resourceTypes].slice(0, 20),
  );
  const parameter = fc
    .tuple(fc.oneof(fc.constantFrom(...names), encoded), fc.array(raw, { minLength: 1, maxLength: 3 }))
    .map(([name, values]) => `${name}=${values}`);
  const property = fc.asyncProperty(
    types,
    fc.array(parameter, { minLength: 1, maxLength: 4 }),
    fc.boolean(),
    async (type, parameters, lenient) => {
      const { status, body } = await ask(
        'GET',
        `/${type}?${parameters.join('&')}`,
        undefined,
        lenient ? { prefer: 'handling=lenient' } : {},
      );
      const wanted = status === 200 ? 'Bundle' : 'OperationOutcome';
      if (![200, 400, 406].includes(status) || body.resourceType !== wanted)
        t.fail(`${type}?${parameters.join('&')} is answered with ${status}`);
      if (status === 400)
        t.match(body.issue, [{ severity: 'error', code: /invalid|not-supported/, diagnostics: /\w+ .+/ }]);
    },
  );
  await fc.assert(property, { numRuns: 1500, seed: 11, endOnFailure: true });
});
