// Tests of the log-in throttle on a real PostgreSQL. https://pages.nist.gov/800-63-4/sp800-63b.html#throttle
import fc from 'fast-check';
import t from 'tap';
import { createThrottle } from '../../auth/account/throttle.ts';
import { migrate } from '../../db/migrate.ts';
import { openPool } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';

const START = Date.parse('2026-03-02T08:00:00Z');

t.test('log-in throttle', async (t) => {
  const sql = openPool((await createDatabase(t)).url, { max: 4 });
  t.teardown(() => sql.end());
  await migrate(sql);
  let seconds = 0;
  const now = () => new Date(START + seconds * 1000);
  const throttle = createThrottle(sql, now);
  let unique = 0;
  const address = () => `192.0.2.${unique++}`;

  t.test(
    'five tries are free, then the delay doubles from a second, up to a quarter of an hour',
    async (t) => {
      for (let n = 0; n < 5; n++) t.equal(await throttle.take('nadia', address()), 0);
      const delays = [];
      for (let n = 0; n < 12; n++) {
        const wait = await throttle.take('nadia', address());
        delays.push(wait);
        seconds += wait;
        t.equal(await throttle.take('nadia', address()), 0, 'after the wait the try may be made');
      }
      t.same(delays, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    },
  );

  t.test('tries while waiting do not make the wait longer, so nobody is locked out for good', async (t) => {
    const wait = await throttle.take('nadia', address());
    seconds += wait - 1;
    for (let n = 0; n < 20; n++) t.equal(await throttle.take('nadia', address()), 1);
    seconds += 1;
    t.equal(await throttle.take('nadia', address()), 0);
  });

  t.test('another account does not wait, and capitals and spaces make no other account', async (t) => {
    t.equal(await throttle.take('noor', address()), 0);
    t.not(await throttle.take(' NADIA ', address()), 0);
  });

  t.test('the right password lets the account start anew', async (t) => {
    await throttle.succeeded('nadia');
    for (let n = 0; n < 5; n++) t.equal(await throttle.take('nadia', address()), 0);
    t.equal(await throttle.take('nadia', address()), 1);
  });

  t.test('an address that tries many accounts waits as well', async (t) => {
    for (let n = 0; n < 30; n++) t.equal(await throttle.take(`account-${n}`, '198.51.100.7'), 0);
    t.equal(await throttle.take('account-30', '198.51.100.7'), 1);
    t.equal(await throttle.take('account-30', '198.51.100.8'), 0, 'another address does not');
  });

  t.test('of many tries at once, from two processes, no more than five are let through', async (t) => {
    const other = createThrottle(sql, now);
    const tries = Array.from({ length: 40 }, (_, n) => (n % 2 ? throttle : other).take('rush', address()));
    t.equal((await Promise.all(tries)).filter((wait) => wait === 0).length, 5);
  });

  t.test('a day without a try forgets all, and no name or address is stored', async (t) => {
    t.notMatch(JSON.stringify(await sql`select * from auth_throttle`), /nadia|192\.0|198\.51/);
    seconds += 25 * 3600;
    t.equal(await throttle.take('rush', address()), 0);
    t.equal((await sql`select from auth_throttle`).length, 2, 'only this try is left');
  });

  t.test('property: whoever waits as long as told may try again', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40), { maxLength: 15 }), async (pauses) => {
        const name = `property-${unique++}`;
        for (const pause of pauses) {
          seconds += pause;
          const wait = await throttle.take(name, address());
          if (wait > 900) return false;
          seconds += wait;
          if (wait && (await throttle.take(name, address())) !== 0) return false;
        }
        return true;
      }),
      { numRuns: 20 },
    );
    t.pass('held');
  });
});
