// The house holds: imports point one way only, and the web framework stays at the door.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const SERVER = fileURLToPath(new URL('../', import.meta.url));

/** What each room may import, beside itself. `app.ts`, `main.ts` and `test/` may import everything. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  http: ['auth', 'interaction', 'operation', 'response', 'fhir'],
  auth: ['db', 'fhir', 'config.ts'],
  integration: ['auth', 'fhir', 'config.ts'],
  operation: ['interaction', 'bulk', 'care', 'validation', 'store', 'search', 'fhir'],
  interaction: ['care', 'validation', 'store', 'search', 'fhir'],
  audit: ['bulk', 'job', 'store', 'search', 'indexing', 'db', 'fhir'],
  bulk: ['job', 'store', 'search', 'indexing', 'validation', 'db', 'fhir'],
  job: ['db', 'fhir'],
  terminology: ['db', 'fhir'],
  care: ['fhir'],
  validation: ['fhir'],
  store: ['indexing', 'search/param', 'db', 'fhir'],
  indexing: ['search/param', 'db', 'fhir'],
  search: ['db', 'fhir'],
  response: ['fhir'],
  db: [],
  fhir: [],
  'cluster.ts': [],
  'config.ts': [],
};
const FASTIFY = new Set(['http', 'auth', 'integration', 'app.ts']);
const WITHOUT_LIMITS = new Set([
  'app.ts',
  'clocks.ts',
  'knowledge.ts',
  'live.ts',
  'loading.ts',
  'main.ts',
  'policies.ts',
  'storage.ts',
  'test',
]);

interface Import {
  from: string;
  to: string;
}

const IMPORT = /^(?:import|export)\b[^'"]*?['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm;
const files = globSync('**/*.ts', { cwd: SERVER }).filter((file) => !file.endsWith('.d.ts'));
const imports: Import[] = files.flatMap((from) =>
  [...readFileSync(join(SERVER, from), 'utf8').matchAll(IMPORT)].map((match) => ({
    from,
    to: (match[1] ?? match[2])!,
  })),
);
const room = (file: string): string => file.split('/')[0]!;
const target = ({ from, to }: Import): string => relative(SERVER, join(SERVER, dirname(from), to));

t.test('every room of the server is one that the plan of the house names', async (t) => {
  const unplanned = [...new Set(files.map(room))].filter(
    (name) => !(name in MAY_IMPORT || WITHOUT_LIMITS.has(name)),
  );
  t.strictSame(unplanned, []);
  t.ok(files.length > 60, 'the files were found');
  t.ok(imports.length > 300, 'their imports were read');
});

t.test('imports point only where the plan of the house lets them', async (t) => {
  const wrong = imports.filter((line) => {
    const [from, to] = [room(line.from), target(line)];
    if (!line.to.startsWith('.') || WITHOUT_LIMITS.has(from) || from === room(to)) return false;
    return !MAY_IMPORT[from]?.some((place) => to === place || to.startsWith(`${place}/`));
  });
  t.strictSame(wrong, []);
});

t.test('nothing of the server imports the scripts, the app or a test', async (t) => {
  const wrong = imports.filter(
    (line) => room(line.from) !== 'test' && line.to.startsWith('.') && /^(\.\.|test)\//.test(target(line)),
  );
  t.strictSame(wrong, []);
});

t.test('fastify is known only at the door and in the composition root', async (t) => {
  const wrong = imports.filter(
    ({ from, to }) => /^@?fastify(\/|$)/.test(to) && !FASTIFY.has(room(from)) && room(from) !== 'test',
  );
  t.strictSame(wrong, []);
});

t.test('store and search take the access of their caller as a required argument', async (t) => {
  const store = readFileSync(join(SERVER, 'store/index.ts'), 'utf8');
  for (const method of ['read', 'readVersion']) {
    t.match(store, new RegExp(`async ${method}\\([^)]*visibility: Visibility`), `Store.${method}`);
  }
  t.match(
    readFileSync(join(SERVER, 'search/index.ts'), 'utf8'),
    /async type\([^)]*access: Access,/s,
    'Search.type',
  );
});

t.test('no file of the server is longer than 400 lines', async (t) => {
  const long = files.filter(
    (file) => room(file) !== 'test' && readFileSync(join(SERVER, file), 'utf8').split('\n').length > 400,
  );
  t.strictSame(long, []);
});
