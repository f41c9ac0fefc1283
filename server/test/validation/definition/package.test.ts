// FHIR packages of a folder: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readPackages } from '../../../validation/package.ts';
import { manifest, profile, temporaryFolder, writeArchive } from './archives.ts';

const URL_HERE = 'http://example.org/StructureDefinition/one';
const valueSet = {
  resourceType: 'ValueSet',
  id: 'v',
  url: 'http://example.org/ValueSet/v',
  version: '1',
  status: 'active',
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">v</div>' },
};
const good = (name = 'example.one', version = '1.0.0') => ({
  'package/package.json': manifest(name, version),
  'package/StructureDefinition-one.json': profile(URL_HERE, version),
});

t.test(
  'the resources in the folder `package` are read, those of examples and other folders are not',
  async (t) => {
    const folder = temporaryFolder(t);
    await writeArchive(folder, 'one', {
      ...good(),
      'package/.index.json': { files: [] },
      'package/ValueSet-v.json': valueSet,
      'package/Patient-p.json': { resourceType: 'Patient', id: 'p' },
      'package/example/StructureDefinition-two.json': profile(`${URL_HERE}2`, '1'),
      'package/other/x.json': valueSet,
    });
    writeFileSync(join(folder, 'README.md'), 'not a package');
    const { list, definitions, terminology, notes } = await readPackages(folder, join(folder, 'cache'));
    t.strictSame(notes, ['FHIR package example.one 1.0.0: 1 StructureDefinition, 1 ValueSet.']);
    t.strictSame(
      definitions.map(({ url }) => url),
      [URL_HERE],
    );
    t.strictSame(
      terminology().map(({ url }) => url),
      ['http://example.org/ValueSet/v'],
    );
    t.notOk('text' in terminology()[0]!, 'terminology needs no narrative');
    t.match(
      list[0]?.resources().find(({ resourceType }) => resourceType === 'ValueSet'),
      {
        text: valueSet.text,
      },
    );
  },
);

t.test('no folder is no package', async (t) => {
  const none = await readPackages(undefined, '/nowhere');
  t.strictSame(
    { ...none, terminology: none.terminology() },
    { list: [], definitions: [], terminology: [], notes: [] },
  );
});

t.test('an archive is unpacked once; one that has changed is unpacked again', async (t) => {
  const folder = temporaryFolder(t);
  const cache = join(folder, 'cache');
  await writeArchive(folder, 'one', good());
  const first = await readPackages(folder, cache);
  const [unpacked] = readdirSync(cache);
  const time = statSync(join(cache, unpacked!, 'manifest.json')).mtimeMs;
  const second = await readPackages(folder, cache);
  t.strictSame(second.notes, first.notes);
  t.strictSame(second.definitions, first.definitions);
  t.equal(statSync(join(cache, unpacked!, 'manifest.json')).mtimeMs, time);
  await writeArchive(folder, 'one', good('example.one', '1.0.1'));
  const third = await readPackages(folder, cache);
  t.equal(third.list[0]?.version, '1.0.1');
});

t.test('two versions of a package stand side by side, the newer one first', async (t) => {
  const folder = temporaryFolder(t);
  await writeArchive(folder, 'a', good('example.one', '9.0.0'));
  await writeArchive(folder, 'b', good('example.one', '10.0.0'));
  const { list, definitions } = await readPackages(folder, join(folder, 'cache'));
  t.strictSame(
    list.map(({ version }) => version),
    ['10.0.0', '9.0.0'],
  );
  t.equal(definitions.length, 2);
  const [ids, others] = list.map(({ entries }) => entries.map(({ id }) => id));
  t.not(ids![0], others![0], 'their resources have different ids');
  t.match(ids![0], /^[A-Za-z0-9.-]{1,64}$/);
});

t.test('dependencies that are not in the folder are named once', async (t) => {
  const folder = temporaryFolder(t);
  const dependencies = { 'hl7.fhir.r4.core': '4.0.1', 'example.two': '1.0.0', 'example.three': '2.0.0' };
  await writeArchive(folder, 'a', {
    'package/package.json': manifest('example.one', '1.0.0', { dependencies }),
  });
  await writeArchive(folder, 'b', {
    'package/package.json': manifest('example.two', '1.0.0', { dependencies }),
  });
  const { notes } = await readPackages(folder, join(folder, 'cache'));
  t.strictSame(notes, [
    'FHIR package example.one 1.0.0: nothing that is used here.',
    'FHIR package example.two 1.0.0: nothing that is used here.',
    'FHIR packages that others build on are not in the folder: example.three 2.0.0. What they define is not checked.',
  ]);
});

t.test('a package that cannot be used is told in a sentence, and the others are read', async (t) => {
  const bad: Record<string, [Record<string, unknown> | Buffer, RegExp]> = {
    broken: [Buffer.from('this is no archive'), /not a whole \.tgz archive\. Download it again\.$/],
    empty: [Buffer.alloc(0), /not a whole \.tgz archive/],
    nameless: [{ 'package/x.json': valueSet }, /It has no package\/package\.json\.$/],
    'no-json': [{ 'package/package.json': '{' }, /package\/package\.json is no JSON\.$/],
    'null-json': [{ 'package/package.json': 'null' }, /no name and version\.$/],
    'no-version': [
      { 'package/package.json': { name: 'x', fhirVersions: ['4.0.1'] } },
      /no name and version\.$/,
    ],
    r5: [
      { 'package/package.json': manifest('x', '1.0.0', { fhirVersions: ['5.0.0'] }) },
      /It is for FHIR 5\.0\.0; this server is FHIR 4\.0\.1\. Use its R4 edition\.$/,
    ],
    r4b: [
      { 'package/package.json': manifest('x', '1.0.0', { fhirVersions: ['4.3.0'] }) },
      /for FHIR 4\.3\.0/,
    ],
    'no-fhir': [
      { 'package/package.json': { name: 'x', version: '1.0.0' } },
      /a version that it does not name/,
    ],
    outside: [{ ...good('x'), '../evil.json': '{}' }, /It names a file outside of itself\.$/],
    absolute: [{ ...good('x'), 'package/../../evil.json': '{}' }, /It names a file outside of itself\.$/],
    huge: [
      { 'package/package.json': manifest('x', '1.0.0'), 'package/h.json': Buffer.alloc((128 << 20) + 1) },
      /h\.json is larger than 128 MB\.$/,
    ],
  };
  for (const [name, [content, sentence]] of Object.entries(bad)) {
    const folder = temporaryFolder(t);
    if (Buffer.isBuffer(content)) writeFileSync(join(folder, `${name}.tgz`), content);
    else await writeArchive(folder, name, content);
    await writeArchive(folder, 'good', good());
    const { list, notes } = await readPackages(folder, join(folder, 'cache'));
    t.strictSame(
      list.map((one) => one.name),
      ['example.one'],
      name,
    );
    const told = notes.filter((note) => note.startsWith(`${name}.tgz is not used. `));
    t.equal(told.length, 1, name);
    t.match(told[0], sentence);
    t.equal(readdirSync(join(folder, 'cache')).length, 1, 'nothing is left of it');
  }
});

t.test('an archive that ends early is told', async (t) => {
  const folder = temporaryFolder(t);
  const path = await writeArchive(folder, 'short', { ...good(), 'package/v.json': 'x'.repeat(100_000) });
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length - 40));
  mkdirSync(join(folder, 'folder.tgz'));
  const { notes } = await readPackages(folder, join(folder, 'cache'));
  t.strictSame(notes, [
    'folder.tgz is not used. It cannot be read (EISDIR).',
    'short.tgz is not used. It is not a whole .tgz archive. Download it again.',
  ]);
});

t.test('a file that is no resource is named, and the rest is used', async (t) => {
  const folder = temporaryFolder(t);
  await writeArchive(folder, 'one', { ...good(), 'package/broken.json': '{', 'package/list.json': [1] });
  const { list, notes } = await readPackages(folder, join(folder, 'cache'));
  t.equal(list.length, 1);
  t.equal(
    notes[1],
    'FHIR package example.one 1.0.0: not read, because it is no resource: broken.json, list.json.',
  );
});

t.test('the same package in two archives counts once', async (t) => {
  const folder = temporaryFolder(t);
  await writeArchive(folder, 'a', good());
  await writeArchive(folder, 'b', { ...good(), 'package/ValueSet-v.json': valueSet });
  const { list, notes } = await readPackages(folder, join(folder, 'cache'));
  t.equal(list.length, 1);
  t.equal(notes[1], 'b.tgz is not used: example.one 1.0.0 is in another archive too.');
});
