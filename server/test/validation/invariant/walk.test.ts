// The walk over a resource: exact places, severities, bounded time, and no false alarm on right resources.
// https://hl7.org/fhir/R4/validation.html · https://hl7.org/fhir/R4/json.html#primitive
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { resourceTypes } from '../../../fhir/elements.ts';
import type { Issue } from '../../../fhir/errors.ts';
import { createInvariants } from '../../../validation/invariant/index.ts';
import { compileRule } from '../../../validation/invariant/rule.ts';
import type { Json } from '../../../validation/run.ts';
import { sampleOf } from '../../fhir/path/sample.ts';
import { demoResources } from '../../indexing/resources.ts';
import { examples } from '../examples.ts';
import { brokenBy, issuesOf } from './run.ts';

const BACKWARDS = { start: '2026-02', end: '2026-01' };
const backwards = { url: 'http://x.example/e', valuePeriod: BACKWARDS };

t.test(
  'an issue names the element that breaks the invariant, through lists, choices and extensions',
  async (t) => {
    t.strictSame(
      brokenBy({
        resourceType: 'Patient',
        name: [{ text: 'x' }, { period: BACKWARDS }],
        contact: [{ name: { text: 'x' }, period: BACKWARDS }],
        extension: [{ url: 'http://x.example/o', extension: [{ url: 'i', valuePeriod: BACKWARDS }] }],
      }),
      [
        'per-1 Patient.name[1].period',
        'per-1 Patient.contact[0].period',
        'per-1 Patient.extension[0].extension[0].value',
      ],
    );
  },
);

t.test('the extensions of primitives are looked into, in lists too', async (t) => {
  t.strictSame(
    brokenBy({
      resourceType: 'Patient',
      _birthDate: { extension: [backwards] },
      name: [{ given: ['a', 'b'], _given: [null, { extension: [backwards] }] }],
      _deceasedDateTime: { extension: [backwards] },
    }),
    [
      'per-1 Patient.birthDate.extension[0].value',
      'per-1 Patient.name[0].given[1].extension[0].value',
      'per-1 Patient.deceased.extension[0].value',
    ],
  );
});

t.test('contained resources and entries are left to a check of their own', async (t) => {
  const broken = { resourceType: 'Patient', id: 'p', contact: [{ period: BACKWARDS }] };
  t.strictSame(brokenBy(broken), ['pat-1 Patient.contact[0]', 'per-1 Patient.contact[0].period']);
  t.strictSame(
    brokenBy({ resourceType: 'Encounter', subject: { reference: '#p' }, contained: [broken] }),
    [],
  );
  t.strictSame(brokenBy({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: broken }] }), []);
});

t.test(
  'an invariant of a specialised datatype and those of what it specialises are all checked',
  async (t) => {
    const age = { value: 3, code: 'a' };
    t.strictSame(brokenBy({ resourceType: 'Condition', onsetAge: age, clinicalStatus: { text: 'x' } }), [
      'qty-3 Condition.onset',
    ]);
    t.strictSame(
      brokenBy({ resourceType: 'Condition', onsetAge: { value: 3 }, clinicalStatus: { text: 'x' } }),
      ['age-1 Condition.onset'],
    );
  },
);

t.test(
  'a missing narrative is no issue, a missing status of a problem is information, names are warnings',
  async (t) => {
    t.strictSame(issuesOf({ resourceType: 'Patient' }), []);
    const category = [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' },
        ],
      },
    ];
    t.match(issuesOf({ resourceType: 'Condition', category }), [{ severity: 'information' }]);
    t.match(issuesOf({ resourceType: 'ValueSet', name: 'a name' }), [{ severity: 'warning' }]);
    t.match(issuesOf({ resourceType: 'Organization' }), [{ severity: 'error' }]);
  },
);

t.test('an expression that has no answer is a warning that names the invariant', async (t) => {
  const constraint = { key: 'x-1', severity: 'error', human: 'x', expression: "name.family.startsWith('a')" };
  const resource = { resourceType: 'Patient', name: [{ family: 'a' }, { family: 'b' }] };
  const issues: Issue[] = [];
  compileRule(constraint, 'Patient')!(resource, {
    resource,
    rootResource: resource,
    path: ['Patient'],
    issues,
  });
  t.match(issues, [
    {
      severity: 'warning',
      code: 'processing',
      details: { coding: [{ code: 'x-1' }] },
      diagnostics: /^x-1 cannot be evaluated here: .*\.$/,
      expression: ['Patient'],
    },
  ]);
});

t.test('at most 100 issues are said', async (t) => {
  const name = Array.from({ length: 200 }, () => ({ period: BACKWARDS }));
  t.equal(issuesOf({ resourceType: 'Patient', name }).length, 100);
});

const FIXTURES = new URL('../../../../fixtures/profile/', import.meta.url);
const fixtures = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.pass\.json$|example[^/]*\.json$/.test(name))
  .map((name) => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')) as Json);

t.test('no demo resource, passing fixture or right example breaks an invariant', async (t) => {
  const resources = [
    ...(demoResources() as unknown as Json[]),
    ...fixtures,
    ...(examples as readonly Json[]),
  ];
  for (const resource of resources)
    t.strictSame(brokenBy(resource), [], `${resource.resourceType}/${resource.id ?? ''}`);
  t.ok(resources.length > 250, `${resources.length} resources`);
});

t.test('resources of every type with everything filled in are checked without a failure', async (t) => {
  for (const type of resourceTypes) {
    for (let seed = 0; seed < 4; seed++) {
      const resource = sampleOf(type, seed);
      const before = JSON.stringify(resource);
      t.notOk(
        issuesOf(resource).some(({ code }) => code === 'processing'),
        type,
      );
      t.equal(JSON.stringify(resource), before, 'and left as they were');
    }
  }
});

/** Milliseconds that a check takes. */
function time(resource: Json): number {
  const start = performance.now();
  issuesOf(resource);
  return performance.now() - start;
}
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

t.test('the time stays bounded for resources of megabytes', async (t) => {
  const coding = (from: string) => many(20_000, (index) => ({ system: from, code: `${index}` }));
  const element = many(10_000, (index) => ({
    id: `${index}`,
    path: index ? `Task.a${index}` : 'Task',
    max: '1',
  }));
  const large: Readonly<Record<string, Json>> = {
    'obs-7': {
      resourceType: 'Observation',
      valueString: 'x',
      code: { coding: coding('a') },
      component: [{ code: { coding: coding('b') } }],
    },
    'csd-1': { resourceType: 'CodeSystem', concept: many(50_000, (index) => ({ code: `${index}` })) },
    'que-2': {
      resourceType: 'Questionnaire',
      item: many(30_000, (index) => ({ linkId: `${index}`, type: 'string' })),
    },
    'sdf-8': {
      resourceType: 'StructureDefinition',
      type: 'Task',
      snapshot: { element },
      differential: { element },
    },
    'bdl-7': {
      resourceType: 'Bundle',
      type: 'collection',
      entry: many(20_000, (index) => ({ fullUrl: `urn:${index}`, resource: { resourceType: 'Basic' } })),
    },
    'ig-1': {
      resourceType: 'ImplementationGuide',
      definition: {
        grouping: many(20_000, (index) => ({ id: `${index}` })),
        resource: many(20_000, (index) => ({ groupingId: `${index}` })),
      },
    },
    'dom-3': {
      resourceType: 'Patient',
      contained: many(10_000, (index) => ({ resourceType: 'Organization', id: `${index}` })),
      link: many(10_000, (index) => ({ other: { reference: `#${index}` } })),
    },
    'cpb-12': {
      resourceType: 'CapabilityStatement',
      rest: [{ resource: [{ searchParam: many(30_000, (index) => ({ name: `${index}` })) }] }],
    },
  };
  for (const [key, resource] of Object.entries(large)) {
    const taken = time(resource);
    t.ok(taken < 2_000, `${key}: ${Math.round(taken)} ms`);
  }
});

t.test('all types can be prepared at once', async (t) => {
  const invariants = createInvariants();
  const start = performance.now();
  for (const type of resourceTypes) invariants.prepare(type);
  t.ok(performance.now() - start < 3_000, 'all of R4 in a moment');
});

t.test('a navigation task is checked in microseconds', async (t) => {
  const invariants = createInvariants();
  const tasks = (demoResources() as unknown as Json[]).filter(({ resourceType }) => resourceType === 'Task');
  const checkAll = () => {
    for (const resource of tasks)
      invariants.check(resource, { resource, rootResource: resource, path: ['Task'], issues: [] });
  };
  for (let round = 0; round < 200; round++) checkAll();
  const start = performance.now();
  for (let round = 0; round < 100; round++) checkAll();
  const each = ((performance.now() - start) * 1000) / (100 * tasks.length);
  t.ok(each < 100, `${each.toFixed(1)} µs`);
});
