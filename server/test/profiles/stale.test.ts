// The committed definitions are what SUSHI compiles from the FSH, without a network.
// https://hl7.org/fhir/uv/shorthand/
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

t.test('profiles/definitions is as compiled from profiles/input/fsh', { timeout: 120_000 }, async (t) => {
  const script = fileURLToPath(new URL('../../../scripts/profiles.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  t.equal(stderr, '');
  t.equal(status, 0);
  t.match(stdout, /^profiles\/definitions: \d+ definitions, as compiled/);
});
