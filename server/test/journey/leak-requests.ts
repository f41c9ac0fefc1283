// Every form of search and operation that the server's own tables know, asked with the values of somebody else's record.
// https://hl7.org/fhir/R4/search.html
import { readdirSync, readFileSync } from 'node:fs';
import type { Resource, SearchParameter } from '@medplum/fhirtypes';
import { resourceTypes } from '../../fhir/elements.ts';
import { compilePath, type TypedValue } from '../../fhir/path/index.ts';
import { operations } from '../../operation/index.ts';
import { type Definition, programDefinitions } from '../../search/definition.ts';

/** One request below the FHIR base. */
export interface Form {
  method: string;
  url: string;
  body?: unknown;
  headers?: Record<string, string>;
}

const OWN = new URL('../../../profiles/definitions/SearchParameter/', import.meta.url);
const definitions = programDefinitions(
  readdirSync(OWN).map((name) => JSON.parse(readFileSync(new URL(name, OWN), 'utf8')) as SearchParameter),
);
const TYPES = [...resourceTypes];

type Json = Record<string, unknown>;
const first = (value: unknown): Json => (Array.isArray(value) ? value[0] : value) as Json;

/** A value of an element as text to search by; undefined where it has none of the kind. */
const texts: Readonly<Record<string, (value: Json | string, typed: TypedValue) => unknown>> = {
  token(value) {
    if (typeof value !== 'object') return value;
    const coding = (value.coding ? first(value.coding) : value) as {
      system?: string;
      code?: string;
      value?: string;
    };
    const code = coding.code ?? coding.value;
    return code && (coding.system?.startsWith('urn:') ? `${coding.system}|${code}` : code);
  },
  string: (value) =>
    typeof value === 'object' ? (value.family ?? value.city ?? value.text ?? value.value) : value,
  reference: (value) => (typeof value === 'object' ? value.reference : value),
  date: (value) => (typeof value === 'object' ? (value.start ?? value.end) : value),
  quantity: (value) => (typeof value === 'object' ? value.value : value),
  number: (value) => value,
  uri: (value) => value,
};
const FALLBACK: Readonly<Record<string, string>> = {
  date: '1931-07',
  number: '9871',
  quantity: '9871',
  reference: 'Patient/bo',
  composite: 'zq1$zq2',
};

/** What a parameter is searched by so that it would find a record: a value of it there, or one that looks like it. */
function soughtIn(
  type: string,
  { code, type: kind, expression }: Definition,
  record: readonly Resource[],
): string {
  const read = texts[kind];
  for (const resource of record) {
    if (resource.resourceType !== type || !read) continue;
    for (const typed of compilePath(expression!, type)(resource)) {
      const text = read(typed.value as Json, typed);
      if (text !== undefined && text !== '' && typeof text !== 'object') return String(text);
    }
  }
  return code === '_profile' || kind === 'uri' ? 'urn:zq1' : (FALLBACK[kind] ?? 'zq1');
}

const get = (url: string): Form => ({ method: 'GET', url });
const q = encodeURIComponent;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Forms that a type has whatever its parameters. */
function typeForms(type: string, id: string): Form[] {
  return [
    '',
    `?_id=${id}`,
    `?_id:not=${id}&_total=accurate`,
    '?_text=zq1',
    '?_content=zq1&_total=accurate',
    '?_list=bo-list',
    `?_filter=${q(`_id eq ${id}`)}`,
    `?_filter=${q('not (_tag eq "urn:leak:tag|zq1")')}&_summary=count`,
    '?_summary=count',
    '?_summary=text',
    '?_summary=data',
    '?_total=accurate&_count=1',
    '?_total=estimate&_count=1',
    '?_elements=id,text,extension',
    '?_sort=-_lastUpdated,_id&_count=2',
    '?_lastUpdated=gt2000&_include=*&_revinclude=*',
    '?_include:iterate=*&_revinclude:iterate=*&_count=5',
    '?_has:Provenance:target:_id=bo-provenance',
    '?_has:List:item:_id=bo-list',
    '/_history?_count=50',
    '/_history?_list=bo-list',
    '/_history?_since=2000-01-01&_count=3',
    `/${id}`,
    `/${id}/_history`,
    `/${id}/_history/1`,
    '/$meta',
    `/${id}/$meta`,
  ].map((rest) => get(`/${type}${rest}`));
}

/** Forms of one parameter: by value, sorted by, missing, posted, in a filter. */
function paramForms(type: string, definition: Definition, record: readonly Resource[]): Form[] {
  const { code, type: kind } = definition;
  const value = soughtIn(type, definition, record);
  const forms = [
    get(`/${type}?${code}=${q(value)}&_total=accurate`),
    get(`/${type}?${code}:missing=false&_summary=count`),
    { method: 'POST', url: `/${type}/_search`, body: `${code}=${q(value)}`, headers: FORM },
  ];
  if (['string', 'token', 'reference'].includes(kind))
    forms.push(get(`/${type}?_filter=${q(`${code} eq "${value}"`)}`));
  if (kind !== 'composite' && kind !== 'special') forms.push(get(`/${type}?_sort=${code}&_count=3`));
  return kind === 'reference' ? [...forms, ...linkForms(type, definition, record)] : forms;
}

const HERS = ['Patient', 'Task', 'Observation', 'Condition', 'ServiceRequest', 'Encounter', 'Coverage'];

/** Forms of a reference: chained through both ways, and included both ways. */
function linkForms(type: string, { code, target = TYPES }: Definition, record: readonly Resource[]): Form[] {
  const known = target.filter((one) => HERS.includes(one));
  const targets = known.length ? known.slice(0, 2) : target.slice(0, 1);
  return targets.flatMap((to) => {
    const inner = definitions
      .get(to)!
      .find(({ code: own }) => ['identifier', 'code', 'family'].includes(own));
    const [name, value] = inner ? [inner.code, soughtIn(to, inner, record)] : ['_id', 'bo'];
    const own = definitions
      .get(type)!
      .find(({ code: one }) => ['identifier', 'status', 'code'].includes(one));
    const [by, sought] = own ? [own.code, soughtIn(type, own, record)] : ['_tag', 'urn:leak:tag|zq1'];
    return [
      get(`/${type}?${code}:${to}.${name}=${q(value)}&_total=accurate`),
      get(`/${type}?${code}:${to}._id=${to === 'Patient' ? 'bo' : `bo-${to.toLowerCase()}`}&_summary=count`),
      get(`/${to}?_has:${type}:${code}:${by}=${q(sought)}&_total=accurate`),
      get(`/${type}?_include=${type}:${code}:${to}&_count=20`),
      get(`/${to}?_revinclude=${type}:${code}&_count=20`),
      get(`/Patient?_include:iterate=${type}:${code}&_revinclude:iterate=${type}:${code}`),
    ];
  });
}

/** Searches of the whole server and of compartments. */
function wideForms(record: readonly Resource[]): Form[] {
  const queries = [
    '',
    '?_tag=urn:leak:tag|zq1',
    '?_total=accurate&_count=1',
    '?_type=Patient,Task&_summary=count',
    '?_has:List:item:_id=bo-list',
    '?_content=zq1',
  ];
  const compartments = [
    'Patient/bo',
    'Patient/una',
    'Encounter/bo-encounter',
    'RelatedPerson/bo-relatedperson',
    'Practitioner/leak-doctor',
  ];
  const members = ['*', ...new Set(record.map(({ resourceType }) => resourceType))];
  return [
    ...queries.flatMap((query) => [
      get(`/${query}`),
      { method: 'POST', url: '/_search', body: query.slice(1), headers: FORM },
    ]),
    ...['', '?_count=3', '?_list=bo-list', '?_since=2000-01-01'].map((query) => get(`/_history${query}`)),
    ...compartments.flatMap((at) =>
      members.flatMap((type) => [get(`/${at}/${type}`), get(`/${at}/${type}?_summary=count`)]),
    ),
  ];
}

/** Every operation at its addresses, with the ids of the record. */
function operationForms(record: readonly Resource[]): Form[] {
  return operations.flatMap(({ method, path, code }) => {
    if (code === 'import' || code === 'reindex') return [get(`/${path.replace(/\{\w+\}/g, 'none')}`)];
    const body =
      method === 'POST' && code !== 'meta-add' && code !== 'meta-delete'
        ? { resourceType: 'Parameters' }
        : undefined;
    const at = (resource: Resource): Form => ({
      method,
      url: `/${path.replace('{type}', resource.resourceType).replace('{id}', resource.id!).replace('{vid}', '1').replace('{job}', 'none')}`,
      ...(body && { body }),
    });
    if (!path.includes('{')) return [at(record[0]!)];
    const type = path.split('/')[0]!;
    return record.filter((one) => type === '{type}' || one.resourceType === type).map(at);
  });
}

/** Reads of a resource in every manner; nothing of them tells whether there is one. */
export function readForms({ resourceType, id }: Pick<Resource, 'resourceType' | 'id'>): Form[] {
  const url = `/${resourceType}/${id}`;
  return [
    get(url),
    { method: 'HEAD', url },
    { ...get(url), headers: { 'if-none-match': 'W/"1"' } },
    { ...get(url), headers: { 'if-modified-since': 'Wed, 01 Jan 2031 00:00:00 GMT' } },
    { ...get(url), headers: { accept: 'application/fhir+xml' } },
    get(`${url}?_format=xml`),
    get(`${url}?_summary=true`),
    get(`${url}?_elements=text`),
    get(`${url}/_history`),
    { ...get(`${url}/_history/1`), headers: { 'if-none-match': 'W/"1"' } },
    get(`${url}/_history/2`),
    { method: 'HEAD', url: `${url}/_history/1` },
    get(`${url}/$meta`),
    get(`${url}/_history/1/$meta`),
    get(`${url}/$validate`),
    ...(resourceType === 'Patient' || resourceType === 'Encounter' ? [get(`${url}/$everything`)] : []),
    {
      method: 'POST',
      url: `/${resourceType}/$validate?mode=create`,
      body: { resourceType, focus: { reference: url.slice(1) } },
    },
  ];
}

/** Writes that name a resource: that there is one, their refusal tells, and nothing else. */
export function writeForms({ resourceType, id }: Resource): Form[] {
  const url = `/${resourceType}/${id}`;
  return [
    { method: 'PUT', url, body: { resourceType, id }, headers: { 'if-match': 'W/"1"' } },
    {
      method: 'PATCH',
      url,
      body: [],
      headers: { 'content-type': 'application/json-patch+json', 'if-match': 'W/"7"' },
    },
    { method: 'DELETE', url, headers: { 'if-match': 'W/"7"' } },
    { method: 'POST', url: `${url}/$validate?mode=update`, body: { resourceType, id } },
    { method: 'POST', url: `${url}/$meta-add`, body: meta },
    { method: 'POST', url: `${url}/$meta-delete`, body: meta },
  ];
}
const meta = {
  resourceType: 'Parameters',
  parameter: [{ name: 'meta', valueMeta: { tag: [{ code: 'x' }] } }],
};

/** Conditions that would tell by their outcome whether something matches; what they send is never stored. */
export function conditionalForms(record: readonly Resource[]): Form[] {
  return record.flatMap(({ resourceType, id, meta: given }) => {
    const tag = given?.tag?.[0]?.code;
    const url = `/${resourceType}?_tag=urn:leak:tag|${tag}`;
    const never = { resourceType, id: 'never', unknownElement: true };
    const patch = { 'content-type': 'application/json-patch+json' };
    const inBundle = (type: string, ...entry: object[]): Form => ({
      method: 'POST',
      url: '',
      body: { resourceType: 'Bundle', type, entry },
    });
    const task = (focus: string) => ({
      resource: {
        resourceType: 'Task',
        status: 'requested',
        intent: 'order',
        for: { reference: 'Patient/una' },
        focus: { reference: focus },
      },
      request: { method: 'POST', url: 'Task' },
    });
    return [
      { method: 'PUT', url, body: never },
      { method: 'PATCH', url, body: [{ op: 'test', path: '/id', value: id }], headers: patch },
      { method: 'DELETE', url },
      {
        method: 'POST',
        url: `/${resourceType}`,
        body: never,
        headers: { 'if-none-exist': `_tag=urn:leak:tag|${tag}` },
      },
      inBundle(
        'transaction',
        { request: { method: 'GET', url: url.slice(1) } },
        task(`${resourceType}?_id=${id}`),
      ),
      inBundle('transaction', task(`${resourceType}/${id}`)),
      inBundle('transaction', {
        resource: never,
        request: { method: 'POST', url: resourceType, ifNoneExist: `_id=${id}` },
      }),
      inBundle(
        'batch',
        { request: { method: 'GET', url: url.slice(1) } },
        { request: { method: 'GET', url: `${resourceType}/${id}` } },
        { request: { method: 'GET', url: `${resourceType}/${id}/_history` } },
        { request: { method: 'HEAD', url: `${resourceType}/${id}` } },
        { request: { method: 'GET', url: `${resourceType}/${id}`, ifNoneMatch: 'W/"1"' } },
      ),
    ];
  });
}

/** Every form that changes nothing. @param record what is looked for @param types that are asked about */
export function allForms(record: readonly Resource[], types: readonly string[] = TYPES): Form[] {
  const idOf = (type: string) => record.find(({ resourceType }) => resourceType === type)?.id ?? 'bo';
  return [
    ...types.flatMap((type) => [
      ...typeForms(type, idOf(type)),
      ...definitions.get(type)!.flatMap((definition) => paramForms(type, definition, record)),
    ]),
    ...wideForms(record),
    ...operationForms(record),
    ...record.flatMap(readForms),
    ...record.flatMap(writeForms),
  ];
}
