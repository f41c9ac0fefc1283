// Bad input: each a clear OperationOutcome, never a 5xx, never a partial write. https://hl7.org/fhir/R4/http.html#Status-Codes
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { database, outcome, patient, rowCounts } from '../interaction/sample.ts';

const server = await startServer(t, { env: { BODY_LIMIT: '65536' } });
const ask = asking(server);
const sql = database(t, server.databaseUrl);
await ask('PUT', '/Patient/a', { ...patient('a'), id: 'a' });
const before = await rowCounts(sql);
const invalid = (says: RegExp, expression?: string[]) => ({ status: 400, code: 'invalid', says, expression });

/** Sends a payload as it is. */
async function raw(
  payload: string | Buffer,
  contentType: string | undefined = 'application/fhir+json',
  url = '/Patient',
) {
  const { statusCode, headers, body } = await server.server.inject({
    method: 'POST',
    url: `/fhir${url}`,
    headers: { ...(contentType && { 'content-type': contentType }) },
    payload,
  });
  return { status: statusCode, headers, body: body ? JSON.parse(body) : undefined };
}

t.test('malformed JSON is 400 with line and column', async (t) => {
  outcome(
    t,
    await raw('{"resourceType":"Patient",\n  "active": tru }'),
    invalid(/malformed at line 2, column 13/),
  );
  outcome(
    t,
    await raw('{"resourceType":"Patient"'),
    invalid(/malformed at line 1, column 26: , or the closing bracket/),
  );
  outcome(t, await raw('{"a":"x\ny"}'), invalid(/malformed at line 1, column 6/));
  outcome(t, await raw('\ufeff{}'), invalid(/malformed at line 1, column/));
  outcome(t, await raw('{} {}'), invalid(/column 4: the end was expected/));
});

t.test('an empty body is 400', async (t) => {
  outcome(t, await raw(''), invalid(/The body is empty/));
  outcome(t, await raw(' \n'), invalid(/The body is empty/));
  outcome(t, await raw('', ''), invalid(/must be a Patient as a JSON object/));
});

t.test('a body that is not UTF-8 is 400: nothing is replaced in silence', async (t) => {
  const latin = Buffer.from('{"resourceType":"Patient","name":[{"family":"M\xfcller"}]}', 'latin1');
  outcome(t, await raw(latin), invalid(/not UTF-8/));
});

t.test('any other media type is 415', async (t) => {
  for (const type of [
    'text/plain',
    'application/json-patch+json',
    'application/pdf',
    'multipart/form-data',
    'nonsense',
    'application/x-www-form-urlencoded',
  ]) {
    outcome(
      t,
      await raw('a=b', type),
      { status: 415, code: 'not-supported', says: /must be application\/fhir\+json/ },
      type,
    );
  }
  outcome(
    t,
    await raw('{}', ''),
    { status: 415, code: 'not-supported', says: /must be application\/fhir\+json/ },
    'none at all',
  );
  for (const type of [
    'application/fhir+json',
    'application/json; charset=utf-8',
    'application/fhir+json;fhirVersion=4.0',
    'text/json',
  ]) {
    t.equal((await raw('{}', type)).status, 400, `${type} is read`);
  }
});

t.test('a body beyond BODY_LIMIT is 413', async (t) => {
  const big = JSON.stringify(patient('x', { name: [{ text: 'x'.repeat(66_000) }] }));
  outcome(t, await raw(big), { status: 413, code: 'too-long', says: /larger than 65536 bytes/ });
});

t.test('nesting beyond 200 levels and properties named __proto__ are 400', async (t) => {
  outcome(
    t,
    await raw(`${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    invalid(/nested deeper than 200 levels/),
  );
  outcome(
    t,
    await raw(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`),
    invalid(/nested deeper than 200 levels/),
  );
  outcome(t, await raw('{"resourceType":"Patient","__proto__":{"active":true}}'), invalid(/__proto__/));
  outcome(t, await raw('{"resourceType":"Patient","\\u005f_proto__":{"active":true}}'), invalid(/__proto__/));
  t.equal(
    (await raw('{"resourceType":"Patient","constructor":{"prototype":{"x":1}},"toString":1}')).status,
    422,
  );
  t.equal((await raw('{"resourceType":"__proto__"}')).status, 400);
  t.equal(({} as { x?: number }).x, undefined);
});

t.test('NUL and control characters are refused in texts and addresses', async (t) => {
  for (const character of ['\u0000', '\u0001', '\u001e', '\u001f']) {
    const answer = await ask('POST', '/Patient', patient('x', { name: [{ family: `a${character}b` }] }));
    outcome(
      t,
      answer,
      {
        status: 422,
        code: 'value',
        says: /without control characters/,
        expression: ['Patient.name[0].family'],
      },
      JSON.stringify(character),
    );
  }
  for (const address of [
    '/Patient/%00',
    '/Patient/a%00/_history',
    '/Patient/a/_history/%00',
    '/Patient?family=%00',
    '/Patient?identifier=%00|1',
    '/Patient?%00=1',
    '/Patient?_id=%00',
    '/Patient?_sort=%00',
    '/Patient?_lastUpdated=%00',
  ]) {
    outcome(t, await ask('GET', address), invalid(/NUL character/), address);
  }
  const form = await server.server.inject({
    method: 'POST',
    url: '/fhir/Patient/_search',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'family=%00',
  });
  t.equal(form.statusCode, 400);
});

t.test('an unknown resource type or address is 404', async (t) => {
  for (const address of [
    '/Nonsense',
    '/Nonsense/1',
    '/patient/a',
    '/__proto__/1',
    '/constructor',
    '/Resource/a',
    '/DomainResource',
    '/Element/1',
  ]) {
    outcome(
      t,
      await ask('GET', address),
      { status: 404, code: 'not-found', says: /is no FHIR R4 resource type/ },
      address,
    );
  }
  for (const address of ['/Patient/a/b', '/Patient/a/_history/1/2', '/metadata/x']) {
    outcome(
      t,
      await ask('GET', address),
      { status: 404, code: 'not-found', says: /There is nothing at/ },
      address,
    );
  }
  outcome(t, await ask('GET', '/Patient/a/$nonsense'), {
    status: 404,
    code: 'not-found',
    says: /no operation at Patient\/a\/\$nonsense/,
  });
});

t.test('an address with a "%" that is no encoding is 400', async (t) => {
  for (const address of ['/Patient/%E0%A4%A', '/Patient/%', '/%zz']) {
    const { status, body } = await ask('GET', address);
    t.equal(status, 400, address);
    t.match(
      body,
      { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'invalid' }] },
      address,
    );
  }
});

t.test('an unknown search parameter, modifier or value is 400', async (t) => {
  const unsupported = (says: RegExp) => ({ status: 400, code: 'not-supported', says });
  outcome(
    t,
    await ask('GET', '/Patient?nonsense=1'),
    unsupported(/Patient has no search parameter "nonsense".*Known are _content, .*_id,/),
  );
  outcome(t, await ask('GET', '/Patient?family:nonsense=1'), unsupported(/no modifier ":nonsense"/));
  outcome(t, await ask('GET', '/Patient?__proto__=1'), unsupported(/no search parameter "__proto__"/));
  outcome(t, await ask('GET', '/Patient?_count=-1'), invalid(/_count is "-1"/));
  t.equal((await ask('GET', '/Patient?birthdate=nonsense')).status, 400);
});

t.test('a method that an address does not take is 405 with Allow', async (t) => {
  const cases: [method: string, path: string, allow: string][] = [
    ['POST', '/Patient/a', 'GET, PUT, PATCH, DELETE'],
    ['DELETE', '/Patient/a/_history/1', 'GET'],
    ['POST', '/metadata', 'GET'],
    ['DELETE', '/$export', 'GET'],
  ];
  for (const [method, path, allow] of cases) {
    const answer = await ask(method, path, ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined);
    outcome(
      t,
      answer,
      {
        status: 405,
        code: 'not-supported',
        says: new RegExp(`${method} is not offered at .*Offered: ${allow}`),
      },
      `${method} ${path}`,
    );
    t.equal(answer.headers.allow, allow, `${method} ${path}: Allow`);
  }
});

t.test('a format that is neither JSON nor XML, or another FHIR version, is 406', async (t) => {
  const refused = { status: 406, code: 'not-supported', says: /Ask for application\/fhir\+json/ };
  for (const format of ['ttl', 'text/turtle', 'nonsense', 'application/fhir%2Bjson;fhirVersion=3.0'])
    outcome(t, await ask('GET', `/Patient/a?_format=${format}`), refused, format);
  for (const accept of ['text/turtle', 'application/fhir+json;q=0', 'application/fhir+json; fhirVersion=5.0'])
    outcome(t, await ask('GET', '/Patient/a', undefined, { accept }), refused, accept);
  for (const accept of [
    'application/fhir+json',
    'application/json',
    '*/*',
    'application/fhir+xml;q=0.4, application/fhir+json;q=0.5',
    'text/html',
    'application/fhir+json; fhirVersion=4.0',
  ]) {
    t.equal((await ask('GET', '/Patient/a', undefined, { accept })).status, 200, accept);
  }
  for (const format of ['json', 'application/json', 'application/fhir%2Bjson', 'application/fhir+json']) {
    t.equal(
      (await ask('GET', `/Patient/a?_format=${format}`, undefined, { accept: 'application/xml' })).status,
      200,
      `_format=${format} goes before Accept`,
    );
  }
});

t.test('objects and lists where text belongs are 400, whatever their properties are called', async (t) => {
  const evil = { toString: 1, valueOf: 1 };
  outcome(
    t,
    await ask('POST', '/Patient', { resourceType: evil }),
    invalid(/resourceType is an object\. Send "resourceType": "Patient"\./, ['resourceType']),
  );
  outcome(
    t,
    await ask('PUT', '/Patient/a', { resourceType: 'Patient', id: evil }),
    invalid(/id is an object, but the address says "a"/, ['Patient.id']),
  );
  outcome(
    t,
    await ask('PUT', '/Patient/a', { resourceType: 'Patient', id: ['a'] }),
    invalid(/id is a list, but the address says "a"/, ['Patient.id']),
  );
  for (const fullUrl of [evil, ['urn:uuid:1'], 5, null]) {
    const entry = [{ fullUrl, resource: patient('b'), request: { method: 'POST', url: 'Patient' } }];
    outcome(
      t,
      await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry }),
      invalid(/^Entry 0: The fullUrl must be text\./, ['Bundle.entry[0].fullUrl']),
      `fullUrl ${JSON.stringify(fullUrl)}`,
    );
  }
});

t.test('a sentence repeats at most 4,000 characters of what was sent', async (t) => {
  const answer = await raw(
    `${'a'.repeat(50_000)}=1`,
    'application/x-www-form-urlencoded',
    '/Patient/_search',
  );
  outcome(t, answer, { status: 400, code: 'not-supported', says: /^Patient has no search parameter "aaa/ });
  t.equal(answer.body.issue[0].diagnostics.length, 4001);
});

t.test('none of it wrote anything', async (t) => {
  t.same(await rowCounts(sql), before);
  t.same(before, { ...before, resource: 1, history: 0 });
});
