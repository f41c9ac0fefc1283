// Formats, HEAD, compression and what caches and browsers need to know. https://hl7.org/fhir/R4/http.html#mime-type
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import t from 'tap';
import { xmlToJson } from '../../fhir/xml-read.ts';
import { jsonToXml } from '../../fhir/xml-write.ts';
import { asking, startServer } from '../helpers/server.ts';
import { patient } from '../interaction/sample.ts';

const server = await startServer(t, { listen: true });
const ask = asking(server);
await ask('PUT', '/Patient/a', { ...patient('a'), id: 'a' });
const inject = (method: string, path: string, headers: Record<string, string> = {}, payload?: string) =>
  server.server.inject({
    method: method as 'GET',
    url: `/fhir${path}`,
    headers,
    ...(payload !== undefined && { payload }),
  });
const xml = { accept: 'application/fhir+xml' };

t.test('the answer has the type that is asked for by the dearest range', async (t) => {
  const json = 'application/fhir+json; charset=utf-8';
  for (const [accept, type] of [
    ['', json],
    ['*/*', json],
    ['application/fhir+json', json],
    ['application/json', 'application/json; charset=utf-8'],
    ['text/json', 'text/json; charset=utf-8'],
    ['application/fhir+xml', 'application/fhir+xml; charset=utf-8'],
    ['APPLICATION/FHIR+XML', 'application/fhir+xml; charset=utf-8'],
    ['application/xml', 'application/xml; charset=utf-8'],
    ['text/xml', 'text/xml; charset=utf-8'],
    ['application/fhir+xml;q=0.5, application/fhir+json;q=0.9', json],
    ['application/fhir+json;q=0.5, application/fhir+xml', 'application/fhir+xml; charset=utf-8'],
    ['application/fhir+json;q=0, */*;q=0.1', json],
    ['text/turtle, application/fhir+xml;q=0.1', 'application/fhir+xml; charset=utf-8'],
    ['application/fhir+xml; fhirVersion=4.0', 'application/fhir+xml; charset=utf-8'],
    ['application/fhir+xml; fhirVersion=3.0, application/fhir+json', json],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', json],
  ] as const) {
    const answer = await inject('GET', '/Patient/a', accept ? { accept } : {});
    t.equal(answer.statusCode, 200, accept);
    t.equal(answer.headers['content-type'], type, accept);
    t.match(answer.headers.vary, /\baccept\b/i, 'Vary names Accept');
  }
});

t.test('_format goes before Accept, in a form too', async (t) => {
  for (const format of [
    'xml',
    'text/xml',
    'application/xml',
    'application/fhir%2Bxml',
    'application/fhir+xml',
  ])
    t.equal(
      (await inject('GET', `/Patient?_format=${format}`, { accept: 'application/fhir+json' })).headers[
        'content-type'
      ],
      'application/fhir+xml; charset=utf-8',
      format,
    );
  t.equal(
    (await inject('GET', '/Patient/a?_format=json', xml)).headers['content-type'],
    'application/fhir+json; charset=utf-8',
  );
  const form = await inject(
    'POST',
    '/Patient/_search',
    { 'content-type': 'application/x-www-form-urlencoded' },
    '_format=xml&_pretty=true&_id=a',
  );
  t.equal(form.statusCode, 200);
  t.match(
    form.body,
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<Bundle xmlns="http:\/\/hl7\.org\/fhir">\n {2}<type/,
  );
});

t.test('XML says the same as JSON: resources, Bundles, the CapabilityStatement and failures', async (t) => {
  for (const path of ['/Patient/a', '/Patient/a/_history', '/metadata', '/Patient/none', '/Nonsense'])
    t.same(
      JSON.parse(xmlToJson((await inject('GET', path, xml)).body)),
      JSON.parse((await inject('GET', path)).body),
      path,
    );
  const missing = await inject('GET', '/Patient/none', xml);
  t.equal(missing.statusCode, 404);
  t.equal(missing.headers['content-type'], 'application/fhir+xml; charset=utf-8');
});

t.test('XML is read as JSON is, and answered as asked', async (t) => {
  const body = jsonToXml(JSON.stringify({ ...patient('x'), id: 'x' }));
  const made = await inject('PUT', '/Patient/x', { ...xml, 'content-type': 'application/fhir+xml' }, body);
  t.equal(made.statusCode, 201);
  t.equal(made.headers.etag, 'W/"1"');
  const { id, name } = JSON.parse(xmlToJson(made.body));
  t.same({ id, name }, { id: 'x', name: patient('x').name });
  for (const type of ['application/xml', 'text/xml; charset=utf-8', 'application/fhir+xml; fhirVersion=4.0'])
    t.equal((await inject('PUT', '/Patient/x', { 'content-type': type }, body)).statusCode, 200, type);
  const batch = jsonToXml(
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource: patient('y'), request: { method: 'POST', url: 'Patient' } }],
    }),
  );
  const sent = await inject('POST', '', { ...xml, 'content-type': 'application/fhir+xml' }, batch);
  t.equal(sent.statusCode, 200);
  t.match(JSON.parse(xmlToJson(sent.body)).entry, [{ response: { status: '201' } }]);
});

t.test('decimals keep their text from XML to the store and back', async (t) => {
  const observation = (value: string) =>
    `<Observation xmlns="http://hl7.org/fhir"><id value="d"/><status value="final"/><code><text value="x"/></code><valueQuantity><value value="${value}"/></valueQuantity></Observation>`;
  for (const value of ['1.10', '100', '1E3', '-0.00']) {
    await inject('PUT', '/Observation/d', { 'content-type': 'application/fhir+xml' }, observation(value));
    t.match((await inject('GET', '/Observation/d')).body, `"value":${value}}`, value);
    t.match((await inject('GET', '/Observation/d', xml)).body, `<value value="${value}"/>`, value);
    t.match((await inject('GET', '/Observation/d?_pretty=true')).body, `"value": ${value}\n`, value);
  }
});

t.test('XML that is none is 400, told in XML', async (t) => {
  const answer = await inject(
    'POST',
    '/Patient',
    { ...xml, 'content-type': 'application/fhir+xml' },
    '<Patient xmlns="http://hl7.org/fhir"><nme/></Patient>',
  );
  t.equal(answer.statusCode, 400);
  t.equal(answer.headers['content-type'], 'application/fhir+xml; charset=utf-8');
  t.same(JSON.parse(xmlToJson(answer.body)).issue, [
    {
      severity: 'error',
      code: 'invalid',
      diagnostics: 'The XML is refused at line 1, column 43: Patient has no element <nme>.',
    },
  ]);
});

t.test('_pretty=true indents and changes nothing else', async (t) => {
  const [plain, pretty] = [await inject('GET', '/Patient/a'), await inject('GET', '/Patient/a?_pretty=true')];
  t.same(JSON.parse(pretty.body), JSON.parse(plain.body));
  t.equal(pretty.body, JSON.stringify(JSON.parse(plain.body), null, 2));
  t.equal(pretty.headers['content-length'], String(Buffer.byteLength(pretty.body)));
});

t.test('a type that is not read is 415 and says what is', async (t) => {
  for (const [method, path, says] of [
    ['POST', '/Patient', /must be application\/fhir\+json .*application\/fhir\+xml\.$/],
    ['PUT', '/Patient/a', /application\/fhir\+xml\.$/],
    ['PATCH', '/Patient/a', /application\/json-patch\+json\.$/],
    ['POST', '/Patient/_search', /application\/x-www-form-urlencoded/],
  ] as const) {
    const answer = await inject(method, path, { 'content-type': 'application/pdf' }, 'x');
    t.equal(answer.statusCode, 415, path);
    t.match(answer.json().issue, [{ severity: 'error', code: 'not-supported', diagnostics: says }], path);
  }
  const old = await inject(
    'POST',
    '/Patient',
    { 'content-type': 'application/fhir+json; fhirVersion=1.0' },
    '{}',
  );
  t.equal(old.statusCode, 415);
  t.match(old.json().issue[0].diagnostics, /Send FHIR 4\.0/);
});

/** A request over the network, its body as bytes. */
const wire = (method: string, path: string, headers: Record<string, string>) =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    const sent = request(`${server.base}${path}`, { method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });

t.test('HEAD answers as GET does, without the body', async (t) => {
  for (const path of [
    '/Patient/a',
    '/Patient/a/_history/1',
    '/Patient/a/_history',
    '/Patient?_id=a',
    '/metadata',
    '/Patient/none',
    '/Patient/a?_format=xml',
  ]) {
    const [get, head] = [await wire('GET', path, {}), await wire('HEAD', path, {})];
    t.equal(head.status, get.status, path);
    t.equal(head.body.length, 0, path);
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified', 'vary', 'cache-control'])
      t.equal(head.headers[name], get.headers[name], `${path} ${name}`);
    t.equal(Number(get.headers['content-length']), get.body.length, path);
  }
});

t.test('long bodies are compressed with what the client takes, and their version stays', async (t) => {
  const unpack = { br: brotliDecompressSync, gzip: gunzipSync };
  const whole = (await wire('GET', '/metadata', {})).body;
  for (const encoding of ['br', 'gzip'] as const) {
    const { headers, body } = await wire('GET', '/metadata', { 'accept-encoding': encoding });
    t.equal(headers['content-encoding'], encoding);
    t.match(headers.vary, /accept-encoding/i);
    t.match(headers.vary, /\baccept\b(?!-)/i);
    t.ok(unpack[encoding](body).equals(whole), encoding);
  }
  const small = await wire('GET', '/Patient/a', { 'accept-encoding': 'br, gzip' });
  t.equal(small.headers['content-encoding'], undefined, 'small bodies are not');
  t.equal(small.headers.etag, 'W/"1"');
});

t.test('304 has the version and no body', async (t) => {
  for (const headers of [{ 'if-none-match': 'W/"1"' }, { 'if-none-match': 'W/"1"', ...xml }] as Record<
    string,
    string
  >[]) {
    const { status, headers: answered, body } = await wire('GET', '/Patient/a', headers);
    t.equal(status, 304);
    t.equal(answered.etag, 'W/"1"');
    t.equal(body.length, 0);
    t.equal(answered['content-type'], undefined);
  }
});

t.test(
  'browsers of other origins may patch, and send the headers of conditions and preferences',
  async (t) => {
    const preflight = await server.server.inject({
      method: 'OPTIONS',
      url: '/fhir/Patient/a',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'content-type,if-match,if-none-exist,prefer,x-security-context',
      },
    });
    t.equal(preflight.statusCode, 204);
    t.match(preflight.headers['access-control-allow-methods'], /\bPATCH\b/);
    for (const name of ['if-match', 'if-none-exist', 'prefer'])
      t.match(preflight.headers['access-control-allow-headers'], name);
  },
);
