// Settings: typed, described, and refused with one sentence.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ConfigError, readConfig, settings, warningsOf, withoutPassword } from '../config.ts';

t.test('without any variable every setting has its default', async (t) => {
  const config = readConfig({});
  t.equal(config.PORT, 3000);
  t.equal(config.HOST, '127.0.0.1');
  t.equal(config.publicUrl, 'http://127.0.0.1:3000');
  t.equal(config.open, false);
  t.ok(Object.isFrozen(config));
});

t.test('demo data belongs to the embedded database unless it is asked for', async (t) => {
  t.equal(readConfig({}).DEMO, 'on');
  t.equal(readConfig({ DATABASE_URL: 'postgres://localhost/x' }).DEMO, 'off');
  t.equal(readConfig({ DATABASE_URL: 'postgres://localhost/x', DEMO: 'on' }).DEMO, 'on');
});

t.test(
  'a wrong value is refused with a sentence that names the variable, the value and what is allowed',
  async (t) => {
    const wrong: [Record<string, string>, RegExp][] = [
      [{ PORT: 'http' }, /^PORT is "http"; allowed is a port from 1 to 65535\.$/],
      [{ PORT: '70000' }, /^PORT is "70000"/],
      [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL is "mysql:\/\/x"; allowed is a postgres:\/\/ URL\.$/],
      [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud"; allowed is fatal, error/],
      [{ PUBLIC_URL: 'ftp://x' }, /^PUBLIC_URL is "ftp:\/\/x"/],
      [{ DEMO: 'maybe' }, /^DEMO is "maybe"; allowed is auto, on or off\.$/],
      [{ BODY_LIMIT: '-1' }, /^BODY_LIMIT is "-1"/],
      [{ RATE_LIMIT: 'many' }, /^RATE_LIMIT is "many"; allowed is a number of requests from 0 to \d+\.$/],
      [{ AUTH_RATE_LIMIT: '-5' }, /^AUTH_RATE_LIMIT is "-5"/],
      [
        { TRUSTED_PROXY: 'proxy.example.org' },
        /^TRUSTED_PROXY is "proxy\.example\.org"; allowed is addresses/,
      ],
      [{ TRUSTED_PROXY: '10.0.0.0/33' }, /^TRUSTED_PROXY is "10\.0\.0\.0\/33"/],
      [{ TRUSTED_PROXY: '10.0.0.1,' }, /^TRUSTED_PROXY is "10\.0\.0\.1,"/],
    ];
    for (const [env, sentence] of wrong) {
      t.throws(() => readConfig(env), ConfigError);
      t.throws(() => readConfig(env), { message: sentence });
    }
  },
);

t.test('--open binds nothing but loopback', async (t) => {
  t.throws(() => readConfig({ HOST: '0.0.0.0' }, ['--open']), {
    message: /HOST is "0\.0\.0\.0"\. Use 127\.0\.0\.1\.$/,
  });
  t.equal(readConfig({ HOST: 'localhost' }, ['--open']).open, true);
});

t.test('an unknown option is refused', async (t) => {
  t.throws(() => readConfig({}, ['--opne']), {
    message: 'Unknown option --opne. Allowed: --open, --workers auto|N.',
  });
});

t.test('--workers is a number of processes, or auto for one a core; one without it', async (t) => {
  t.equal(readConfig({}).workers, 1);
  t.equal(readConfig({}, ['--workers', '3']).workers, 3);
  t.equal(readConfig({}, ['--workers=2', '--open']).workers, 2);
  t.equal(readConfig({}, ['--workers', 'auto']).workers, Math.min(64, availableParallelism()));
  for (const wrong of [['--workers'], ['--workers', '0'], ['--workers', '65'], ['--workers=two']])
    t.throws(() => readConfig({}, wrong), {
      message: /^--workers is ".*"; allowed is auto \(one a core\) or a number from 1 to 64\.$/,
    });
});

t.test('PUBLIC_URL loses its trailing slash', async (t) => {
  t.equal(readConfig({ PUBLIC_URL: 'https://care.example.org/' }).publicUrl, 'https://care.example.org');
});

t.test('a trusted proxy is an address or a network, and there may be several', async (t) => {
  t.equal(readConfig({}).TRUSTED_PROXY, '');
  const { TRUSTED_PROXY } = readConfig({ TRUSTED_PROXY: '10.0.0.5, 192.168.0.0/16,::1,fd00::/8' });
  t.equal(TRUSTED_PROXY, '10.0.0.5,192.168.0.0/16,::1,fd00::/8');
});

t.test('a secret may stand in a file', async (t) => {
  const file = join(t.testdir({}), 'database');
  writeFileSync(file, 'postgres://me:s3cret@db/x\n');
  const { DATABASE_URL, DEMO } = readConfig({ DATABASE_URL_FILE: file });
  t.equal(DATABASE_URL, 'postgres://me:s3cret@db/x', 'without the end of the line');
  t.equal(DEMO, 'off', 'as if the variable itself had been set');
  t.equal(readConfig({ DATABASE_URL_FILE: '' }).DATABASE_URL, '', 'an empty variable is unset');
  t.throws(() => readConfig({ DATABASE_URL_FILE: file, DATABASE_URL: 'postgres://db/y' }), {
    message: 'DATABASE_URL and DATABASE_URL_FILE are both set; set one of them.',
  });
  t.throws(() => readConfig({ DATABASE_URL_FILE: `${file}-not` }), {
    message: `DATABASE_URL_FILE is "${file}-not", which cannot be read (ENOENT).`,
  });
  t.equal(readConfig({ HOST_FILE: file }).HOST, '127.0.0.1', 'what is no secret comes from no file');
});

t.test('a secret that is wrong is not repeated', async (t) => {
  const secrets = Object.entries(settings).filter(([, setting]) => 'secret' in setting);
  t.ok(secrets.some(([name]) => name === 'DATABASE_URL'));
  for (const wrong of [
    's3cret',
    'me:s3cret@db/x',
    'mysql://me:s3cret@db/x',
    'mysql://db/x?password=s3cret',
  ]) {
    try {
      readConfig({ DATABASE_URL: wrong });
      t.fail(wrong);
    } catch (error) {
      t.match(error, { name: 'ConfigError', message: /^DATABASE_URL is "/ });
      t.notMatch((error as Error).message, 's3cret', wrong);
    }
  }
});

t.test('a password is not shown, whatever stands in it', async (t) => {
  const shown: [string, string][] = [
    ['postgres://me:secret@db:5432/x', 'postgres://me:***@db:5432/x'],
    ['postgres://me:se/cr:et@db/x', 'postgres://me:***@db/x'],
    ['postgres://me:se@cret@db/x', 'postgres://me:***@db/x'],
    ['postgres://me:secret@[::1]:5432/x', 'postgres://me:***@[::1]:5432/x'],
    ['postgres://db/x?user=me&password=secret&a=b', 'postgres://db/x?user=me&password=***&a=b'],
    ['postgres://db/x?sslpassword=secret', 'postgres://db/x?sslpassword=***'],
    ['postgres://me@db:5432/x', 'postgres://me@db:5432/x'],
  ];
  for (const [url, text] of shown) t.equal(withoutPassword(url), text);
});

t.test('no secret is taken from the command line, nor repeated from it', async (t) => {
  for (const args of [['--database-url=postgres://me:s3cret@db/x'], ['postgres://me:s3cret@db/x']])
    t.throws(
      () => readConfig({}, args),
      { message: /^Unknown option (--database-url|\(a value\))\. / },
      args[0]!,
    );
});

t.test('an address without encryption, and demo users within reach of others, get a warning', async (t) => {
  const warned: [Record<string, string>, RegExp[]][] = [
    [{}, []],
    [{ PUBLIC_URL: 'https://care.example.org', HOST: '0.0.0.0', DEMO: 'off' }, []],
    [{ PUBLIC_URL: 'http://localhost:3000' }, []],
    [{ PUBLIC_URL: 'http://[::1]:3000' }, []],
    [
      { PUBLIC_URL: 'http://care.example.org' },
      [/^Warning: clients reach this server at http:\/\/care\.example\.org, without encryption.* https:\/\//],
    ],
    [
      { HOST: '0.0.0.0', PUBLIC_URL: 'https://care.example.org', DEMO: 'on' },
      [/^Warning: demo users have no passwords.*Set DEMO=off, or HOST=127\.0\.0\.1\.$/],
    ],
    [{ HOST: '0.0.0.0' }, [/without encryption/, /demo users/]],
  ];
  for (const [env, sentences] of warned) {
    const warnings = warningsOf(readConfig(env));
    t.equal(warnings.length, sentences.length, JSON.stringify(env));
    for (const [n, sentence] of sentences.entries()) t.match(warnings[n], sentence);
  }
});

t.test('the README describes every setting as the program does', async (t) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const [name, { default: fallback, describe }] of Object.entries(settings)) {
    const shown = fallback === '' ? 'unset' : `\`${fallback}\``;
    t.ok(readme.includes(`| \`${name}\` | ${shown} | ${describe} |`), name);
  }
});
