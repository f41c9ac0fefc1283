// The closures that judge structure agree with ajv, which judges by JSON Schema. https://hl7.org/fhir/R4/json.html
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { createChecks } from '../../validation/structure/check.ts';
import { createCodes } from '../../validation/structure/codes.ts';
import { scan } from '../../validation/structure/scan.ts';
import { createShapes } from '../../validation/structure/shape.ts';
import { createSchemas } from './ajv-schema.ts';
import { examples } from './examples.ts';

const codes = JSON.parse(readFileSync(new URL('../../fhir/r4/codes.json', import.meta.url), 'utf8'));
const tables = { shapes: createShapes(), codesOf: createCodes(codes) };
const check = createChecks(tables);
const isValid = createSchemas(tables);

type Json = Record<string, unknown>;
type Place = { owner: Json | unknown[]; key: string };

/** Every place of a resource, depth first. */
function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Json;
  return Object.keys(owner).flatMap((key) => [{ owner, key }, ...placesOf(owner[key])]);
}

const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    1.5,
    -1,
    '',
    ' ',
    'a',
    'a b',
    ' a',
    'a\u0000b',
    'naïve',
    '2026',
    '2026-02',
    '2026-02-29',
    '2024-02-29',
    '2026-02-28T23:59:60Z',
    '2026-02-28T23:59:59.123Z',
    '2026-13-01T00:00:00.000Z',
    '0000-01-01',
    '2026-02-28T24:00:00Z',
    'Patient/1',
    'Patient/',
    'Patient/a b',
    'Practitioner/1/_history/2',
    'Nothing/1',
    '#',
    'urn:uuid:1',
    'active',
    'requested',
    [],
    {},
    [null],
    ['a'],
    [[]],
    [{}],
    { id: 'a', extension: [{ url: 'http://example.org/e', valueCode: 'a' }] },
    { url: 'http://example.org/e' },
    { reference: 'Patient/1' },
    { resourceType: 'Patient' },
    { resourceType: 'Patient', contained: [{ resourceType: 'Patient' }] },
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ minLength: 14, maxLength: 18 }),
);

t.test('a changed resource is right for both or wrong for both', async (t) => {
  const change = fc.record({
    example: fc.constantFrom(...examples),
    place: fc.nat(),
    name: fc.option(fc.constantFrom('_status', 'value', 'valueString', 'valueCode', 'extension', '_id', 'x')),
    value: values,
  });
  let [right, wrong] = [0, 0];
  fc.assert(
    fc.property(change, ({ example, place, name, value }) => {
      const resource = structuredClone(example) as Json;
      const places = placesOf(resource);
      const { owner, key } = places[place % places.length]!;
      (owner as Json)[name && !Array.isArray(owner) ? name : key] = value;
      if (typeof resource.resourceType !== 'string' || !tables.shapes(resource.resourceType)) return true;
      const verdict = check(resource.resourceType, resource);
      const judged = isValid(resource.resourceType, resource);
      if (judged) right++;
      else wrong++;
      return (verdict !== 'wrong') === judged;
    }),
    { numRuns: 20_000 },
  );
  t.ok(right > 300 && wrong > 300, `both kinds were seen: ${right} right, ${wrong} wrong`);
});

t.test('what is right at a glance has nothing that a whole scan would find', async (t) => {
  const nested = (depth: number): Json =>
    depth
      ? { url: 'http://example.org/e', extension: [nested(depth - 1)] }
      : { url: 'http://example.org/e', valueCode: 'a' };
  for (const depth of [1, 20, 45, 49, 50, 51, 60, 99, 1000]) {
    const resource = { resourceType: 'Patient', extension: [nested(depth)] };
    const found = scan(resource, 'Patient');
    if (check('Patient', resource) === 'right') t.same(found, [], `${depth} extensions inside one another`);
    else t.ok(depth >= 45, `${depth} is looked at again`);
  }
  const doubtful: Json[] = [
    { resourceType: 'Patient', name: [{ given: ['a', null] }] },
    { resourceType: 'Patient', managingOrganization: { reference: '#none' } },
    {
      resourceType: 'Patient',
      name: [{ given: [null], _given: [{ extension: [{ url: 'urn:x', valueCode: 'a' }] }] }],
    },
  ];
  for (const resource of doubtful) t.equal(check('Patient', resource), 'doubt');
});
