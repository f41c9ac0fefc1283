// The structure of every R4 type. https://hl7.org/fhir/R4/validation.html · https://hl7.org/fhir/R4/json.html
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { resourceTypes } from '../../fhir/elements.ts';
import { RULE_SYSTEM } from '../../fhir/errors.ts';
import { createValidator } from '../../validation/index.ts';
import { examples } from './examples.ts';

const { validate } = createValidator({ definitions: [], valueSets: [], codeSystems: [] });
const task = {
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  for: { reference: 'Patient/1' },
  input: [{ type: { text: 'a' }, valueString: 'b' }],
};

/** One row: what is merged into the task, and the issue that must come: code, diagnostics, expression, rule. */
const bad: [string, object, [string, string, string, string?]][] = [
  ['a missing element', { status: undefined }, ['required', 'Task.status is required.', 'Task.status']],
  [
    'a missing element of a list',
    { input: [{ valueString: 'b' }] },
    ['required', 'Task.input[0].type is required.', 'Task.input[0].type'],
  ],
  [
    'a missing choice',
    { input: [{ type: { text: 'a' } }] },
    ['required', 'Task.input[0].value[x] is required.', 'Task.input[0].value'],
  ],
  [
    'an unknown element',
    { foo: 1 },
    ['structure', 'Task.foo is not an element of Task; check the spelling.', 'Task'],
  ],
  [
    'an unknown element inside',
    { for: { ref: 'x' } },
    ['structure', 'Task.for.ref is not an element of Reference; check the spelling.', 'Task.for'],
  ],
  [
    'an element of the prototype',
    { constructor: 1 },
    ['structure', 'Task.constructor is not an element of Task; check the spelling.', 'Task'],
  ],
  [
    'a code that is not in its value set',
    { priority: 'soonish' },
    ['code-invalid', 'Task.priority "soonish" is not one of routine, urgent, asap, stat.', 'Task.priority'],
  ],
  [
    'a number for a text',
    { description: 1 },
    [
      'value',
      'Task.description must be text of 1 to 1,048,576 characters without control characters.',
      'Task.description',
    ],
  ],
  [
    'a text for an object',
    { for: 'Patient/1' },
    ['structure', 'Task.for must be a JSON object (Reference).', 'Task.for'],
  ],
  [
    'one value for a list',
    { note: { text: 'a' } },
    ['structure', 'Task.note repeats; give a list.', 'Task.note'],
  ],
  [
    'a list for one value',
    { status: ['requested'] },
    ['structure', 'Task.status does not repeat; give one value, not a list.', 'Task.status'],
  ],
  [
    'an empty list',
    { note: [] },
    ['structure', 'Task.note is an empty list; leave the element out.', 'Task.note'],
  ],
  [
    'an empty object',
    { owner: {} },
    ['invariant', 'Task.owner is empty; leave the element out.', 'Task.owner', 'ele-1'],
  ],
  [
    'an empty text',
    { description: '' },
    [
      'value',
      'Task.description must be text of 1 to 1,048,576 characters without control characters.',
      'Task.description',
    ],
  ],
  [
    'null for a value',
    { description: null },
    [
      'value',
      'Task.description must be text of 1 to 1,048,576 characters without control characters.',
      'Task.description',
    ],
  ],
  [
    'two forms of a choice',
    { input: [{ type: { text: 'a' }, valueString: 'b', valueInteger: 1 }] },
    [
      'structure',
      'Task.input[0].value[x] may have one form only; here are valueInteger and valueString.',
      'Task.input[0].value',
    ],
  ],
  [
    'a day that the calendar lacks',
    { authoredOn: '2026-02-30' },
    [
      'value',
      'Task.authoredOn must be a date, or a date and time with seconds and time zone, like 2026-01-31T14:05:00Z.',
      'Task.authoredOn',
    ],
  ],
  [
    'a reference that is no reference',
    { for: { reference: 'somebody' } },
    ['value', 'Task.for must be Type/id, #id or an absolute URL.', 'Task.for'],
  ],
  [
    'a reference to a type that R4 lacks',
    { for: { reference: 'Person2/1' } },
    ['value', 'Task.for must be Type/id, #id or an absolute URL.', 'Task.for'],
  ],
  [
    'a reference to a type that the element does not name',
    { partOf: [{ reference: 'Patient/1' }] },
    ['value', 'Task.partOf[0] may not point at a Patient; allowed are Task.', 'Task.partOf[0]'],
  ],
  [
    'a reference to a contained resource that is not there',
    { for: { reference: '#p' } },
    [
      'not-found',
      'A reference that starts with # must name the id of a resource in `contained`.',
      'Task.for.reference',
    ],
  ],
  [
    'a primitive sibling that is no element',
    { _status: 'x' },
    ['structure', 'Task.status must be a JSON object (Element).', 'Task.status'],
  ],
  [
    'a sibling of an element that is no primitive',
    { _for: { id: 'x' } },
    ['structure', 'Task._for is not an element of Task; check the spelling.', 'Task'],
  ],
  [
    'an extension with neither value nor extensions',
    { extension: [{ url: 'http://example.org/e' }] },
    [
      'invariant',
      'Task.extension[0] must have a value or extensions, one of the two.',
      'Task.extension[0]',
      'ext-1',
    ],
  ],
  [
    'an extension with both',
    {
      extension: [{ url: 'http://example.org/e', valueCode: 'a', extension: [{ url: 'b', valueCode: 'c' }] }],
    },
    [
      'invariant',
      'Task.extension[0] must have a value or extensions, one of the two.',
      'Task.extension[0]',
      'ext-1',
    ],
  ],
  [
    'a contained resource of no type',
    { contained: [{ id: 'x' }] },
    [
      'structure',
      'Task.contained[0] must be a resource with a resourceType of FHIR R4.',
      'Task.contained[0]',
    ],
  ],
  [
    'a contained resource that is wrong',
    { contained: [{ resourceType: 'Patient', gender: 'x' }] },
    [
      'code-invalid',
      'Task.contained[0].gender "x" is not one of male, female, other, unknown.',
      'Task.contained[0].gender',
    ],
  ],
  [
    'a contained resource that contains one',
    { contained: [{ resourceType: 'Patient', contained: [{ resourceType: 'Basic', code: { text: 'a' } }] }] },
    [
      'invariant',
      'Task.contained[0].contained is not allowed: a contained resource contains no other.',
      'Task.contained[0].contained',
      'dom-2',
    ],
  ],
  [
    'a narrative with a script',
    { text: { status: 'generated', div: '<div><script>a</script></div>' } },
    [
      'invariant',
      'Task.text.div has the element <script>, which a narrative may not have.',
      'Task.text.div',
      'txt-1',
    ],
  ],
  [
    'null in a list without its other half',
    { instantiatesUri: undefined, reasonCode: { coding: [null] } },
    [
      'structure',
      'null stands only where the other half of a primitive has its value or extension.',
      'Task.reasonCode.coding[0]',
    ],
  ],
];

t.test('a wrong element gives one issue with its code, its expression and a plain sentence', async (t) => {
  for (const [title, change, [code, diagnostics, expression, rule]] of bad) {
    const details = rule && { details: { coding: [{ system: RULE_SYSTEM, code: rule }] } };
    const expected = [{ severity: 'error', code, ...details, diagnostics, expression: [expression] }];
    t.strictSame(validate({ ...task, ...change }), expected, title);
  }
});

t.test('a required binding of a CodeableConcept wants a coding of the value set', async (t) => {
  const condition = (clinicalStatus: object) =>
    validate({ resourceType: 'Condition', subject: { reference: 'Patient/1' }, clinicalStatus });
  const system = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
  t.strictSame(
    condition({
      coding: [
        { system: 'http://example.org', code: 'x' },
        { system, code: 'active' },
      ],
    }),
    [],
  );
  const onlyExtended = condition({ extension: [{ url: 'http://example.org/e', valueCode: 'unknown' }] });
  t.strictSame(
    onlyExtended.map(({ severity }) => severity),
    ['information'],
    'of the extension',
  );
  for (const wrong of [
    { coding: [{ system, code: 'x' }] },
    { coding: [{ code: 'active' }] },
    { text: 'active' },
  ]) {
    const [found] = condition(wrong);
    t.equal(found?.code, 'code-invalid');
    t.strictSame(found?.expression, ['Condition.clinicalStatus']);
    t.match(found?.diagnostics, /^Condition\.clinicalStatus is not one of active, recurrence/);
  }
});

t.test('what is not a resource is refused in one sentence', async (t) => {
  for (const value of [undefined, null, 1, 'Task', true, [], [task]]) {
    t.strictSame(validate(value), [
      { severity: 'error', code: 'structure', diagnostics: 'A resource must be a JSON object.' },
    ]);
  }
  t.equal(validate({})[0]?.diagnostics, 'resourceType is required: the name of a FHIR R4 resource type.');
  for (const resourceType of [
    'task',
    'Resource',
    'DomainResource',
    'Element',
    'Task.input',
    'constructor',
    '__proto__',
    'toString',
    1,
    null,
    { toString: 1, valueOf: 1 },
  ]) {
    const issues = validate({ resourceType });
    t.equal(issues.length, 1);
    t.match(issues[0]?.diagnostics, /^resourceType .* is not a resource type of FHIR R4\.$/);
  }
});

t.test('right resources of forty types have no errors', async (t) => {
  t.ok(new Set(examples.map(({ resourceType }) => resourceType)).size >= 25);
  for (const example of examples) {
    const told = validate(example).filter(({ severity }) => severity !== 'information');
    t.strictSame(told, [], example.resourceType);
  }
});

t.test('every resource type of R4 compiles, and refuses an element that it does not have', async (t) => {
  for (const resourceType of resourceTypes)
    t.match(validate({ resourceType, foo: 1 })[0], { severity: 'error' }, resourceType);
});

t.test('validation never changes the resource', async (t) => {
  for (const example of examples) {
    const before = JSON.stringify(example);
    validate(example);
    validate({ ...example, foo: 1 });
    t.equal(JSON.stringify(example), before);
  }
});

t.test('a hostile resource is decided in bounded time, with at most 100 issues', async (t) => {
  const nest = (depth: number, wrap: (inner: object) => object, inner: object) => {
    let value = inner;
    for (let level = 0; level < depth; level++) value = wrap(value);
    return value;
  };
  const group = (inner: object) => ({ linkId: '1', type: 'group', item: [inner] });
  const deep = [
    {
      ...task,
      extension: [nest(1000, (inner) => ({ url: 'a', extension: [inner] }), { url: 'a', valueCode: 'b' })],
    },
    {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: [nest(1000, group, { linkId: '1', type: 'group' })],
    },
    { ...task, note: nest(100_000, (inner) => [inner], {}) },
  ];
  for (const resource of deep) {
    t.strictSame(
      validate(resource).map(({ code, diagnostics }) => ({ code, diagnostics })),
      [{ code: 'too-long', diagnostics: 'The resource is nested more than 100 levels deep; flatten it.' }],
    );
  }
  const wide: [object, number][] = [
    [{ ...task, note: Array.from({ length: 200_000 }, () => ({ text: 'right' })) }, 0],
    [{ ...task, note: Array.from({ length: 200_000 }, () => ({ txt: 'wrong' })) }, 100],
    [{ ...task, note: Array.from({ length: 200_000 }, () => null) }, 100],
    [{ ...task, ...Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`e${index}`, 1])) }, 100],
    [{ ...task, relevantHistory: Array.from({ length: 50_000 }, () => ({ reference: '#x' })) }, 100],
    [{ ...task, meta: { profile: Array.from({ length: 50_000 }, (_, index) => `urn:x:${index}`) } }, 100],
  ];
  for (const [resource, count] of wide) {
    const start = performance.now();
    t.equal(validate(resource).length, count);
    t.ok(performance.now() - start < 3000, 'in time');
  }
});

/** JSON that looks like FHIR often enough to reach deep into the checks. */
const names = fc.constantFrom(
  'status',
  '_status',
  'code',
  'coding',
  'extension',
  'url',
  'valueString',
  'reference',
  'for',
  'input',
  'type',
  'contained',
  'resourceType',
  'text',
  'div',
  'x',
  '__proto__',
  'toString',
);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(
      null,
      true,
      0,
      -1.5,
      '',
      'a',
      '#a',
      'Patient/1',
      'Task',
      '2026',
      '<div>a</div>',
      'http://example.org',
    ),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(names, tie('json'), { maxKeys: 5 }),
  ),
}));

t.test(
  'any change that breaks a right task gives an error, and no JSON makes the validator throw',
  async () => {
    const breaks = fc.oneof(
      fc
        .constantFrom('status', 'intent', 'input')
        .map((name) => ({ [name]: name === 'input' ? [{}] : undefined })),
      fc
        .tuple(
          fc.constantFrom(...Object.keys(task)),
          fc.constantFrom<unknown>(1, true, '', {}, [], [[]], null),
        )
        .map(([name, value]) => ({ [name]: value })),
      fc.tuple(fc.stringMatching(/^[a-z]{1,12}X$/), json).map(([name, value]) => ({ [name]: value })),
    );
    fc.assert(
      fc.property(breaks, (change) =>
        validate({ ...task, ...change }).some(({ severity }) => severity === 'error'),
      ),
    );
    fc.assert(
      fc.property(json, (value) =>
        Array.isArray(validate({ ...task, input: value, contained: value, text: value })),
      ),
      { numRuns: 500 },
    );
  },
);

t.test('the fast check and the explanations agree: what is refused is always explained', async () => {
  const change = fc.tuple(names, json).map(([name, value]) => ({ ...task, [name]: value }));
  const vague = 'Task does not follow FHIR R4.';
  fc.assert(
    fc.property(change, (resource) => validate(resource).every(({ diagnostics }) => diagnostics !== vague)),
    { numRuns: 2000 },
  );
});

const archive = fileURLToPath(new URL('../../../../shared/data/synthea-32-bundles.tar.gz', import.meta.url));
const skip = existsSync(archive) ? false : 'the archive of Synthea bundles is not beside the project';
t.test(
  'the bundles of 32 Synthea patients, and each of their resources, have no errors',
  { skip },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'synthea-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    execFileSync('tar', ['-xzf', archive, '-C', folder]);
    for (const name of readdirSync(folder)) {
      const bundle = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Bundle;
      const resources = [bundle, ...bundle.entry!.map(({ resource }) => resource)];
      const errors = resources
        .flatMap((resource) => validate(resource))
        .filter(({ severity }) => severity === 'error');
      t.strictSame(errors, [], `${resources.length} resources`);
    }
  },
);
