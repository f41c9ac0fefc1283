// Definitions that callers store here: whatever they hold, a validation ends in time and says what was not checked.
// https://hl7.org/fhir/R4/structuredefinition.html
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { limited, tooCostly } from '../../../fhir/path/limited.ts';
import { createValidator, definitionSource, loadDefinitions } from '../../../validation/index.ts';
import {
  at,
  CASES,
  demanding,
  long,
  patient,
  type Says,
  sd,
  sliced,
  TOO_LONG,
  typed,
  url,
  withSnapshot,
} from './definitions.ts';
import { timeOf, times } from './time.ts';

const definitions = loadDefinitions(new URL('../../../../profiles/definitions/', import.meta.url));
/** Milliseconds of one validation: those that a definition gets, and room for a machine that has other work. */
const LIMIT = 1_000;

/** The validator, after callers have stored these and nothing else. */
function storing(...posted: StructureDefinition[]) {
  list = posted;
  return validator;
}
let list: readonly StructureDefinition[] = [];
const validator = createValidator(definitions, {
  source: definitionSource(definitions, { posted: () => list }),
});
t.test('a definition is given its time, and what it does not check is told', async (t) => {
  for (const [name, [stored, resource, says]] of Object.entries(CASES)) {
    const { validate } = storing(...stored);
    let issues: ReturnType<typeof validate> = [];
    const took = timeOf(() => {
      issues = validate(resource, { profiles: [url('q')] });
    });
    t.ok(took < LIMIT, `${name}: ${Math.round(took)} ms`);
    const told = issues.filter(({ severity }) => severity !== 'error').map(({ diagnostics }) => diagnostics);
    t.match([...told, ...issues.map(({ diagnostics }) => diagnostics)].join('\n'), says, name);
    t.notMatch(
      issues.map(({ diagnostics }) => diagnostics).join('\n'),
      /undefined|Cannot read|call stack/,
      name,
    );
    t.same(validate({ resourceType: 'Patient', gender: 'male' }), [], `${name}: others are checked as ever`);
  }
});

t.test('what ends has its issues, and is not taken for slow', async (t) => {
  const { validate } = storing(
    withSnapshot('q', sliced(200)),
    sd('twice', demanding(`conformsTo('${url('twice')}')`, `conformsTo('${url('twice')}')`)),
    sd('both', typed(url('both'), url('other'))),
    sd('other', typed(url('both'), url('other'))),
  );
  t.same(validate({ resourceType: 'Patient', name: [{ family: 'f1' }] }, { profiles: [url('q')] }), []);
  const [first] = validate(patient(1), { profiles: [url('q')] });
  t.match(first, { severity: 'error', code: 'structure', expression: ['Patient.name[0]'] });
  t.same(validate(patient(1), { profiles: [url('twice')] }), [], 'what follows itself follows');
  t.same(validate(patient(1), { profiles: [url('both')] }), [], 'so do two that may each follow the other');
});

t.test('a slow definition keeps nobody from being checked by ours and by packages', async (t) => {
  const slow = sd('slow', demanding("name.all(family.matches('^(a+)+$'))"));
  const strict = sd('strict', [at('Patient.birthDate', { min: 1 })], { derivation: 'constraint' });
  const { validate } = createValidator(definitions, {
    source: definitionSource(definitions, { packages: { definitions: [strict] }, posted: () => [slow] }),
  });
  const claiming = { ...long, meta: { profile: [url('slow'), url('strict')] } };
  t.same(
    validate(claiming).map(({ severity, code, expression }) => [severity, code, expression?.[0]]),
    [
      ['error', 'required', 'Patient.birthDate'],
      ['warning', 'too-costly', 'Patient'],
    ],
  );
  const navigation = 'https://throughline.example/fhir/StructureDefinition/cn-navigation-task';
  const task = {
    resourceType: 'Task',
    status: 'draft',
    intent: 'order',
    meta: { profile: [navigation, url('task')] },
    description: `${'a'.repeat(40)}!`,
  };
  const slowTask = sd('task', [], {
    type: 'Task',
    differential: {
      element: [
        at('Task', {
          constraint: [
            { key: 'x', severity: 'error', human: 'B', expression: "description.matches('^(a+)+$')" },
          ],
        }) as ElementDefinition,
      ],
    },
  });
  const issues = storing(slowTask).validate(task);
  t.ok(issues.some(({ severity, expression }) => severity === 'error' && expression?.[0] === 'Task.code'));
  t.equal(issues.at(-1)!.code, 'too-costly');
});

t.test('invariants of a package are ended on a large resource only', async (t) => {
  const quadratic = sd('q', demanding('descendants().where(%resource.descendants().count() < 5).empty()'));
  const { validate } = createValidator(definitions, {
    source: definitionSource(definitions, { packages: { definitions: [quadratic] } }),
  });
  t.same(validate(patient(50), { profiles: [url('q')] }), []);
  const took = timeOf(() =>
    t.match(validate(patient(20_000), { profiles: [url('q')] })[0]?.diagnostics, TOO_LONG),
  );
  t.ok(took < LIMIT + 500, `${Math.round(took)} ms`);
});

t.test('extensions by definitions that callers store are checked, and ended together', async (t) => {
  const complex = sd(
    'parts',
    [
      at('Extension.extension:a', { sliceName: 'a' }),
      at('Extension.extension:a.url', { fixedUri: 'a' }),
      at('Extension.url', { fixedUri: url('parts') }),
    ],
    { type: 'Extension', kind: 'complex-type', context: [{ type: 'element', expression: 'Patient' }] },
  );
  const slow = sd('slow', [], {
    type: 'Extension',
    kind: 'complex-type',
    context: [{ type: 'fhirpath', expression: 'descendants()' }],
    contextInvariant: ['%resource.descendants().where(%resource.descendants().count() < 3).empty()'],
  });
  const { validate } = storing(complex, slow);
  const part = (partUrl: string) => ({ url: partUrl, valueString: 'x' });
  const extension = [{ url: url('parts'), extension: [part('a'), part('b')] }];
  t.same(
    validate({ resourceType: 'Patient', extension, name: [{ text: 'x', extension }] }).map(
      ({ code, expression }) => [code, expression?.[0]],
    ),
    [
      ['extension', 'Patient.extension[0].extension[1]'],
      ['extension', 'Patient.name[0].extension[0]'],
      ['extension', 'Patient.name[0].extension[0].extension[1]'],
    ],
  );
  const many = { resourceType: 'Patient', extension: times(3_000, () => part(url('slow'))) };
  const took = timeOf(() => t.match(validate(many).at(-1), { severity: 'warning', code: 'too-costly' }));
  t.ok(took < LIMIT, `${Math.round(took)} ms`);
});

const ids = fc
  .array(fc.constantFrom('name', 'family', 'extension', 'contact', 'value[x]', 'nonsense', '__proto__'), {
    maxLength: 4,
  })
  .map((names) => ['Patient', ...names].join('.'));
const sliceNames = fc.option(fc.constantFrom('a', 'b', 'a/b', '@default'), { nil: undefined });
const paths = fc.oneof(
  fc.constantFrom('$this', 'url', 'resolve()', 'resolve().code', 'a.b', '('),
  fc.string(),
);
const expressions = fc.oneof(
  fc.constantFrom(
    'true',
    'name.exists()',
    'descendants().count() > 3',
    "conformsTo('x')",
    '%resource.name',
    '(',
    '1',
  ),
  fc.string(),
);
const elements = fc.record(
  {
    id: fc.tuple(ids, sliceNames).map(([id, slice]) => (slice ? `${id}:${slice}` : id)),
    path: ids,
    sliceName: sliceNames,
    min: fc.nat(3),
    max: fc.constantFrom('0', '1', '*', 'x'),
    slicing: fc.record({
      discriminator: fc.array(
        fc.record({ type: fc.constantFrom('value', 'exists', 'type', 'profile', 'x'), path: paths }),
        { maxLength: 2 },
      ),
      rules: fc.constantFrom('open', 'closed', 'openAtEnd'),
      ordered: fc.boolean(),
    }),
    type: fc.array(
      fc.record({
        code: fc.constantFrom('Patient', 'HumanName', 'string', 'Reference', 'Extension', 'x'),
        profile: fc.array(fc.constantFrom(url('q'), url('r'), 'x'), { maxLength: 2 }),
        targetProfile: fc.array(fc.constantFrom(url('q'), url('r'), 'x'), { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
    fixedString: fc.string(),
    patternCodeableConcept: fc.jsonValue(),
    binding: fc.record({
      strength: fc.constantFrom('required', 'extensible', 'x'),
      valueSet: fc.constantFrom('http://hl7.org/fhir/ValueSet/administrative-gender', 'x'),
    }),
    constraint: fc.array(
      fc.record({
        key: fc.string(),
        severity: fc.constant('error'),
        human: fc.string(),
        expression: expressions,
      }),
      { maxLength: 2 },
    ),
    contentReference: fc.constantFrom('#Patient.name', '#Patient', '#x'),
  },
  { requiredKeys: ['id', 'path'] },
);
t.test('whatever definitions hold, a validation answers with issues and in time', async (t) => {
  fc.assert(
    fc.property(
      fc.array(elements, { maxLength: 6 }),
      fc.array(elements, { maxLength: 6 }),
      fc.boolean(),
      (first, second, isSnapshot) => {
        const make = isSnapshot ? withSnapshot : sd;
        const { validate } = storing(make('q', first as Says), make('r', second as Says));
        const resource = {
          ...patient(2),
          extension: [{ url: url('r'), valueString: 'x' }],
          contained: [{ resourceType: 'Patient', id: 'a' }],
          link: [{ type: 'seealso', other: { reference: '#a' } }],
        };
        let issues: unknown;
        const took = timeOf(() => {
          issues = validate(resource, { profiles: [url('q')] });
        });
        return Array.isArray(issues) && took < LIMIT;
      },
    ),
    { numRuns: 400 },
  );
  t.pass('400 pairs of definitions');
});

t.test('of limited works in each other the outer one is ended', async (t) => {
  const endless = (): never => {
    for (;;);
  };
  const took = timeOf(() => t.throws(() => limited(() => limited(endless)), tooCostly()));
  t.ok(took < LIMIT, `${Math.round(took)} ms`);
  t.equal(
    limited(() => limited(() => 'ended')),
    'ended',
  );
});
