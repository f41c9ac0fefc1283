// Lines of NDJSON, however a file is cut into chunks. http://ndjson.org
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { nameId } from '../../bulk/import-item.ts';
import { type Item, readItems, sourceFiles } from '../../bulk/import-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'throughline-source-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

async function itemsOf(name: string, content: string | Buffer): Promise<Item[]> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const items: Item[] = [];
  let bytes = 0;
  const [file] = sourceFiles([path], 'auto');
  const count = (read: number) => {
    bytes += read;
  };
  for await (const item of readItems(file!, () => () => {}, nameId, count)) items.push(item);
  t.equal(bytes, Buffer.byteLength(content), 'every byte is counted');
  return items;
}

t.test(
  'every line is one resource with its number, blank lines and the last line end left out',
  async (t) => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const line = fc.oneof(fc.constant(''), fc.constant('  '), text);
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (texts, end, zip) => {
          const lines = texts.map((value) => (value.trim() ? JSON.stringify({ value }) : value));
          const content = lines.join(end);
          const items = await itemsOf(zip ? 'a.ndjson.gz' : 'a.ndjson', zip ? gzipSync(content) : content);
          const expected = lines.flatMap((value, n) => (value.trim() ? [[n + 1, JSON.parse(value)]] : []));
          t.strictSame(
            items.map(({ place, resource }) => [place.line, resource]),
            expected,
          );
        },
      ),
      { numRuns: 60 },
    );
  },
);

t.test('lines longer than what is read at a time come whole', async (t) => {
  const long = 'ä'.repeat(400_000);
  const items = await itemsOf('long.ndjson', `{"a":1}\n{"long":"${long}"}\n{"b":2}`);
  t.strictSame(
    items.map(({ resource }) => resource),
    [{ a: 1 }, { long }, { b: 2 }],
  );
});

t.test('bytes that are no UTF-8 are refused, never replaced; a byte order mark is left out', async (t) => {
  const bytes = (...values: number[]) => Buffer.from(values);
  const items = await itemsOf(
    'bytes.ndjson',
    Buffer.concat([
      bytes(0xef, 0xbb, 0xbf),
      Buffer.from('{"a":"'),
      Buffer.from('é"}\n{"b":"'),
      bytes(0xe9),
      Buffer.from('"}\n{}'),
    ]),
  );
  t.strictSame(
    items.map(({ resource }) => resource),
    [{ a: 'é' }, undefined, {}],
  );
  t.match(items[1]?.failure?.issues, [{ code: 'invalid', diagnostics: /bytes that are not UTF-8/ }]);
});

t.test('what is no JSON, and a Bundle whose entries are no list, fail in their place', async (t) => {
  const [broken] = await itemsOf('broken.json', '{"resourceType": "Patient"');
  t.match(broken?.failure?.issues, [{ code: 'invalid', diagnostics: /malformed at line 1, column 27/ }]);
  const [bundle] = await itemsOf('bundle.json', '{"resourceType":"Bundle","type":"batch","entry":{}}');
  t.match(bundle?.failure?.issues, [{ expression: ['Bundle.entry'] }]);
  const [empty] = await itemsOf('null.json', '{"resourceType":"Bundle","type":"batch","entry":[null]}');
  t.match(empty?.failure?.issues, [{ expression: ['Bundle.entry.resource'] }]);
  const items = await itemsOf('document.json', '{"resourceType":"Bundle","type":"document","entry":[]}');
  t.match(items, [{ resource: { resourceType: 'Bundle' } }], 'a document is a resource itself');
  t.strictSame(await itemsOf('none.json', '{"resourceType":"Bundle","type":"collection"}'), []);
});

t.test('a made id depends on the file, the place and the content, and on nothing else', async (t) => {
  const at = (name: string, line: number, resource: object) => {
    const file = { path: `/anywhere/${name}`, name, format: 'ndjson' as const, gzipped: false, bytes: 1 };
    return nameId({ file, line }, resource);
  };
  const ids = [at('a', 1, { x: 1 }), at('a', 2, { x: 1 }), at('b', 1, { x: 1 }), at('a', 1, { x: 2 })];
  t.equal(new Set(ids).size, 4);
  t.equal(at('a', 1, { x: 1 }), ids[0]);
});
