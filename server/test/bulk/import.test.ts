// npm run import: files of resources into the store, whole batches, as often as one likes. server/bulk/import.ts
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { freePort } from '../../db/embedded.ts';
import { openPool } from '../../db/pool.ts';
import { inconsistencies } from '../consistency.ts';
import { createDatabase } from '../helpers/database.ts';
import { run, until } from '../helpers/process.ts';
import { asking, startServer } from '../helpers/server.ts';

const PUBLIC_URL = 'http://127.0.0.1:3000';
t.jobs = 2;

/** A database and a folder to import from. */
async function place(t: Test) {
  const { url } = await createDatabase(t);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-import-'));
  const sql = openPool(url, { max: 1 });
  t.teardown(async () => {
    await sql.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const env = { DATABASE_URL: url, DATA_DIR: folder, PUBLIC_URL };
  const start = (...args: string[]) => run(t, 'scripts/import.ts', args, env);
  const load = async (...args: string[]) => {
    const { said, ended } = start(...args);
    return { code: await ended, ...said };
  };
  const stored = async (): Promise<Record<string, string>> => {
    const rows = await sql`select t.name || '/' || r.id || '/' || version as key, content from resource r
      join resource_type t on t.id = r.type where not deleted order by 1`;
    return Object.fromEntries(rows.map((row) => [row.key as string, row.content as string]));
  };
  return { url, folder, sql, write, start, load, stored };
}

const patient = (id: string | undefined, rest: object = {}) => ({
  resourceType: 'Patient',
  ...(id && { id }),
  name: [{ family: `Family ${id}` }],
  ...rest,
});
const ndjson = (...resources: object[]) =>
  resources.map((resource) => `${JSON.stringify(resource)}\n`).join('');
const without = (content: string): unknown => {
  const { meta: _meta, ...rest } = JSON.parse(content) as Record<string, unknown>;
  return rest;
};

t.test('NDJSON is stored a line a resource, gzipped too, with ids kept or made', async (t) => {
  const { url, write, load, stored, sql } = await place(t);
  const files = [
    write('a.ndjson', ndjson(patient('a'), patient('b'), patient(undefined, { gender: 'female' }))),
    write('b.ndjson.gz', gzipSync(ndjson(patient('c')).trimEnd())),
  ];
  const { code, out, err } = await load(...files);
  t.equal(code, 0, err);
  t.match(out, /^4 resources from 2 files in .* s \([\d,]+\/s\): 4 new, 0 new versions, 0 already there\.$/m);
  const keys = Object.keys(await stored());
  t.equal(keys.length, 4);
  for (const id of ['a', 'b', 'c']) t.ok(keys.includes(`Patient/${id}/1`), id);
  const made = await sql`select id, method from resource where id not in ('a', 'b', 'c')`;
  t.match(made[0]?.id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.equal(made[0]?.method, 'C', 'the server named it: as by POST');
  const [kept] = await sql`select method from resource where id = 'a'`;
  t.equal(kept?.method, 'U', 'the file named it: as by PUT');
  t.strictSame(await inconsistencies(url, PUBLIC_URL), []);
});

t.test('importing again stores nothing twice; other content becomes a new version', async (t) => {
  const { url, write, load, stored } = await place(t);
  const file = write('a.ndjson', ndjson(patient('a'), patient('b'), patient(undefined)));
  await load(file);
  const before = await stored();
  const again = await load(file);
  t.match(again.out, /: 0 new, 0 new versions, 3 already there\.$/m);
  t.strictSame(await stored(), before);
  write(
    'a.ndjson',
    ndjson(patient('a', { gender: 'male' }), patient('b'), patient('a', { gender: 'other' })),
  );
  const changed = await load(file);
  t.match(changed.out, /: 0 new, 2 new versions, 1 already there\.$/m);
  const after = await stored();
  t.match(
    JSON.parse(after['Patient/a/3']!),
    { gender: 'other', meta: { versionId: '3' } },
    'the last line wins',
  );
  t.ok(after['Patient/b/1']);
  t.strictSame(await inconsistencies(url, PUBLIC_URL), []);
});

t.test('what was read is what is served, character by character', async (t) => {
  const server = await startServer(t);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-import-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const text = 'back\\slash, tab\t, line\nend\r, "quotes", \\N, \\., Ñandú, 漢字, 🙂, \u2028';
  const observation = `{"resourceType":"Observation","id":"o","status":"final","code":{"text":${JSON.stringify(text)}},"valueQuantity":{"value":1.10,"unit":"mg"}}`;
  const file = join(folder, 'o.ndjson');
  writeFileSync(file, `${observation}\r\n\n`);
  const { ended, said } = run(t, 'scripts/import.ts', [file], {
    DATABASE_URL: server.databaseUrl,
    DATA_DIR: folder,
  });
  t.equal(await ended, 0, said.err);
  const { payload } = await server.server.inject('/fhir/Observation/o');
  t.strictSame(without(payload), JSON.parse(observation));
  t.match(payload, '"value":1.10,', 'decimals keep their text');
  const ask = asking(server);
  const found = await ask('GET', '/Observation?_id=o&status=final');
  t.equal(found.body.entry?.length, 1, 'a server that runs beside it finds it');
  t.strictSame(await inconsistencies(server.databaseUrl, server.url), []);
});

t.test('what is invalid is told with its place and outcome, and the rest goes on', async (t) => {
  const { write, load, stored, folder } = await place(t);
  const conditional = { ...patient('d'), managingOrganization: { reference: 'Organization?name=x' } };
  const lines = [
    JSON.stringify(patient('a')),
    '{"resourceType":"Patient",',
    JSON.stringify(patient('b', { gender: 'unheard' })),
    '',
    JSON.stringify({ resourceType: 'Nothing' }),
    JSON.stringify(conditional),
    JSON.stringify(patient('e')),
  ];
  const file = write('mixed.ndjson', lines.join('\n'));
  const { code, out } = await load(file);
  t.equal(code, 1);
  t.match(out, /^2 resources from 1 files/);
  t.match(out, `4 failed; see ${file}.errors.ndjson.`);
  t.strictSame(Object.keys(await stored()), ['Patient/a/1', 'Patient/e/1']);
  const told = readFileSync(`${file}.errors.ndjson`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.strictSame(
    told.map(({ source }) => source),
    ['mixed.ndjson:2', 'mixed.ndjson:3', 'mixed.ndjson:5', 'mixed.ndjson:6'],
  );
  for (const { outcome } of told) {
    t.equal(outcome.resourceType, 'OperationOutcome');
    t.match(outcome.issue[0], { severity: 'error', code: String, diagnostics: String });
  }
  t.match(told[0].outcome.issue[0].diagnostics, /malformed at line 1, column 27/);
  t.match(told[1].outcome.issue[0].expression, ['Patient.gender']);
  t.match(told[3].outcome.issue[0].diagnostics, /conditional reference, and an import does not search/);

  mkdirSync(join(folder, 'errors'));
  write('mixed.ndjson', lines.slice(0, 2).join('\n'));
  const elsewhere = await load(file, '--errors', join(folder, 'errors'));
  t.equal(elsewhere.code, 1);
  t.equal(
    readFileSync(join(folder, 'errors/mixed.ndjson.errors.ndjson'), 'utf8').split('\n').length,
    2,
    'one line, in the folder that was asked for',
  );
  write('mixed.ndjson', lines[0]!);
  t.equal((await load(folder)).code, 0, 'a folder is read without its files of errors');
  t.notOk(existsSync(`${file}.errors.ndjson`), 'what an earlier import told is gone');
});

t.test('the entries of a Bundle are stored, their links become Type/id', async (t) => {
  const { url, write, load, stored } = await place(t);
  const uuid = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0';
  const bundle = (type: string, entry: object[]) => JSON.stringify({ resourceType: 'Bundle', type, entry });
  write(
    't.json',
    bundle('transaction', [
      { fullUrl: uuid, resource: patient(undefined), request: { method: 'POST', url: 'Patient' } },
      {
        resource: {
          resourceType: 'Observation',
          id: 'o',
          status: 'final',
          code: { text: 'x' },
          subject: { reference: uuid },
        },
        request: { method: 'PUT', url: 'Observation/o' },
      },
      { request: { method: 'DELETE', url: 'Patient/a' } },
      {
        resource: patient('if'),
        request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=1' },
      },
      { resource: { ...patient('lost'), managingOrganization: { reference: 'urn:uuid:nowhere' } } },
    ]),
  );
  write(
    's.json.gz',
    gzipSync(
      bundle('searchset', [
        { resource: patient('s'), search: { mode: 'match' } },
        { resource: { resourceType: 'OperationOutcome', issue: [] }, search: { mode: 'outcome' } },
      ]),
    ),
  );
  const single = write('one.json', JSON.stringify(patient('one'), null, 2));
  const { code, out } = await load(join(single, '..'));
  t.equal(code, 1);
  t.match(out, /^4 resources from 3 files/);
  const keys = Object.keys(await stored());
  const made = keys.find((key) => /^Patient\/[0-9a-f]{8}-/.test(key))!;
  t.strictSame(keys.filter((key) => key !== made).sort(), [
    'Observation/o/1',
    'Patient/one/1',
    'Patient/s/1',
  ]);
  const observation = JSON.parse((await stored())['Observation/o/1']!);
  t.equal(`${observation.subject.reference}/1`, made);
  const told = readFileSync(join(single, '../t.json.errors.ndjson'), 'utf8').trimEnd().split('\n');
  t.match(JSON.parse(told[0]!), {
    source: 't.json:entry 3',
    outcome: { issue: [{ expression: ['Bundle.entry.request.method'] }] },
  });
  t.match(JSON.parse(told[1]!), {
    source: 't.json:entry 4',
    outcome: { issue: [{ expression: ['Bundle.entry.request.ifNoneExist'] }] },
  });
  t.match(JSON.parse(told[2]!), {
    source: 't.json:entry 5',
    outcome: { issue: [{ diagnostics: /no fullUrl/ }] },
  });
  t.strictSame(await inconsistencies(url, PUBLIC_URL), []);
});

t.test('references to what is not here are stored, counted and told', async (t) => {
  const { write, load } = await place(t);
  const file = write(
    'a.ndjson',
    ndjson(
      patient('a', { managingOrganization: { reference: 'Organization/later' } }),
      patient('b', {
        generalPractitioner: [{ reference: 'Practitioner/gone' }],
        link: [{ other: { reference: 'Patient/a' }, type: 'seealso' }],
      }),
      { resourceType: 'Organization', id: 'later', name: 'Later' },
    ),
  );
  const { code, out } = await load(file);
  t.equal(code, 0);
  t.match(out, /^Warning: 1 resources are referred to and not here \(Practitioner 1\)\.$/m);
});

t.test('what the database itself refuses costs that resource, not its batch', async (t) => {
  const { url, write, load, stored, sql } = await place(t);
  await sql`alter table resource add constraint trouble check (id <> 'p7')`;
  const file = write('a.ndjson', ndjson(...Array.from({ length: 20 }, (_, n) => patient(`p${n}`))));
  const { code, out } = await load(file);
  t.equal(code, 1);
  t.match(out, /^19 resources .*\n1 failed/);
  t.equal(Object.keys(await stored()).length, 19);
  t.match(JSON.parse(readFileSync(`${file}.errors.ndjson`, 'utf8')), {
    source: 'a.ndjson:8',
    outcome: {
      issue: [{ code: 'exception', diagnostics: 'The database did not take this resource (23514).' }],
    },
  });
  t.strictSame(await inconsistencies(url, PUBLIC_URL), []);
});

t.test('a file that ends in the middle is told, and what it held is stored', async (t) => {
  const { write, load, stored } = await place(t);
  const whole = gzipSync(ndjson(...Array.from({ length: 3000 }, (_, n) => patient(`p${n}`))));
  const file = write('cut.ndjson.gz', whole.subarray(0, whole.length / 2));
  const { code, out } = await load(file);
  t.equal(code, 1);
  t.match(out, /1 failed; see/);
  t.ok(Object.keys(await stored()).length > 100);
  t.match(
    readFileSync(`${file}.errors.ndjson`, 'utf8'),
    /"source":"cut\.ndjson\.gz".*cannot be read: Z_BUF_ERROR/,
  );
});

t.test('an import that is killed and started again stores everything once', async (t) => {
  const { url, write, load, start, sql } = await place(t);
  const count = 8_000;
  const file = write(
    'many.ndjson',
    ndjson(
      ...Array.from({ length: count }, (_, n) =>
        patient(n % 3 ? `p${n}` : undefined, { language: `x-${n}` }),
      ),
    ),
  );
  const stored = async () => (await sql`select count(*)::int as n from resource`)[0]!.n as number;
  const writers = async () =>
    (
      await sql`select count(*)::int as n from pg_stat_activity
        where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`
    )[0]!.n as number;
  const { child, ended } = start(file);
  await until(async () => (await stored()) > 0, 'a batch is stored');
  child.kill('SIGKILL');
  t.equal(await ended, null);
  // PostgreSQL may still be carrying out the last COMMIT that it was sent.
  await until(async () => (await writers()) === 0, 'the statements of the killed import have ended');
  const part = await stored();
  t.ok(part < count, `killed in the middle, at ${part}`);
  t.equal(part % 2000, 0, 'batches are whole');
  const { code, out } = await load(file);
  t.equal(code, 0);
  t.match(
    out,
    new RegExp(
      `: ${(count - part).toLocaleString('en')} new, 0 new versions, ${part.toLocaleString('en')} already there`,
    ),
  );
  t.equal(await stored(), count);
  t.strictSame(await inconsistencies(url, PUBLIC_URL), []);
});

t.test('writes of a running server and an import of the same resources both stand', async (t) => {
  const server = await startServer(t);
  const ask = asking(server);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-import-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'same.ndjson');
  writeFileSync(file, ndjson(...Array.from({ length: 4000 }, (_, n) => patient(`p${n}`))));
  const { ended, said } = run(t, 'scripts/import.ts', [file], {
    DATABASE_URL: server.databaseUrl,
    DATA_DIR: folder,
  });
  let going = true;
  ended.then(() => {
    going = false;
  });
  let writes = 0;
  for (let n = 0; going; n = (n + 97) % 4000) {
    const { status } = await ask('PUT', `/Patient/p${n}`, patient(`p${n}`, { gender: 'other' }));
    if (status !== 200 && status !== 201) t.equal(status, 409, 'written, or refused in words');
    else writes++;
  }
  t.equal(await ended, 0, said.err);
  t.ok(writes > 10, `${writes} writes meanwhile`);
  t.strictSame(await inconsistencies(server.databaseUrl, server.url), []);
});

t.test('what is here already moves as the state tables allow; a history takes any step', async (t) => {
  const { folder, write, load, stored } = await place(t);
  const task = (status: string) => ({
    resourceType: 'Task',
    id: 'referred',
    status,
    intent: 'order',
    code: {
      coding: [{ system: 'https://throughline.example/fhir/CodeSystem/cn-task-code', code: 'nav-accompany' }],
    },
    groupIdentifier: { system: 'https://throughline.example/fhir/identifier/episode', value: '1' },
    owner: { display: 'A peer' },
    executionPeriod: { start: '2026-03-02T09:00:00Z', end: '2026-03-02T10:00:00Z' },
    statusReason: { text: 'Not needed any more' },
    output: [{ type: { text: 'How it went' }, valueString: 'Well' }],
  });
  const first = write('first.ndjson', ndjson(task('completed')));
  t.equal((await load(first)).code, 0, 'what is new may be in any state');
  const second = write('second.ndjson', ndjson(task('requested')));
  const refused = await load(second);
  t.equal(refused.code, 1);
  const [line] = readFileSync(join(folder, 'second.ndjson.errors.ndjson'), 'utf8').trim().split('\n');
  t.match(JSON.parse(line!).outcome.issue, [
    { code: 'business-rule', details: { coding: [{ code: 'task-transition' }] } },
  ]);
  t.match(without((await stored())['Task/referred/1']!), { status: 'completed' });
  t.equal((await load(second, '--history')).code, 0);
  t.match(without((await stored())['Task/referred/2']!), { status: 'requested' });
});

t.test('what cannot be imported at all is refused in words', async (t) => {
  const { write, load } = await place(t);
  const refused: [string[], RegExp][] = [
    [['/nowhere.ndjson'], /^There is no file or folder \/nowhere\.ndjson\.$/m],
    [[write('a.txt', '')], /does not tell its format\. Name it \.ndjson, .* or say --format ndjson/],
    [[write('b.json', '{}'), '--format', 'xml'], /^--format is "xml"; allowed is auto, ndjson or json\.$/m],
    [['--faster'], /--faster/],
  ];
  for (const [args, sentence] of refused) {
    const { code, err } = await load(...args);
    t.equal(code, 1);
    t.match(err, sentence);
    t.notMatch(err, /\bat .*\.ts:/, 'no stack');
  }
  const port = await freePort();
  const away = run(t, 'scripts/import.ts', [write('d.ndjson', ndjson(patient('d')))], {
    DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/none`,
  });
  t.equal(await away.ended, 1);
  t.match(away.said.err, /^The import ended: .*ECONNREFUSED.* start the import again to go on\.$/m);
  t.notMatch(away.said.err, 'secret');
  const { code, out } = await load(write('c.txt', ndjson(patient('c'))), '--format', 'ndjson');
  t.equal(code, 0);
  t.match(out, /1 new/);
  t.match((await load('--help')).out, /--history what is here may be overwritten/);
});
