// Random expressions on random Tasks and Observations mean the same compiled and in fhirpath.js; broken ones are refused.
// https://hl7.org/fhirpath/N1/
import fc from 'fast-check';
import t from 'tap';
import { FhirError } from '../../../fhir/errors.ts';
import { compileFallback } from '../../../fhir/path/fallback.ts';
import { compilePath, isCompiled } from '../../../fhir/path/index.ts';
import { sampleOf } from './sample.ts';

const RUNS = 3000;

/** Paths by the kind of their values; those in `many` may have several. */
const PATHS = {
  Task: {
    string: [
      'status',
      'priority',
      'description',
      'businessStatus.text',
      'for.reference',
      'identifier.first().value',
    ],
    strings: [
      'code.coding.code',
      'input.type.text',
      'note.text',
      'input.value.ofType(string)',
      'meta.profile',
    ],
    moment: [
      'authoredOn',
      'lastModified',
      'executionPeriod.start',
      'restriction.period.end',
      '@2024-03-05',
      '@2023',
    ],
    number: [
      'restriction.repetitions',
      'input.value.ofType(integer).first()',
      'input.count()',
      'status.length()',
    ],
    object: [
      'code',
      'input',
      'input.type',
      'output.value',
      'restriction',
      'input.value.ofType(CodeableConcept)',
      'for',
    ],
  },
  Observation: {
    string: [
      'status',
      'code.text',
      'value.ofType(string)',
      '(value as CodeableConcept).text',
      'subject.display',
    ],
    strings: [
      'code.coding.code',
      'component.code.text',
      'note.text',
      'component.value.ofType(string)',
      'category.coding.system',
    ],
    moment: [
      'issued',
      'effective.ofType(dateTime)',
      'effective.ofType(Period).start',
      'value.ofType(Period).end',
    ],
    number: ['value.ofType(Quantity).value', 'value.ofType(integer)', 'component.count()', '-2', '0.75'],
    object: [
      'code',
      'component',
      'value',
      'effective',
      'component.value',
      'referenceRange.text',
      'value.coding',
    ],
  },
} as const;
type Root = keyof typeof PATHS;

const oneOf = (options: readonly string[]) => fc.constantFrom(...options);
const word = oneOf(["'alpha'", "'Beta'", "'gamma delta'", "'completed'", "'e'", "'it\\'s'", "''"]);

/** Expressions of the supported grammar, by what they evaluate to. */
function grammar(root: Root) {
  const paths = PATHS[root];
  const any = oneOf([...paths.string, ...paths.strings, ...paths.moment, ...paths.number, ...paths.object]);
  return fc.letrec<{ text: string; number: string; many: string; truth: string; criterion: string }>(
    (tie) => ({
      text: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        word,
        oneOf(paths.string),
        fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
        fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} & ${b})`),
        tie('text').map((a) => `${a}.substring(1, 3)`),
        fc.tuple(tie('text'), oneOf(['lower()', 'upper()', 'trim()'])).map(([a, b]) => `${a}.${b}`),
        fc.tuple(tie('text'), word, word).map(([a, b, c]) => `${a}.replace(${b}, ${c})`),
      ),
      number: fc.oneof(
        { depthSize: 'small' },
        oneOf(paths.number),
        oneOf(['3', "'12'.toInteger()", "'x'.toInteger()"]),
        fc
          .tuple(tie('number'), oneOf(['+', '-', '*', 'div', 'mod']), tie('number'))
          .map((parts) => `(${parts.join(' ')})`),
        fc.tuple(tie('text'), word).map(([a, b]) => `${a}.indexOf(${b})`),
      ),
      many: fc.oneof(
        { depthSize: 'small' },
        any,
        fc.tuple(tie('many'), tie('many')).map(([a, b]) => `(${a} | ${b})`),
        fc
          .tuple(tie('many'), oneOf(['combine', 'exclude', 'intersect']), tie('many'))
          .map(([a, b, c]) => `${a}.${b}(${c})`),
        fc.tuple(tie('many'), tie('criterion')).map(([a, b]) => `${a}.where(${b})`),
        fc
          .tuple(tie('many'), oneOf(['first()', 'last()', 'tail()', 'distinct()', 'skip(1)', 'take(2)']))
          .map(([a, b]) => `${a}.${b}`),
        fc.tuple(tie('many'), fc.nat(2)).map(([a, b]) => `${a}[${b}]`),
        fc
          .tuple(tie('many'), oneOf(['CodeableConcept', 'string', 'Quantity', 'code']))
          .map(([a, b]) => `${a}.ofType(${b})`),
        tie('many').map((a) => `${a}.select($this)`),
        fc.tuple(tie('truth'), tie('many'), tie('many')).map(([a, b, c]) => `iif(${a}, ${b}, ${c})`),
        tie('many').map((a) => `${a}.extension('http://example.org/e')`),
      ),
      criterion: fc.oneof(
        { depthSize: 'small' },
        oneOf([
          '$this is CodeableConcept',
          '$this is string',
          "extension('http://example.org/e').exists()",
          'id.exists()',
        ]),
        oneOf([`%resource.${paths.string[0]} = 'completed'`, '%context.id.exists()', 'true', 'false', '{}']),
        fc
          .tuple(tie('criterion'), oneOf(['and', 'or', 'xor', 'implies']), tie('criterion'))
          .map((parts) => `(${parts.join(' ')})`),
      ),
      truth: fc.oneof(
        { depthSize: 'small' },
        oneOf(['true', 'false', '{}']),
        fc
          .tuple(
            tie('many'),
            oneOf(['exists()', 'empty()', 'hasValue()', 'isDistinct()', 'allTrue()', 'anyFalse()']),
          )
          .map(([a, b]) => `${a}.${b}`),
        fc
          .tuple(tie('many'), oneOf(['exists', 'all']), tie('criterion'))
          .map(([a, b, c]) => `${a}.${b}(${c})`),
        tie('truth').map((a) => `${a}.not()`),
        fc
          .tuple(tie('many'), oneOf(['subsetOf', 'supersetOf']), tie('many'))
          .map(([a, b, c]) => `${a}.${b}(${c})`),
        fc
          .tuple(tie('truth'), oneOf(['and', 'or', 'xor', 'implies']), tie('truth'))
          .map((parts) => `(${parts.join(' ')})`),
        fc
          .tuple(oneOf(paths.moment), oneOf(['=', '!=', '<', '<=', '>', '>=']), oneOf(paths.moment))
          .map((parts) => `(${parts.join(' ')})`),
        fc
          .tuple(tie('number'), oneOf(['=', '!=', '<', '<=', '>', '>=']), tie('number'))
          .map((parts) => `(${parts.join(' ')})`),
        fc
          .tuple(tie('text'), oneOf(['=', '!=', '~', '!~', '<', '>=']), tie('text'))
          .map((parts) => `(${parts.join(' ')})`),
        fc.tuple(any, oneOf(['=', '!=']), any).map((parts) => `(${parts.join(' ')})`),
        fc.tuple(tie('text'), oneOf(paths.strings)).map(([a, b]) => `(${a} in ${b})`),
        fc.tuple(tie('text'), word, word).map(([a, b, c]) => `(${a} in (${b} | ${c}))`),
        fc.tuple(oneOf(paths.strings), tie('text')).map(([a, b]) => `(${a} contains ${b})`),
        fc
          .tuple(tie('text'), oneOf(['startsWith', 'endsWith', 'contains']), tie('text'))
          .map(([a, b, c]) => `${a}.${b}(${c})`),
        fc.tuple(tie('text'), oneOf(["'^[a-z]+$'", "'.*'", "'\\\\d'"])).map(([a, b]) => `${a}.matches(${b})`),
        fc
          .tuple(any, oneOf(['string', 'CodeableConcept', 'FHIR.dateTime']))
          .map(([a, b]) => `(${a}.first() is ${b})`),
      ),
    }),
  );
}

/** fhirpath.js takes two primitives without value for unequal when one of them stands in a list, where it is null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === null ? 'not null' : withoutNulls(item)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutNulls(inner)]));
}

/** A sample with some of its elements taken away. */
function sampleWithout(root: Root, seed: number, gone: number): Record<string, unknown> {
  const entries = Object.entries(withoutNulls(sampleOf(root, seed)) as object);
  return Object.fromEntries(
    entries.filter(([name], index) => name === 'resourceType' || (gone >> (index % 30)) % 2 === 0),
  );
}

function outcome<T>(evaluate: () => T): T | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof FhirError) return undefined;
    throw error;
  }
}

for (const root of Object.keys(PATHS) as Root[]) {
  t.test(
    `random expressions on ${root} evaluate as in fhirpath.js, and do not fail where it does not`,
    (t) => {
      const { many, truth } = grammar(root);
      let compiled = 0;
      fc.assert(
        fc.property(fc.oneof(many, truth), fc.nat(60), fc.nat(), (expression, seed, gone) => {
          if (!isCompiled(expression, root)) return;
          const resource = sampleWithout(root, seed, gone);
          const expected = outcome(() => compileFallback(expression, root)(resource, resource));
          const found = outcome(() => compilePath(expression, root)(resource));
          if (!expected) return;
          compiled++;
          if (JSON.stringify(found) !== JSON.stringify(expected)) {
            throw new Error(
              `${expression}\n compiled ${JSON.stringify(found)}\n expected ${JSON.stringify(expected)}`,
            );
          }
        }),
        { numRuns: RUNS, seed: 20260901 },
      );
      t.ok(compiled > RUNS / 2, `${compiled} of ${RUNS} were compared`);
      t.end();
    },
  );
}

t.test('random text is parsed or refused with a sentence that names the place, and never hangs', (t) => {
  const pieces = [
    "'",
    '`',
    '(',
    ')',
    '[',
    '.',
    '|',
    ' and ',
    'is',
    'where',
    '%',
    '@2024-',
    '/*',
    '$this',
    '{',
    '\\',
    '9',
    '€',
    ',',
  ];
  const text = fc
    .array(fc.oneof(oneOf(pieces), oneOf(['status', 'code'])), { maxLength: 30 })
    .map((parts) => parts.join(''));
  let refused = 0;
  fc.assert(
    fc.property(text, (expression) => {
      try {
        isCompiled(expression, 'Task');
      } catch (error) {
        refused++;
        if (!(error instanceof FhirError) || error.status !== 400 || !error.message) throw error;
      }
    }),
    { numRuns: RUNS, seed: 20260902 },
  );
  t.ok(refused > RUNS / 2, `${refused} were refused`);
  t.end();
});
