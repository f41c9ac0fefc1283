// What our profiles may demand, on small definitions of the test's own. https://hl7.org/fhir/R4/profiling.html
import type { CodeSystem, ElementDefinition, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import t from 'tap';
import { createValidator, type Definitions } from '../../validation/index.ts';
import { BASE, define, type Elements, SYSTEM, profile as url, valueSetUrl } from './profile/define.ts';

const kinds: CodeSystem = {
  resourceType: 'CodeSystem',
  url: SYSTEM,
  status: 'active',
  content: 'complete',
  concept: [{ code: 'nav-a' }, { code: 'nav-b' }, { code: 'coord', concept: [{ code: 'coord-x' }] }],
};
const valueSet = (id: string, compose: ValueSet['compose']): ValueSet => ({
  resourceType: 'ValueSet',
  url: valueSetUrl(id),
  status: 'active',
  compose,
});
const valueSets = [
  valueSet('nav', { include: [{ system: SYSTEM, concept: [{ code: 'nav-a' }, { code: 'nav-b' }] }] }),
  valueSet('coord', { include: [{ system: SYSTEM }], exclude: [{ valueSet: [valueSetUrl('nav')] }] }),
  valueSet('open', { include: [{ system: 'http://example.org/not-listed' }] }),
];
const bind = (id: string, strength: 'required' | 'extensible'): Partial<ElementDefinition> => ({
  binding: { strength, valueSet: valueSetUrl(id) },
});

const task = (more: object = {}) => ({
  resourceType: 'Task',
  meta: { profile: [url('x')] },
  status: 'requested',
  intent: 'order',
  ...more,
});
const validatorOf = (...definitions: StructureDefinition[]) =>
  createValidator({ definitions, valueSets, codeSystems: [kinds] });
/** Issues of a task by the profile `x` with these elements: `severity code expression`, and the sentences. */
function check(elements: Elements, more: object, root: Partial<ElementDefinition> = {}) {
  const issues = validatorOf(define('x', 'Task', elements, { root })).validate(task(more));
  return {
    found: issues.map(({ severity, code, expression }) => `${severity} ${code} ${expression}`),
    said: issues.map(({ diagnostics }) => diagnostics),
  };
}
const coding = (code: string, system = SYSTEM) => ({ coding: [{ system, code }] });

t.test('min and max that differ from R4 are counted', async (t) => {
  const needed = { 'Task.owner': { min: 1, max: '1', base: { path: 'Task.owner', min: 0, max: '1' } } };
  t.strictSame(check(needed, {}), {
    found: ['error required Task.owner'],
    said: ['Task.owner is needed at least once by x.'],
  });
  t.strictSame(check(needed, { owner: { display: 'a' } }).found, []);
  const few = { 'Task.note': { max: '1', base: { path: 'Task.note', min: 0, max: '*' } } };
  t.strictSame(check(few, { note: [{ text: 'a' }, { text: 'b' }] }), {
    found: ['error structure Task.note'],
    said: ['Task.note may occur at most once by x.'],
  });
  const none = { 'Task.note': { max: '0', base: { path: 'Task.note', min: 0, max: '*' } } };
  t.strictSame(check(none, { note: [{ text: 'a' }] }).said, ['Task.note is not allowed by x.']);
  const primitive = { 'Task.description': { min: 1, max: '1' } };
  t.strictSame(
    check(primitive, {
      _description: {
        extension: [
          { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
        ],
      },
    }).found,
    [],
    'an extension counts as the element',
  );
});

t.test('an element inside is demanded only where its parent is', async (t) => {
  const inside = { 'Task.restriction': { max: '1' }, 'Task.restriction.period': { min: 1, max: '1' } };
  t.strictSame(check(inside, {}).found, []);
  t.strictSame(check(inside, { restriction: { repetitions: 1 } }).found, [
    'error required Task.restriction.period',
  ]);
});

t.test('fixed[x] is the same value, pattern[x] is part of it', async (t) => {
  t.strictSame(check({ 'Task.intent': { fixedCode: 'plan' } }, {}), {
    found: ['error value Task.intent'],
    said: ['Task.intent must be "plan" by x.'],
  });
  const identifier = { system: 'http://example.org', value: 'a' };
  const fixed = { 'Task.groupIdentifier': { fixedIdentifier: identifier } };
  t.strictSame(check(fixed, { groupIdentifier: { value: 'a', system: 'http://example.org' } }).found, []);
  t.strictSame(check(fixed, { groupIdentifier: { ...identifier, use: 'usual' } }).found, [
    'error value Task.groupIdentifier',
  ]);
  const pattern = { 'Task.code': { patternCodeableConcept: coding('nav-a') } };
  const more = {
    text: 'a',
    coding: [
      { system: 'http://example.org', code: 'b' },
      { system: SYSTEM, code: 'nav-a', display: 'c' },
    ],
  };
  t.strictSame(check(pattern, { code: more }).found, []);
  t.strictSame(check(pattern, { code: coding('nav-b') }), {
    found: ['error value Task.code'],
    said: ['Task.code must be "nav-a" by x.'],
  });
});

t.test(
  'a required binding is an error, an extensible one a warning, one that cannot be listed binds nobody',
  async (t) => {
    const concept = (id: string, strength: 'required' | 'extensible') => ({
      'Task.code': bind(id, strength),
    });
    t.strictSame(check(concept('nav', 'required'), { code: coding('nav-a') }).found, []);
    t.strictSame(check(concept('nav', 'required'), { code: coding('coord') }), {
      found: ['error code-invalid Task.code'],
      said: [`Task.code must have a code of ${BASE}/ValueSet/nav, by x: nav-a, nav-b.`],
    });
    t.strictSame(
      check(concept('coord', 'required'), { code: coding('coord-x') }).found,
      [],
      'nested concepts; excluded codes are left out',
    );
    t.strictSame(check(concept('coord', 'required'), { code: coding('nav-a') }).found, [
      'error code-invalid Task.code',
    ]);
    t.strictSame(check(concept('nav', 'extensible'), { code: { text: 'a' } }).found, [
      'warning code-invalid Task.code',
    ]);
    t.strictSame(check(concept('open', 'required'), { code: coding('x', 'http://example.org') }).found, []);
    t.strictSame(
      check(
        {
          'Task.priority': {
            binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/quantity-comparator' },
          },
        },
        { priority: 'stat' },
      ).found,
      ['error code-invalid Task.priority'],
      'value sets of R4 too',
    );
  },
);

t.test('reference targets are those of the profile; a profile of ours counts as its type', async (t) => {
  const owner = {
    'Task.owner': {
      type: [
        { code: 'Reference', targetProfile: [url('x'), 'http://hl7.org/fhir/StructureDefinition/CareTeam'] },
      ],
    },
  };
  t.strictSame(check(owner, { owner: { reference: 'CareTeam/1' } }).found, []);
  t.strictSame(
    check(owner, { owner: { reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' } }).found,
    [],
  );
  t.strictSame(check(owner, { owner: { reference: 'Patient/1' } }), {
    found: ['error value Task.owner'],
    said: ['Task.owner may not point at a Patient; allowed are Task, CareTeam (x).'],
  });
});

const SLICING = { discriminator: [{ type: 'pattern' as const, path: 'type' }], rules: 'open' as const };
const sliced = (
  slicing: Partial<ElementDefinition['slicing']> = {},
): Record<string, Partial<ElementDefinition>> => ({
  'Task.input': { max: '*', slicing: { ...SLICING, ...slicing } },
  'Task.input:summary': { min: 1, max: '1' },
  'Task.input:summary.type': { min: 1, max: '1', patternCodeableConcept: coding('nav-a') },
  'Task.input:summary.value[x]': {
    min: 1,
    max: '1',
    type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Composition'] }],
  },
});
const input = (code: string, value: object) => ({ type: coding(code), ...value });
const summary = input('nav-a', { valueReference: { reference: 'Composition/1' } });

t.test('a slice is counted, and its values follow it, others do not', async (t) => {
  t.strictSame(check(sliced(), { input: [input('nav-b', { valueString: 'a' }), summary] }).found, []);
  t.strictSame(check(sliced(), {}), {
    found: ['error required Task.input'],
    said: ['Task.input needs its slice "summary" at least once by x.'],
  });
  t.strictSame(check(sliced(), { input: [summary, summary] }).said, [
    'Task.input slice "summary" may occur at most once by x.',
  ]);
  t.strictSame(check(sliced(), { input: [input('nav-a', { valueString: 'a' })] }), {
    found: ['error structure Task.input[0].value'],
    said: ['Task.input[0].value must be given as valueReference by x.'],
  });
  t.strictSame(
    check(sliced(), { input: [input('nav-a', { valueReference: { reference: 'Patient/1' } })] }).found,
    ['error value Task.input[0].value'],
  );
});

t.test('a closed slicing takes nothing else', async (t) => {
  t.strictSame(
    check(sliced({ rules: 'closed' }), { input: [summary, input('nav-b', { valueString: 'a' })] }),
    {
      found: ['error structure Task.input[1]'],
      said: ['Task.input[1] is none of summary, and x allows no other.'],
    },
  );
});

t.test('slices are told apart by value, pattern, binding, existence and the type of a target', async (t) => {
  const one = (
    type: 'value' | 'exists' | 'type',
    path: string,
    slice: Record<string, Partial<ElementDefinition>>,
  ) => ({
    'Task.note': { max: '*', slicing: { discriminator: [{ type, path }], rules: 'open' as const } },
    'Task.note:one': { min: 1, max: '1' },
    ...slice,
  });
  const value = one('value', 'text', { 'Task.note:one.text': { fixedMarkdown: 'a' } });
  t.strictSame(check(value, { note: [{ text: 'b' }] }).found, ['error required Task.note']);
  t.strictSame(check(value, { note: [{ text: 'b' }, { text: 'a' }] }).found, []);
  const exists = one('exists', 'time', { 'Task.note:one.time': { min: 1, max: '1' } });
  t.strictSame(check(exists, { note: [{ text: 'b' }] }).found, ['error required Task.note']);
  t.strictSame(check(exists, { note: [{ text: 'b', time: '2026' }] }).found, []);
  const target = {
    'Task.relevantHistory': {
      max: '*',
      slicing: { discriminator: [{ type: 'type' as const, path: 'resolve()' }], rules: 'open' as const },
    },
    'Task.relevantHistory:one': {
      min: 1,
      max: '1',
      type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Provenance'] }],
    },
  };
  t.strictSame(check(target, {}).found, ['error required Task.relevantHistory']);
  t.strictSame(
    check(target, { relevantHistory: [{ reference: 'http://example.org/fhir/Provenance/1' }] }).found,
    [],
  );
  const bound = {
    'Task.code': { max: '1' },
    'Task.code.coding': {
      max: '*',
      slicing: { discriminator: [{ type: 'value' as const, path: '$this' }], rules: 'open' as const },
    },
    'Task.code.coding:kind': { min: 1, max: '1', type: [{ code: 'Coding' }], ...bind('nav', 'required') },
  };
  t.strictSame(check(bound, { code: coding('coord') }).found, ['error required Task.code.coding']);
  t.strictSame(check(bound, { code: coding('nav-b') }).found, []);
});

t.test('a definition that cannot be checked stops the start with its name', async (t) => {
  const starts = (elements: Record<string, Partial<ElementDefinition>>) => () =>
    validatorOf(define('x', 'Task', elements));
  t.throws(
    starts({ ...sliced(), 'Task.input:other': { max: '1' } }),
    /StructureDefinition\/x: slice Task\.input:other gives nothing to tell it by \(pattern at type\)/,
  );
  t.throws(starts(sliced({ discriminator: [] })), /Task\.input is sliced without a discriminator/);
  t.throws(starts({ 'Task.nothing': { min: 1 } }), /Task\.nothing is not an element of Task/);
  t.throws(starts({ 'Task.code.coding': { min: 1 } }), /element Task\.code\.coding has no parent/);
  t.throws(
    () => validatorOf({ ...define('x', 'Task', {}), snapshot: undefined } as unknown as StructureDefinition),
    /has no snapshot/,
  );
});

const channel = define('channel', 'Extension', {
  'Extension.url': { min: 1, max: '1', fixedUri: url('channel') },
  'Extension.value[x]': { min: 1, max: '1', type: [{ code: 'code' }], ...bind('nav', 'required') },
});
const extended = define('x', 'Task', {
  'Task.extension': { max: '*', slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' } },
  'Task.extension:channel': { max: '1', type: [{ code: 'Extension', profile: [url('channel')] }] },
});

t.test('an extension of ours is known, counted, and has the type and codes of its definition', async (t) => {
  const { validate } = validatorOf(extended, channel);
  const said = (...extension: object[]) =>
    validate(task({ extension })).map(({ code, diagnostics }) => [code, diagnostics]);
  const right = { url: url('channel'), valueCode: 'nav-a' };
  t.strictSame(said(right), []);
  t.strictSame(said(right, right), [
    ['structure', 'Task.extension slice "channel" may occur at most once by x.'],
  ]);
  t.strictSame(said({ url: url('channel'), valueString: 'nav-a' }), [
    ['structure', 'Task.extension[0].value must be given as valueCode by channel.'],
  ]);
  t.strictSame(said({ url: url('channel'), valueCode: 'c' }), [
    [
      'code-invalid',
      `Task.extension[0].value must have a code of ${BASE}/ValueSet/nav, by channel: nav-a, nav-b.`,
    ],
  ]);
  t.strictSame(said({ url: url('chanel'), valueCode: 'nav-a' }), [
    [
      'extension',
      `Task.extension[0] has the url ${url('chanel')}, which is not an extension of ours; check the spelling.`,
    ],
  ]);
  const elsewhere = {
    resourceType: 'Patient',
    name: [{ _family: { extension: [{ url: url('channel'), valueString: 'a' }] } }],
  };
  t.strictSame(
    validate(elsewhere).map(({ expression }) => expression),
    [['Patient.name[0].family.extension[0].value']],
    'in any resource, at any depth',
  );
});

t.test(
  'an invariant that fails gives its words, its key as the code of the details, and the element; R4 invariants are not evaluated',
  async (t) => {
    const constraint = [
      {
        key: 'x-1',
        severity: 'error' as const,
        human: 'A task has an owner: give owner.',
        expression: 'owner.exists()',
        source: url('x'),
      },
      {
        key: 'x-2',
        severity: 'warning' as const,
        human: 'A task has a note: give note.',
        expression: 'note.exists()',
        source: url('x'),
      },
      {
        key: 'r4-1',
        severity: 'error' as const,
        human: 'R4.',
        expression: 'false',
        source: 'http://hl7.org/fhir/StructureDefinition/Task',
      },
    ];
    const { validate } = validatorOf(define('x', 'Task', {}, { root: { constraint } }));
    const details = (code: string) => ({ coding: [{ system: `${BASE}/CodeSystem/cn-rule`, code }] });
    t.strictSame(validate(task()), [
      {
        severity: 'error',
        code: 'invariant',
        details: details('x-1'),
        diagnostics: 'A task has an owner: give owner.',
        expression: ['Task'],
      },
      {
        severity: 'warning',
        code: 'invariant',
        details: details('x-2'),
        diagnostics: 'A task has a note: give note.',
        expression: ['Task'],
      },
    ]);
    t.strictSame(validate(task({ owner: { display: 'a' }, note: [{ text: 'b' }] })), []);
    const inner = {
      key: 'x-3',
      severity: 'error' as const,
      human: 'A note has an author.',
      expression: 'author.exists()',
      source: url('x'),
    };
    t.strictSame(
      check(
        { 'Task.note': { max: '*', constraint: [inner] } },
        { note: [{ text: 'a', authorString: 'b' }, { text: 'c' }] },
      ).found,
      ['error invariant Task.note[1]'],
    );
  },
);

const family = (id: string, valueSetId: string, baseDefinition?: string): StructureDefinition => ({
  ...define(id, 'Task', {
    'Task.code': { min: 1, max: '1' },
    'Task.code.coding': {
      max: '*',
      slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' },
    },
    'Task.code.coding:family': {
      min: 1,
      max: '*',
      type: [{ code: 'Coding' }],
      ...bind(valueSetId, 'required'),
    },
    'Task.code.coding:family.system': { min: 1, max: '1', fixedUri: SYSTEM },
  }),
  ...(baseDefinition && { baseDefinition }),
});

t.test('the codes of a resource choose its profile, with meta.profile or without', async (t) => {
  const { profilesFor, validate } = validatorOf(
    family('nav', 'nav'),
    { ...family('referral', 'coord', url('coord')), version: '1.0' },
    family('coord', 'coord'),
  );
  const coded = (code: string, profile?: string[]) => ({
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    ...(profile && { meta: { profile } }),
    code: coding(code),
  });
  t.strictSame(profilesFor(coded('nav-a')), [url('nav')]);
  t.strictSame(
    profilesFor(coded('coord-x')),
    [url('coord')],
    'the general profile, not the one derived from it',
  );
  t.strictSame(profilesFor(coded('coord-x', [`${url('referral')}|1.0`])), [url('referral'), url('coord')]);
  t.strictSame(profilesFor({ ...coded('nav-a'), resourceType: 'ServiceRequest' }), []);
  t.strictSame(profilesFor({ resourceType: 'Task' }), []);
  t.strictSame(validate(coded('nav-a')), []);
  t.strictSame(
    validate(coded('nav-a', [url('coord')])).map(({ code, expression }) => [code, expression]),
    [['code-invalid', ['Task.code.coding[0]']]],
  );
});

t.test(
  'a claim of a profile that is ours and unknown, or of another type, is an error; one of others is told',
  async (t) => {
    const { validate } = validatorOf(define('x', 'Task', {}));
    const said = (profile: string, resourceType = 'Task') => {
      const resource =
        resourceType === 'Task'
          ? task({ meta: { profile: [profile] } })
          : { resourceType, meta: { profile: [profile] } };
      return validate(resource).map(({ severity, code, diagnostics, expression }) => [
        severity,
        code,
        diagnostics,
        ...(expression ?? []),
      ]);
    };
    t.strictSame(said(url('x')), []);
    t.strictSame(said(url('y')), [
      [
        'error',
        'not-found',
        `${url('y')} is an unknown profile; check the spelling.`,
        'Task.meta.profile[0]',
      ],
    ]);
    t.strictSame(said(url('x'), 'Patient'), [
      ['error', 'value', `${url('x')} is a profile of Task, not of Patient.`, 'Patient.meta.profile[0]'],
    ]);
    const theirs = 'http://example.org/StructureDefinition/z';
    t.strictSame(said(theirs), [
      [
        'information',
        'informational',
        `${theirs} is not a profile of this server; the resource was not checked against it.`,
        'Task.meta.profile[0]',
      ],
    ]);
  },
);

t.test('the profiles are looked at only when the structure is right', async (t) => {
  const definitions: Definitions = {
    definitions: [define('x', 'Task', { 'Task.owner': { min: 1, max: '1' } })],
    valueSets,
    codeSystems: [kinds],
  };
  t.strictSame(
    createValidator(definitions)
      .validate(task({ foo: 1 }))
      .map(({ code }) => code),
    ['structure'],
  );
});
