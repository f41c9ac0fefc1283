// Parts of resources: _summary and _elements on reads, searches and histories. https://hl7.org/fhir/R4/search.html#summary
import t from 'tap';
import { subsetOf } from '../../response/subset.ts';
import { asking, startServer } from '../helpers/server.ts';
import { outcome } from '../interaction/sample.ts';

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
const server = await startServer(t);
const ask = asking(server);
const DIV = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>';
const extension = [{ url: 'http://x.example/e', valueString: 'x' }];
const ana = {
  resourceType: 'Patient',
  id: 'ana',
  meta: { tag: [{ code: 'mine' }] },
  text: { status: 'generated', div: DIV },
  extension,
  name: [{ family: 'Example', extension }],
  gender: 'female',
  birthDate: '1970-01-01',
  _birthDate: { extension },
  photo: [{ contentType: 'image/png', data: 'AA==' }],
  contact: [{ name: { family: 'Other' } }],
  communication: [{ language: { text: 'English' } }],
  managingOrganization: { reference: '#o' },
  contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }],
};
const observation = (id: string) =>
  `{"resourceType":"Observation","id":"${id}","text":{"status":"generated","div":"${DIV.replaceAll('"', '\\"')}"},"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/ana"},"valueQuantity":{"value":1.10},"note":[{"text":"x"}],"referenceRange":[{"text":"x"}],"component":[{"code":{"text":"c"},"valueQuantity":{"value":2.0},"referenceRange":[{"text":"x"}]}]}`;
await ask('PUT', '/Patient/ana', ana);
await ask('PUT', '/Observation/o', observation('o'));

const namesOf = (resource: object): string[] => Object.keys(resource).sort();
const read = async (path: string) => (await ask('GET', path)).body;

t.test('_summary=true has the elements of the summary, on every level, and the tag', async (t) => {
  const patient = await read('/Patient/ana?_summary=true');
  t.same(namesOf(patient), [
    '_birthDate',
    'birthDate',
    'contained',
    'gender',
    'id',
    'managingOrganization',
    'meta',
    'name',
    'resourceType',
  ]);
  t.same(patient.meta.tag, [{ code: 'mine' }, SUBSETTED]);
  t.equal(patient.meta.versionId, '1');
  t.same(patient.name, [{ family: 'Example' }]);
  const { component, ...found } = await read('/Observation/o?_summary=true');
  t.same(namesOf(found), ['code', 'id', 'meta', 'resourceType', 'status', 'subject', 'valueQuantity']);
  t.same(component, [{ code: { text: 'c' }, valueQuantity: { value: 2 } }]);
});

t.test('_summary=text has the narrative and what is mandatory', async (t) => {
  t.same(namesOf(await read('/Observation/o?_summary=text')), [
    'code',
    'id',
    'meta',
    'resourceType',
    'status',
    'text',
  ]);
});

t.test('_summary=data has everything but the narrative, _summary=false everything', async (t) => {
  const whole = await read('/Observation/o');
  const { text: _text, meta, ...rest } = whole;
  t.same(await read('/Observation/o?_summary=data'), { ...rest, meta: { ...meta, tag: [SUBSETTED] } });
  t.same(await read('/Observation/o?_summary=false'), whole);
});

t.test('_elements has what it names, and what is mandatory', async (t) => {
  for (const [elements, names] of [
    ['note', ['code', 'note', 'status']],
    ['note,subject', ['code', 'note', 'status', 'subject']],
    ['value', ['code', 'status', 'valueQuantity']],
    ['value[x]', ['code', 'status', 'valueQuantity']],
    ['valueQuantity', ['code', 'status', 'valueQuantity']],
    ['id', ['code', 'status']],
    ['Observation.note', ['code', 'note', 'status']],
  ] as const) {
    const part = await read(`/Observation/o?_elements=${elements}`);
    t.same(namesOf(part), [...names, 'id', 'meta', 'resourceType'].sort(), elements);
    t.same(part.meta.tag, [SUBSETTED], elements);
  }
  t.same(namesOf(await read('/Patient/ana?_elements=birthDate')), [
    '_birthDate',
    'birthDate',
    'id',
    'meta',
    'resourceType',
  ]);
  t.ok(
    (await read('/Patient/ana?_elements=managingOrganization')).contained,
    'a reference inside keeps its target',
  );
});

t.test('decimals keep their text', async (t) => {
  const { body } = await server.server.inject({ url: '/fhir/Observation/o?_elements=value,component' });
  t.match(body, '"valueQuantity":{"value":1.10}');
  t.match(body, '"valueQuantity":{"value":2.0}');
});

t.test('searches, versions, histories, batches and POST searches answer the same part', async (t) => {
  const part = await read('/Observation/o?_elements=note');
  const [entry] = (await read('/Observation?_elements=note&_id=o')).entry;
  t.same(entry.resource, part);
  t.equal(entry.fullUrl, `${server.base}/Observation/o`);
  t.same(await read('/Observation/o/_history/1?_elements=note'), part);
  t.same((await read('/Observation/o/_history?_elements=note')).entry[0].resource, part);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  t.same((await ask('POST', '/Observation/_search', '_elements=note', form)).body.entry[0].resource, part);
  const batch = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      { request: { method: 'GET', url: 'Observation/o?_elements=note' } },
      { request: { method: 'GET', url: 'Observation/o' } },
    ],
  };
  const { entry: entries } = (await ask('POST', '', batch)).body;
  t.same(entries[0].resource, part);
  t.equal(entries[1].resource.meta.tag, undefined);
});

t.test('_elements is about matches; a summary about included resources too', async (t) => {
  const included = async (query: string) =>
    (await read(`/Observation?_id=o&_include=Observation:patient&${query}`)).entry[1].resource;
  t.ok((await included('_elements=note')).photo);
  t.notOk((await included('_summary=true')).photo);
});

t.test('the self link says what was used', async (t) => {
  const { link } = await read('/Observation?_elements=note&_summary=false');
  t.equal(link[0].url, `${server.base}/Observation?_elements=note&_summary=false`);
});

t.test('the pages of a history go on in the same form', async (t) => {
  await ask('PUT', '/Observation/o', observation('o'));
  const { link } = await read('/Observation/o/_history?_count=1&_elements=note&_pretty=true');
  for (const { url } of link) {
    t.equal(new URL(url).searchParams.get('_elements'), 'note');
    t.equal(new URL(url).searchParams.get('_pretty'), 'true');
  }
  const [, next] = link as [unknown, { url: string }];
  const page = await read(next.url.slice(server.base.length));
  t.same(page.entry[0].resource.meta.tag, [SUBSETTED]);
});

t.test('what a write answers is whole', async (t) => {
  const { body } = await ask('PUT', '/Patient/ana', ana);
  t.ok(body.photo);
  t.same(body.meta.tag, [{ code: 'mine' }]);
});

t.test('values that do not exist or exclude one another are 400', async (t) => {
  for (const [path, says, code] of [
    [
      '/Patient/ana?_summary=nonsense',
      /_summary is "nonsense"\. Allowed are count, data, false, text, true/,
      'invalid',
    ],
    ['/Patient/ana?_summary=count', /counts the matches of a search/, 'invalid'],
    ['/Patient/ana?_summary=true&_elements=name', /exclude one another/, 'invalid'],
    [
      '/Patient/ana?_elements=nonsense',
      /_elements names "nonsense", an element that Patient does not have/,
      'not-supported',
    ],
    ['/Patient/ana?_elements=Observation.code', /names "Observation\.code"/, 'not-supported'],
    ['/Patient?_elements=nonsense', /names "nonsense"/, 'not-supported'],
    ['/Patient/ana?_elements=constructor', /names "constructor"/, 'not-supported'],
    ['/Observation?_summary=text&_include=Observation:subject', /_summary=text takes no _include/, 'invalid'],
  ] as const)
    outcome(t, await ask('GET', path), { status: 400, code, says });
  const lenient = { prefer: 'handling=lenient' };
  t.same(namesOf((await ask('GET', '/Patient/ana?_elements=nonsense,gender', undefined, lenient)).body), [
    'gender',
    'id',
    'meta',
    'resourceType',
  ]);
  t.ok((await ask('GET', '/Patient/ana?_elements=nonsense', undefined, lenient)).body.photo);
});

t.test('what changes the meaning stays, whatever is asked for', (t) => {
  const content = JSON.stringify({
    resourceType: 'Basic',
    id: 'b',
    meta: { versionId: '1' },
    implicitRules: 'http://x.example/rules',
    modifierExtension: [{ url: 'http://x.example/not', valueBoolean: true }],
    code: { extension },
    author: { reference: 'Patient/ana' },
  });
  const part = JSON.parse(subsetOf(content, { elements: ['created'] }));
  t.same(namesOf(part), ['code', 'id', 'implicitRules', 'meta', 'modifierExtension', 'resourceType']);
  const summary = JSON.parse(subsetOf(content, { summary: 'true' }));
  t.same(summary.modifierExtension, [{ url: 'http://x.example/not', valueBoolean: true }]);
  t.same(summary.code, { extension }, 'an element is never left empty');
  t.end();
});
