// Text search sees everything that was committed before it began, and nothing that is gone.
// https://hl7.org/fhir/R4/search.html#text
import t, { type Test } from 'tap';
import { createTextIndex } from '../../indexing/text.ts';
import { asking, startServer } from '../helpers/server.ts';
import { database } from '../interaction/sample.ts';
import { openStorage, type Storage } from '../search/storage.ts';

const observation = (id: string, words: string, more: Record<string, unknown> = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${words}</p></div>` },
  code: { text: `Código de ${id}` },
  ...more,
});

/** Ids of the resources with all the words. */
const withWords = async ({ sql }: Pick<Storage, 'sql'>, words: string, column = 'narrative') =>
  (
    await sql.unsafe(
      `select r.id from index_text x join resource r using (rid)
        where x.${column} @@ websearch_to_tsquery('simple', fold($1)) order by r.id`,
      [words],
    )
  ).map((row) => row.id as string);

async function open(t: Test, patience?: number) {
  const s = await openStorage(t);
  return {
    ...s,
    text: createTextIndex({
      sql: s.sql,
      parameters: s.registry,
      ridOf: s.ridOf,
      ...(patience && { patience }),
    }),
  };
}

t.test('Words are found without their accents, in narrative and content', async (t) => {
  const s = await open(t);
  await s.save([
    observation('a', 'Visita de cardiolog&#237;a; ¿próxima cita—mañana?'),
    observation('b', 'Visit', { note: [{ text: 'No puede llegar a la cardiología' }] }),
  ]);
  await s.text.catchUp();
  t.same(await withWords(s, 'cardiologia'), ['a']);
  t.same(await withWords(s, 'CARDIOLOGÍA próxima'), ['a']);
  t.same(await withWords(s, 'mañana'), ['a'], 'punctuation parts words');
  t.same(await withWords(s, 'proxima visit'), []);
  t.same(await withWords(s, 'cardiología', 'content'), ['a', 'b']);
  t.same(await withWords(s, 'codigo', 'content'), ['a', 'b']);
});

t.test('Updates and deletions are followed, in both tables', async (t) => {
  const s = await open(t);
  const displays = async () =>
    (await s.sql`select distinct value from index_display order by value`).map((row) => row.value as string);
  await s.save([observation('a', 'first'), observation('b', 'first')]);
  await s.text.catchUp();
  t.same(await displays(), ['codigo de a', 'codigo de b']);
  await s.save([observation('a', 'second', { code: { text: 'Peso' } })]);
  await s.remove('Observation', 'b');
  await s.text.catchUp();
  t.same(await withWords(s, 'first'), []);
  t.same(await withWords(s, 'second'), ['a']);
  t.same(await displays(), ['peso']);
  await s.save([observation('b', 'again')]);
  await s.text.catchUp();
  t.same(await withWords(s, 'again'), ['b']);
});

t.test('What commits late is not passed over, and keeps nothing else waiting', async (t) => {
  const s = await open(t);
  const commit = await s.hold([observation('late', 'slow')]);
  await s.save([observation('soon', 'slow')]);
  await s.text.catchUp();
  t.same(await withWords(s, 'slow'), ['soon'], 'what is committed');
  await s.save([observation('next', 'slow')]);
  await s.text.catchUp();
  await commit();
  await s.text.catchUp();
  t.same(await withWords(s, 'slow'), ['late', 'next', 'soon']);
  // Transactions of other databases on this server keep the position back as well.
  let statements = 1;
  for (let n = 0; n < 200 && statements; n++) {
    s.written.length = 0;
    await s.text.catchUp();
    statements = s.written.filter((text) => /\b(insert|update|delete)\b/.test(text)).length;
    if (statements) await new Promise((done) => setTimeout(done, 25));
  }
  t.equal(statements, 0, 'idle, it writes nothing');
});

t.test('What commits between two batches of one course is left to the next', async (t) => {
  const s = await open(t);
  const commit = await s.hold([observation('late', 'slow')]);
  await s.save(Array.from({ length: 1_100 }, (_, n) => observation(`o${n}`, 'quick')));
  t.equal(await s.text.tick(500), true, 'there is more');
  await commit();
  while (await s.text.tick(500));
  t.equal((await withWords(s, 'quick')).length, 1_100);
  await s.text.catchUp();
  t.same(await withWords(s, 'slow'), ['late']);
});

t.test(
  'The background takes as many changes as it is told, and knows how long the oldest one waits',
  async (t) => {
    const s = await open(t);
    t.equal(await s.text.lag(), 0, 'nothing waits');
    await s.save(Array.from({ length: 250 }, (_, n) => observation(`o${n}`, 'patient')));
    await new Promise((done) => setTimeout(done, 30));
    const lag = await s.text.lag();
    t.ok(lag >= 25, `the oldest waits ${lag} ms`);
    const indexed = async () => Number((await s.sql`select count(*) from index_text`)[0]!.count);
    t.equal(await s.text.tick(100), true, 'there is more');
    t.equal(await indexed(), 100);
    await s.text.tick(100);
    t.equal(await indexed(), 200);
    while (await s.text.tick(500));
    t.equal(await indexed(), 250);
  },
);

t.test('More than a batch, and many callers at once', async (t) => {
  const s = await open(t);
  await s.save(Array.from({ length: 1_300 }, (_, n) => observation(`o${n}`, `many n${n}`)));
  const others = createTextIndex({ sql: s.sql, parameters: s.registry, ridOf: s.ridOf });
  await Promise.all([s.text.catchUp(), others.catchUp(), s.text.catchUp(), s.text.catchUp()]);
  t.equal((await withWords(s, 'many')).length, 1_300);
  t.same(await withWords(s, 'n1299'), ['o1299']);
  const [row] =
    await s.sql`select count(*)::int as n, count(distinct (param, rid))::int as own from index_display`;
  t.same({ ...row }, { n: 2_600, own: 2_600 }, 'two parameters of each have the words, once');
});

t.test('Large resources are taken a few at a time, and indexed by their beginnings', async (t) => {
  const s = await open(t);
  const large = 'word '.repeat(1_500_000);
  for (const id of ['a', 'b', 'c'])
    await s.save([observation(id, 'large', { note: [{ text: `begin${id} ${large}` }] })]);
  await s.text.catchUp();
  t.same(await withWords(s, 'large'), ['a', 'b', 'c']);
  t.same(await withWords(s, 'beginb', 'content'), ['b']);
});

t.test('Each search sees what was written before it, while others write', async (t) => {
  const s = await open(t);
  const missing: string[] = [];
  await Promise.all(
    [1, 2, 3].map(async (writer) => {
      for (let n = 0; n < 15; n++) {
        await s.save([observation(`w${writer}-${n}`, `word${writer}x${n}`)]);
        await s.text.catchUp();
        if (!(await withWords(s, `word${writer}x${n}`)).length) missing.push(`${writer}-${n}`);
      }
    }),
  );
  t.same(missing, []);
});

t.test('A search that would wait too long is told so, and a later one succeeds', async (t) => {
  const s = await open(t, 1);
  await s.save(Array.from({ length: 3_000 }, (_, n) => observation(`o${n}`, 'much')));
  const refused = await s.text.catchUp().catch((error: unknown) => error);
  t.match(refused, {
    status: 503,
    issues: [{ code: 'transient', diagnostics: /still being indexed.*Repeat the search/ }],
  });
  while (await s.text.tick(1_500));
  await createTextIndex({ sql: s.sql, parameters: s.registry, ridOf: s.ridOf }).catchUp();
  t.equal((await withWords(s, 'much')).length, 3_000);
});

t.test('_text, _content and :text over HTTP', async (t) => {
  const server = await startServer(t);
  const ask = asking(server);
  const ids = async (query: string) => {
    const { status, body } = await ask('GET', query);
    t.equal(status, 200, query);
    return (body.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id).sort();
  };
  await ask('PUT', '/Observation/a', observation('a', 'Ecografía pendiente'));
  await ask('PUT', '/Observation/b', observation('b', 'Sin novedad'));
  t.same(await ids('/Observation?_text=ecografia'), ['a']);
  t.same(await ids('/Observation?_content=novedad'), ['b']);
  t.same(await ids('/Observation?code:text=codigo de b'), ['b']);
  await ask('PUT', '/Observation/b', observation('b', 'Ecografia hecha'));
  t.same(await ids('/Observation?_text=ecograf%C3%ADa'), ['a', 'b']);
  await ask('DELETE', '/Observation/a');
  t.same(await ids('/Observation?_text=ecografia'), ['b']);
  const sql = database(t, server.databaseUrl);
  t.equal((await sql`select count(*)::int as n from index_text`)[0]!.n, 1);
});
