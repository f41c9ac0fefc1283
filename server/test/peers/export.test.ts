// An export gives the same every time that it is run, and its memory does not grow with what it writes.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html

import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t, { type Test } from 'tap';
import { Exports } from '../../bulk/export.ts';
import { UNLIMITED } from '../../db/visibility.ts';
import { callerOf, systemAccess } from '../../fhir/access.ts';
import { newId } from '../../fhir/id.ts';
import { patient, task } from '../interaction/sample.ts';
import { openStorage } from '../search/storage.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function openExports(t: Test) {
  const s = await openStorage(t);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-export-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const failures: string[] = [];
  const log = { error: (details: object) => void failures.push(JSON.stringify(details)) };
  const exports = new Exports({
    sql: s.sql,
    folder,
    typeId: s.typeId,
    compartment: s.registry.compartment,
    visibility: async () => UNLIMITED,
    newId: () => newId(new Date()),
    log,
  });
  /** Runs an export to its end. */
  const run = async (types: string[]) => {
    const id = await exports.start({
      url: 'http://x/$export',
      caller: callerOf(systemAccess),
      level: 'system',
      types,
    });
    await exports.idle();
    return { id, job: await exports.find(id) };
  };
  return { s, exports, failures, run };
}

async function linesOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) lines.push(line);
  return lines;
}

// hapi-fhir #4511, #8374
t.test('the second and the third export are as full as the first', async (t) => {
  const { s, exports, failures, run } = await openExports(t);
  await s.save(Array.from({ length: 40 }, (_, n) => ({ ...patient(`n${n}`), id: `n${n}` })));
  await s.save(Array.from({ length: 25 }, (_, n) => ({ ...task('n1'), id: `t${n}` })));
  const contents: string[][] = [];
  for (let n = 0; n < 3; n++) {
    const { id, job } = await run(['Patient', 'Task']);
    t.equal(job?.status, 'completed');
    t.same(job?.output, [
      { type: 'Patient', count: 40 },
      { type: 'Task', count: 25 },
    ]);
    const files = await Promise.all(
      ['Patient', 'Task'].map((type) => linesOf(exports.file(id, `${type}.ndjson`)!)),
    );
    contents.push(files.flat().sort());
  }
  t.equal(contents[0]?.length, 65);
  t.same(contents[1], contents[0]);
  t.same(contents[2], contents[0]);
  t.same(failures, []);
});

// medplum #5856; HeliosSoftware/hfs #1051
t.test('an export of 80 MB holds less than 30 MB of it at any time', async (t) => {
  const { s, exports, run } = await openExports(t);
  const COUNT = 20_000;
  // Straight into the table: an export reads nothing but the stored bytes.
  await s.sql`insert into resource (rid, type, id, version, last_updated, method, deleted, content)
    select n, ${s.typeId('Observation')}, 'o' || n, 1, now(), 'C', false,
      format('{"resourceType":"Observation","id":"o%s","valueString":"%s"}', n, repeat('0123456789abcdef', 250))
    from generate_series(1, ${COUNT}) n`;
  const live = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = live();
  let most = 0;
  let looks = 0;
  const timer = setInterval(() => {
    most = Math.max(most, live() - before);
    looks++;
  }, 10);
  const { id, job } = await run(['Observation']);
  clearInterval(timer);
  t.same(job?.output, [{ type: 'Observation', count: COUNT }]);
  const written = statSync(exports.file(id, 'Observation.ndjson')!).size;
  t.ok(written > 80_000_000, `${written} bytes`);
  t.ok(looks >= 10, `looked at ${looks} times`);
  t.ok(most < 30_000_000, `${most} bytes at most`);
});
