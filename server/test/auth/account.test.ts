// Tests of accounts and their passwords. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { AccountError } from '../../auth/account/account.ts';
import { hashPassword, isPassword, passwordProblem } from '../../auth/account/password.ts';
import { demoUserDirectory, saveUsers, userDirectory } from '../../auth/directory.ts';
import { migrate } from '../../db/migrate.ts';
import { openPool } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';
import { accountsOf, addAccount, PASSWORD } from './visitor.ts';

/** The shortest of some times: what else the machine does only adds to them. */
const least = (values: number[]) => Math.min(...values);

t.test(
  'a password is stored as argon2id with the cost that OWASP asks for, in less than 100 ms',
  async (t) => {
    const times: number[] = [];
    for (let n = 0; n < 5; n++) {
      const start = performance.now();
      t.match(await hashPassword(PASSWORD), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      times.push(performance.now() - start);
    }
    t.ok(least(times) < 100, `one hash takes ${least(times).toFixed(0)} ms`);
    t.not(await hashPassword(PASSWORD), await hashPassword(PASSWORD), 'with a salt of its own');
  },
);

t.test('a password is compared as Unicode text, and not at all without a stored hash', async (t) => {
  const stored = await hashPassword('contraseña muy larga');
  t.equal(await isPassword('contraseña muy larga'.normalize('NFD'), stored), true);
  t.equal(await isPassword('Contraseña muy larga', stored), false);
  t.equal(await isPassword('x'.repeat(100_000), stored), false);
  t.equal(await isPassword('', undefined), false);
});

t.test('a password that is too easy is refused in a sentence', async (t) => {
  t.match(passwordProblem('short', 'nadia'), /has 5 characters; allowed are 15 to 256/);
  t.match(passwordProblem('x'.repeat(257), 'nadia'), /257 characters/);
  t.match(passwordProblem('my name is nadia!!', 'nadia'), /contains the name of the account/);
  t.match(passwordProblem('aaaaaaaabbbbbbbbcc', 'nadia'), /five different/);
  t.equal(passwordProblem(PASSWORD, 'nadia'), undefined);
});

t.test('accounts', async (t) => {
  const { url } = await createDatabase(t);
  const sql = openPool(url, { max: 2 });
  t.teardown(() => sql.end());
  await migrate(sql);
  const accounts = await accountsOf(sql);
  await addAccount(sql, 'nadia', { npi: '1999999984', email: 'Nadia@clinic.example' });

  t.test('the right name and password find the user, everything else finds nobody', async (t) => {
    t.same(await accounts.authenticate('nadia', PASSWORD), {
      username: 'nadia',
      name: 'Nadia Brandt',
      role: 'rn',
      fhirUser: 'PractitionerRole/nadia',
    });
    t.equal(await accounts.authenticate('nadia', `${PASSWORD}!`), undefined);
    t.equal(await accounts.authenticate('nobody', PASSWORD), undefined);
    await accounts.add({ username: 'federated', name: 'F', role: 'rn', fhirUser: 'Practitioner/f' });
    t.equal(
      await accounts.authenticate('federated', ''),
      undefined,
      'an account without a password has none',
    );
  });

  t.test('two changes of an account at once both hold', async (t) => {
    await accounts.add({ username: 'moved', name: 'M', role: 'programme-admin', fhirUser: 'Practitioner/m' });
    let renaming: Promise<void> | undefined;
    await sql.begin(async (other) => {
      await other`update auth_user set role = 'rn' where username = 'moved'`;
      renaming = accounts.change('moved', { name: 'N' });
      await new Promise((done) => setTimeout(done, 200));
    });
    await renaming;
    const moved = (await accounts.list()).find(({ username }) => username === 'moved');
    t.match(moved, { name: 'N', role: 'rn' }, 'nobody gets a role back that was taken');
  });

  t.test('an unknown user takes as long as a wrong password', async (t) => {
    const times: Record<'nadia' | 'nobody', number[]> = { nadia: [], nobody: [] };
    for (let n = 0; n < 8; n++) {
      for (const name of ['nadia', 'nobody'] as const) {
        const start = performance.now();
        await accounts.authenticate(name, 'wrong password of some length');
        times[name].push(performance.now() - start);
      }
    }
    const [known, unknown] = [least(times.nadia), least(times.nobody)];
    t.ok(unknown > known / 2 && unknown < known * 2, `${unknown.toFixed(1)} ms, ${known.toFixed(1)} ms`);
  });

  t.test('an account that is not as it has to be is refused, and so is a name that is taken', async (t) => {
    const good = { username: 'new', name: 'New', role: 'rn', fhirUser: 'PractitionerRole/new' };
    const wrong: [object, RegExp][] = [
      [{ username: 'New Person' }, /small letters, digits/],
      [{ name: ' ' }, /needs the name/],
      [{ role: 'RN!' }, /role "RN!" is not a code/],
      [{ fhirUser: 'Task/1' }, /"Task\/1" is not a reference/],
      [{ npi: '12' }, /"12" does not have ten digits/],
      [{ email: 'x' }, /"x" is not one/],
      [{ locale: 'fr' }, /"fr" is not en or es/],
      [{ username: 'nadia' }, /is an account nadia already/],
    ];
    for (const [change, sentence] of wrong) {
      await t.rejects(accounts.add({ ...good, ...change }), { name: 'AccountError', message: sentence });
    }
    await t.rejects(accounts.setActive('nobody', false), new AccountError('There is no account nobody.'));
  });

  t.test('an account that is switched off is found nowhere, and back when it is switched on', async (t) => {
    await accounts.setActive('nadia', false);
    t.equal(await accounts.authenticate('nadia', PASSWORD), undefined);
    t.equal(await userDirectory(sql).find('nadia'), undefined);
    t.same(await accounts.matching('npi', '1999999984'), []);
    await accounts.setActive('nadia', true);
    t.ok(await accounts.authenticate('nadia', PASSWORD));
  });

  t.test(
    'who is part of the demo is chosen without a password, until one is set; accounts are not',
    async (t) => {
      await saveUsers(sql, [
        { username: 'nurse', name: 'Nurse', role: 'rn', fhirUser: 'PractitionerRole/nurse' },
      ]);
      const demo = demoUserDirectory(sql);
      t.same(
        (await demo.list()).map(({ username }) => username),
        ['nurse'],
      );
      t.equal(await demo.find('federated'), undefined);
      await accounts.setPassword('nurse', PASSWORD);
      t.equal(await demo.find('nurse'), undefined);
    },
  );

  t.test('an identity elsewhere belongs to one account', async (t) => {
    await accounts.link('https://idp.example', '42', 'nadia');
    await accounts.link('https://idp.example', '42', 'nadia');
    t.equal((await accounts.linked('https://idp.example', '42'))?.username, 'nadia');
    t.equal(await accounts.linked('https://other.example', '42'), undefined);
    await t.rejects(accounts.link('https://idp.example', '42', 'federated'), /belongs to the account nadia/);
    await t.rejects(accounts.link('https://idp.example', '43', 'nobody'), /no account nobody/);
    t.equal((await accounts.matching('email', 'NADIA@clinic.example'))[0]?.username, 'nadia');
  });

  /** Runs `npm run users` with an answer on its standard input. */
  const users = (args: string[], input = '') =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const script = fileURLToPath(new URL('../../../scripts/users.ts', import.meta.url));
      const child = spawn(process.execPath, [script, ...args], {
        env: { ...process.env, DATABASE_URL: url },
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (text) => {
        out += text;
      });
      child.stderr.on('data', (text) => {
        err += text;
      });
      child.on('close', (code) => resolve({ code, out, err }));
      child.stdin.end(input);
    });

  t.test(
    'npm run users adds, changes, lists and switches off; the password comes on its standard input',
    async (t) => {
      const about = [
        '--full-name',
        'Priya Raman',
        '--role',
        'physician',
        '--fhir-user',
        'PractitionerRole/p',
      ];
      const added = await users(['add', 'priya', ...about], `${PASSWORD}\n`);
      t.same(added, { code: 0, out: 'Added priya.\n', err: '' });
      t.ok(await accounts.authenticate('priya', PASSWORD));
      const other = 'another long enough phrase';
      t.equal((await users(['password', 'priya'], other)).code, 0);
      t.ok(await accounts.authenticate('priya', other));
      t.match((await users(['list'])).out, /^priya {2}Priya Raman {2}physician .* active {2}password$/m);
      t.equal((await users(['disable', 'priya'])).code, 0);
      t.equal(await accounts.authenticate('priya', other), undefined);
      const short = await users(['password', 'priya'], 'short');
      t.equal(short.code, 1);
      t.match(short.err, /has 5 characters/);
      t.match((await users(['--password', 'x'])).err, /Unknown option '--password'/);
      t.match((await users(['remove', 'priya'])).err, /^Use add, password/);
    },
  );
});
