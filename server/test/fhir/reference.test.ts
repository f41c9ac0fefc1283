// References as local ones, whatever way they are written. https://hl7.org/fhir/R4/references.html#literal
import t from 'tap';
import { forEachReference, ID, localReference, referenceKey, referenceKeys } from '../../fhir/reference.ts';

const BASE = 'https://navigation.example/fhir';

t.test(
  'A literal reference to this server is read, relative or absolute, with or without a version',
  async (t) => {
    const local = { type: 'Patient', id: 'a-1.B' };
    for (const text of [
      'Patient/a-1.B',
      `${BASE}/Patient/a-1.B`,
      'Patient/a-1.B/_history/3',
      `${BASE}/Patient/a-1.B/_history/3`,
    ]) {
      t.same(localReference(text, BASE), local, text);
    }
    for (const text of [
      '',
      'Patient',
      'Patient/',
      '/Patient/1',
      'Patient/1/',
      'patient/1',
      'Nothing/1',
      'Patient/a_b',
      `Patient/${'x'.repeat(65)}`,
      'Patient/1/_history',
      'Patient/1/Task/2',
      '#1',
      'urn:uuid:1',
      'https://other.example/fhir/Patient/1',
      `${BASE}2/Patient/1`,
      `${BASE}Patient/1`,
      'Patient/1|2',
      'Patient/1?x',
      'Patient/1\n',
      'constructor/1',
    ]) {
      t.equal(localReference(text, BASE), undefined, JSON.stringify(text));
    }
  },
);

t.test('A reference is found by its key; a canonical with a version also without it', async (t) => {
  t.equal(referenceKey(`${BASE}/Task/1/_history/2`, BASE), 'Task/1');
  t.equal(referenceKey('https://other.example/Task/1', BASE), 'https://other.example/Task/1');
  t.same(referenceKeys('Task/1', BASE), ['Task/1']);
  t.same(referenceKeys('https://example.org/Q|1.0', BASE), [
    'https://example.org/Q|1.0',
    'https://example.org/Q',
  ]);
  t.same(referenceKeys(`${BASE}/Questionnaire/q|1.0`, BASE), [
    `${BASE}/Questionnaire/q|1.0`,
    'Questionnaire/q',
  ]);
});

t.test('A logical id has 1 to 64 letters, digits, hyphens and dots', async (t) => {
  for (const id of ['a', '0', 'a-1.B', 'x'.repeat(64)]) t.match(id, ID);
  for (const id of ['', 'a_b', 'a b', 'é', 'a/b', 'x'.repeat(65), 'a\n']) t.notMatch(id, ID);
});

t.test('Every Reference of a resource is visited with its expression, canonicals are not', async (t) => {
  const task = {
    resourceType: 'Task',
    for: { reference: 'Patient/1' },
    instantiatesCanonical: 'https://example.org/PlanDefinition/1',
    basedOn: [{ reference: 'CarePlan/1' }, { display: 'no reference' }],
    input: [{ type: { text: 'x' }, valueReference: { reference: 'Task/2' } }],
    extension: [{ url: 'u', extension: [{ url: 'v', valueReference: { reference: 'Group/1' } }] }],
    contained: [{ resourceType: 'Provenance', target: [{ reference: '#' }] }],
  };
  const seen: string[] = [];
  forEachReference(task, 'Task', (reference, expression, holder) => {
    seen.push(`${expression} ${reference}`);
    if (reference === 'Task/2') holder.reference = 'Task/3';
  });
  t.same(seen, [
    'Task.for.reference Patient/1',
    'Task.basedOn[0].reference CarePlan/1',
    'Task.input[0].valueReference.reference Task/2',
    'Task.extension[0].extension[0].valueReference.reference Group/1',
    'Task.contained[0].target[0].reference #',
  ]);
  t.equal(task.input[0]!.valueReference.reference, 'Task/3', 'a visitor may rewrite it');
});

t.test("A Bundle's entries are resolved among themselves: their references are not visited", async (t) => {
  const entry = [
    { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Task', for: { reference: 'Patient/1' } } },
  ];
  const signature = { who: { reference: 'Practitioner/1' } };
  const seen: string[] = [];
  forEachReference({ resourceType: 'Bundle', entry, signature }, 'Bundle', (reference, expression) => {
    seen.push(`${expression} ${reference}`);
  });
  t.same(seen, ['Bundle.signature.who.reference Practitioner/1']);
});
