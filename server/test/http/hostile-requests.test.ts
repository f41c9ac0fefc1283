// Addresses, headers and operations' parameters that are made to break the server. https://hl7.org/fhir/R4/http.html
import fc from 'fast-check';
import t from 'tap';
import { startHostile } from './hostile.ts';

const runs = (numRuns: number) => ({ numRuns, seed: 2026 });
const server = await startHostile(t);
const { send } = server;
const before = await server.changes();
const json = { 'content-type': 'application/fhir+json' };

const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom(
    '',
    '..',
    '.',
    '%2e%2e',
    '%2F',
    '%2f..%2f',
    '%00',
    '%',
    '%zz',
    '%C0%AF',
    '%ED%A0%80',
    '%25',
    ';',
    '\\',
    '*',
    '$',
    '$$',
    '$export',
    '$meta',
    '$nonsense',
    '_history',
    '_search',
    '__proto__',
    'constructor',
    'a'.repeat(64),
    'a'.repeat(65),
    'a'.repeat(8000),
    '%41'.repeat(3000),
    'métadonnées',
  ),
);
const segment = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'Patient',
      'Task',
      'List',
      'a',
      'l',
      '_history',
      '1',
      '999999999999',
      '$meta',
      '$everything',
      '$reindex',
      '$export',
      'SearchParameter',
    ),
  },
  { weight: 2, arbitrary: odd },
);
const path = fc
  .tuple(fc.array(segment, { maxLength: 8 }), fc.constantFrom('/', '//', '/./'))
  .map(([parts, by]) => parts.join(by));

const dates = fc.constantFrom(
  '2026',
  '2026-02-30',
  '0000',
  '9999-12-31',
  '10000',
  'infinity',
  '',
  '2026-03-14T09:30:00+99:99',
  '0001-01-01T00:00:00+14:00',
  'now',
  'x'.repeat(5000),
  '\u0000',
);
const values = fc.oneof(
  dates,
  odd,
  fc.constantFrom(
    '0',
    '-1',
    '1',
    '1e3',
    '999999999',
    '99999999999',
    'Patient',
    'Patient,Nonsense',
    ',',
    'a',
    'l',
    'true',
    'json',
    'ndjson',
  ),
);
const parameters = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        '_since',
        '_at',
        '_count',
        '_list',
        '_type',
        'start',
        'end',
        '_cursor',
        '_format',
        '_pretty',
        '_summary',
        '_elements',
        '_outputFormat',
        'nonsense',
        '_since:not',
        '',
      ),
      values,
    ),
    { maxLength: 4 },
  )
  .map((pairs) =>
    pairs
      .map(
        ([name, value]) =>
          `${encodeURIComponent(name)}=${/%/.test(value) ? value : encodeURIComponent(value)}`,
      )
      .join('&'),
  );

t.test('any address, with any method', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
      path,
      parameters,
      async (method, address, query) => {
        // What could be a write that is meant as one is left out: the deletion of what is there.
        if (
          method === 'DELETE' &&
          /^\/*(\.\/)?(?:Patient|Task|List)\/+(\.\/)?[al]\/*(?:\.\/?)?$/.test(address)
        )
          return;
        await send({ method, url: `/fhir/${address}?${query}` });
      },
    ),
    runs(900),
  ),
);

const operation = fc.constantFrom(
  '_history',
  'Patient/_history',
  'Patient/a/_history',
  'Patient/a/$everything',
  'Patient/$everything',
  'Encounter/a/$everything',
  '$meta',
  'Patient/$meta',
  'Patient/a/$meta',
  'Patient/a/_history/1/$meta',
  '$export',
  'Patient/$export',
  '$export/x',
  '$reindex/x',
  '$export-file/x/y',
  '$export-file/..%2f..%2f/passwd',
  'SearchParameter/x/$reindex',
  'Patient/a/$meta-add',
  'Patient/a/$meta-delete',
);
const body = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    5,
    '',
    [],
    {},
    { resourceType: 'Parameters' },
    { resourceType: 'Parameters', parameter: 5 },
    { resourceType: 'Parameters', parameter: [null] },
  ),
  fc.record({
    resourceType: fc.constant('Parameters'),
    parameter: fc.array(
      fc.record(
        {
          name: fc.constantFrom<unknown>('meta', '_since', '_count', '_type', 5, '__proto__', ''),
          valueMeta: fc.constantFrom<unknown>({ tag: 5 }, { tag: [null] }, { profile: [5] }, 'x', null, {
            tag: [{ system: 5 }],
          }),
          valueString: fc.constantFrom<unknown>('x', 5, null, {}),
        },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 3 },
    ),
  }),
);
t.test('histories and operations with any parameters', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST'),
      operation,
      parameters,
      body,
      async (method, address, query, sent) => {
        const payload = method === 'POST' && sent !== undefined ? JSON.stringify(sent) : undefined;
        await send({
          method,
          url: `/fhir/${address}?${query}`,
          ...(payload !== undefined && { headers: json, payload }),
        });
      },
    ),
    runs(600),
  ),
);

const text = fc.oneof(
  fc.string({ maxLength: 40 }).map((value) => value.replace(/[^\x20-\x7e]/g, '')),
  fc.constantFrom(
    '',
    '*',
    'W/"1"',
    '"1"',
    'W/"',
    'W/"1", W/"2"',
    `W/"${'1'.repeat(5000)}"`,
    ','.repeat(5000),
    ';'.repeat(5000),
    ` ${'\t'.repeat(3000)}x`,
    '*/*;q=1e9',
    'application/fhir+json;fhirVersion=',
    'application/fhir+xml',
    'text/xml;q=NaN',
    'application/fhir+json;charset=utf-7',
    'multipart/form-data; boundary=x',
    'a/b;'.repeat(1000),
    `;${' '.repeat(5000)}fhirVersion`,
    'return=minimal',
    'handling=lenient',
    'respond-async',
    'gzip;q=0, *;q=0',
    'gzip, deflate, br',
    'Sun, 99 Foo 9999 99:99:99 GMT',
    'identifier=1',
    '&',
    '%',
    '?%00=',
    'a'.repeat(8000),
    '\xff\xfe',
    'é',
  ),
);
const header = fc.array(
  fc.tuple(
    fc.constantFrom(
      'if-match',
      'if-none-match',
      'if-none-exist',
      'if-modified-since',
      'prefer',
      'accept',
      'content-type',
      'accept-encoding',
      'x-request-id',
      'authorization',
      'x-security-context',
      'origin',
      'content-encoding',
      'expect',
    ),
    fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })),
  ),
  { minLength: 1, maxLength: 4 },
);
t.test('any headers, once and twice', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        'GET /Patient/a',
        'GET /Patient',
        'HEAD /Task/b',
        'POST /Patient',
        'PUT /Patient/a',
        'PATCH /Patient/a',
        'GET /metadata',
        'POST /Patient/_search',
        'GET /Patient/a/_history',
        'POST /',
      ),
      header,
      async (where, headers) => {
        const [method, address] = where.split(' ') as [string, string];
        // A body that no write takes: nothing may be written.
        const payload =
          method === 'GET' || method === 'HEAD' ? undefined : '{"resourceType":"Patient","active":5}';
        await send({
          method,
          url: `/fhir${address}`,
          headers: { ...(payload && json), ...Object.fromEntries(headers) },
          payload,
        });
      },
    ),
    runs(800),
  ),
);

t.test('none of it wrote anything, and the server is well', async (t) => {
  t.equal(await server.changes(), before);
  await server.settle(t);
});
