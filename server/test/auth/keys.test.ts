// Tests of the signing keys and their rotation, and of records that expire.
// https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys
import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { decodeProtectedHeader } from 'jose';
import t from 'tap';
import { createAdapter, removeExpired } from '../../auth/adapter.ts';
import { createLaunch } from '../../auth/launch/launch.ts';
import { loadKeys, removeRetiredKeys, rotateKeys } from '../../auth/token/keys.ts';
import { migrate } from '../../db/migrate.ts';
import { openPool } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';
import { json } from './clients-harness.ts';
import { ehrLaunch, refresh, type Server, startAuthorizationServer } from './harness.ts';

const NOW = new Date('2026-03-04T10:00:00Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

t.test('the state of the authorization server', async (t) => {
  const sql = openPool((await createDatabase(t)).url, { max: 6 });
  t.teardown(() => sql.end());
  await migrate(sql);

  t.test('processes that start at once end up with the same keys, and keep them', async (t) => {
    const load = () => loadKeys(sql, () => NOW);
    const [first, ...others] = await Promise.all(Array.from({ length: 3 }, load));
    for (const keys of [...others, await load()]) {
      t.same(keys.jwks, first!.jwks);
      t.same(keys.cookies, first!.cookies);
    }
    t.same(first!.jwks.keys.map(({ alg }) => alg).sort(), ['ES256', 'RS256']);
    t.equal((await sql`select kid from auth_signing_key`).length, 2);
  });

  t.test('a rotation adds keys that sign; those of before verify for as long as tokens live', async (t) => {
    let time = NOW;
    const keys = await loadKeys(sql, () => time);
    const before = keys.accessToken.kid;
    let changes = 0;
    keys.onChange(() => changes++);
    await keys.refresh();
    t.equal(changes, 0, 'nothing new');

    const made = await rotateKeys(sql, time);
    t.equal(made.length, 2);
    t.ok(await keys.verify(made[0]), 'a kid that is not known yet is looked for');
    t.equal(changes, 1);
    t.ok(made.includes(keys.accessToken.kid), 'the new key signs');
    t.equal(keys.jwks.keys.length, 4, 'both are published');
    t.same(
      keys.jwks.keys
        .slice(0, 2)
        .map(({ kid }) => kid)
        .sort(),
      made.sort(),
      'the new ones first',
    );
    t.ok(await keys.verify(before));

    time = later(3600);
    await removeRetiredKeys(sql, time);
    await keys.refresh();
    t.ok(await keys.verify(before), 'after an hour, a token may still be good');
    time = later(3600 + 301);
    await removeRetiredKeys(sql, time);
    await keys.refresh();
    t.equal(await keys.verify(before), undefined);
    t.equal(keys.jwks.keys.length, 2);
    t.equal((await sql`select kid from auth_signing_key`).length, 2);
  });

  t.test('made-up kids are not found, and cost the database at most five questions a second', async (t) => {
    const keys = await loadKeys(sql, () => NOW);
    const asked = performance.now();
    t.equal(await keys.verify('made-up'), undefined);
    const made = await rotateKeys(sql, NOW);
    const found = await keys.verify(made[0]);
    t.ok(found === undefined || performance.now() - asked > 200, 'so soon nobody asks again');
    await setTimeout(250);
    t.ok(await keys.verify(made[0]));
    t.equal(await keys.verify(undefined), undefined);
  });

  t.test('an expired record is not found, and is removed with launches that nobody took', async (t) => {
    let time = NOW;
    const grants = createAdapter(sql, () => time, 'Grant');
    await grants.upsert('short', { accountId: 'nurse' }, 60);
    await grants.upsert('long', { accountId: 'nurse' }, 3600);
    await createLaunch(sql, NOW, { username: 'nurse' });
    t.match(await grants.find('short'), { accountId: 'nurse' });
    time = later(301);
    t.equal(await grants.find('short'), undefined);
    await removeExpired(sql, time);
    t.same(await sql`select id from auth_record`, [{ id: 'long' }]);
    t.same(await sql`select id from auth_launch`, []);
  });

  t.test('records are of one kind: another kind does not find them', async (t) => {
    await createAdapter(sql, () => NOW, 'RefreshToken').upsert('shared', { grantId: 'g' }, 60);
    t.match(await createAdapter(sql, () => NOW, 'RefreshToken').find('shared'), { jti: 'shared' });
    t.equal(await createAdapter(sql, () => NOW, 'AuthorizationCode').find('shared'), undefined);
    await createAdapter(sql, () => NOW, 'RefreshToken').revokeByGrantId('g');
    t.equal(await createAdapter(sql, () => NOW, 'RefreshToken').find('shared'), undefined);
  });
});

const CONTEXT = { username: 'nurse', patient: 'ana' };
const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const published = async ({ address }: Server) => {
  const { keys } = (await (await fetch(`${address}/auth/jwks`)).json()) as {
    keys: Record<string, unknown>[];
  };
  return keys;
};

/** Runs `npm run keys` on a server's database. */
const keysCommand = ({ database }: Server, ...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const script = new URL('../../../scripts/keys.ts', import.meta.url).pathname;
    const env = { ...process.env, DATABASE_URL: database };
    execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

t.test('a rotation while servers run', async (t) => {
  const server = await startAuthorizationServer(t);
  const { database, publicUrl } = server;
  const other = await startAuthorizationServer(t, { database, publicUrl });
  const asks = ({ auth }: Server, token: string) => auth.guard({ authorization: `Bearer ${token}` });
  const { app, answer } = await ehrLaunch(server, CONTEXT);
  const before = kidOf(answer.access_token);

  const { code, stdout } = await keysCommand(server, 'rotate');
  t.equal(code, 0);
  t.match(stdout, /^(New key [\w-]+\n){2}$/);
  await setTimeout(1300);

  const { answer: next } = await ehrLaunch(server, CONTEXT);
  t.not(kidOf(next.access_token), before, 'new tokens are signed with the new key');
  t.match(stdout, kidOf(next.access_token));
  t.match(stdout, kidOf(next.id_token!), 'id tokens too, and clients can verify them');
  for (const process of [server, other]) {
    t.equal((await asks(process, next.access_token)).subject, 'nurse');
    t.equal((await asks(process, answer.access_token)).subject, 'nurse', 'tokens of before stay good');
    const keys = await published(process);
    t.equal(keys.length, 4, 'old and new keys are published');
    t.ok(keys.some(({ kid }) => kid === before));
    t.notOk(
      keys.some((key) => 'd' in key),
      'without their private parts',
    );
  }
  t.equal((await json(await refresh(app, answer.refresh_token!))).token_type, 'Bearer', 'refresh tokens too');

  const listed = await keysCommand(server, 'list');
  t.match(listed.stdout, /ES256 .* signs\n/);
  t.match(listed.stdout, new RegExp(`${before} .* until `));
  t.match(await keysCommand(server, 'destroy'), { code: 1, stdout: '', stderr: /^Use list or rotate/ });
  t.same(server.problems, [], 'nothing went wrong inside');
});
