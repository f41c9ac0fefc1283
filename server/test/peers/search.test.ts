// Searches that are never stale, keep no state, count only when asked, and sort right whatever else they ask.
// https://hl7.org/fhir/R4/http.html#search · https://hl7.org/fhir/R4/search.html#sort
import t from 'tap';
import type { Answer, Ask } from '../helpers/server.ts';
import { database, patient, task } from '../interaction/sample.ts';
import { openStorage } from '../search/storage.ts';
import { rowsOfAll, twoServers } from './servers.ts';

const idsIn = ({ body }: Answer): string[] =>
  (body.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id);
const put = (ask: Ask, resource: { resourceType: string; id: string }) =>
  ask('PUT', `/${resource.resourceType}/${resource.id}`, resource);

/** Ids of all matches, over all pages, and how many pages there were. */
async function walk(ask: Ask, path: string): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let pages = 0;
  for (let next: string | undefined = path; next !== undefined; pages++) {
    const answer = await ask('GET', next);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    ids.push(...idsIn(answer));
    const link = answer.body.link.find(({ relation }: { relation: string }) => relation === 'next');
    next = link?.url.replace(/^.*\/fhir/, '');
  }
  return { ids, pages };
}

// hapi-fhir #647, #1929
t.test('every search sees what was written before it, through another server too', async (t) => {
  const { asks } = await twoServers(t);
  await put(asks[0], { ...patient('p', { name: [{ family: 'Start' }] }), id: 'p' });
  for (let n = 0; n < 12; n++) {
    const [writer, reader] = n % 2 ? asks : [asks[1], asks[0]];
    const id = `t${n}`;
    await put(writer, { ...patient('p', { name: [{ family: `Family${n}` }] }), id: 'p' });
    await put(writer, {
      ...task('p', { code: { text: `word${n}`, coding: [{ system: 'urn:fresh', code: `c${n}` }] } }),
      id,
    });
    for (const [path, expected] of [
      [`/Patient?family=family${n}`, ['p']],
      [`/Patient?family=family${n - 1}`, []],
      [`/Task?code=urn:fresh|c${n}`, [id]],
      [`/Task?patient.family=family${n}&_id=${id}`, [id]],
      [`/Patient?_has:Task:patient:code=c${n}`, ['p']],
      [`/Task?_content=word${n}`, [id]],
      [`/Task?_id=${id}&_include=Task:patient`, [id, 'p']],
      [`/Task?_count=1`, [id]],
      [`/Task?code=urn:fresh|c${n}&_summary=count`, []],
    ] as [string, string[]][]) {
      for (const ask of [reader, writer]) t.same(idsIn(await ask('GET', path)), expected, path);
    }
    t.equal((await reader('GET', `/Task?code=c${n}&_summary=count`)).body.total, 1);
    await writer('DELETE', `/Task/${id}`);
    for (const ask of [reader, writer]) t.same(idsIn(await ask('GET', `/Task?code=c${n}`)), [], 'deleted');
  }
});

// hapi-fhir #5395
t.test('200 searches and their pages leave no row behind in any table', async (t) => {
  const { databaseUrl, asks } = await twoServers(t);
  const sql = database(t, databaseUrl);
  const entry = Array.from({ length: 60 }, (_, n) => ({
    resource: patient(`n${n}`, { gender: n % 2 ? 'male' : 'female' }),
    request: { method: 'POST', url: 'Patient' },
  }));
  await asks[0]('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
  await walk(asks[0], '/Patient?_text=nothing');
  const before = await rowsOfAll(sql);
  let pages = 0;
  for (let n = 0; pages < 200; n++) {
    const query = ['_sort=gender,-_id', 'gender=female', '_total=accurate', '_sort=-_lastUpdated'][n % 4];
    const walked = await walk(asks[n % 2]!, `/Patient?_count=7&${query}`);
    t.equal(new Set(walked.ids).size, query === 'gender=female' ? 30 : 60);
    pages += walked.pages;
  }
  t.same(await rowsOfAll(sql), before);
});

// LinuxForHealth/FHIR #264
t.test('a search counts only when a total is asked for', async (t) => {
  const s = await openStorage(t);
  await s.save(Array.from({ length: 30 }, (_, n) => ({ ...patient(`n${n}`), id: `n${n}` })));
  const counting = async (query: string): Promise<number> => {
    s.searched.length = 0;
    await s.page('Patient', query);
    return s.searched.filter((text) => /\bcount\s*\(/i.test(text)).length;
  };
  for (const query of [
    '',
    'family=example',
    '_count=5&_sort=family',
    '_total=none',
    '_revinclude=Task:patient',
  ])
    t.equal(await counting(query), 0, query);
  t.equal(await counting('_total=accurate'), 1);
  t.equal(await counting('_summary=count'), 1);
});

// medplum #5693, #5499
t.test('a sort holds with chains, _has, _filter and includes beside it, over all pages', async (t) => {
  const { asks } = await twoServers(t);
  const [ask] = asks;
  const entry: object[] = ['one', 'two'].map((id) => ({
    resource: { ...patient(id, { name: [{ family: id }] }), id },
    request: { method: 'PUT', url: `Patient/${id}` },
  }));
  // Written in an order that is none of those asked for.
  const days = Array.from({ length: 24 }, (_, n) => ((n * 7) % 24) + 1);
  for (const day of days) {
    const id = `d${String(day).padStart(2, '0')}`;
    const resource = task(day % 2 ? 'one' : 'two', {
      authoredOn: `2025-05-${id.slice(1)}`,
      priority: day % 3 ? 'routine' : 'urgent',
    });
    entry.push({ resource: { ...resource, id }, request: { method: 'PUT', url: `Task/${id}` } });
  }
  await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
  const rising = days.map((day) => `d${String(day).padStart(2, '0')}`).sort();
  const odd = rising.filter((id) => Number(id.slice(1)) % 2);
  const urgentFirst = [...rising].sort((a, b) => {
    const rank = (id: string) => (Number(id.slice(1)) % 3 ? 0 : 1);
    return rank(b) - rank(a) || a.localeCompare(b);
  });
  const cases: Record<string, string[]> = {
    '_sort=authored-on': rising,
    '_sort=authored-on&patient.family=one': odd,
    '_sort=-authored-on&patient.family=one': [...odd].reverse(),
    '_sort=authored-on&patient:Patient.family=one&status=requested': odd,
    '_sort=-authored-on&_filter=patient.family eq one': [...odd].reverse(),
    '_sort=authored-on&_filter=patient.family eq one or priority eq urgent': rising.filter(
      (id) => odd.includes(id) || Number(id.slice(1)) % 3 === 0,
    ),
    '_sort=-authored-on&patient._has:Task:patient:priority=urgent': [...rising].reverse(),
    '_sort=authored-on&authored-on=ge2025-05-10': rising.filter((id) => id >= 'd10'),
    '_sort=-priority,authored-on': urgentFirst,
    '_sort=-priority,authored-on&patient.family=one': urgentFirst.filter((id) => odd.includes(id)),
  };
  for (const [query, expected] of Object.entries(cases))
    for (const count of [5, 50])
      t.same((await walk(ask, `/Task?${query}&_count=${count}`)).ids, expected, `${query} by ${count}`);
  const { body } = await ask('GET', '/Task?_sort=-authored-on&_count=3&_include=Task:patient');
  t.same(
    body.entry.map(({ search, resource }: { search: { mode: string }; resource: { id: string } }) => [
      search.mode,
      resource.id,
    ]),
    [
      ['match', 'd24'],
      ['match', 'd23'],
      ['match', 'd22'],
      ['include', body.entry[3].resource.id],
      ['include', body.entry[4].resource.id],
    ],
  );
});

// hapi-fhir #6803
t.test(
  'what _revinclude leaves out is told in the Bundle, and the search that it names has all of it',
  async (t) => {
    const { asks } = await twoServers(t);
    const [ask] = asks;
    await put(ask, { ...patient('p'), id: 'p' });
    const entry = Array.from({ length: 1005 }, (_, n) => ({
      resource: { ...task('p'), id: `t${n}` },
      request: { method: 'PUT', url: `Task/t${n}` },
    }));
    await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    const { body } = await ask('GET', '/Patient?_id=p&_revinclude=Task:patient');
    const modes = Object.groupBy(body.entry, ({ search }: { search: { mode: string } }) => search.mode);
    t.equal(modes.match?.length, 1);
    t.equal(modes.include?.length, 1000);
    const told = modes.outcome?.[0] as { resource?: { resourceType: string; issue: object[] } } | undefined;
    t.equal(told?.resource?.resourceType, 'OperationOutcome');
    t.match(told?.resource?.issue, [
      {
        severity: 'warning',
        code: 'too-costly',
        diagnostics: /More than 1000 resources belong beside this page.*search for the included type itself/,
      },
    ]);
    const { ids } = await walk(ask, '/Task?patient=p&_count=400');
    t.equal(ids.length, 1005);
    t.equal(new Set(ids).size, 1005);
  },
);
