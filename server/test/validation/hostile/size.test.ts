// Validation takes time in proportion to the resource, whatever the resource is. https://hl7.org/fhir/R4/validation.html
import t from 'tap';
import { resourceTypes } from '../../../fhir/elements.ts';
import { createValidator, loadDefinitions } from '../../../validation/index.ts';
import { BASE, profile } from '../profile/define.ts';
import { elementsOf, longLists } from './instance.ts';
import { growthProblem, shortestOf, times } from './time.ts';

const definitions = loadDefinitions(new URL('../../../../profiles/definitions/', import.meta.url));
const { validate } = createValidator(definitions);
const LONG = 1_500;

t.test('every list of every resource type: twice its length takes twice the time', async (t) => {
  const wrong: string[] = [];
  let count = 0;
  for (const type of resourceTypes) {
    const all = (length: number) => ({ resourceType: type, ...elementsOf(type, 0, Math.ceil(length / 5)) });
    for (const [path, resource] of [...longLists(type), [`all of ${type}`, all] as const]) {
      const shape = validate(resource(2)).find(
        ({ severity, code }) => severity === 'error' && code !== 'invariant',
      );
      if (shape) wrong.push(`${path} is not right: ${shape.diagnostics}`);
      const problem = growthProblem((size) => {
        const made = resource(size);
        return () => validate(made);
      }, LONG);
      if (problem) wrong.push(`${path} ${problem}`);
      count++;
    }
  }
  t.ok(count > 1_600, `${count} lists`);
  t.same(wrong, []);
});

t.test('every list under each of our profiles: twice its length takes twice the time', async (t) => {
  const wrong: string[] = [];
  for (const { url, type, kind } of definitions.definitions) {
    if (kind !== 'resource') continue;
    for (const [path, resource] of longLists(type!)) {
      const problem = growthProblem((size) => {
        const made = { ...resource(size), meta: { profile: [url] } };
        return () => validate(made);
      }, LONG);
      if (problem) wrong.push(`${path} by ${url} ${problem}`);
    }
  }
  t.same(wrong, []);
});

const uuid = (n: number): string => `urn:uuid:${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;
const bundle = (type: string, entry: object[], more = {}) => ({
  resourceType: 'Bundle',
  type,
  ...more,
  entry,
});
const task = (more: object) => ({ resourceType: 'Task', status: 'draft', intent: 'order', ...more });
const extended = (count: number, url: (n: number) => string) => ({
  resourceType: 'Patient',
  extension: times(count, (n) => ({ url: url(n), valueBoolean: true })),
});

/** Shapes of about 5 MB, by what is in them. The size is the number of parts. */
const SHAPES: Readonly<Record<string, readonly [size: number, make: (size: number) => object]>> = {
  'one long list': [
    200_000,
    (n) => ({ resourceType: 'Patient', name: times(n, (at) => ({ family: `n${at}` })) }),
  ],
  'one long list of texts': [
    500_000,
    (n) => ({ resourceType: 'Patient', name: [{ given: times(n, String) }] }),
  ],
  'a list of nulls with ids beside': [
    200_000,
    (n) => ({
      resourceType: 'Patient',
      name: [{ given: times(n, () => null), _given: times(n, (at) => ({ id: `i${at}` })) }],
    }),
  ],
  'extensions of one unknown url': [90_000, (n) => extended(n, () => 'http://x.example/a')],
  'extensions of as many unknown urls': [90_000, (n) => extended(n, (at) => `http://x.example/${at}`)],
  'extensions of as many unknown urls of ours': [50_000, (n) => extended(n, (at) => profile(`no${at}`))],
  'extensions with relative urls': [100_000, (n) => extended(n, (at) => `r${at}`)],
  'extensions of ours that are wrong': [50_000, (n) => extended(n, () => profile('due-policy'))],
  'extensions of R4': [
    50_000,
    (n) => extended(n, () => 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace'),
  ],
  'contained resources that refer to each other': [
    25_000,
    (n) => ({
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      contained: times(n, (at) =>
        task({ id: `t${at}`, partOf: [{ reference: `#t${(at + 1) % n}` }], owner: { reference: '#' } }),
      ),
      entry: times(n, (at) => ({ item: { reference: `#t${at}` } })),
    }),
  ],
  'contained resources that nobody refers to': [
    50_000,
    (n) => ({
      resourceType: 'Patient',
      contained: times(n, (at) => ({ resourceType: 'Patient', id: `p${at}` })),
    }),
  ],
  'references to nothing': [
    50_000,
    (n) => ({
      resourceType: 'Patient',
      contained: [{ resourceType: 'Patient', id: 'a' }],
      link: times(n, (at) => ({ type: 'seealso', other: { reference: `#q${at}` } })),
    }),
  ],
  'candidates for the slices of a profile of ours': [
    30_000,
    (n) =>
      task({
        meta: { profile: [profile('cn-navigation-task')] },
        code: { coding: times(n, () => ({ system: `${BASE}/CodeSystem/cn-task-code`, code: 'outreach' })) },
        input: times(n, (at) => ({ type: { text: `t${at}` }, valueString: 'a' })),
      }),
  ],
  'a care plan of ours with contained tasks': [
    15_000,
    (n) => ({
      resourceType: 'CarePlan',
      meta: { profile: [profile('cn-careplan')] },
      status: 'active',
      intent: 'plan',
      subject: { reference: 'Patient/a' },
      contained: times(n, (at) => task({ id: `t${at}` })),
      activity: times(n, (at) => ({ reference: { reference: `#t${at}` } })),
    }),
  ],
  'claims of unknown profiles': [
    100_000,
    (n) => ({ resourceType: 'Patient', meta: { profile: times(n, (at) => `http://x.example/p${at}`) } }),
  ],
  'claims of one profile of ours': [
    50_000,
    (n) => task({ meta: { profile: times(n, () => profile('cn-navigation-task')) } }),
  ],
  'entries of a Bundle that refer to each other': [
    20_000,
    (n) =>
      bundle(
        'collection',
        times(n, (at) => ({
          fullUrl: uuid(at),
          resource: task({ partOf: [{ reference: uuid((at + 1) % n) }] }),
        })),
      ),
  ],
  'entries of a Bundle that are versions of one another': [
    20_000,
    (n) =>
      bundle(
        'collection',
        times(n, (at) => ({
          fullUrl: 'http://x.example/Task/a',
          resource: task({
            id: 'a',
            meta: { versionId: `v${at}` },
            partOf: [{ reference: `Task/a/_history/v${n - 1 - at}` }],
          }),
        })),
      ),
  ],
  'entries of a Bundle with one address': [
    20_000,
    (n) =>
      bundle(
        'collection',
        times(n, () => ({
          fullUrl: 'http://x.example/Task/a',
          resource: task({ id: 'a', partOf: [{ reference: 'Task/a' }] }),
        })),
      ),
  ],
  'a document of many entries': [
    20_000,
    (n) =>
      bundle(
        'document',
        [
          {
            fullUrl: 'http://x.example/Composition/c',
            resource: {
              resourceType: 'Composition',
              id: 'c',
              status: 'final',
              type: { text: 'x' },
              date: '2026',
              title: 'x',
              author: [{ reference: 'Patient/p0' }],
              section: [{ title: 't', entry: times(n, (at) => ({ reference: `Patient/p${at}` })) }],
            },
          },
          ...times(n, (at) => ({
            fullUrl: `http://x.example/Patient/p${at}`,
            resource: { resourceType: 'Patient', id: `p${at}` },
          })),
        ],
        { identifier: { system: 'urn:x', value: 'x' }, timestamp: '2026-01-05T10:00:00Z' },
      ),
  ],
  'unknown elements': [
    200_000,
    (n) => ({ resourceType: 'Patient', ...Object.fromEntries(times(n, (at) => [`k${at}`, at])) }),
  ],
  'values of a wrong type': [
    100_000,
    (n) => ({ resourceType: 'Patient', name: times(n, (at) => ({ family: at })) }),
  ],
  'a text of megabytes': [5_000_000, (n) => ({ resourceType: 'Basic', code: { text: 'x '.repeat(n / 2) } })],
  'an address of megabytes': [
    5_000_000,
    (n) => ({
      resourceType: 'Patient',
      generalPractitioner: [{ reference: `http://x/${'Aa/'.repeat(n / 3)}!` }],
    }),
  ],
};
t.test('5 MB of any shape take under a second, and half of it takes half', async (t) => {
  for (const [name, [size, make]] of Object.entries(SHAPES)) {
    const whole = make(size);
    t.ok(shortestOf(() => validate(whole), 300) < 1_000, name);
    t.ok(validate(whole).length <= 100, `${name}: a hundred issues at most`);
    const run = (part: number) => {
      const made = make(part);
      return () => validate(made);
    };
    t.equal(growthProblem(run, size / 2), undefined, `${name}: growth`);
  }
});

t.test('100,000 levels of nesting are one issue', async (t) => {
  for (const depth of [101, 1_000, 100_000]) {
    let extension: object = { url: 'http://x.example/a', valueBoolean: true };
    for (let n = 0; n < depth; n++) extension = { url: 'http://x.example/a', extension: [extension] };
    const found = validate({ resourceType: 'Patient', extension: [extension] });
    t.same(
      found.map(({ severity, code, expression }) => [severity, code, expression]),
      [['error', 'too-long', ['Patient']]],
    );
    t.match(found[0]!.diagnostics, /flatten it/);
  }
  let bundled: object = { resourceType: 'Patient' };
  for (let n = 0; n < 20; n++) bundled = bundle('collection', [{ fullUrl: uuid(0), resource: bundled }]);
  t.same(validate(bundled), [], 'twenty Bundles in each other are followed');
});
