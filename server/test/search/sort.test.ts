// Sorting, counting and the links of a search. https://hl7.org/fhir/R4/search.html#return
import t from 'tap';
import { UNLIMITED } from '../../db/visibility.ts';
import { systemAccess } from '../../fhir/access.ts';
import { type Compiled, compilePage } from '../../search/compile.ts';
import { readQuery } from '../../search/query.ts';
import { compileWalk, walkedKey } from '../../search/walk.ts';
import { BASE, idsOf, NOW, openStorage, refuses } from './storage.ts';

const patient = (id: string, rest: object = {}) => ({ resourceType: 'Patient', id, ...rest });
const named = (id: string, ...families: string[]) =>
  patient(id, { name: families.map((family) => ({ family })) });

t.test('Without _sort the newest come first', async (t) => {
  const s = await openStorage(t);
  for (const id of ['a', 'b', 'c']) await s.save([patient(id)]);
  await s.save([patient('a', { active: true })]);
  t.same(await s.find('Patient', ''), ['a', 'c', 'b']);
  t.same(await s.find('Patient', '_sort=-_lastUpdated'), ['a', 'c', 'b']);
  t.same(await s.find('Patient', '_sort=_lastUpdated'), ['b', 'c', 'a']);
  t.same(await s.find('Patient', '_sort=_id'), ['a', 'b', 'c']);
  t.same(await s.find('Patient', '_sort=-_id'), ['c', 'b', 'a']);
});

t.test(
  'A string sorts without regard to case and accents, what has none comes last either way',
  async (t) => {
    const s = await openStorage(t);
    for (const draft of [
      named('zoe', 'Zoë'),
      named('abel', 'Ábel'),
      patient('none'),
      named('bo', 'bo'),
      named('li', '李'),
      named('two', 'Yi', 'Aa'),
    ])
      await s.save([draft]);
    t.same(
      await s.find('Patient', '_sort=family'),
      ['two', 'abel', 'bo', 'zoe', 'li', 'none'],
      'several values: the smallest counts',
    );
    t.same(
      await s.find('Patient', '_sort=-family'),
      ['li', 'zoe', 'two', 'bo', 'abel', 'none'],
      'descending: the largest',
    );
  },
);

t.test('Dates, tokens and URIs sort, and several keys one after the other', async (t) => {
  const s = await openStorage(t);
  const rows: [string, string | undefined, string | undefined, string | undefined][] = [
    ['a', '1980', 'male', 'https://example.org/2'],
    ['b', '1980-06-01', 'female', undefined],
    ['c', '1979-12-31', 'female', 'https://example.org/1'],
    ['d', undefined, 'male', undefined],
    ['e', '1980', undefined, 'https://example.org/3'],
  ];
  for (const [id, birthDate, gender, profile] of rows) {
    await s.save([
      patient(id, {
        ...(birthDate && { birthDate }),
        ...(gender && { gender }),
        ...(profile && { meta: { profile: [profile] } }),
      }),
    ]);
  }
  for (const [sort, expected] of Object.entries({
    birthdate: 'ceabd',
    '-birthdate': 'beacd',
    gender: 'cbdae',
    '-gender': 'dacbe',
    _profile: 'caedb',
    'gender,birthdate': 'cbade',
    'gender,-birthdate': 'bcade',
    '-gender,_id': 'adbce',
    'gender,_lastUpdated': 'bcade',
    'birthdate,_id': 'caebd',
  })) {
    t.same((await s.find('Patient', `_sort=${sort}&_count=2`)).join(''), expected, `_sort=${sort}`);
  }
});

t.test('A sort that cannot be is refused with what can', async (t) => {
  const s = await openStorage(t);
  await refuses(
    t,
    s,
    'Patient',
    '_sort=shoe-size',
    /Patient cannot be sorted by "shoe-size": it has no such search parameter\. Known are .*_id, _lastUpdated, .*birthdate/,
    'not-supported',
  );
  await refuses(t, s, 'Patient', '_sort=', /cannot be sorted by ""/, 'not-supported');
  await refuses(t, s, 'Patient', '_sort=family,', /cannot be sorted by ""/, 'not-supported');
  await refuses(
    t,
    s,
    'Patient',
    '_sort=organization',
    /cannot be sorted by "organization", a reference parameter/,
    'not-supported',
  );
  await refuses(
    t,
    s,
    'Patient',
    `_sort=${Array(9).fill('family')}`,
    /_sort has 9 keys\. Give at most 8/,
    'invalid',
  );
});

t.test('_count, _total and _summary=count', async (t) => {
  const s = await openStorage(t);
  await s.save(
    Array.from({ length: 45 }, (_, n) => patient(`p${String(n).padStart(2, '0')}`, { active: n % 3 === 0 })),
  );
  const first = await s.page('Patient', '');
  t.equal(first.matches.length, 20, 'twenty unless asked otherwise');
  t.equal(first.total, undefined, 'no total unless asked');
  t.match(first.next, /^_cursor=/);
  const some = await s.page('Patient', 'active=true&_count=4&_total=accurate');
  t.equal(some.matches.length, 4);
  t.equal(some.total, 15);
  t.equal((await s.page('Patient', some.next!)).total, 15, 'on later pages too');
  const exact = await s.page('Patient', 'active=true&_count=15');
  t.equal(exact.matches.length, 15);
  t.equal(exact.next, undefined, 'no next link where nothing follows');
  for (const query of [
    '_count=0',
    '_summary=count',
    '_summary=count&_count=5',
    '_count=5&_summary=count',
    '_summary=count&_total=none',
  ]) {
    const { matches, total, next, included } = await s.page('Patient', `active=true&${query}`);
    t.same(
      { matches, total, next, included },
      { matches: [], total: 15, next: undefined, included: [] },
      query,
    );
  }
  t.equal((await s.page('Patient', '_summary=false')).matches.length, 20);
  const large = await s.page('Patient', '_count=999999999');
  t.equal(large.matches.length, 45);
  t.equal(large.self, '_count=1000', 'the self link tells the count that was used');
  const { total } = await s.page('Patient', '_total=estimate&_count=1');
  t.ok(Number.isInteger(total) && total! >= 0, 'an estimate is a number');
  await s.sql.unsafe('analyze');
  t.equal((await s.page('Patient', '_total=estimate&_count=1')).total, 45, 'and right after ANALYZE');
  const estimate = (await s.page('Patient', 'active=true&_total=estimate&_count=1')).total!;
  t.ok(estimate >= 5 && estimate <= 45, `${estimate} of 15`);
  for (const value of ['', '-1', '1.5', 'many', '1e3', '9999999999'])
    await refuses(
      t,
      s,
      'Patient',
      `_count=${value}`,
      /_count is ".*"\. Give a number from 0 to 1000/,
      'invalid',
    );
  await refuses(
    t,
    s,
    'Patient',
    '_total=yes',
    /_total is "yes"\. Allowed are none, estimate and accurate/,
    'invalid',
  );
  await refuses(
    t,
    s,
    'Patient',
    '_summary=some',
    /_summary is "some"\. Allowed are count, data, false, text, true/,
    'invalid',
  );
  await refuses(t, s, 'Patient', '_elements=name,', /_elements names ""\. Give names of elements/, 'invalid');
  for (const name of ['_count=1', '_sort=_id', '_total=none', '_summary=count']) {
    await refuses(
      t,
      s,
      'Patient',
      `${name}&${name}`,
      new RegExp(`${name.split('=')[0]} is given twice`),
      'invalid',
    );
  }
});

t.test('_summary and _elements say what is asked of each resource, and stand in the self link', async (t) => {
  const s = await openStorage(t);
  for (const [query, subset] of [
    ['', undefined],
    ['_summary=false', undefined],
    ['_summary=true', { summary: 'true' }],
    ['_summary=text', { summary: 'text' }],
    ['_summary=data', { summary: 'data' }],
    ['_elements=name,birthDate', { elements: ['name', 'birthDate'] }],
    ['_elements=id&_summary=data', { elements: ['id'], summary: 'data' }],
  ] as const) {
    const page = await s.page('Patient', query);
    t.same(page.subset, subset, query);
    t.equal(decodeURIComponent(page.self), query);
  }
});

t.test(
  'A sort of many matches reads the index in its order and gives what sorting them all gives',
  async (t) => {
    const s = await openStorage(t);
    await s.save(
      Array.from({ length: 60 }, (_, n) =>
        patient(`p${n}`, {
          active: n % 2 === 0,
          ...(n % 7 && { birthDate: `19${50 + (n % 11)}-0${1 + (n % 3)}` }),
          ...(n % 5 && { name: [{ family: 'ABC'[n % 3] }, { family: 'CDE'[n % 2] }] }),
          ...(n % 4 && { gender: n % 3 ? 'male' : 'female' }),
        }),
      ),
    );
    const scope = { path: 'Patient', types: ['Patient'] };
    const visibility = UNLIMITED;
    const context = {
      ridOf: s.ridOf,
      base: BASE,
      typeId: s.typeId,
      systemOf: s.systems.known.bind(s.systems),
      compartment: s.registry.compartment,
      visibilityOf: () => visibility,
      now: NOW,
    };
    for (const sort of [
      'birthdate',
      '-birthdate',
      'family',
      '-family,birthdate',
      'gender,-family,_id',
      'name',
    ])
      for (const criteria of ['', 'active=true', 'gender:missing=true', 'active:not=true&birthdate=ge1955']) {
        const text = `${criteria}&_sort=${sort}&_count=100`;
        const query = readQuery(scope, new URLSearchParams(text), {
          registry: s.registry,
          access: systemAccess,
          lenient: false,
        });
        const run = async ({ text, values }: Compiled) =>
          (await s.searchSql.unsafe(text, values)).map(({ rid, k0, k1 }) => [rid, k0, k1]);
        const sorted = await run(compilePage(query, visibility, context, undefined));
        const walked = compileWalk(query, walkedKey(query, visibility)!, visibility, context, undefined);
        t.same(await run(walked), sorted, `Patient?${text}`);
        t.ok(sorted.length, `${sorted.length} patients`);
      }
  },
);

t.test('The self link states what was used, and lenient handling says what it ignored', async (t) => {
  const s = await openStorage(t);
  await s.save([patient('a', { active: true }), patient('b')]);
  const strict = new URLSearchParams('active=true&_sort=-birthdate&_format=json&_pretty=true');
  t.equal((await s.search.type('Patient', strict, systemAccess)).self, 'active=true&_sort=-birthdate');
  const odd = new URLSearchParams(
    'active=true&shoe-size=9&_has:Task:shoe:code=x&birthdate:exact=1&_contained=true&_sort=hat&organization.hat=x&_query=x&_count=1',
  );
  const { matches, self, outcomes } = await s.search.type('Patient', odd, systemAccess, { lenient: true });
  t.same(idsOf(matches), ['a']);
  t.equal(self, 'active=true&_count=1');
  t.same(outcomes, [
    {
      severity: 'warning',
      code: 'not-supported',
      diagnostics:
        'These parameters were ignored: shoe-size, _has:Task:shoe:code, birthdate:exact, _contained, _sort, organization.hat, _query.',
    },
  ]);
  const wrong = s.search.type('Patient', new URLSearchParams('birthdate=soon'), systemAccess, {
    lenient: true,
  });
  await t.rejects(wrong, /"soon" is not a date/, {
    comment: 'a wrong value is wrong for lenient callers too',
  });
});

t.test('A page link belongs to one search of one installation', async (t) => {
  const s = await openStorage(t);
  const other = await openStorage(t);
  for (const each of [s, other])
    await each.save(Array.from({ length: 5 }, (_, n) => patient(`p${n}`, { active: true })));
  const { next } = await s.page('Patient', 'active=true&_count=2');
  const cursor = new URLSearchParams(next).get('_cursor')!;
  const sentence = /This page link does not belong to this search/;
  t.equal((await s.page('Patient', next!)).matches.length, 2);
  t.equal((await s.page('Patient', next!)).matches.length, 2, 'it may be followed again');
  await refuses(t, other, 'Patient', next!, sentence, 'invalid');
  const wrong = [
    next!.replace('_count=2', '_count=3'),
    next!.replace('active=true', 'active=false'),
    `gender=male&${next}`,
    `_cursor=${cursor}`,
    ...[
      '',
      '.',
      'x',
      `${cursor}.x`,
      `${cursor}=`,
      `${cursor}!`,
      cursor.slice(0, -1),
      cursor.split('.')[0]!,
      `.${cursor.split('.')[1]}`,
    ].map((text) => `active=true&_count=2&_cursor=${text}`),
  ];
  for (const query of wrong) await refuses(t, s, 'Patient', query, sentence, 'invalid');
  for (let n = 0; n < cursor.length; n++) {
    const changed = cursor.slice(0, n) + (cursor[n] === 'A' ? 'B' : 'A') + cursor.slice(n + 1);
    await refuses(t, s, 'Patient', `active=true&_count=2&_cursor=${changed}`, sentence, 'invalid');
  }
  await refuses(t, s, 'Task', '_count=2&_cursor=x', sentence, 'invalid');
  await refuses(t, s, 'Patient', `${next}&_cursor=${cursor}`, /_cursor is given twice/, 'invalid');
});
