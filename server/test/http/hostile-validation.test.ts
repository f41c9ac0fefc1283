// Resources, definitions and terminology that are made to break validation, sent to a whole server: each is answered in time,
// in words, and nobody else waits. https://hl7.org/fhir/R4/validation.html · https://hl7.org/fhir/R4/terminology-service.html
import t from 'tap';
import { times } from '../validation/hostile/time.ts';
import { type Answered, startHostile } from './hostile.ts';
import { issuesOf, posting } from './hostile-post.ts';

const server = await startHostile(t);
const BASE = 'https://throughline.example/fhir';
const url = (name: string): string => `http://x.example/${name}`;
const uuid = (n: number): string => `urn:uuid:${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;

const post = posting(t, server);
const store = (resource: { resourceType: string }) => post(resource.resourceType, resource);
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });
const task = (more: object) => ({ resourceType: 'Task', status: 'draft', intent: 'order', ...more });
const extended = (count: number, of: (n: number) => string) => ({
  resourceType: 'Patient',
  extension: times(count, (n) => ({ url: of(n), valueBoolean: true })),
});
/** About 5 MB each; what the outcome of $validate says first, and of POST. */
const LARGE: Readonly<
  Record<string, readonly [resource: { resourceType: string }, says: RegExp, refused?: RegExp]>
> = {
  'unknown extensions': [extended(90_000, (n) => url(`e${n}`)), /is an extension that is not known here/],
  'unknown extensions of ours': [
    extended(50_000, (n) => `${BASE}/StructureDefinition/no${n}`),
    /is not an extension of ours/,
    /is not an extension of ours/,
  ],
  'claims of unknown profiles': [
    { resourceType: 'Patient', meta: { profile: times(100_000, (n) => url(`p${n}`)) } } as {
      resourceType: string;
    },
    /is not a profile of this server/,
  ],
  'contained resources that refer to each other': [
    {
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      contained: times(25_000, (n) =>
        task({ id: `t${n}`, partOf: [{ reference: `#t${(n + 1) % 25_000}` }], owner: { reference: '#' } }),
      ),
      entry: times(25_000, (n) => ({ item: { reference: `#t${n}` } })),
    } as { resourceType: string },
    /No problems were found/,
    /at most 5000 are taken/,
  ],
  'contained resources that nobody refers to': [
    {
      resourceType: 'Patient',
      contained: times(50_000, (n) => ({ resourceType: 'Patient', id: `p${n}` })),
    } as { resourceType: string },
    /SHALL be referred to/,
    /SHALL be referred to/,
  ],
  'inputs of a task of ours': [
    task({
      meta: { profile: [`${BASE}/StructureDefinition/cn-navigation-task`] },
      code: {
        coding: times(30_000, () => ({ system: `${BASE}/CodeSystem/cn-task-code`, code: 'outreach' })),
      },
      input: times(30_000, (n) => ({ type: { text: `t${n}` }, valueString: 'a' })),
    }),
    /exactly one code/,
    /exactly one code/,
  ],
  'entries that refer to each other': [
    {
      resourceType: 'Bundle',
      type: 'collection',
      entry: times(20_000, (n) => ({
        fullUrl: uuid(n),
        resource: task({ partOf: [{ reference: uuid((n + 1) % 20_000) }] }),
      })),
    } as { resourceType: string },
    /No problems were found/,
  ],
  'values of a wrong type': [
    { resourceType: 'Patient', name: times(100_000, (n) => ({ family: n })) } as { resourceType: string },
    /Patient\.name\[0\]\.family must be text/,
    /Patient\.name\[0\]\.family must be text/,
  ],
  'elements that do not exist': [
    { resourceType: 'Patient', ...Object.fromEntries(times(150_000, (n) => [`k${n}`, n])) },
    /is not an element of Patient/,
    /is not an element of Patient/,
  ],
};
t.test('resources of 5 MB are checked, written or refused', async (t) => {
  for (const [name, [resource, says, refused]] of Object.entries(LARGE)) {
    const checked = await post(`${resource.resourceType}/$validate`, resource);
    t.equal(checked.status, 200, `${name}: $validate`);
    t.ok(issuesOf(checked).length <= 100, `${name}: a hundred issues at most`);
    t.match(issuesOf(checked)[0]!.diagnostics, says, name);
    const written = await store(resource);
    t.equal(written.status, refused ? 422 : 201, `${name}: POST`);
    if (refused) t.match(issuesOf(written)[0]!.diagnostics, refused, name);
  }
  const [list] = LARGE['contained resources that refer to each other']!;
  const entry = [{ fullUrl: uuid(1), resource: list, request: { method: 'POST', url: 'List' } }];
  const { status } = await post('', { resourceType: 'Bundle', type: 'transaction', entry });
  t.equal(status, 422, 'in a transaction');
});

t.test('a text of megabytes is not repeated to who sent it', async (t) => {
  const long = 'Quonzelwax'.repeat(200_000);
  const bodies = [
    { resourceType: 'Patient', gender: long },
    { resourceType: 'Patient', [long]: 1 },
    { resourceType: 'Patient', generalPractitioner: [{ reference: long }] },
    { resourceType: 'Patient', birthDate: long },
    { resourceType: 'Patient', multipleBirthInteger: long },
    { resourceType: 'Patient', identifier: [{ system: `a ${long}` }] },
    { resourceType: 'Patient', photo: [{ data: `${long}!` }] },
    { resourceType: 'Patient', text: { status: 'generated', div: `<div xmlns="x">${long}<x></div>` } },
  ];
  for (const [n, body] of bodies.entries()) {
    const { status, body: outcome } = await post('Patient/$validate', body);
    t.equal(status, 200);
    t.equal(issuesOf({ body: outcome } as Answered)[0]!.severity, 'error', String(n));
    t.ok(outcome.length < 20_000, `${n}: ${outcome.length} characters`);
  }
});

const nested = (depth: number, open: string, inner: string, close: string): string =>
  open.repeat(depth) + inner + close.repeat(depth);
const deepPatient = (depth: number): string =>
  `{"resourceType":"Patient","extension":${nested(depth, '[{"url":"http://x/a","extension":', '[]', '}]')}}`;
t.test('1,000 and 100,000 levels of nesting are refused in JSON and XML', async (t) => {
  for (const depth of [101, 1_000, 100_000]) {
    const patient = deepPatient(depth);
    const contains = nested(depth, '[{"system":"http://x","code":"a","contains":', '[]', '}]');
    const concept = nested(depth, '[{"code":"a","concept":', '[{"code":"b"}]', '}]');
    const valueSet = `{"resourceType":"ValueSet","status":"active","expansion":{"timestamp":"2026","contains":${contains}}}`;
    const sent: readonly [path: string, body: string][] = [
      ['Patient', patient],
      ['Patient/$validate', patient],
      [
        'Patient/$validate',
        `{"resourceType":"Parameters","parameter":[{"name":"resource","resource":${patient}}]}`,
      ],
      [
        '',
        `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":${patient},"request":{"method":"POST","url":"Patient"}}]}`,
      ],
      [
        'ValueSet/$expand',
        `{"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":${valueSet}}]}`,
      ],
      [
        'CodeSystem',
        `{"resourceType":"CodeSystem","url":"${url('deep')}","status":"active","content":"complete","concept":${concept}}`,
      ],
    ];
    for (const [path, body] of sent) {
      const answer = await post(path, body);
      t.match(issuesOf(answer)[0]!.diagnostics, /nested (?:deeper|more) than|levels/, `${depth}: ${path}`);
    }
    const xml = `<Patient xmlns="http://hl7.org/fhir">${nested(depth, '<extension url="http://x/a">', '', '</extension>')}</Patient>`;
    for (const path of ['Patient', 'Patient/$validate'])
      t.match((await post(path, xml, 'xml')).body, /levels/, `${depth}: ${path} in XML`);
  }
});

t.test('bombs for the pattern of every primitive are values like any other', async (t) => {
  const many = (part: string): string => part.repeat(300_000);
  const values: Record<string, object> = {
    base64Binary: { valueBase64Binary: `${many('A ')}!` },
    code: { valueCode: `${many('a ')} ` },
    date: { valueDate: many('2026-') },
    dateTime: { valueDateTime: `2026-01-05T10:00:00.${many('0')}x` },
    id: { valueId: many('a-') },
    instant: { valueInstant: `2026-01-05T10:00:00.${many('0')}x` },
    oid: { valueOid: `urn:oid:1${many('.1')}.` },
    string: { valueString: `${many('a ')}\u0001` },
    time: { valueTime: `10:00:00.${many('0')}x` },
    uri: { valueUri: `${many('a:/')} ` },
    url: { valueUrl: `http://${many('a.')} ` },
    canonical: { valueCanonical: `${many('|')} ` },
    uuid: { valueUuid: `urn:uuid:${many('0-')}` },
    markdown: { valueMarkdown: `${many('# ')}\u0001` },
    decimal: { valueDecimal: many('1.') },
  };
  for (const [type, value] of Object.entries(values)) {
    const answer = await store({
      resourceType: 'Patient',
      extension: [{ url: url('e'), ...value }],
    } as never);
    t.equal(answer.status, 422, type);
    t.match(issuesOf(answer)[0]!.expression?.[0], /^Patient\.extension\[0\]\.value/, type);
  }
});

t.test('unknown profiles and wrong parameters of $validate', async (t) => {
  const resource = { name: 'resource', resource: { resourceType: 'Patient' } };
  const unknown = issuesOf(
    await post(`Patient/$validate?profile=${url('none')}`, { resourceType: 'Patient' }),
  );
  t.match(unknown[0], { severity: 'error', code: 'not-found' });
  t.match(unknown[0]!.diagnostics, /is not known here\. Load its package, or check the spelling/);
  const claimed = await store({
    resourceType: 'Patient',
    meta: { profile: [`${BASE}/StructureDefinition/none`] },
  } as never);
  t.equal(claimed.status, 422);
  t.match(issuesOf(claimed)[0]!.diagnostics, /is an unknown profile; check the spelling/);
  const many = times(100_000, (n) => ({ name: 'profile', valueUri: url(`p${n}`) }));
  const refused = await post('Patient/$validate', parameters(resource, ...many));
  t.equal(refused.status, 400);
  t.match(issuesOf(refused)[0]!.diagnostics, /was given 100000 profiles\. Give at most 100/);
  const wrong: readonly [object, RegExp][] = [
    [{ name: 'profile', valueHumanName: { text: 'x' } }, /"profile" must have one primitive value/],
    [{ name: 'profile', resource: { resourceType: 'Patient' } }, /"profile" must have one primitive value/],
    [{ name: 'profile' }, /"profile" must have one primitive value/],
    [{ name: 'mode', valueBoolean: true }, /is no mode of \$validate/],
    [{ name: 'resource', resource: { resourceType: 'Patient' } }, /takes one resource/],
    [{ name: 'nonsense', valueString: 'x' }, /has no parameter "nonsense"/],
    [{ valueString: 'x' }, /must be a Parameters resource/],
  ];
  for (const [parameter, says] of wrong) {
    const answer = await post('Patient/$validate', parameters(resource, parameter));
    t.equal(answer.status, 400, JSON.stringify(parameter));
    t.match(issuesOf(answer)[0]!.diagnostics, says);
  }
  for (const value of [null, 5, 'x', [], [null], {}, { resourceType: 'Patient' }, { resourceType: {} }])
    t.ok(
      (await post('Patient/$validate', parameters({ name: 'resource', resource: value } as object))).status <
        500,
    );
});

const definition = (id: string, more: object) => ({
  resourceType: 'StructureDefinition',
  url: url(`StructureDefinition/${id}`),
  name: `X${id}`,
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  derivation: 'constraint',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  ...more,
});
const demanding = (...expressions: string[]) => ({
  differential: {
    element: [
      {
        id: 'Patient',
        path: 'Patient',
        constraint: expressions.map((expression, n) => ({
          key: `x-${n}`,
          severity: 'error',
          human: 'Broken.',
          expression,
        })),
      },
    ],
  },
});
t.test(
  'a stored profile that takes long or turns in circles is told, and keeps nobody from writing',
  async (t) => {
    const own = (id: string) => url(`StructureDefinition/${id}`);
    const stored = {
      quadratic: demanding('descendants().where(%resource.descendants().count() < 5).empty()'),
      pattern: demanding("name.all(family.matches('^(a+)+$'))"),
      circle: demanding(`conformsTo('${own('circle')}')`, `conformsTo('${own('circle')}') and name.exists()`),
      base: { baseDefinition: own('base'), ...demanding('true') },
      itself: {
        differential: {
          element: [
            { id: 'Patient', path: 'Patient', type: [{ code: 'Patient', profile: [own('itself')] }] },
          ],
        },
      },
      slices: {
        differential: {
          element: [
            {
              id: 'Patient.name',
              path: 'Patient.name',
              slicing: { discriminator: [{ type: 'value', path: 'family' }], rules: 'closed' },
            },
            ...times(200, (n) => [
              { id: `Patient.name:s${n}`, path: 'Patient.name', sliceName: `s${n}`, min: 0, max: '1' },
              { id: `Patient.name:s${n}.family`, path: 'Patient.name.family', fixedString: `s${n}` },
            ]).flat(),
          ],
        },
      },
      elements: {
        differential: {
          element: times(10_000, (n) => ({
            id: `Patient.name:s${n}`,
            path: 'Patient.name',
            sliceName: `s${n}`,
          })),
        },
      },
    };
    for (const [id, more] of Object.entries(stored)) {
      const answer = await store(definition(id, more));
      t.ok(answer.status === 201 || answer.status === 422, `${id}: ${answer.status}`);
    }
    const names = times(5_000, (n) => ({ family: `${'a'.repeat(40)}!${n}`, given: ['x'] }));
    const says: Readonly<Record<string, RegExp>> = {
      quadratic: /takes longer than \d+ ms here/,
      pattern: /takes longer than \d+ ms here/,
      base: /was not checked whole/,
      slices: /is none of s0, s1, .* and 170 others/,
    };
    for (const [id, said] of Object.entries(says)) {
      const issues = issuesOf(
        await post(`Patient/$validate?profile=${own(id)}`, { resourceType: 'Patient', name: names }),
      );
      t.match(issues.map(({ diagnostics }) => diagnostics).join('\n'), said, id);
    }
    for (const id of Object.keys(stored)) {
      const claiming = { resourceType: 'Patient', meta: { profile: [own(id)] }, name: names.slice(0, 3) };
      const { status } = await store(claiming);
      t.equal(status, id === 'slices' ? 422 : 201, `a write that claims ${id}`);
    }
    t.equal(
      (await store({ resourceType: 'Patient', active: true } as never)).status,
      201,
      'a write that claims nothing',
    );
  },
);

t.test('the server is well', async (t) => {
  await server.settle(t);
});
