// The look for what waits is two probes of an index, however much has been written and however many clocks run.
// https://www.postgresql.org/docs/18/monitoring-stats.html#MONITORING-PG-STAT-ALL-TABLES-VIEW
import t from 'tap';
import { openPool } from '../../db/pool.ts';
import { whatWaits } from '../../job/clock-feed.ts';
import { createDatabase, decided } from '../helpers/database.ts';

const MANY = 20_000;
const NOW = new Date('2026-03-03T15:00:00Z');
const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

const { url } = await createDatabase(t);
const sql = openPool(url, { max: 1 });
t.teardown(() => sql.end());
await sql`insert into change (rid, type, version, method, last_updated)
  select n, 1, 1, 'P', ${NOW.toISOString()}::text::timestamptz from generate_series(1, ${MANY}) n`;
await sql`insert into service_clock (rid, clock, step, due, at)
  select n, 'sla', 'due', due, due from generate_series(1, ${MANY}) n,
    lateral (select ${NOW.toISOString()}::text::timestamptz + (1 + n % 300) * interval '1 day' as due) d`;
await sql.unsafe('analyze');
await decided(url);

/** Rows that were read by going through whole tables. */
async function readWhole(): Promise<number> {
  const [row] = await sql`select sum(seq_tup_read)::int as read from pg_stat_user_tables,
    lateral (select pg_stat_force_next_flush()) flushed where relname in ('change', 'service_clock')`;
  return row!.read as number;
}

t.test('Looking for what waits finds changes and moments that are due', async (t) => {
  t.strictSame({ ...(await whatWaits(sql, NOW)) }, { changed: true, due: false });
  await sql`update feed_position set xid = pg_snapshot_xmin(pg_current_snapshot()) where reader = 'clock'`;
  t.strictSame({ ...(await whatWaits(sql, NOW)) }, { changed: false, due: false });
  t.strictSame({ ...(await whatWaits(sql, later(1))) }, { changed: false, due: true });
});

t.test('Looking while nothing waits reads neither table from end to end', async (t) => {
  const before = await readWhole();
  for (let n = 0; n < 10; n++) await whatWaits(sql, NOW);
  t.equal((await readWhole()) - before, 0);
});
