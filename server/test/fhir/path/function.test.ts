// Functions and operators that are compiled give what fhirpath.js gives, on every kind of input.
// https://hl7.org/fhirpath/N1/#functions
import t from 'tap';
import { FhirError } from '../../../fhir/errors.ts';
import { compileFallback } from '../../../fhir/path/fallback.ts';
import { compilePath, compilePredicate, isCompiled, type Services } from '../../../fhir/path/index.ts';

type Json = Record<string, unknown>;

const QUESTIONNAIRE: Json = {
  resourceType: 'Questionnaire',
  id: 'q1',
  name: 'Walk_1',
  status: 'draft',
  subjectType: ['Patient', 'Group'],
  effectivePeriod: { start: '2026-01-05', end: '2026-02-05' },
  _title: { extension: [{ url: 'http://x.example/e', valueString: 'no title' }] },
  item: [
    {
      linkId: '1',
      type: 'group',
      item: [
        { linkId: '1.1', type: 'integer', maxLength: 5, initial: [{ valueInteger: 7 }] },
        { linkId: '1.2', type: 'string', required: true, repeats: false, text: ' a b ' },
      ],
    },
    { linkId: '2', type: 'display', required: false, text: '12' },
    { linkId: '2', type: 'display', text: 'x.y.z' },
  ],
};

const EXPRESSIONS: readonly string[] = [
  // Trees
  'children().count()',
  'item.children().ofType(string)',
  'descendants().linkId',
  'descendants().where($this is boolean)',
  'descendants().ofType(Period).start',
  'repeat(item).linkId',
  'repeat(item | item.initial).select(linkId | value)',
  'item.repeat(item).where(required).text',
  // Sets and positions
  'subjectType.skip(1)',
  'subjectType.take(1)',
  'subjectType.take(5).count()',
  "item.linkId.exclude('x' | '2')",
  "subjectType.subsetOf('Patient' | 'Group' | 'Task')",
  "subjectType.supersetOf('Patient' | 'Task')",
  'repeat(item).required.allTrue()',
  'repeat(item).required.anyTrue()',
  'repeat(item).required.allFalse()',
  'repeat(item).required.anyFalse()',
  'item.repeats.allTrue()',
  'status.single()',
  // Numbers
  "'12'.toInteger() + 1",
  'item.where(text.exists()).text.select(toInteger())',
  "'1.5'.toDecimal() * 2",
  '(7).toDecimal()',
  '7 div 2',
  '7 mod 4',
  '7 / 2',
  '7 / 0',
  '7 mod 0',
  '(3 - 5).abs()',
  '(7 / 2).floor()',
  '(7 / 2).ceiling()',
  "'x'.convertsToInteger()",
  'item.text.first().convertsToDecimal()',
  // Text
  "name.indexOf('_')",
  "name.indexOf('?')",
  "name.matchesFull('[A-Z][a-z]+')",
  "name.matchesFull('[A-Z][a-z_0-9]+')",
  "name.replace('_', '.')",
  "name.replaceMatches('[a-z]', '#')",
  "item.last().text.replaceMatches('\\\\..*', '')",
  'item.item.text.trim()',
  'name.upper().lower()',
  // Choice
  "iif(status = 'draft', name, id)",
  "status.iif($this = 'draft', 'yes', 'no')",
  "url.iif(empty(), 'none', 'some')",
  'item.select(iif(required.exists(), linkId, type))',
  // Variables
  '%resource.id',
];

t.test('each gives what fhirpath.js gives, with the same types', async (t) => {
  for (const expression of EXPRESSIONS) {
    t.ok(isCompiled(expression, 'Questionnaire'), `${expression} is compiled`);
    const found = compilePath(expression, 'Questionnaire')(QUESTIONNAIRE);
    const expected = compileFallback(expression, 'Questionnaire')(QUESTIONNAIRE, QUESTIONNAIRE);
    t.strictSame(found, expected, expression);
  }
});

t.test('%sct, %loinc, %ucum, %vs-… and %ext-… are the addresses that FHIR says', async (t) => {
  const [found] = compilePath("%sct & '|' & %loinc & '|' & %ucum", 'Questionnaire')(QUESTIONNAIRE);
  t.equal(found?.value, 'http://snomed.info/sct|http://loinc.org|http://unitsofmeasure.org');
  const textOf = (expression: string) => compilePath(expression, 'Questionnaire')(QUESTIONNAIRE)[0]?.value;
  t.equal(textOf('%`vs-task-code`'), 'http://hl7.org/fhir/ValueSet/task-code');
  t.equal(textOf("%'ext-patient-animal'"), 'http://hl7.org/fhir/StructureDefinition/patient-animal');
});

t.test('%rootResource is the container where the resource is contained', async (t) => {
  const inner = { resourceType: 'Organization', id: 'o' };
  const outer = { resourceType: 'Patient', id: 'p', contained: [inner] };
  const holds = compilePredicate("%rootResource.id = 'p' and %resource.id = 'o'", 'Organization');
  t.equal(holds(inner, inner, outer), true);
  t.equal(holds(inner, inner), false, 'and the resource itself where it is not');
  t.equal(
    compilePredicate('%rootResource.contained.name.exists()', 'Organization')(inner, inner, outer),
    false,
  );
});

t.test('resolve() finds contained resources, the container, and what the caller finds', async (t) => {
  const outer = {
    resourceType: 'CareTeam',
    contained: [{ resourceType: 'Practitioner', id: 'd', active: true }],
    participant: [{ member: { reference: '#d' } }, { member: { reference: 'Patient/p' } }],
  };
  const other = { resourceType: 'Patient', id: 'p', active: false };
  const check = (expression: string, resolve?: (reference: string) => unknown) =>
    compilePredicate(expression, 'CareTeam')(outer, outer, outer, { resolve });
  t.equal(check('participant.first().member.resolve().active'), true);
  t.equal(check('participant.member.resolve().count() = 1'), true);
  t.equal(
    check('participant.member.resolve().count() = 2', () => other),
    true,
  );
  t.equal(
    check('participant.last().member.resolve().active', () => other),
    false,
  );
  t.equal(check('participant.member.resolve().ofType(Patient).exists()'), false);
  t.equal(check('participant.last().member.resolve() is Patient'), true, 'told by the reference alone');
  t.equal(
    check("participant.member.resolve().where(id = 'p').empty()", () => other),
    false,
  );
});

t.test('memberOf and conformsTo ask the services, and count as true without them', async (t) => {
  const asked: unknown[] = [];
  const answers: Record<string, boolean | undefined> = { in: true, out: false };
  const services: Services = {
    memberOf: (valueSet, value, type) => {
      asked.push([valueSet, value, type]);
      return answers[valueSet];
    },
    conformsTo: (profile, value) => answers[profile] && (value as Json).resourceType === 'Task',
  };
  const task = { resourceType: 'Task', status: 'ready', code: { text: 'x' } };
  const holds = (expression: string) => compilePredicate(expression, 'Task', services)(task, task);
  t.equal(holds("status.memberOf('in')"), true);
  t.equal(holds("code.memberOf('out')"), false);
  t.equal(holds("code.memberOf('unknown')"), true, 'what cannot be told violates nothing');
  t.equal(holds("focus.memberOf('out')"), true, 'what is absent is not asked');
  t.strictSame(asked, [
    ['in', 'ready', 'code'],
    ['out', { text: 'x' }, 'CodeableConcept'],
    ['unknown', { text: 'x' }, 'CodeableConcept'],
  ]);
  t.equal(holds("conformsTo('in')"), true);
  t.equal(holds("conformsTo('out')"), false);

  const alone = compilePredicate("code.memberOf(%`vs-task-code`) and conformsTo('out')", 'Task');
  t.strictSame(alone.assumed, ['memberOf', 'conformsTo']);
  t.equal(alone(task, task), true);
  t.strictSame(compilePredicate("code.memberOf('in')", 'Task', services).assumed, []);
});

t.test('now() and today() are the clock that is given', async (t) => {
  const now = () => new Date('2026-03-14T09:30:00Z');
  const holds = (birthDate: string, expression: string) =>
    compilePredicate(expression, 'Patient', { now })({ birthDate }, { birthDate });
  t.equal(holds('2026-03-14', 'birthDate <= today()'), true);
  t.equal(holds('2026-03-15', 'birthDate <= today()'), false);
  t.equal(holds('2026-03-13', 'now() > @2026-03-14T09:00:00Z'), true);
  t.equal(isCompiled('birthDate <= today()', 'Patient', { now }), true);
  t.equal(isCompiled('birthDate <= today()', 'Patient', {}), false, 'without one, the clock of this process');
});

t.test('what fhirpath.js evaluates is run by the limit that is given', async (t) => {
  let runs = 0;
  const limit = <T>(work: () => T): T => {
    runs++;
    return work();
  };
  const expression = 'status.toChars().count() = 5';
  t.equal(isCompiled(expression, 'Task', { limit }), false);
  t.equal(compilePredicate(expression, 'Task', { limit })({ status: 'ready' }, { status: 'ready' }), true);
  t.equal(compilePredicate(expression, 'Task', { limit })({ status: 'draft!' }, { status: 'draft!' }), false);
  t.equal(runs, 2);
});

t.test(
  'a comparison of very many items is refused, and a repetition of what is computed is not compiled',
  async (t) => {
    const linkIds = Array.from({ length: 5_000 }, (_, index) => ({ linkId: `${index}` }));
    const large = { resourceType: 'Questionnaire', item: linkIds };
    try {
      compilePath('item.linkId.exclude(item.linkId)', 'Questionnaire')(large);
      t.fail('nothing was thrown');
    } catch (error) {
      t.ok(error instanceof FhirError);
      t.match(error, { status: 422, issues: [{ code: 'too-costly' }] });
    }
    t.equal(isCompiled("repeat('a' & 'b')", 'Questionnaire'), false);
  },
);
