// Indented JSON says the same as before. https://hl7.org/fhir/R4/http.html#parameters
import fc from 'fast-check';
import t from 'tap';
import { indentJson } from '../../response/indent.ts';

t.test('any JSON is laid out as JSON.stringify lays it out', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(4), (value, spaces) => {
      return indentJson(JSON.stringify(value, null, spaces)) === JSON.stringify(value, null, 2);
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test('numbers and strings keep their text', (t) => {
  t.equal(
    indentJson('{"a":1.10,"b":"{ \\"x\\": [1,2] }","c":[],"d":{}}'),
    '{\n  "a": 1.10,\n  "b": "{ \\"x\\": [1,2] }",\n  "c": [],\n  "d": {}\n}',
  );
  t.end();
});
