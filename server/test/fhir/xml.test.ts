// FHIR's XML in both directions: nothing is lost, and nothing is taken that is not R4's. https://hl7.org/fhir/R4/xml.html
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { xmlToJson } from '../../fhir/xml-read.ts';
import { jsonToXml } from '../../fhir/xml-write.ts';
import { examples } from '../validation/examples.ts';

const FHIR = 'xmlns="http://hl7.org/fhir"';
const XHTML = 'xmlns="http://www.w3.org/1999/xhtml"';

/** JSON text in the order of its names, numbers by their text. */
const canonical = (json: string): string => {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(sorted)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([k, v]) => [k, sorted(v)]),
          )
        : value;
  const byText = (_key: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' ? `number ${source}` : value;
  return JSON.stringify(
    sorted(JSON.parse(json, byText as (this: unknown, k: string, v: unknown) => unknown)),
    null,
    1,
  );
};
const comesBack = (t: Tap, json: string, name: string): void => {
  t.equal(canonical(xmlToJson(jsonToXml(json))), canonical(json), name);
  t.equal(canonical(xmlToJson(jsonToXml(json, true))), canonical(json), `${name}, indented`);
};
type Tap = { equal: (a: unknown, b: unknown, name: string) => unknown };

t.test('every fixture comes back from XML as it was', async (t) => {
  const folder = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  let count = 0;
  for (const name of files) {
    const json = readFileSync(join(folder, name), 'utf8');
    if (typeof JSON.parse(json).resourceType !== 'string') continue;
    // Fail fixtures may break what XML cannot say; they are refused before anything is written.
    if (name.includes('.fail.')) continue;
    comesBack(t, json, name);
    count++;
  }
  t.ok(count > 20, `${count} fixtures`);
});

t.test('right resources of many types come back', async (t) => {
  for (const example of examples) comesBack(t, JSON.stringify(example), example.resourceType);
});

t.test('numbers keep their text, primitives their ids, extensions and places', async (t) => {
  const json = `{"resourceType":"Observation","id":"a","contained":[{"resourceType":"Patient","id":"p","_birthDate":{"extension":[{"url":"http://x.example/e","valueTime":"10:00:00"}]}}],
    "status":"final","code":{"id":"c","text":" two  spaces\\n\\ttab \\"quote\\" <&> \\u00e9 \\ud83d\\ude00"},
    "valueQuantity":{"value":1.10},"component":[{"code":{},"valueQuantity":{"value":1e3}},{"code":{},"valueQuantity":{"value":-0.000}},{"code":{},"valueInteger":0},{"code":{},"valueBoolean":false}],
    "performer":[{"reference":"#p"}],"_status":{"id":"s"}}`;
  comesBack(t, json, 'an Observation');
  comesBack(
    t,
    '{"resourceType":"Patient","name":[{"given":["Ana",null,"Eva"],"_given":[null,{"extension":[{"url":"http://x.example/e","valueCode":"x"}]},{"id":"g"}]}],"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">a <b>b</b>&lt;&amp; \\u00a0<br/></div>"}}',
    'a Patient',
  );
  comesBack(
    t,
    '{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"404","outcome":{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found"}]}}},{"resource":{"resourceType":"Parameters","parameter":[{"name":"r","resource":{"resourceType":"Binary","contentType":"text/plain","data":"aGk="}}]},"response":{"status":"200"}}]}',
    'a Bundle',
  );
});

t.test('the document is written as the specification writes it', async (t) => {
  t.equal(
    jsonToXml(
      '{"resourceType":"Patient","active":true,"id":"a","extension":[{"valueDecimal":2.50,"url":"http://x.example/e","id":"x"}],"_gender":{"id":"g"},"gender":"female","multipleBirthInteger":2}',
    ),
    `<?xml version="1.0" encoding="UTF-8"?><Patient ${FHIR}><id value="a"/><extension id="x" url="http://x.example/e"><valueDecimal value="2.50"/></extension><active value="true"/><gender id="g" value="female"/><multipleBirthInteger value="2"/></Patient>`,
  );
  t.equal(
    jsonToXml(
      '{"resourceType":"Patient","name":[{"family":"A"}],"contained":[{"resourceType":"Basic","code":{}}]}',
      true,
    ),
    `<?xml version="1.0" encoding="UTF-8"?>
<Patient ${FHIR}>
  <contained>
    <Basic>
      <code/>
    </Basic>
  </contained>
  <name>
    <family value="A"/>
  </name>
</Patient>`,
  );
});

t.test(
  'a narrative that is no XML is written as text, and what XML cannot hold as a replacement',
  async (t) => {
    const withDiv = (div: string) =>
      jsonToXml(JSON.stringify({ resourceType: 'Basic', code: {}, text: { status: 'generated', div } }));
    for (const [div, written] of [
      [`<div ${XHTML}>a &nbsp; b</div>`, /&lt;div .*a &amp;nbsp; b&lt;\/div&gt;<\/div>/],
      [`<div ${XHTML}><p>open</div>`, /&lt;p&gt;open/],
      ['<div>no namespace</div>', /<div xmlns="[^"]+">&lt;div&gt;no namespace/],
      [`<!DOCTYPE x><div ${XHTML}/>`, /&lt;!DOCTYPE/],
      [`<div ${XHTML}>x</div><active value="true"/>`, /&lt;active/],
    ] as const) {
      const xml = withDiv(div);
      t.match(xml, written, div);
      t.equal(JSON.parse(xmlToJson(xml)).text.status, 'generated');
    }
    t.match(
      jsonToXml('{"resourceType":"Basic","code":{"text":"a\\u0000\\ud800b"}}'),
      '<text value="a\uFFFD\uFFFDb"/>',
    );
  },
);

t.test('what R4 does not have is an error, not left out', async (t) => {
  t.throws(() => jsonToXml('{"resourceType":"Patient","nonsense":1}'), /Patient has no element "nonsense"/);
  t.throws(() => jsonToXml('{"resourceType":"Nonsense"}'), /"Nonsense" is no R4 resource type/);
});

t.test('prefixes, comments, schema locations, CDATA and character references are read', async (t) => {
  t.same(
    JSON.parse(
      xmlToJson(`\uFEFF<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment --><?style x?>
<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">
  <f:id value="a"/><f:text><f:status value="generated"/>
  <h:div class="x&#10;y"><h:p xml:lang="en">a&#160;&lt;b&gt; <![CDATA[<c>]]><!-- d --></h:p><h:br/></h:div></f:text>
  <f:active value="true"/>
  <f:name><f:given value="A&#10;&amp;B"/><f:given value="C"/></f:name>
</f:Patient>`),
    ),
    {
      resourceType: 'Patient',
      id: 'a',
      text: {
        status: 'generated',
        div: `<div ${XHTML} class="x&#10;y"><p xml:lang="en">a\u00a0&lt;b&gt; &lt;c&gt;<!-- d --></p><br/></div>`,
      },
      active: true,
      name: [{ given: ['A\n&B', 'C'] }],
    },
  );
});

t.test('what is no FHIR is 400 with a sentence that says where', async (t) => {
  const patient = (inside: string) => `<Patient ${FHIR}>${inside}</Patient>`;
  for (const [xml, sentence] of [
    ['', /malformed at line 1, column 0: document must contain a root element/],
    ['{}', /malformed/],
    ['<Patient', /malformed/],
    [patient('<active value="true">'), /malformed.*column \d+/],
    ['<Patient/>', /<Patient> is not in the namespace http:\/\/hl7.org\/fhir\. Name it as xmlns/],
    ['<Patient xmlns="urn:x"/>', /not in the namespace/],
    [`<Nonsense ${FHIR}/>`, /<Nonsense> is no R4 resource type/],
    [`<HumanName ${FHIR}/>`, /<HumanName> is no R4 resource type/],
    [`<__proto__ ${FHIR}/>`, /<__proto__> is no R4 resource type/],
    [patient('<nonsense value="a"/>'), /Patient has no element <nonsense>/],
    [patient('<constructor value="a"/>'), /Patient has no element <constructor>/],
    [patient('<active valu="true"/>'), /<active> has no attribute "valu"/],
    [patient('<name value="x"/>'), /<name> has no attribute "value"/],
    [`<Patient ${FHIR} id="a"/>`, /<Patient> has no attribute "id"/],
    [patient('<extension><url value="x"/></extension>'), /Extension has no element <url>/],
    [patient('<active value="yes"/>'), /the value of <active> is no boolean/],
    [patient('<multipleBirthInteger value="01"/>'), /no integer/],
    [patient('<gender value="a"/><gender value="b"/>'), /<gender> stands twice/],
    [patient('Ana'), /text between the elements/],
    [patient('<gender value="a">b</gender>'), /text between the elements/],
    [patient('<contained/>'), /<contained> holds no resource/],
    [patient('<contained><Basic/><Basic/></contained>'), /more than one resource/],
    [patient('<contained><name/></contained>'), /<name> is no R4 resource type/],
    [patient('<text><div>x</div></text>'), /<div> in a narrative is not in the namespace/],
    [patient(`<text><div ${XHTML}><p xmlns="urn:x"/></div></text>`), /<p> in a narrative is not/],
    [patient(`<text><div ${XHTML} xmlns:x="urn:x" x:y="z"/></text>`), /<div> has no attribute "x:y"/],
  ] as const) {
    const failure = t.throws(() => xmlToJson(xml), { name: 'FhirError', status: 400 }) as unknown as Error;
    t.match(failure.message, sentence, xml);
  }
});

t.test('document types, entities and excess are refused at once', async (t) => {
  const bomb = `<!DOCTYPE l [<!ENTITY a "aaaa">${Array.from({ length: 20 }, (_, n) => `<!ENTITY a${n} "&a${n - 1};&a${n - 1};">`).join('')}]>`;
  for (const [xml, sentence] of [
    [`${bomb}<Patient ${FHIR}><id value="&a19;"/></Patient>`, /document type \(DOCTYPE\) is not read/],
    [`<!DOCTYPE p SYSTEM "file:///etc/passwd"><Patient ${FHIR}/>`, /DOCTYPE/],
    [`<Patient ${FHIR}><id value="&x;"/></Patient>`, /undefined entity/],
    [`<Patient ${FHIR}>${'<extension url="a">'.repeat(100_000)}`, /nested deeper than 200 levels/],
    [`<Patient ${FHIR}><text><div ${XHTML}>${'<p>'.repeat(100_000)}`, /nested deeper than 200 levels/],
    [
      `<Patient ${FHIR} ${Array.from({ length: 100_000 }, (_, n) => `a${n}=""`).join(' ')}/>`,
      /more than 100 attributes/,
    ],
  ] as const) {
    const begun = performance.now();
    const failure = t.throws(() => xmlToJson(xml), { name: 'FhirError', status: 400 }) as unknown as Error;
    t.match(failure.message, sentence);
    t.ok(performance.now() - begun < 1000, 'within a second');
  }
});

t.test('any text comes back, and any bytes are read or refused', (t) => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((s) => !/[^\t\n\r\u{20}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(s));
  fc.assert(
    fc.property(
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      (value, number, pretty) => {
        const json = JSON.stringify({
          resourceType: 'Observation',
          status: 'final',
          code: { text: value, coding: [{ display: value }, { system: value }] },
          valueQuantity: { value: number },
        });
        return canonical(xmlToJson(jsonToXml(json, pretty))) === canonical(json);
      },
    ),
  );
  const part = fc.constantFrom(
    '<',
    '>',
    '/',
    '"',
    '=',
    ' ',
    'Patient',
    FHIR,
    'name',
    'value',
    '&',
    ';',
    '<!--',
    '-->',
    ']]>',
    '<![CDATA[',
    '<?',
    '?>',
    'div',
    XHTML,
    'text',
    '\n',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string({ unit: 'binary', maxLength: 3 }))), (parts) => {
      try {
        JSON.parse(xmlToJson(parts.join('')));
      } catch (error) {
        return (error as { status?: number }).status === 400;
      }
      return true;
    }),
    { numRuns: 2000 },
  );
  t.end();
});
