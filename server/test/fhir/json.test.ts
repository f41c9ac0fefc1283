// JSON keeps the text of decimals, and malformed text is refused with its place.
// https://hl7.org/fhir/R4/json.html#primitive · https://hl7.org/fhir/R4/datatypes.html#decimal
import fc from 'fast-check';
import t from 'tap';
import { FhirError } from '../../fhir/errors.ts';
import { parseJson, stringifyJson } from '../../fhir/json.ts';

type Json = Record<string, unknown>;
const again = (text: string) => stringifyJson(parseJson(text) as object);

function refusal(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof FhirError && error.status === 400) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

t.test('a decimal keeps its text, and is a plain number in the tree', (t) => {
  for (const decimal of [
    '1.10',
    '1.0',
    '0.00',
    '-0',
    '1e3',
    '1E-2',
    '0.0000001',
    '12345678901234567890',
    '3.14159265358979323846',
  ]) {
    const text = `{"valueQuantity":{"value":${decimal}}}`;
    t.equal(again(text), text, decimal);
    t.equal((parseJson(text) as { valueQuantity: Json }).valueQuantity.value, Number(decimal));
    t.equal(again(`[[${decimal},2],[ ${decimal} ]]`), `[[${decimal},2],[${decimal}]]`, 'in arrays');
  }
  t.end();
});

t.test('text that only looks like a decimal stays as it is', (t) => {
  const text =
    '{"lastUpdated":"2026-01-05T10:00:00.000Z","version":"x: 1.10, 2.50 ]","oid":"urn:oid:2.16.840.1.113883.4.6","n":10}';
  t.equal(again(text), text);
  t.end();
});

t.test('copies of a parsed object and bundles made of it keep the text of decimals', (t) => {
  const resource = parseJson(
    '{"resourceType":"Observation","factor":2.50,"valueQuantity":{"value":1.10}}',
  ) as Json;
  t.equal(
    stringifyJson({ ...resource, id: 'a' }),
    '{"resourceType":"Observation","factor":2.50,"valueQuantity":{"value":1.10},"id":"a"}',
  );
  t.equal(
    stringifyJson({ resourceType: 'Bundle', entry: [{ request: {} }, null, { resource: { ...resource } }] }),
    '{"resourceType":"Bundle","entry":[{"request":{}},null,{"resource":{"resourceType":"Observation","factor":2.50,"valueQuantity":{"value":1.10}}}]}',
  );
  t.end();
});

t.test('a number that was changed after reading is written as it is now', (t) => {
  const resource = parseJson('{"a":1.10,"b":2.20}') as Json;
  t.equal(stringifyJson({ ...resource, a: 7 }), '{"a":7,"b":2.20}');
  t.end();
});

t.test('what was read is plain: no visible property is added, and properties can be listed', (t) => {
  const resource = parseJson('{"a":1.10,"b":{"c":[1.0]}}');
  t.same(Object.keys(resource as Json), ['a', 'b']);
  t.equal(JSON.stringify(resource), '{"a":1.1,"b":{"c":[1]}}');
  t.end();
});

t.test('any JSON text without white space is written as it was read', (t) => {
  const decimal = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.constantFrom('0', '7', '120', '98765432109876543210'),
      fc.constantFrom('', '.0', '.5', '.50', '.0000000', '.123456789012345678'),
      fc.constantFrom('', 'e2', 'E+10', 'e-7'),
    )
    .map((parts) => parts.join(''));
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      decimal,
      fc.string().map((text) => JSON.stringify(text)),
      fc.constantFrom('true', 'false', 'null', '""'),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      fc
        .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'value', 'é"', 'x y'), tie('value')), {
          selector: ([name]) => name,
        })
        .map((pairs) => `{${pairs.map(([name, inner]) => `${JSON.stringify(name)}:${inner}`).join(',')}}`),
    ),
  }));
  fc.assert(
    fc.property(value, (inner) => {
      const text = `{"entry":${inner},"next":[${inner}]}`;
      if (again(text) !== text) throw new Error(again(text));
    }),
    { numRuns: 2000, seed: 20260903 },
  );
  t.pass('2000 texts');
  t.end();
});

t.test('malformed JSON is refused with line, column and what was expected', (t) => {
  const refusals: readonly (readonly [string, string])[] = [
    ['{"a":x}', 'line 1, column 6: a value was expected'],
    ['{"a":1,}', 'line 1, column 8: a property name in double quotes was expected'],
    ['{"a" 1}', 'line 1, column 6: : was expected'],
    ['[1,2', 'line 1, column 5: , or the closing bracket was expected'],
    ['[1}', 'line 1, column 3: , or the closing bracket was expected'],
    ['[1,]', 'line 1, column 4: a value was expected'],
    ['{"a":1}\n x', 'line 2, column 2: the end was expected'],
    ['{\n  "a": "b\n"}', 'line 2, column 8: a value was expected'],
    ['{"a":01}', 'line 1, column 6: a value was expected'],
    ['{"a":1.}', 'line 1, column 6: a value was expected'],
    ['{"a":"\\x"}', 'line 1, column 6: a value was expected'],
    ['{"a":"unterminated', 'line 1, column 6: a value was expected'],
    ["{'a':1}", 'line 1, column 2: a property name in double quotes or } was expected'],
    ['nul', 'line 1, column 1: a value was expected'],
    ['\ufeff{}', 'line 1, column 1: a value was expected'],
  ];
  for (const [text, expected] of refusals) t.equal(refusal(text), `The JSON is malformed at ${expected}.`);
  t.equal(refusal(' \n'), 'The body is empty: send a JSON object.');
  t.notMatch(refusal('{"name":"Secret" "x"'), /Secret/, 'the text is not quoted');
  t.end();
});

t.test(
  'wherever valid text is cut or a character is put in, a refusal names a place inside the text',
  (t) => {
    const text = '{"a":[1,-2.5e3,"x\\u00e9\\"",true,null,{}],"b":{"c":""}}';
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.constantFrom('', ',', '}', '"', '\\', '0', 'x', ':'),
        fc.boolean(),
        (at, put, cut) => {
          const broken = text.slice(0, at) + put + (cut ? '' : text.slice(at));
          try {
            JSON.parse(broken);
          } catch {
            const column = Number(/column (\d+)/.exec(refusal(broken || ' x'))?.[1]);
            if (!(column >= 1 && column <= broken.length + 2)) throw new Error(`${broken}: column ${column}`);
          }
        },
      ),
      { numRuns: 2000, seed: 20260904 },
    );
    t.pass('2000 texts');
    t.end();
  },
);

t.test('nesting beyond 200 levels is refused, brackets inside strings do not count', (t) => {
  const nested = (levels: number) => `${'['.repeat(levels)}1.0${']'.repeat(levels)}`;
  t.match(refusal(nested(1001)), /nested deeper than 200 levels/);
  t.match(refusal(nested(100_000)), /nested deeper than 200 levels/);
  t.match(refusal('{"a":'.repeat(201)), /nested deeper than 200 levels/);
  t.equal(again(nested(200)), nested(200));
  const wide = `[${Array.from({ length: 500 }, () => '{"a":[1]}').join(',')}]`;
  t.equal(again(wide), wide);
  const text = JSON.stringify({ a: '[{'.repeat(400), b: `\\"${'['.repeat(400)}` });
  t.equal(again(text), text);
  t.end();
});

t.test('a property __proto__ is refused however it is spelled; the word in a text is not', (t) => {
  t.match(refusal('{"__proto__":{"admin":true}}'), /may not be called __proto__/);
  t.match(refusal('{"a":[{"\\u005f_proto__":1}]}'), /may not be called __proto__/);
  t.equal(again('{"text":"__proto__"}'), '{"text":"__proto__"}');
  t.equal(({} as Json).admin, undefined);
  t.end();
});
