// Tests of what the authorization server keeps in PostgreSQL: its keys, and records that expire.
import t from 'tap';
import { createAdapter, removeExpired } from '../../auth/adapter.ts';
import { loadKeys } from '../../auth/keys.ts';
import { createLaunch } from '../../auth/launch.ts';
import { migrate } from '../../db/migrate.ts';
import { openPool } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';

const NOW = new Date('2026-03-04T10:00:00Z');

t.test('the state of the authorization server', async (t) => {
  const sql = openPool((await createDatabase(t)).url, { max: 6 });
  t.teardown(() => sql.end());
  await migrate(sql);

  t.test('processes that start at once end up with the same keys, and keep them', async (t) => {
    const [first, ...others] = await Promise.all(Array.from({ length: 3 }, () => loadKeys(sql)));
    for (const keys of [...others, await loadKeys(sql)]) {
      t.same(keys.jwks, first!.jwks);
      t.same(keys.cookies, first!.cookies);
    }
    t.equal((await sql`select purpose from auth_key`).length, 3);
  });

  t.test('an expired record is not found, and is removed with launches that nobody took', async (t) => {
    let time = NOW;
    const grants = createAdapter(sql, () => time, 'Grant');
    await grants.upsert('short', { accountId: 'nurse' }, 60);
    await grants.upsert('long', { accountId: 'nurse' }, 3600);
    await createLaunch(sql, NOW, { username: 'nurse' });
    t.match(await grants.find('short'), { accountId: 'nurse' });
    time = new Date(NOW.getTime() + 301_000);
    t.equal(await grants.find('short'), undefined);
    await removeExpired(sql, time);
    t.same(await sql`select id from auth_record`, [{ id: 'long' }]);
    t.same(await sql`select id from auth_launch`, []);
  });

  t.test('records are of one kind: another kind does not find them', async (t) => {
    await createAdapter(sql, () => NOW, 'RefreshToken').upsert('shared', { grantId: 'g' }, 60);
    t.equal(await createAdapter(sql, () => NOW, 'AuthorizationCode').find('shared'), undefined);
    await createAdapter(sql, () => NOW, 'RefreshToken').revokeByGrantId('g');
    t.equal(await createAdapter(sql, () => NOW, 'RefreshToken').find('shared'), undefined);
  });
});
