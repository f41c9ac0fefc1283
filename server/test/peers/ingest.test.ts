// A create writes the same rows, and reads as much, in a database of twelve thousand resources as in one of five hundred.
// https://hl7.org/fhir/R4/http.html#create
import t from 'tap';
import { createApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import type { Sql } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';
import { type Ask, asking } from '../helpers/server.ts';
import { database, patient, task } from '../interaction/sample.ts';

const { url } = await createDatabase(t);
const sql = database(t, url);
const CREATES = 100;

/** Work with a server of its own: PostgreSQL adds up what a connection did when it ends. */
async function served(work: (ask: Ask) => Promise<void>): Promise<void> {
  const settings = { DATABASE_URL: url, DEMO: 'off', LOG_LEVEL: 'silent', DB_CONNECTIONS: '2' };
  const app = await createApp({ config: readConfig(settings, ['--open']), databaseUrl: url });
  try {
    await work(asking(app));
  } finally {
    await app.close();
  }
}

interface Work {
  written: number;
  read: number;
  blocks: number;
}

async function doneSoFar(sql: Sql): Promise<Work> {
  await sql`select pg_stat_clear_snapshot()`;
  const [row] = await sql`select
      sum(n_tup_ins + n_tup_upd + n_tup_del)::int as written,
      sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read,
      (select sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0))::int
        from pg_statio_user_tables) as blocks
    from pg_stat_user_tables where relname in ('resource', 'history', 'change') or relname like 'index\\_%'`;
  return row as unknown as Work;
}

/** What some requests make PostgreSQL do, beside what a server does by itself. */
async function costOf(work: (ask: Ask) => Promise<void>): Promise<Work> {
  const marks: Work[] = [await doneSoFar(sql)];
  for (const each of [async () => {}, work]) {
    await served(each);
    marks.push(await doneSoFar(sql));
  }
  const [start, idle, end] = marks as [Work, Work, Work];
  const beyond = (key: keyof Work) => end[key] - idle[key] - (idle[key] - start[key]);
  return { written: beyond('written'), read: beyond('read'), blocks: beyond('blocks') };
}

const creates = (name: string) => async (ask: Ask) => {
  for (let n = 0; n < CREATES; n++) {
    const { status } = await ask('POST', '/Task', task('p', { authoredOn: '2025-05-01', description: name }));
    if (status !== 201) throw new Error(String(status));
  }
};

/** Adds tasks in transactions of 500. */
const fill = (count: number) => async (ask: Ask) => {
  for (let n = 0; n < count; n += 500) {
    const entry = Array.from({ length: 500 }, () => ({
      resource: task('p', { authoredOn: '2025-05-01' }),
      request: { method: 'POST', url: 'Task' },
    }));
    const { status } = await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    if (status !== 200) throw new Error(String(status));
  }
};

// microsoft/fhir-server #1604
t.test('a create costs the same rows, and hardly more blocks, whatever is stored already', async (t) => {
  await served(async (ask) => {
    await ask('PUT', '/Patient/p', { ...patient('p'), id: 'p' });
    await fill(500)(ask);
  });
  await sql.unsafe('analyze');
  const small = await costOf(creates('small'));
  await served(fill(12_000));
  const large = await costOf(creates('large'));
  t.ok(small.written >= CREATES * 5, `${small.written} rows for ${CREATES} creates: they were counted`);
  t.equal(large.written, small.written, 'rows written');
  t.ok(large.read <= small.read + CREATES, `rows read: ${small.read}, then ${large.read}`);
  t.ok(large.blocks <= small.blocks * 1.5, `blocks: ${small.blocks}, then ${large.blocks}`);
});
