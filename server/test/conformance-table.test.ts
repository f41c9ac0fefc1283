// The table of docs/conformance.md is true: the tests that it names are there, and what the code offers has a row.
// https://hl7.org/fhir/R4/http.html · https://hl7.org/fhir/R4/search.html
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import { resourceTypes } from '../fhir/elements.ts';
import { interactions } from '../interaction/index.ts';
import { operations } from '../operation/index.ts';
import { readers } from '../search/criterion/read.ts';
import { paramTypes } from '../search/param/index.ts';
import { controls } from '../search/query.ts';

interface Row {
  feature: string;
  stands: string;
  proofs: { file: string; title: string }[];
}

const text = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');

/** Rows by the heading above them. */
const sections = new Map<string, Row[]>();
for (const part of text.split(/^## /m).slice(1)) {
  const heading = part.slice(0, part.indexOf('\n'));
  const lines = part.split('\n').filter((line) => line.startsWith('| '));
  sections.set(heading, lines.slice(1).map(rowOf));
}
const rows = [...sections.values()].flat();

function rowOf(line: string): Row {
  const [feature, stands, proven, ...rest] = line.slice(2, -2).split(' | ');
  if (!feature || !stands || rest.length) throw new Error(`This row has not three cells: ${line}`);
  const proofs = (proven ?? '')
    .split('<br>')
    .filter(Boolean)
    .map((proof) => {
      const [, file, title] = /^`([\w/.-]+\.test\.ts)` (.+)$/.exec(proof.trim()) ?? [];
      if (!file || !title) throw new Error(`This names no test: ${proof}`);
      return { file, title };
    });
  return { feature, stands, proofs };
}

/** The titles of a test file; those of templates with a place for anything. */
const titles = new Map<string, { written: Set<string>; templates: RegExp[] }>();
function titlesOf(file: string) {
  const known = titles.get(file);
  if (known) return known;
  const found = { written: new Set<string>(), templates: [] as RegExp[] };
  const source = readFileSync(new URL(file, import.meta.url), 'utf8');
  const calls = source.matchAll(/\bt\.test\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g);
  for (const [, single, double, template] of calls) {
    if (template === undefined) found.written.add((single ?? double)!.replace(/\\(.)/g, '$1'));
    else {
      found.written.add(template);
      const fixed = template.split(/\$\{[^}]*\}/).map((piece) => RegExp.escape(piece));
      found.templates.push(new RegExp(`^${fixed.join('.+')}$`));
    }
  }
  titles.set(file, found);
  return found;
}

t.test('every test that the table names is there, with its title', async (t) => {
  const proofs = rows.flatMap((row) => row.proofs);
  t.ok(proofs.length > 200, `${proofs.length} tests are named`);
  for (const { file, title } of proofs) {
    if (!existsSync(new URL(file, import.meta.url))) {
      t.fail(`${file} is not there`);
      continue;
    }
    const { written, templates } = titlesOf(file);
    t.ok(written.has(title) || templates.some((template) => template.test(title)), `${file}: ${title}`);
  }
});

t.test('every row says whether it stands, with a test that proves it or the reason why not', async (t) => {
  for (const { feature, stands, proofs } of rows) {
    t.match(stands, /^(yes(: .+)?|in part: .{10,}|no: .{10,})$/, feature);
    if (!stands.startsWith('no')) t.ok(proofs.length, `${feature} is proven`);
  }
});

const featuresOf = (...headings: string[]): string[] =>
  headings.flatMap((heading) => {
    const found = sections.get(heading);
    if (!found) throw new Error(`There is no section "${heading}".`);
    return found.map(({ feature }) => feature);
  });
const missing = (wanted: readonly string[], features: readonly string[]): string[] =>
  wanted.filter((name) => !features.some((feature) => feature.includes(name)));

t.test('every interaction and every operation has a row', async (t) => {
  const address = ({ method, path }: { method: string; path: string }) => `\`${method} /${path}\``;
  t.same(missing(interactions.map(address), featuresOf('Interactions')), []);
  for (const code of ['batch', 'transaction'])
    t.ok(featuresOf('Interactions').includes(`\`POST /\` ${code}`), code);
  t.same(missing(operations.map(address), featuresOf('Operations')), []);
});

t.test('every parameter type, and every modifier of each, has a row', async (t) => {
  const types = featuresOf('Search: parameter types').map((feature) => feature.split(':')[0]);
  t.same(
    Object.keys(paramTypes).filter((type) => !types.includes(type)),
    [],
  );
  const modifiers = featuresOf('Search: modifiers');
  for (const [type, { modifiers: own }] of Object.entries(paramTypes)) {
    const names = new Set(own.map((name) => (resourceTypes.has(name) ? '[type]' : name)));
    t.same(
      missing(
        [...names].map((name) => `\`:${name}\` on ${type}`),
        modifiers,
      ),
      [],
      type,
    );
  }
  t.ok(modifiers.includes('`:missing` on every type'));
});

t.test('every parameter that is no SearchParameter of a type has a row', async (t) => {
  const asked = featuresOf('Search: parameters of all types', 'Search: the answer', 'Search: includes');
  const own = [...Object.keys(readers), ...Object.keys(controls), '_has', '_include', '_revinclude'];
  t.ok(own.length > 15, `${own.length} parameters were found`);
  t.same(
    missing(
      own.map((name) => `\`${name}\``),
      asked,
    ),
    [],
  );
});

t.test('all of the twenty-five failures are there', async (t) => {
  t.equal(sections.get('Twenty-five failures of other servers')?.length, 25);
});
