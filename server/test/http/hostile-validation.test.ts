// Bad input against validation and terminology: an answer in bounded time, and an issue that says what to do.
// https://hl7.org/fhir/R4/validation.html · https://hl7.org/fhir/R4/security.html#input
import t, { type Test } from 'tap';
import { type Answer, asking, startServer } from '../helpers/server.ts';

const server = await startServer(t);
const ask = asking(server);
/** Milliseconds of one request on a machine that other tests use too. */
const BOUND = 8_000;

/** Asks, and holds the answer against what holds for all of them. */
async function bounded(t: Test, path: string, body: unknown, method = 'POST'): Promise<Answer> {
  const start = performance.now();
  const answer = await ask(method, path, body);
  const took = performance.now() - start;
  t.ok(took < BOUND, `${path} took ${took.toFixed(0)} ms`);
  t.ok(answer.status < 500, `${path} is answered ${answer.status}`);
  if (answer.body?.resourceType === 'OperationOutcome') {
    t.ok(answer.body.issue.length <= 101, 'at most a hundred issues');
    for (const issue of answer.body.issue) t.ok(issue.diagnostics.length > 10, 'each says a sentence');
  }
  return answer;
}
const codesOf = ({ body }: Answer): string[] => body.issue.map(({ code }: { code: string }) => code);

t.test('a resource of 5 MB is validated, whatever it is made of', async (t) => {
  const many = <T>(count: number, make: (n: number) => T): T[] =>
    Array.from({ length: count }, (_, n) => make(n));
  const extension = (n: number) => ({ url: `http://example.org/e${n}`, valueString: 'x'.repeat(20) });
  const shapes: [string, object][] = [
    [
      'one text',
      {
        resourceType: 'Basic',
        code: { text: 'x'.repeat(1_000_000) },
        extension: many(4, (n) => ({ url: `http://example.org/${n}`, valueString: 'y'.repeat(1_000_000) })),
      },
    ],
    ['unknown extensions', { resourceType: 'Patient', extension: many(50_000, extension) }],
    [
      'names',
      { resourceType: 'Patient', name: many(60_000, (n) => ({ family: `F${n}`, given: ['A', 'B'] })) },
    ],
    [
      'items of a sliced list',
      {
        resourceType: 'Task',
        status: 'requested',
        intent: 'order',
        code: {
          coding: [
            { system: 'https://throughline.example/fhir/CodeSystem/cn-task-code', code: 'nav-schedule' },
          ],
        },
        input: many(25_000, (n) => ({
          type: {
            coding: [
              { system: 'https://throughline.example/fhir/CodeSystem/cn-task-parameter', code: `c${n}` },
            ],
          },
          valueString: 'x',
        })),
      },
    ],
    [
      'references to contained resources',
      {
        resourceType: 'List',
        status: 'current',
        mode: 'working',
        contained: many(4_000, (n) => ({ resourceType: 'Patient', id: `p${n}` })),
        entry: many(40_000, (n) => ({ item: { reference: `#p${n % 4_000}` } })),
      },
    ],
    [
      'wrong codes',
      {
        resourceType: 'Patient',
        link: many(50_000, () => ({ other: { reference: 'Patient/1' }, type: 'x' })),
      },
    ],
    [
      'entries that name each other',
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: many(10_000, (n) => ({
          fullUrl: `http://example.org/Patient/p${n}`,
          resource: {
            resourceType: 'Patient',
            id: `p${n}`,
            link: [{ other: { reference: `Patient/p${(n * 7) % 10_000}` }, type: 'seealso' }],
          },
        })),
      },
    ],
  ];
  for (const [name, resource] of shapes) {
    const { resourceType } = resource as { resourceType: string };
    const answer = await bounded(t, `/${resourceType}/$validate`, resource);
    t.equal(answer.status, 200, name);
    t.equal(answer.body.resourceType, 'OperationOutcome', name);
  }
});

t.test('nesting of a thousand levels is one issue that says so', async (t) => {
  const nested = (depth: number): object =>
    depth
      ? { url: 'http://example.org/e', extension: [nested(depth - 1)] }
      : { url: 'http://example.org/e', valueCode: 'a' };
  for (const depth of [101, 1_000, 2_000]) {
    const answer = await bounded(t, '/Patient', { resourceType: 'Patient', extension: [nested(depth)] });
    t.ok([400, 422].includes(answer.status), `${depth} levels: ${answer.status}`);
    t.match(answer.body.issue[0].diagnostics, /nested|deep/);
  }
  const deep = `{"resourceType":"Patient","extension":${'[{"url":"a","extension":'.repeat(100_000)}[]${'}]'.repeat(100_000)}}`;
  t.ok((await bounded(t, '/Patient', deep)).status >= 400);
});

t.test('texts made against regular expressions cost no more than others', async (t) => {
  const bombs = [
    'a'.repeat(500_000),
    ' '.repeat(500_000),
    `${'a '.repeat(250_000)} `,
    '1.'.repeat(250_000),
    `urn:oid:${'1.'.repeat(200_000)}`,
    '-'.repeat(500_000),
    `${'9'.repeat(400_000)}Z`,
    '='.repeat(400_000),
    '\\'.repeat(100_000),
  ];
  for (const text of bombs)
    for (const resource of [
      { resourceType: 'Patient', birthDate: text },
      { resourceType: 'Patient', gender: text },
      { resourceType: 'Patient', id: text, implicitRules: text, language: text },
      { resourceType: 'Patient', managingOrganization: { reference: text } },
      { resourceType: 'Patient', photo: [{ data: text, url: text, creation: text }] },
      {
        resourceType: 'Patient',
        text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` },
      },
      {
        resourceType: 'Observation',
        status: 'final',
        code: { coding: [{ system: 'http://snomed.info/sct', code: text }] },
        valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: text },
      },
    ])
      await bounded(t, `/${resource.resourceType}/$validate`, resource);
});

t.test('a pattern of a value set that could take for ever is ended, and said so', async (t) => {
  const valueSet = {
    resourceType: 'ValueSet',
    status: 'active',
    compose: {
      include: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
          filter: [{ property: 'definition', op: 'regex', value: '(([a-z ]+)+)+!' }],
        },
      ],
    },
  };
  const answer = await bounded(t, '/ValueSet/$expand', {
    resourceType: 'Parameters',
    parameter: [{ name: 'valueSet', resource: valueSet }],
  });
  t.ok([200, 400, 422].includes(answer.status));
});

t.test('value sets that contain each other are refused with their names', async (t) => {
  const url = (name: string) => `http://example.org/ValueSet/${name}`;
  const set = (name: string, other: string, how: 'include' | 'exclude' = 'include') => ({
    resourceType: 'ValueSet',
    id: name,
    url: url(name),
    status: 'active',
    compose: {
      include:
        how === 'include'
          ? [{ valueSet: [url(other)] }]
          : [{ system: 'http://hl7.org/fhir/administrative-gender' }],
      ...(how === 'exclude' && { exclude: [{ valueSet: [url(other)] }] }),
    },
  });
  for (const one of [set('self', 'self'), set('a', 'b'), set('b', 'a'), set('c', 'c', 'exclude')])
    t.equal((await ask('PUT', `/ValueSet/${one.id}`, one)).status, 201);
  for (const name of ['self', 'a', 'c'])
    for (const path of [
      `/ValueSet/${name}/$expand`,
      `/ValueSet/$validate-code?url=${url(name)}&system=http://hl7.org/fhir/administrative-gender&code=male`,
      `/Patient?gender:in=${url(name)}`,
    ]) {
      const answer = await bounded(t, path, undefined, 'GET');
      t.ok([400, 422].includes(answer.status), `${path}: ${answer.status}`);
      t.match(answer.body.issue[0].diagnostics, /contains itself/);
    }
});

t.test('unknown profiles are named: an error when asked for, information when claimed', async (t) => {
  const unknown = 'http://example.org/StructureDefinition/none';
  const asked = await bounded(t, `/Patient/$validate?profile=${unknown}`, { resourceType: 'Patient' });
  t.match(asked.body.issue[0], { severity: 'error', code: 'not-found', diagnostics: new RegExp(unknown) });
  const claims = Array.from({ length: 5_000 }, (_, n) => `${unknown}${n}`);
  const claimed = await bounded(t, '/Patient/$validate', {
    resourceType: 'Patient',
    meta: { profile: claims },
  });
  t.equal(claimed.status, 200);
  t.notOk(codesOf(claimed).includes('exception'));
  t.ok(claimed.body.issue.every(({ severity }: { severity: string }) => severity === 'information'));
});

t.test(
  'a profile whose definitions lead in a circle, or whose invariants explode, ends nobody',
  async (t) => {
    const definition = (
      name: string,
      element: object[],
      base = 'http://hl7.org/fhir/StructureDefinition/Patient',
    ) => ({
      resourceType: 'StructureDefinition',
      id: name,
      url: `http://example.org/StructureDefinition/${name}`,
      name: 'Odd',
      status: 'active',
      kind: 'resource',
      abstract: false,
      type: 'Patient',
      baseDefinition: base,
      derivation: 'constraint',
      differential: { element },
    });
    const slow = (expression: string) => [
      {
        id: 'Patient',
        path: 'Patient',
        constraint: [
          { key: 'odd-1', severity: 'error', human: 'This rule looks at everything.', expression },
        ],
      },
    ];
    const definitions = [
      definition('circle-a', [], 'http://example.org/StructureDefinition/circle-b'),
      definition('circle-b', [], 'http://example.org/StructureDefinition/circle-a'),
      definition(
        'slow',
        slow(
          'descendants().where(%resource.descendants().where($this = %resource.name.given).exists()).exists()',
        ),
      ),
      definition('pattern', slow("name.given.all(matches('^(([a-z])+.)+[A-Z]([a-z])+$'))")),
    ];
    for (const one of definitions) {
      const { status } = await bounded(t, `/StructureDefinition/${one.id}`, one, 'PUT');
      t.ok([201, 422].includes(status), `${one.id}: ${status}`);
    }
    const name = Array.from({ length: 2_000 }, (_, n) => ({
      family: `F${n}`,
      given: ['a'.repeat(40), `G${n}`],
    }));
    for (const { url } of definitions)
      t.equal(
        (await bounded(t, `/Patient/$validate?profile=${url}`, { resourceType: 'Patient', name })).status,
        200,
        url,
      );
    t.equal(
      (await bounded(t, '/Patient', { resourceType: 'Patient', name: [{ family: 'After' }] })).status,
      201,
      'alive',
    );
  },
);
