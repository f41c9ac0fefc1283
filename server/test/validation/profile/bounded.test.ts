// Validation takes bounded time and never throws, whatever the resource is. https://hl7.org/fhir/R4/validation.html
import fc from 'fast-check';
import t from 'tap';
import { demoBundles } from '../../../bulk/demo.ts';
import { createValidator, loadDefinitions } from '../../../validation/index.ts';
import { define, own, profile } from './define.ts';

const ROOT = new URL('../../../../', import.meta.url);
const definitions = loadDefinitions(new URL('profiles/definitions/', ROOT));
const { validate } = createValidator(definitions);
const profiles = definitions.definitions.flatMap(({ kind, url }) => (kind === 'resource' ? [url!] : []));
const resources = demoBundles(new URL('fixtures/demo/', ROOT), new Date()).flatMap((bundle) =>
  bundle.entry!.map(({ resource }) => resource!),
);

/** Puts a value in the place that the numbers lead to. */
function withValueAt(node: unknown, way: readonly number[], value: unknown): unknown {
  const [step, ...rest] = way;
  if (step === undefined || typeof node !== 'object' || node === null) return value;
  const keys = Object.keys(node);
  const key = keys[step % keys.length];
  if (key === undefined) return value;
  const changed = withValueAt((node as Record<string, unknown>)[key], rest, value);
  return Array.isArray(node) ? node.with(Number(key), changed) : { ...node, [key]: changed };
}

t.test('any JSON value in any place of a resource is answered with issues', async () => {
  const way = fc.array(fc.nat(30), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      fc.constantFrom(...resources),
      way,
      fc.jsonValue(),
      fc.constantFrom(...profiles),
      (resource, at, value, url) => {
        const changed = withValueAt(resource, at, value);
        return Array.isArray(validate(changed, { profiles: [url] }));
      },
    ),
    { numRuns: 2000 },
  );
});

t.test('any part of one resource in another is answered with issues', async () => {
  const way = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...resources), fc.constantFrom(...resources), way, (resource, other, at) =>
      Array.isArray(validate(withValueAt(resource, at, other))),
    ),
    { numRuns: 1000 },
  );
});

t.test('a resource of megabytes is answered soon, with a hundred issues at most', async (t) => {
  const slices = define('x', 'Observation', {
    'Observation.component': {
      max: '*',
      slicing: { discriminator: [{ type: 'pattern', path: 'code' }], rules: 'closed', ordered: true },
    },
    'Observation.component:a': { min: 1, max: '1' },
    'Observation.component:a.code': { patternCodeableConcept: { text: 'a' } },
  });
  const component = Array.from({ length: 40_000 }, (_, at) => ({
    code: { text: `code ${at}` },
    extension: [{ url: `urn:x:${at}`, valueString: 'x' }],
  }));
  const started = performance.now();
  const issues = own(slices).validate(
    { resourceType: 'Observation', status: 'final', code: { text: 'x' }, component },
    { profiles: [profile('x')] },
  );
  t.equal(issues.length, 100);
  t.ok(performance.now() - started < 5000);
});

t.test('a hundred warnings do not hide an error', async (t) => {
  const unknown = Array.from({ length: 300 }, (_, at) => ({ url: `urn:x:${at}`, valueString: 'x' }));
  const last = { url: profile('nobody'), valueString: 'x' };
  const issues = own(define('x', 'Patient', {})).validate({
    resourceType: 'Patient',
    modifierExtension: unknown,
    name: [{ text: 'x', extension: [last] }],
  });
  t.equal(issues.length, 100);
  t.match(issues[0], { severity: 'error', expression: ['Patient.name[0].extension[0]'] });
});
