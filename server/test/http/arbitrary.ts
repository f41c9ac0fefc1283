// Arbitrary requests: addresses, queries, headers, resources and bundles that look like FHIR but are wrong somewhere.
import fc from 'fast-check';

export const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE');
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '..', '__proto__', '%', '|', ',', '\\', '$', '\u0000', "';--", '😀', 'a'.repeat(300)),
);
const segment = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'Patient',
      'Task',
      'a',
      '_history',
      '1',
      '_search',
      'metadata',
      '$export',
      '$export-file',
    ),
  },
  { weight: 1, arbitrary: odd },
);
export const address = fc
  .array(segment, { maxLength: 5 })
  .map((parts) => parts.map(encodeURIComponentSafely).join('/'));
const name = fc.oneof(
  fc.constantFrom(
    '_id',
    'family',
    'identifier',
    'birthdate',
    'general-practitioner',
    '_lastUpdated',
    '_sort',
    '_count',
    '_include',
    '_total',
    '_summary',
    '_cursor',
    'family:exact',
    'identifier:not',
    'active:missing',
    '_format',
    '_type',
    '_since',
  ),
  odd,
);
const value = fc.oneof(
  fc.constantFrom(
    'a',
    'Patient/a',
    '2026-03',
    'gt2026-13-01',
    'http://x|y',
    '|',
    '|a',
    'a|b|c',
    '-family,_id',
    '0',
    '99999999999',
    'Patient:general-practitioner',
    'true',
    '\\,',
  ),
  odd,
);
export const query = fc
  .array(fc.tuple(name, value), { maxLength: 4 })
  .map((pairs) => pairs.map((pair) => pair.map(encodeURIComponentSafely).join('=')).join('&'));
export const header = fc.record(
  {
    'if-match': fc.constantFrom('W/"1"', '*', 'x', '""'),
    'if-none-match': fc.constantFrom('W/"1"', '*', 'x', ',,'),
    'if-modified-since': fc.constantFrom('x', 'Sun, 15 Mar 2026 10:00:00 GMT', ''),
    'if-none-exist': fc.constantFrom('identifier=1', '', '&&', '%', 'nonsense=1', 'family=%00', '_id=a'),
    prefer: fc.constantFrom(
      'return=minimal',
      'return=OperationOutcome',
      'respond-async',
      'handling=lenient',
      ';;=',
    ),
    accept: fc.constantFrom('*/*', 'application/fhir+json', 'text/xml', ';', ''),
  },
  { requiredKeys: [] },
);

function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** JSON that looks like FHIR but is wrong somewhere. */
const node: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1.5,
      1e30,
      '',
      'a',
      'Patient/a',
      'Patient/none',
      'Patient?_id=a',
      'urn:uuid:x',
      'final',
      '2026-02-30',
      '\u0000',
      '\ud800',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(
    fc.constantFrom(
      'resourceType',
      'id',
      'meta',
      'versionId',
      'tag',
      'name',
      'family',
      'identifier',
      'system',
      'value',
      'status',
      'intent',
      'for',
      'reference',
      'extension',
      'url',
      'valueReference',
      'contained',
      'text',
      'div',
      'code',
      'coding',
      'active',
      '_active',
      'birthDate',
      'hasOwnProperty',
    ),
    tie('value'),
    { maxKeys: 6 },
  ),
})).value;
export const body = fc.oneof(
  fc
    .record(
      {
        resourceType: fc.constantFrom<unknown>('Patient', 'Task', 'Nonsense', 1, null),
        id: fc.constantFrom<unknown>('a', 'b', 'new', '', 5),
      },
      { requiredKeys: [] },
    )
    .chain((base) =>
      fc
        .dictionary(
          fc.constantFrom(
            'name',
            'identifier',
            'status',
            'intent',
            'for',
            'extension',
            'contained',
            'meta',
            'text',
            'code',
            'generalPractitioner',
          ),
          node,
          { maxKeys: 4 },
        )
        .map((more) => ({ ...more, ...base })),
    ),
  node,
);
const entry = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      {
        fullUrl: fc.constantFrom<unknown>('urn:uuid:x', 'http://x.example/Patient/a', 5, ''),
        resource: body,
        request: fc.record(
          {
            method: fc.oneof(method, fc.constantFrom<unknown>(null, 1)),
            url: fc.oneof(
              address,
              fc.constantFrom<unknown>('Patient', 'Patient/a', 'Task', 'Patient?family=x', 5, null),
            ),
            ifMatch: fc.constantFrom<unknown>('W/"1"', 'x', 5),
            ifNoneExist: fc.constantFrom<unknown>('identifier=1', '', {}, 'nonsense=1'),
          },
          { requiredKeys: ['method'] },
        ),
      },
      { requiredKeys: ['request'] },
    ),
  },
  { weight: 1, arbitrary: node },
);
export const bundle = fc.record(
  {
    resourceType: fc.constant('Bundle'),
    type: fc.constantFrom<unknown>('batch', 'transaction', 'transaction', 'history', 1),
    entry: fc.oneof(fc.array(entry, { maxLength: 4 }), node),
  },
  { requiredKeys: ['resourceType', 'type'] },
);

/** A JSON Patch that may apply. */
export const operations = fc.array(
  fc.record(
    {
      op: fc.constantFrom<unknown>('add', 'remove', 'replace', 'move', 'copy', 'test', 1),
      path: fc.constantFrom<unknown>(
        '/name',
        '/name/0',
        '/name/-',
        '/active',
        '/id',
        '/meta/versionId',
        '',
        'x',
        5,
      ),
      from: fc.constantFrom<unknown>('/name', '/identifier/0', '/none'),
      value: node,
    },
    { requiredKeys: ['op'] },
  ),
  { maxLength: 3 },
);
/** A FHIRPath Patch that may apply. */
export const fhirPathPatch = fc
  .array(
    fc.record(
      {
        type: fc.constantFrom('add', 'insert', 'delete', 'replace', 'move', 'x'),
        path: fc.constantFrom(
          'Patient',
          'Patient.name',
          'Patient.name[0].family',
          'Patient.identifier.where(',
          'Patient.id',
        ),
        value: fc.constantFrom<unknown>('x', { family: 'x' }, null, []),
        index: fc.constantFrom<unknown>(0, 1, -1, 'x', 1e20),
      },
      { requiredKeys: ['type', 'path'] },
    ),
    { maxLength: 3 },
  )
  .map((list) => ({
    resourceType: 'Parameters',
    parameter: list.map(({ type, path, value, index }) => ({
      name: 'operation',
      part: [
        { name: 'type', valueCode: type },
        { name: 'path', valueString: path },
        ...(type === 'add' ? [{ name: 'name', valueString: 'name' }] : []),
        ...(value === undefined ? [] : [{ name: 'value', valueHumanName: value }]),
        ...(index === undefined ? [] : [{ name: 'index', valueInteger: index }]),
      ],
    })),
  }));
