// Bodies that are made to break the server: JSON, XML, forms, patches, and connections that break off.
// https://hl7.org/fhir/R4/security.html#narrative · https://www.rfc-editor.org/rfc/rfc9110
import { connect } from 'node:net';
import t from 'tap';
import { type Sent, startHostile } from './hostile.ts';

const server = await startHostile(t);
const { send } = server;
const before = await server.changes();
const JSON_TYPE = 'application/fhir+json';
const XML_TYPE = 'application/fhir+xml';
const LONG = 2_000_000;

const of = (method: string, path: string, type: string, payload: string | Buffer): Sent => ({
  method,
  url: `/fhir/${path}`,
  headers: { 'content-type': type },
  payload,
});
async function refused(request: Sent): Promise<void> {
  const { status, body } = await send(request);
  if (status < 400)
    throw new Error(`${status} for ${String(request.payload).slice(0, 200)}: ${body.slice(0, 300)}`);
}

const patient = (inner: string) => `{"resourceType":"Patient",${inner}}`;
const div = (inner: string) =>
  patient(
    `"text":{"status":"generated","div":${JSON.stringify(`<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`)}}`,
  );

t.test('JSON', async () => {
  const bodies = [
    '',
    ' ',
    'null',
    '5',
    '"x"',
    '[]',
    '{}',
    'NaN',
    '{"resourceType":"Patient"',
    '\ufeff{"resourceType":"Patient"}',
    "{'a':1}",
    patient('"active":true,"active":5'),
    patient('"multipleBirthInteger":1e999999'),
    patient('"multipleBirthInteger":-0.1'),
    patient('"name":[{"family":"\\ud800"}]'),
    patient('"name":[{"family":"\\u0000"}]'),
    patient('"birthDate":"2026-02-30"'),
    patient('"__proto__":{"x":1}'),
    patient('"constructor":{"prototype":{}}'),
    patient(`"name":${'['.repeat(100_000)}`),
    patient(`"extension":${'[{"extension":'.repeat(90)}[]${'}]'.repeat(90)}`),
    patient(`"name":[${'{},'.repeat(200_000)}{}]`),
    patient(`"photo":[{"data":"${'='.repeat(LONG)}"}]`),
    patient(`"photo":[{"data":"${'A '.repeat(LONG / 2)}!"}]`),
    patient(`"birthDate":"${'2026-'.repeat(LONG / 5)}"`),
    patient(`"id":"${'a'.repeat(LONG)}!"`),
    patient(`"gender":"${'a '.repeat(LONG / 2)} "`),
    patient(`"implicitRules":"${' '.repeat(LONG)}"`),
    patient(`"generalPractitioner":[{"reference":"http://x/${'A/'.repeat(50_000)}!"}],"active":5`),
    patient(`"generalPractitioner":[{"reference":"${'Aa'.repeat(50_000)}?"}],"active":5`),
    `{"resourceType":"${'Patient'.repeat(100_000)}"}`,
    `{"${'\\u005f'.repeat(100_000)}":1}`,
    `{${'"a":1,'.repeat(100_000)}"b":1}`,
    `${' '.repeat(LONG)}x`,
    `"${'\\'.repeat(LONG - 1)}`,
    `"${'a'.repeat(LONG)}`,
  ];
  for (const body of bodies) await refused(of('POST', 'Patient', JSON_TYPE, body));
  for (const encoding of ['utf16le', 'latin1'] as const)
    await refused(
      of('POST', 'Patient', JSON_TYPE, Buffer.from(patient('"name":[{"family":"Müller"}]'), encoding)),
    );
});

t.test('narratives', async () => {
  const inner = [
    'a'.repeat(10) + '<'.repeat(100_000),
    '<!--'.repeat(50_000),
    `<p ${'a'.repeat(200_000)}>`,
    `<p ${'a '.repeat(100_000)}>`,
    `<p ${'a=" '.repeat(50_000)}>`,
    `<p ${'id="a" '.repeat(30_000)}onclick="x">x</p>`,
    '<p>'.repeat(50_000),
    '&'.repeat(200_000),
    `<p style="${'url('.repeat(50_000)}">x</p>`,
    `<p style="${'url(data:image/png;base64,'.repeat(20_000)}">x</p>`,
    `<a href="${'&#x'.repeat(50_000)}javascript:x">x</a>`,
    `<script>x</script>`,
    `<img src="javascript:x"/>`,
    `<p id='${' '.repeat(200_000)}`,
    `<p${' '.repeat(200_000)}x`,
  ];
  for (const text of inner) await refused(of('POST', 'Patient', JSON_TYPE, div(text)));
});

const xml = (inner: string, before = '') =>
  `${before}<Patient xmlns="http://hl7.org/fhir">${inner}</Patient>`;
t.test('XML', async () => {
  const entities = Array.from({ length: 20 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(20)}">`).join(
    '',
  );
  const bodies = [
    '',
    '<',
    '<Patient',
    '<Patient>',
    '<a/>',
    xml('<active value="true">'),
    xml('<active value="x"/>'),
    xml('<active/>'),
    xml('<nonsense value="1"/>'),
    xml('text'),
    xml('<name xmlns="urn:x"><family value="a"/></name>'),
    '<Patient xmlns="urn:x"/>',
    xml('', '<!DOCTYPE Patient [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    xml('<name><family value="&e20;"/></name>', `<!DOCTYPE Patient [<!ENTITY e0 "x">${entities}]>`),
    xml('<name><family value="&nonsense;"/></name>'),
    xml('<name><family value="&#0;"/></name>'),
    xml('<name><family value="&#xFFFFFFFF;"/></name>'),
    xml('<name><family value="a" value="b"/></name>'),
    xml('<?php x ?><active value="5"/>'),
    xml('<![CDATA[x]]>'),
    xml('<name>'.repeat(50_000)),
    xml(`<extension url="a">`.repeat(5000)),
    xml(`<name><family value="${'<'.repeat(1000)}"/></name>`),
    xml(`<!--${'-'.repeat(200_000)}`),
    `<${'a'.repeat(LONG)}`,
    `<Patient ${'a="b" '.repeat(100_000)}/>`,
    xml('<active value="5"/>', '<?xml version="1.0" encoding="utf-16"?>'),
    xml(`<id value="${' '.repeat(LONG)}"/>`),
    xml('<contained><Patient><contained>'.repeat(2000)),
    `${' '.repeat(LONG)}<`,
    xml(`<name><family value="${'&amp;'.repeat(100_000)}"/></name><active value="5"/>`),
    xml('<multipleBirthInteger value="1e999999"/>'),
    xml(
      '<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div></text>',
    ),
    '\ufeff\ufeff<Patient/>',
  ];
  for (const body of bodies) await refused(of('POST', 'Patient', XML_TYPE, body));
  await refused(of('POST', 'Patient', XML_TYPE, Buffer.from(xml('<active value="true"/>'), 'utf16le')));
});

t.test('forms, patches, bundles and other media types', async () => {
  const nested = (depth: number): object => (depth ? { extension: [nested(depth - 1)] } : {});
  const patches: [string, string][] = [
    ['application/json-patch+json', '[]x'],
    ['application/json-patch+json', '{}'],
    ['application/json-patch+json', '[null]'],
    ['application/json-patch+json', `[{"op":"add","path":"${'/a'.repeat(500_000)}","value":1}]`],
    ['application/json-patch+json', '[{"op":"add","path":"/name/99999999","value":{}}]'],
    ['application/json-patch+json', '[{"op":"add","path":"/__proto__/x","value":1}]'],
    ['application/json-patch+json', '[{"op":"copy","from":"","path":"/name/0"}]'],
    [
      'application/json-patch+json',
      `[${'{"op":"copy","from":"/name","path":"/name/-"},'.repeat(200)}{"op":"test","path":"/id","value":"x"}]`,
    ],
    ['application/json-patch+json', '[{"op":"test","path":"/~2","value":1}]'],
    ['application/json-patch+json', JSON.stringify([{ op: 'add', path: '/extension', value: nested(60) }])],
    [JSON_TYPE, '{"resourceType":"Parameters","parameter":[{"name":"operation","part":5}]}'],
    ['text/plain', 'x'],
    ['application/x-www-form-urlencoded', 'a=b'],
  ];
  for (const [type, body] of patches) await refused(of('PATCH', 'Patient/a', type, body));
  for (const body of [
    '%',
    '&'.repeat(LONG / 2),
    '='.repeat(LONG / 2),
    '%F'.repeat(500_000),
    'a'.repeat(LONG),
  ])
    await send(of('POST', 'Patient/_search', 'application/x-www-form-urlencoded', body));
  for (const type of [
    'application/fhir+ndjson',
    'text/turtle',
    '',
    ';',
    'application/fhir+json; charset=utf-16',
    'a'.repeat(5000),
  ])
    await refused(of('POST', 'Patient', type, '{"active":5}'));
  const urls = [
    5,
    null,
    {},
    [],
    '',
    '/',
    '//',
    '?',
    'Patient?',
    'Patient/a?x=y',
    '..',
    'Patient/../..',
    '$export',
    'http://',
    'SearchParameter/%',
    '%00',
    'a'.repeat(100_000),
  ];
  for (const type of ['batch', 'transaction'])
    for (const url of urls)
      for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'x', 5])
        await send(
          of(
            'POST',
            '',
            JSON_TYPE,
            JSON.stringify({
              resourceType: 'Bundle',
              type,
              entry: [{ request: { method, url }, resource: { resourceType: 'Patient', active: 5 } }],
            }),
          ),
        );
  for (const entry of [5, [5], [null], [[]], {}, [{ request: 5 }], [{ request: null }]])
    await send(of('POST', '', JSON_TYPE, JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry })));
});

t.test('requests over a socket that lie, break off or are no HTTP', async (t) => {
  await server.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.server.address() as { port: number };
  const raw = (text: string): Promise<string> =>
    new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(text, () => setTimeout(() => socket.end(), 100)),
      );
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('error', () => done(answer));
      socket.on('close', () => done(answer));
      setTimeout(() => socket.destroy(), 2000).unref();
    });
  const head = 'POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n';
  const body = '{"resourceType":"Patient"}';
  const sent = [
    `${head}Content-Length: 500\r\n\r\n${body}`,
    `${head}Content-Length: 5\r\n\r\n${body}`,
    `${head}Content-Length: -1\r\n\r\n${body}`,
    `${head}Content-Length: 9\r\nContent-Length: 10\r\n\r\n${body}`,
    `${head}Content-Length: 26\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
    `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}`,
    `${head}Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n${body}`,
    `${head}Transfer-Encoding: x\r\n\r\n${body}`,
    `GET /fhir/Patient/a\0 HTTP/1.1\r\nHost: x\r\n\r\n`,
    'GET / HTTP/9.9\r\n\r\n',
    '\x16\x03\x01',
    'x'.repeat(100_000),
    `GET /fhir/${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /fhir/Patient HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(5000)}\r\n`,
    'GET /fhir/Patient HTTP/1.1\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
    'TRACE /fhir HTTP/1.1\r\nHost: x\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  ];
  for (const text of sent)
    t.notMatch(await raw(text), /^HTTP\/1\.1 (?:201|5(?!03))/, JSON.stringify(text.slice(0, 120)));
});

t.test('none of it wrote anything, and the server is well', async (t) => {
  t.equal(await server.changes(), before);
  await server.settle(t);
});
