// One truth: the app's forms find what the server's validator finds, issue by issue, in every resource of the types that they write.
// https://hl7.org/fhir/R4/validation.html
import { globSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { readAppTables, WRITTEN } from '../../../smart-app/build/tables.ts';
import en from '../../../smart-app/locales/en-rules.json' with { type: 'json' };
import es from '../../../smart-app/locales/es-rules.json' with { type: 'json' };
import { childType } from '../../fhir/elements.ts';
import { isCompiled } from '../../fhir/path/index.ts';
import { createValidator, loadDefinitions } from '../../validation/index.ts';
import type { ConstraintTable } from '../../validation/invariant/plan.ts';
import { expressionFor } from '../../validation/invariant/rule.ts';
import { builtScript, validateInApp } from './chunk.ts';

const ROOT = new URL('../../../', import.meta.url);
const { validate } = createValidator(loadDefinitions(new URL('profiles/definitions/', ROOT)));
const isWritten = (resource: Resource | undefined): resource is Resource =>
  WRITTEN.includes(resource?.resourceType as (typeof WRITTEN)[number]);
const isKnown = (resource: Resource & { contained?: Resource[] }) =>
  (resource.contained ?? []).every(isWritten);

const read = globSync('fixtures/**/*.json', { cwd: ROOT }).map(
  (path) => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) as Resource,
);
const fixtures = read
  .flatMap((one) =>
    one.resourceType === 'Bundle' ? (one as Bundle).entry!.map((entry) => entry.resource) : [one],
  )
  .filter(isWritten);

/** The same resource with one thing wrong in each place in turn: an element that is missing, of another kind, or unknown. */
function* spoilt(resource: object): Generator<object> {
  for (const [name, value] of Object.entries(resource)) {
    if (name === 'resourceType') continue;
    const { [name]: _, ...without } = resource as Record<string, unknown>;
    yield without;
    yield { ...resource, [name]: 5 };
    yield { ...resource, [name]: [value] };
    yield { ...resource, [`${name}x`]: value };
    if (typeof value === 'string') yield { ...resource, [name]: `${value}\u000b` };
  }
}

t.test(
  'the app finds the same issues as the server in every Task and DocumentReference of the fixtures',
  async (t) => {
    const resources = fixtures.filter(isKnown);
    t.ok(resources.length > 200, `${resources.length} resources`);
    const found = validateInApp(resources);
    const expected = resources.map((one) => validate(one));
    t.ok(expected.filter((issues) => issues.some(({ severity }) => severity === 'error')).length > 50);
    for (const [index, resource] of resources.entries())
      t.strictSame(found[index], expected[index], `${resource.resourceType}/${resource.id ?? index}`);
  },
);

t.test('and in each of them with one thing wrong in each place', async (t) => {
  const resources = fixtures.filter(isKnown).flatMap((one) => [...spoilt(one)]);
  const expected = resources.map((one) => validate(one));
  const found = validateInApp(resources);
  const differing = resources.filter(
    (_, index) => JSON.stringify(found[index]) !== JSON.stringify(expected[index]),
  );
  t.strictSame(differing, []);
  t.ok(resources.length > 5_000, `${resources.length} resources`);
});

t.test('what the tables of the app do not tell is left to the server', async (t) => {
  const contained = { resourceType: 'Patient', id: 'p', birthDate: 'yesterday' };
  const task = {
    resourceType: 'Task',
    status: 'ready',
    intent: 'order',
    contained: [contained],
    for: { reference: '#p' },
  };
  t.ok(validate(task).length);
  t.strictSame(validateInApp([task, { ...contained, contained: undefined }]), [[], []]);
});

t.test('no rule of R4 that the app checks needs what only the server has', async (t) => {
  const rules = Object.entries(readAppTables().invariants as ConstraintTable).flatMap(([type, list]) =>
    list.map((constraint) => ({ type, constraint })),
  );
  t.ok(rules.length > 30);
  for (const { type, constraint } of rules) {
    const expression = expressionFor(constraint);
    const element = constraint.element && childType(type, constraint.element);
    if (expression) t.ok(isCompiled(expression, element || type, {}), `${type} ${constraint.key}`);
  }
});

t.test('the script of the forms is small, and what a page loads first does not hold it', async (t) => {
  const size = gzipSync(builtScript('validation').text, { level: 9 }).length;
  t.ok(size < 61_440, `${size} bytes compressed`);
  t.notMatch(builtScript('app').text, /cn-navigation-task/);
});

t.test('every invariant of what the app writes is a plain sentence in both languages', async (t) => {
  const { own } = readAppTables().validation;
  const keys = own
    .filter(({ type }) => WRITTEN.includes(type as (typeof WRITTEN)[number]))
    .flatMap(({ snapshot }) => snapshot!.element.flatMap(({ constraint }) => constraint ?? []))
    .flatMap(({ key, source }) => (source?.startsWith('http://hl7.org/') || key === 'inv-1' ? [] : [key!]));
  t.ok(keys.length > 20);
  for (const [language, texts] of Object.entries({ en, es }))
    t.strictSame(
      [...new Set(keys)].filter((key) => !Object.hasOwn(texts, key)),
      [],
      language,
    );
  const spoken = Object.keys(en);
  t.strictSame(
    spoken.filter((key) => !Object.hasOwn(es, key)),
    [],
  );
});
