// Settings: typed, described, and refused with one sentence.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import t from 'tap';
import { ConfigError, readConfig, settings } from '../config.ts';

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

t.test('the README describes every setting as the program does', async (t) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const [name, { default: fallback, describe }] of Object.entries(settings)) {
    const shown = fallback === '' ? 'unset' : `\`${fallback}\``;
    t.ok(readme.includes(`| \`${name}\` | ${shown} | ${describe} |`), name);
  }
});
