// Requests that would take long: each is answered in time, or refused in words, and the server lives on.
// https://hl7.org/fhir/R4/search.html#errors
import t from 'tap';
import { openPool } from '../../db/pool.ts';
import { until } from '../helpers/process.ts';
import { startHostile } from './hostile.ts';

const server = await startHostile(t);
const { send } = server;
const json = { 'content-type': 'application/fhir+json' };

const repeated = (count: number, part: (n: number) => string, by: string) =>
  Array.from({ length: count }, (_, n) => part(n)).join(by);
const values = (count: number, part: (n: number) => string) => encodeURIComponent(repeated(count, part, ','));
const search = (type: string, payload: string, headers = {}) =>
  send({
    method: 'POST',
    url: `/fhir/${type}/_search`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload,
  });
const create = (resource: { resourceType: string; [element: string]: unknown }) =>
  send({
    method: 'POST',
    url: `/fhir/${resource.resourceType}`,
    headers: json,
    payload: JSON.stringify(resource),
  });

const REFUSED: Readonly<Record<string, [type: string, query: string, says: RegExp]>> = {
  'parameters without end': [
    'Patient',
    repeated(200_000, (n) => `a${n}=1`, '&'),
    /has 200000 parameters. Give at most 1000/,
  ],
  'characters without end': [
    'Patient',
    `_cursor=${'a.'.repeat(1_500_000)}`,
    /characters. Give at most 2000000/,
  ],
  'words without end': [
    'Task',
    `_content=${encodeURIComponent(`"${'w a '.repeat(50_000)}"`)}`,
    /_content has 200002 characters. Give at most 20000/,
  ],
  'texts without end': [
    'Task',
    `_text=${values(4000, (n) => `x${n % 9}`)}`,
    /_text has 4000 values. Give at most 100/,
  ],
  'segments of :above without end': [
    'ValueSet',
    `url:above=http://s${'/a'.repeat(100_000)}`,
    /more segments than are followed/,
  ],
  'value sets without end': [
    'Task',
    `status:in=${values(9000, () => 'http://hl7.org/fhir/ValueSet/task-status')}`,
    /"status:in" has 9000 values. Give at most 100/,
  ],
  'codes to follow without end': [
    'Task',
    `code:below=${values(9000, () => 'http://hl7.org/fhir/task-status|requested')}`,
    /"code:below" has 9000 values. Give at most 1000/,
  ],
  'more values than a statement takes': [
    'Location',
    `near=${values(10_000, (n) => `${n % 90}|8|10|km`)}`,
    /compares 70000 values. Give fewer/,
  ],
};
t.test('searches that are too much are refused with what is allowed', async (t) => {
  for (const [name, [type, query, says]] of Object.entries(REFUSED)) {
    const { status, body } = await search(type, query);
    t.equal(status, 400, name);
    t.match(JSON.parse(body).issue[0].diagnostics, says, name);
  }
  const { status } = await search(
    'Patient',
    repeated(200_000, (n) => `a${n}=1`, '&'),
    { prefer: 'handling=lenient' },
  );
  t.equal(status, 400, 'lenient too');
});

const ANSWERED: Readonly<Record<string, [type: string, query: string]>> = {
  '10,000 identifiers of as many systems': [
    'Patient',
    `identifier=${values(10_000, (n) => `http://x${n}|${n}`)}`,
  ],
  '10,000 texts to contain': ['Patient', `name:contains=${values(10_000, (n) => `%${n}`)}`],
  '10,000 dates': ['Patient', `birthdate=${values(10_000, (n) => `ap${1000 + (n % 5000)}-01-01`)}`],
  '10,000 composites': [
    'Observation',
    `code-value-quantity=${values(10_000, (n) => `http://loinc.org|${n}$ap${n}|http://s|c`)}`,
  ],
  '40 chains of 8 links': [
    'Task',
    repeated(
      40,
      (n) =>
        `patient.general-practitioner:Practitioner._has:Patient:general-practitioner:_has:Task:patient:owner:Practitioner._has:Task:owner:patient.identifier=${n}`,
      '&',
    ),
  ],
  '38 chains of 8 links to any type': [
    'Task',
    repeated(38, (n) => `${'focus.'.repeat(8)}identifier:not=${n}`, '&'),
  ],
  '40 times _has in 8 layers': [
    'Patient',
    repeated(40, (n) => `_has:Task:patient:${'_has:Task:part-of:'.repeat(7)}identifier=${n}`, '&'),
  ],
  'a filter of 40 chains': [
    'Task',
    `_filter=${encodeURIComponent(repeated(40, (n) => `not (${'focus.'.repeat(8)}identifier ne "${n}")`, ' or '))}`,
  ],
  '40 includes that go round': ['Task', repeated(20, () => '_include:iterate=*&_revinclude:iterate=*', '&')],
};
t.test('searches at the limits are answered in time', async (t) => {
  for (const [name, [type, query]] of Object.entries(ANSWERED))
    t.equal((await search(type, query)).status, 200, name);
});

const names = Array.from({ length: 40 }, (_, n) => ({ family: `${'a'.repeat(40)}!${n}` }));
const patchPath = (path: string) => {
  const part = [
    { name: 'type', valueCode: 'delete' },
    { name: 'path', valueString: path },
  ];
  const payload = JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'operation', part }] });
  return send({ method: 'PATCH', url: '/fhir/Patient/names', headers: json, payload });
};
t.test('a path of a patch that takes too long is ended: 422', async (t) => {
  const payload = JSON.stringify({ resourceType: 'Patient', id: 'names', name: names });
  await send({ method: 'PUT', url: '/fhir/Patient/names', headers: json, payload });
  const before = await server.changes();
  for (const pattern of ['^(a+)+$', '(?<=a)(a|a)*b', '(a{0,100}){0,100}b']) {
    const { status, body } = await patchPath(`Patient.name.where(family.matches('${pattern}'))`);
    t.equal(status, 422, pattern);
    t.equal(JSON.parse(body).issue[0].code, 'too-costly', pattern);
    t.match(JSON.parse(body).issue[0].diagnostics, /takes longer than 250 ms/, pattern);
  }
  for (const pattern of ['a{1,99999999}', '(a{0,1000})'.repeat(300)]) {
    const { status, body } = await patchPath(`Patient.name.where(family.matches('${pattern}'))`);
    t.equal(status, 400, pattern);
    t.match(JSON.parse(body).issue[0].diagnostics, /more repetitions than are followed/, pattern);
  }
  for (const path of ['('.repeat(3900), '/*'.repeat(1900), `Patient.name.where(${'-'.repeat(3900)}1 = 1)`])
    t.equal((await patchPath(path)).status, 400, path.slice(0, 40));
  t.equal(await server.changes(), before);
});

t.test(
  'a posted SearchParameter whose expression takes long or fails keeps nobody from writing',
  async (t) => {
    const active = { definition: 'http://hl7.org/fhir/SearchParameter/Patient-active' };
    const parameter = {
      resourceType: 'SearchParameter',
      name: 'X',
      description: 'x',
      status: 'active',
      base: ['Patient'],
      type: 'token',
    };
    const posted = [
      { code: 'slow', expression: "Patient.name.where(family.matches('^(a+)+$')).use" },
      {
        code: 'slow-part',
        type: 'composite',
        expression: 'Patient.name',
        component: [
          { ...active, expression: "family.matches('^(a+)+$')" },
          { ...active, expression: 'family' },
        ],
      },
      {
        code: 'broken-part',
        type: 'composite',
        expression: 'Patient.name',
        component: [
          { ...active, expression: '(((' },
          { ...active, expression: 'family' },
        ],
      },
    ];
    for (const one of posted) {
      const { status } = await create({ ...parameter, url: `http://x.example/${one.code}`, ...one });
      t.ok(status === 201 || status === 422, one.code);
      t.equal(
        (await create({ resourceType: 'Patient', name: names })).status,
        201,
        `a write beside ${one.code}`,
      );
    }
  },
);

t.test('an entry of a batch whose URL is no text fails by itself', async (t) => {
  const entry = [{ request: { method: 'PUT', url: 5 } }, { request: { method: 'GET', url: 'Patient/a' } }];
  const payload = JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry });
  const { status, body } = await send({ method: 'POST', url: '/fhir', headers: json, payload });
  t.equal(status, 200);
  t.same(
    JSON.parse(body).entry.map(({ response }: { response: { status: string } }) =>
      response.status.slice(0, 3),
    ),
    ['400', '200'],
  );
});

t.test('an element of XML without a value, and an ampersand that begins nothing, are refused', async (t) => {
  const xml = { 'content-type': 'application/fhir+xml' };
  const empty = await send({
    method: 'POST',
    url: '/fhir/Patient',
    headers: xml,
    payload: '<Patient xmlns="http://hl7.org/fhir"><active/></Patient>',
  });
  t.equal(empty.status, 400);
  t.match(empty.body, /&lt;active&gt; is empty|<active> is empty/);
  const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a & b</div>' };
  const bare = await create({ resourceType: 'Patient', text });
  t.equal(bare.status, 422);
  t.match(bare.body, /not well-formed XHTML/);
  const well = await create({
    resourceType: 'Patient',
    text: { ...text, div: text.div.replace('&', '&amp;') },
  });
  t.equal(well.status, 201);
});
t.test('the server is well', async (t) => {
  const sql = openPool(server.databaseUrl, { max: 1 });
  t.teardown(() => sql.end());
  const open = async () =>
    (await sql`select count(*)::int as jobs from job where state in ('queued', 'running')`)[0]!
      .jobs as number;
  await until(async () => (await open()) === 0, 'the posted parameters are indexed');
  await server.settle(t);
});
