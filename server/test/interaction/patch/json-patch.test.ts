// JSON Patch, operation by operation. https://www.rfc-editor.org/rfc/rfc6902
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { FhirError } from '../../../fhir/errors.ts';
import { patched } from '../../../interaction/patch/index.ts';

const JSON_PATCH = 'application/json-patch+json';
const BASE = {
  resourceType: 'Patient',
  id: 'p',
  active: true,
  name: [{ family: 'A', given: ['x', 'y'] }, { family: 'B' }],
  contact: [{ name: { text: 'c' }, gender: 'male' }],
};
const patchWith = (...operations: object[]) =>
  patched(JSON.stringify(BASE), { body: operations, contentType: JSON_PATCH }) as unknown as typeof BASE;

/** The failure of a patch. */
function failure(t: Test, operations: unknown): FhirError {
  try {
    patched(JSON.stringify(BASE), { body: operations, contentType: JSON_PATCH });
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  t.fail(`no failure of ${JSON.stringify(operations)}`);
  throw new Error('unreachable');
}

t.test('add sets a member, replaces one, inserts into a list, and "-" is its end', (t) => {
  t.same(patchWith({ op: 'add', path: '/gender', value: 'male' }), { ...BASE, gender: 'male' });
  t.same(patchWith({ op: 'add', path: '/active', value: false }), { ...BASE, active: false });
  t.same(patchWith({ op: 'add', path: '/name/0/given/1', value: 'z' }).name[0]!.given, ['x', 'z', 'y']);
  t.same(patchWith({ op: 'add', path: '/name/0/given/2', value: 'z' }).name[0]!.given, ['x', 'y', 'z']);
  t.same(patchWith({ op: 'add', path: '/name/0/given/-', value: 'z' }).name[0]!.given, ['x', 'y', 'z']);
  t.end();
});

t.test('remove, replace, move and copy', (t) => {
  const { active, ...rest } = BASE;
  t.same(patchWith({ op: 'remove', path: '/active' }), rest);
  t.same(patchWith({ op: 'remove', path: '/name/0' }).name, [BASE.name[1]]);
  t.same(patchWith({ op: 'replace', path: '/name/1', value: { text: 'n' } }).name[1], { text: 'n' });
  t.same(patchWith({ op: 'move', from: '/name/1', path: '/name/0' }).name, [...BASE.name].reverse());
  t.same(patchWith({ op: 'move', from: '/contact/0/gender', path: '/gender' }), {
    ...BASE,
    gender: 'male',
    contact: [{ name: { text: 'c' } }],
  });
  const copied = patchWith(
    { op: 'copy', from: '/name/0', path: '/name/-' },
    { op: 'replace', path: '/name/2/family', value: 'C' },
  ).name;
  t.equal(copied[0]!.family, 'A', 'a copy is a value of its own');
  t.equal(copied[2]!.family, 'C');
  t.end();
});

t.test('~0 and ~1 stand for ~ and /', (t) => {
  const made = patchWith({ op: 'add', path: '/a~1b~0c', value: 1 }) as unknown as Record<string, unknown>;
  t.equal(made['a/b~c'], 1);
  t.end();
});

t.test('test passes for an equal value, whatever the order of members and the text of numbers', (t) => {
  t.same(patchWith({ op: 'test', path: '/contact/0', value: { gender: 'male', name: { text: 'c' } } }), BASE);
  const quantity = '{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.10}}';
  const same = [{ op: 'test', path: '/valueQuantity/value', value: 1.1 }];
  t.equal(
    JSON.stringify(patched(quantity, { body: same, contentType: JSON_PATCH })),
    quantity.replace('1.10', '1.1'),
  );
  t.end();
});

t.test('what is no JSON Patch is 400 and names the operation', (t) => {
  const cases: [operations: unknown, says: RegExp][] = [
    [{}, /is a list of operations/],
    [{ op: 'add' }, /is a list of operations/],
    [[1], /\[0\] is no operation/],
    [[{ path: '/a' }], /\[0\] has no "op" of add, remove, replace, move, copy, test/],
    [[{ op: 'toString', path: '/a' }], /has no "op"/],
    [[{ op: 'add', path: '/a' }], /\[0\] \(add\) has no "value"/],
    [[{ op: 'remove' }], /\[0\] has no "path"/],
    [[{ op: 'remove', path: 'a' }], /begins with "\/"/],
    [[{ op: 'remove', path: '/a~2' }], /neither ~0 nor ~1/],
    [[{ op: 'move', path: '/a' }], /has no "from"/],
    [[{ op: 'move', from: '/name', path: '/name/0' }], /cannot be moved into itself/],
    [[{ op: 'add', path: '/__proto__/x', value: 1 }], /names nothing that a resource can hold/],
    [[{ op: 'add', path: `${'/a'.repeat(201)}`, value: 1 }], /names nothing that a resource can hold/],
  ];
  for (const [operations, says] of cases) {
    const { status, issues } = failure(t, operations);
    t.equal(status, 400, String(says));
    t.equal(issues[0]!.code, 'invalid', String(says));
    t.match(issues[0]!.diagnostics, says);
  }
  t.end();
});

t.test('what does not fit the resource is 422 and names the operation', (t) => {
  const cases: [operation: object, says: RegExp][] = [
    [{ op: 'remove', path: '/gender' }, /\[0\] \(remove\): there is nothing at "\/gender"/],
    [{ op: 'replace', path: '/gender', value: 'male' }, /nothing at "\/gender"/],
    [{ op: 'add', path: '/maritalStatus/text', value: 'x' }, /nothing at/],
    [{ op: 'add', path: '/name/3', value: {} }, /nothing at "\/name\/3"/],
    [{ op: 'add', path: '/name/01', value: {} }, /nothing at/],
    [{ op: 'add', path: '/name/x', value: {} }, /nothing at/],
    [{ op: 'remove', path: '/name/-' }, /nothing at/],
    [{ op: 'replace', path: '/name/2', value: {} }, /nothing at/],
    [{ op: 'copy', from: '/gender', path: '/a' }, /nothing at "\/gender"/],
    [{ op: 'add', path: '/active/x', value: 1 }, /nothing at/],
    [{ op: 'add', path: '/constructor/x', value: 1 }, /nothing at/],
    [{ op: 'test', path: '/active', value: false }, /the test failed/],
    [{ op: 'test', path: '/active', value: 'true' }, /the test failed/],
    [{ op: 'replace', path: '/id', value: 'q' }, /changes resourceType or id/],
    [{ op: 'replace', path: '/resourceType', value: 'Task' }, /changes resourceType or id/],
    [{ op: 'remove', path: '' }, /changes resourceType or id/],
    [{ op: 'replace', path: '', value: [] }, /changes resourceType or id/],
  ];
  for (const [operation, says] of cases) {
    const { status, issues } = failure(t, [operation]);
    t.equal(status, 422, String(says));
    t.equal(issues[0]!.code, 'processing', String(says));
    t.match(issues[0]!.diagnostics, says);
  }
  t.end();
});

t.test('a patch cannot cost without bounds: operations, copies of copies, nesting', (t) => {
  const one = { op: 'test', path: '/active', value: true };
  t.equal(
    failure(
      t,
      Array.from({ length: 1001 }, () => one),
    ).status,
    413,
  );
  const doubling = Array.from({ length: 30 }, () => ({ op: 'copy', from: '/name', path: '/name/-' }));
  t.equal(failure(t, doubling).status, 413);
  const inward = Array.from({ length: 900 }, () => ({ op: 'copy', from: '/contact', path: '/contact/0/x' }));
  t.ok([400, 413].includes(failure(t, inward).status));
  t.end();
});

t.test('whatever the operations, a patch gives a resource of the same identity or a 4xx', (t) => {
  const pointer = fc
    .array(
      fc.constantFrom('name', '0', '1', '-', 'given', 'family', 'contact', '__proto__', 'id', '', 'a~1'),
      {
        maxLength: 4,
      },
    )
    .map((segments) => segments.map((segment) => `/${segment}`).join(''));
  const operation = fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: fc.oneof(pointer, fc.constantFrom<unknown>(null, 'a', 1)),
      from: pointer,
      value: fc.jsonValue({ maxDepth: 2 }),
    },
    { requiredKeys: ['op', 'path'] },
  );
  let applied = 0;
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 4 }), (body) => {
      try {
        const { resourceType, id } = patched(JSON.stringify(BASE), { body, contentType: JSON_PATCH });
        applied++;
        return resourceType === 'Patient' && id === 'p';
      } catch (error) {
        return error instanceof FhirError && error.status < 500;
      }
    }),
    { numRuns: 2000 },
  );
  t.ok(applied > 50, `${applied} patches applied`);
  t.equal(({} as { x?: unknown }).x, undefined, 'no prototype was changed');
  t.end();
});
