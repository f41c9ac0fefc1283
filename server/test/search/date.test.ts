// Date search as the specification has it. https://hl7.org/fhir/R4/search.html#date
import fc from 'fast-check';
import t from 'tap';
import {
  dateTime,
  type Interval,
  instant,
  intervalOf,
  matchesDate,
  partialDate,
  period,
  periodOf,
  searchText,
} from './date-model.ts';
import { answers, type Draft, openStorage, refuses } from './storage.ts';

const task = (id: string, authoredOn: string) => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  authoredOn,
});
const encounter = (id: string, value?: object) => ({
  resourceType: 'Encounter',
  id,
  status: 'planned',
  class: { code: 'AMB' },
  ...(value && { period: value }),
});

t.test('A date stands for all of it: each prefix compares ranges', async (t) => {
  const s = await openStorage(t);
  await s.save(
    [
      '2013',
      '2013-01',
      '2013-01-14',
      '2013-01-14T00:00:00Z',
      '2013-01-14T10:00:00Z',
      '2013-01-14T23:59:59.999Z',
      '2013-01-15T00:00:00Z',
      '2013-03-14',
    ].map((text, n) => task(`t${n}`, text)),
  );
  await answers(t, s, 'Task', {
    'authored-on=2013-01-14': ['t2', 't3', 't4', 't5'],
    'authored-on=eq2013-01-14': ['t2', 't3', 't4', 't5'],
    'authored-on=2013-01': ['t1', 't2', 't3', 't4', 't5', 't6'],
    'authored-on=ne2013-01': ['t0', 't7'],
    'authored-on=2013-01-14T10:00': ['t4'],
    'authored-on=2013-01-14T10:00Z': ['t4'],
    'authored-on=lt2013-01-14T10:00:00Z': ['t0', 't1', 't2', 't3'],
    'authored-on=gt2013-01-14': ['t0', 't1', 't6', 't7'],
    'authored-on=ge2013-03-14': ['t0', 't7'],
    'authored-on=le2013-01-14': ['t0', 't1', 't2', 't3', 't4', 't5'],
    'authored-on=sa2013-01-14': ['t6', 't7'],
    'authored-on=eb2013-01-15': ['t2', 't3', 't4', 't5'],
    'authored-on=ge2013-01-14&authored-on=lt2013-01-15': ['t0', 't1', 't2', 't3', 't4', 't5'],
    'authored-on=2013-01-15,2013-03': ['t6', 't7'],
  });
});

t.test('Times are compared across zones, and without a zone they are UTC', async (t) => {
  const s = await openStorage(t);
  await s.save([
    task('east', '2020-01-01T00:30:00+14:00'),
    task('west', '2019-12-31T12:30:00-12:00'),
    task('utc', '2020-01-01T00:30:00Z'),
    task('leap', '2020-02-29'),
    task('second', '2016-12-31T23:59:60Z'),
  ]);
  await answers(t, s, 'Task', {
    'authored-on=2019-12-31': ['east'],
    'authored-on=2020-01-01': ['west', 'utc'],
    'authored-on=2020-01-01T00:30': ['west', 'utc'],
    'authored-on=2020-01-01T02:30%2B02:00': ['west', 'utc'],
    'authored-on=2020-01-01T02:30:00+02:00': ['west', 'utc'],
    'authored-on=2019-12-31T10:30:00Z': ['east'],
    'authored-on=2020-02': ['leap'],
    'authored-on=2017-01-01T00:00': ['second'],
  });
});

t.test('A period that is open at one end reaches on for ever', async (t) => {
  const s = await openStorage(t);
  await s.save([
    encounter('march', { start: '2026-03-01', end: '2026-03-31' }),
    encounter('since', { start: '2026-03-10T08:00:00Z' }),
    encounter('until', { end: '2026-03-10' }),
    encounter('never'),
  ]);
  await answers(t, s, 'Encounter', {
    'date=2026-03': ['march'],
    'date=ge2030': ['since'],
    'date=gt2026-03-31': ['since'],
    'date=lt1900': ['until'],
    'date=sa2026-02': ['march', 'since'],
    'date=eb2026-04': ['march', 'until'],
    'date=ne2026-03': ['since', 'until'],
    'date=ap2026-03-10': ['march', 'since', 'until'],
    'date:missing=true': ['never'],
    'date=ge0001': ['march', 'since', 'until'],
    'date=le9999': ['march', 'since', 'until'],
  });
});

t.test('ap takes in a tenth of the distance from now', async (t) => {
  const s = await openStorage(t);
  await s.save(
    ['2026-03-04', '2026-03-14', '2016-03', '2015-04', '2014'].map((text) => task(`t${text}`, text)),
  );
  await answers(t, s, 'Task', {
    'authored-on=ap2026-03-14': ['t2026-03-14'],
    'authored-on=ap2016': ['t2016-03', 't2015-04', 't2014'],
    'authored-on=ap2016-03-14': ['t2016-03', 't2015-04'],
    'authored-on=ap0001': [],
    'authored-on=ap9999': [],
  });
});

t.test('Of a Timing only the outer limits matter', async (t) => {
  const s = await openStorage(t);
  const request = (id: string, occurrenceTiming: object) => ({
    resourceType: 'ServiceRequest',
    id,
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/1' },
    occurrenceTiming,
  });
  await s.save([
    request('events', { event: ['2013-03-24', '2013-01-31'] }),
    request('bounds', { repeat: { boundsPeriod: { start: '2013-01-31', end: '2013-03-24' } } }),
    request('open', { event: ['2013-02-10'], repeat: { boundsPeriod: { start: '2013-02-05' } } }),
    request('weekly', { repeat: { frequency: 1, period: 1, periodUnit: 'wk' } }),
  ]);
  await answers(t, s, 'ServiceRequest', {
    'occurrence=ap2013-02-01': ['events', 'bounds', 'open'],
    'occurrence=2013-02': [],
    'occurrence=2013': ['events', 'bounds'],
    'occurrence=ge2014': ['open'],
    'occurrence:missing=true': ['weekly'],
  });
});

t.test('The first and the last years are dates like others', async (t) => {
  const s = await openStorage(t);
  await s.save([
    task('first', '0001-01-01T00:00:00+14:00'),
    task('year1', '0001'),
    task('last', '9999-12-31T23:59:59-12:00'),
    task('year9999', '9999'),
  ]);
  await answers(t, s, 'Task', {
    'authored-on=0001': ['year1'],
    'authored-on=9999': ['year9999'],
    'authored-on=lt0001': ['first'],
    'authored-on=gt9999': ['last'],
  });
  t.same(await s.find('Task', '_sort=authored-on&_count=1'), ['first', 'year1', 'year9999', 'last']);
  t.same(await s.find('Task', '_sort=-authored-on&_count=1'), ['last', 'year9999', 'year1', 'first']);
});

t.test('What is no date, and a prefix that dates do not have, are refused', async (t) => {
  const s = await openStorage(t);
  for (const value of [
    '',
    'today',
    '2020-13',
    '2020-02-30',
    '2021-02-29',
    '0000',
    '20-01-01',
    '2020-1-1',
    '2020-01-01T25:00',
    '2020-01-01T10',
    '2020-01-01T10:00:00%2B15:00',
    '2020-01-01T10:00:00%2B10:75',
    'xx2020',
    'ge',
    'ge ge2020',
    '2020,',
  ]) {
    await refuses(
      t,
      s,
      'Task',
      `authored-on=${value}`,
      /is not a date that "authored-on" can be searched by\. Write a prefix \(eq, ne, gt, lt, ge, le, sa, eb, ap; or none\)/,
      'invalid',
    );
    await refuses(
      t,
      s,
      'Task',
      `_lastUpdated=${value}`,
      /is not a date that "_lastUpdated" can be searched by/,
      'invalid',
    );
  }
  await refuses(
    t,
    s,
    'Task',
    'authored-on:exact=2020',
    /"authored-on" has no modifier ":exact"\. It has :missing\./,
    'not-supported',
  );
});

t.test('Every prefix finds what the specification says, for dates of every precision and zone', async (t) => {
  const s = await openStorage(t);
  const targets = new Map<string, Interval>();
  const drafts: Draft[] = [];
  const add = (draft: Draft, interval: Interval) => {
    drafts.push(draft);
    targets.set(`${draft.resourceType}/${draft.id}`, interval);
  };
  const seed = 20_260_314;
  for (const [n, text] of fc.sample(dateTime, { numRuns: 60, seed }).entries())
    add(task(`dt${n}`, text), intervalOf(text));
  for (const [n, value] of fc.sample(period, { numRuns: 60, seed }).entries())
    add(encounter(`p${n}`, value), periodOf(value));
  for (const [n, birthDate] of fc.sample(partialDate, { numRuns: 20, seed }).entries())
    add({ resourceType: 'Patient', id: `d${n}`, birthDate }, intervalOf(birthDate));
  for (const [n, start] of fc.sample(instant, { numRuns: 60, seed }).entries()) {
    add(
      {
        resourceType: 'Slot',
        id: `i${n}`,
        status: 'free',
        schedule: { reference: 'Schedule/1' },
        start,
        end: start,
      },
      intervalOf(start),
    );
  }
  await s.save(drafts);
  const parameters = { Task: 'authored-on', Encounter: 'date', Patient: 'birthdate', Slot: 'start' };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.entries(parameters)),
      fc.array(searchText, { minLength: 1, maxLength: 2 }),
      fc.boolean(),
      async ([type, code], texts, any) => {
        const values = any ? [texts.join(',')] : texts;
        const found = await s.find(
          type,
          `${new URLSearchParams([...values.map((value): [string, string] => [code, value]), ['_count', '100']])}`,
        );
        const expected = [...targets].filter(([key, target]) => {
          const tests = texts.map((text) => matchesDate(target, text));
          return key.startsWith(`${type}/`) && (any ? tests.some(Boolean) : tests.every(Boolean));
        });
        t.same(
          found.sort(),
          expected.map(([key]) => key.slice(type.length + 1)).sort(),
          `${type}?${code}=${values.join(` and ${code}=`)}`,
        );
      },
    ),
    { numRuns: 300, seed },
  );
});

t.test('_lastUpdated compares with the instant of the version', async (t) => {
  const s = await openStorage(t);
  for (const at of ['2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z', '2026-02-28T12:00:00.500Z']) {
    await s.save([task(`t${at.slice(5, 10)}`, '2020')], new Date(at));
  }
  const [january, first, end] = ['t01-31', 't02-01', 't02-28'] as const;
  await answers(t, s, 'Task', {
    '_lastUpdated=2026-02': [first, end],
    '_lastUpdated=ne2026-02': [january],
    '_lastUpdated=ge2026-02-01T00:00:00Z': [first, end],
    '_lastUpdated=gt2026-02-01T00:00:00.000Z': [end],
    '_lastUpdated=sa2026-02-01': [end],
    '_lastUpdated=lt2026-02': [january],
    '_lastUpdated=eb2026-02': [january],
    '_lastUpdated=le2026-02-01': [january, first],
    '_lastUpdated=2026-02-28T12:00:00Z': [end],
    '_lastUpdated=2026-01,2026-02-28': [january, end],
    '_lastUpdated=ge2026-02&_lastUpdated=lt2026-02-02': [first],
    '_lastUpdated=ap2026-02-01': [january, first],
    '_lastUpdated=ge2026-02&authored-on=2020': [first, end],
  });
});
