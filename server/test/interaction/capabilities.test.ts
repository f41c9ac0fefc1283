// The CapabilityStatement is valid and names only what works. https://hl7.org/fhir/R4/http.html#capabilities
import type { CapabilityStatementRest } from '@medplum/fhirtypes';
import t from 'tap';
import { createValidator, loadDefinitions } from '../../validation/index.ts';
import { asking, startServer } from '../helpers/server.ts';

const server = await startServer(t);
const ask = asking(server);
const { status, headers, body: statement } = await ask('GET', '/metadata');
const rest: CapabilityStatementRest = statement.rest[0];
const TYPES = ['Patient', 'Practitioner', 'Organization', 'Basic', 'Location'];
const minimal = (type: string) => ({
  resourceType: type,
  ...(type === 'Basic' && { code: { text: 'x' } }),
  ...(type === 'Organization' && { name: 'x' }),
});

t.test('metadata answers a CapabilityStatement of this instance', async (t) => {
  t.equal(status, 200);
  t.match(headers['content-type'], /^application\/fhir\+json/);
  t.match(statement, {
    resourceType: 'CapabilityStatement',
    kind: 'instance',
    fhirVersion: '4.0.1',
    status: 'active',
    implementation: { url: server.base },
    format: ['json', 'xml', 'application/fhir+json', 'application/fhir+xml'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json', 'application/fhir+xml'],
  });
  t.equal(rest.resource?.length, 146, 'every resource type of R4');
});

t.test('it follows the structure of R4', async (t) => {
  const validator = createValidator(
    loadDefinitions(new URL('../../../profiles/definitions/', import.meta.url)),
  );
  t.same(validator.validate(statement), []);
});

t.test('every declared interaction works on a sample of types', async (t) => {
  for (const type of TYPES) {
    const declared = rest.resource!.find((resource) => resource.type === type)!;
    const codes = declared.interaction!.map(({ code }) => code);
    const made = (await ask('POST', `/${type}`, minimal(type))).body;
    const tries: Record<string, () => Promise<{ status: number }>> = {
      create: () => ask('POST', `/${type}`, minimal(type)),
      read: () => ask('GET', `/${type}/${made.id}`),
      vread: () => ask('GET', `/${type}/${made.id}/_history/1`),
      update: () => ask('PUT', `/${type}/${made.id}`, made),
      patch: () => ask('PATCH', `/${type}/${made.id}`, { resourceType: 'Parameters' }),
      'history-type': () => ask('GET', `/${type}/_history?_count=1`),
      'history-instance': () => ask('GET', `/${type}/${made.id}/_history`),
      'search-type': () => ask('GET', `/${type}?_count=1`),
      delete: () => ask('DELETE', `/${type}/${made.id}`),
    };
    t.same(new Set(codes), new Set(Object.keys(tries)), `${type}: what is declared is what is tried`);
    for (const [code, work] of Object.entries(tries)) t.ok((await work()).status < 300, `${type} ${code}`);
    t.match(declared, {
      versioning: 'versioned-update',
      readHistory: true,
      updateCreate: true,
      conditionalCreate: true,
      conditionalUpdate: true,
      conditionalDelete: 'single',
      conditionalRead: 'full-support',
    });
  }
});

t.test('every declared search parameter and include of the sample is taken', async (t) => {
  const values: Record<string, string> = {
    date: '2026-01-01',
    reference: 'Patient/1',
    token: 'a',
    string: 'a',
    uri: 'urn:x',
    number: '1',
    quantity: '1',
    composite: 'a$1',
  };
  const special: Record<string, string> = {
    near: '42.1|-71.2|10|km',
    _list: 'a',
    '_has:Task:patient:status': 'requested',
    _filter: '_id eq a',
  };
  for (const type of [...TYPES, 'Task', 'ServiceRequest', 'Appointment']) {
    const {
      searchParam = [],
      searchInclude = [],
      searchRevInclude = [],
    } = rest.resource!.find((resource) => resource.type === type)!;
    for (const { name, type: kind, definition, documentation } of searchParam) {
      if (name === '_has' && type !== 'Patient') continue;
      const asked = Object.keys(special).find((key) => key.startsWith(name!)) ?? name;
      const answer = await ask(
        'GET',
        `/${type}?${asked}=${encodeURIComponent(special[asked!] ?? values[kind!]!)}&_count=1`,
      );
      const says = JSON.stringify(answer.body.issue);
      if (kind === 'composite') t.notMatch(says, /has no search parameter/, `${type}?${name} (composite)`);
      else t.equal(answer.status, 200, `${type}?${name} (${kind}): ${says}`);
      t.ok(definition || documentation, `${type}?${name} is explained`);
    }
    for (const include of searchInclude)
      t.equal(
        (await ask('GET', `/${type}?_include=${encodeURIComponent(include)}&_count=1`)).status,
        200,
        include,
      );
    t.ok(searchRevInclude.length > 0 || type === 'Basic', `${type} is referred to`);
    for (const include of searchRevInclude.slice(0, 20))
      t.equal((await ask('GET', `/${type}?_revinclude=${include}&_count=1`)).status, 200, include);
  }
  const { searchRevInclude = [] } = rest.resource!.find(({ type }) => type === 'Patient')!;
  t.ok(searchRevInclude.includes('Task:patient') && searchRevInclude.includes('Observation:subject'));
});

t.test('declared at system level: batch, transaction and the operations', async (t) => {
  t.same(rest.interaction?.map(({ code }) => code).sort(), [
    'batch',
    'history-system',
    'search-system',
    'transaction',
  ]);
  for (const type of ['batch', 'transaction'])
    t.equal((await ask('POST', '', { resourceType: 'Bundle', type })).status, 200);
  t.equal((await ask('GET', '/_history?_count=1')).status, 200);
  t.equal((await ask('GET', '?_type=Patient&_count=1')).status, 200);
  const declared = [
    ...(rest.operation ?? []).map((operation) => ({ ...operation, type: 'Patient' })),
    ...rest.resource!.flatMap(({ type, operation = [] }) =>
      operation.map((each) => ({ ...each, type: type! })),
    ),
  ];
  t.ok(declared.some(({ name }) => name === 'export'));
  for (const { name, definition, type } of declared) {
    t.match(definition, /^https?:\/\//, `$${name} has a definition`);
    const tries = ['', `/${type}`, `/${type}/a`].flatMap((place) =>
      ['GET', 'POST'].map((method) => [method, `${place}/$${name}`] as const),
    );
    const answers = await Promise.all(
      tries.map(([method, path]) =>
        ask(method, path, method === 'POST' ? { resourceType: 'Parameters' } : undefined),
      ),
    );
    const offered = answers.filter(
      ({ status, body }) =>
        status !== 405 && !/There is no(thing| operation) at/.test(body?.issue?.[0]?.diagnostics ?? ''),
    );
    t.ok(offered.length > 0, `$${name} is there`);
  }
});

t.test(
  'it tells the modifiers of each parameter: :above and :below where there is something to follow',
  async (t) => {
    const documentationOf = (type: string, code: string) =>
      rest.resource
        ?.find((resource) => resource.type === type)
        ?.searchParam?.find(({ name }) => name === code)?.documentation;
    t.equal(
      documentationOf('Encounter', 'location'),
      'Modifiers: :missing, :Location, :identifier, :above, :below.',
    );
    t.equal(documentationOf('Encounter', 'patient'), 'Modifiers: :missing, :Patient, :identifier.');
    t.equal(
      documentationOf('QuestionnaireResponse', 'questionnaire'),
      'Modifiers: :missing, :Questionnaire, :identifier, :below.',
    );
    t.equal(documentationOf('Patient', 'name'), 'Modifiers: :missing, :exact, :contains.');
  },
);

t.test('without authorization it says so, and names no SMART endpoints', async (t) => {
  t.equal(rest.security?.service, undefined);
  t.match(rest.security?.description, /--open/);
});

t.test('with authorization it names the SMART endpoints', async (t) => {
  const secured = await startServer(t, { open: false });
  const { body } = await asking(secured)('GET', '/metadata');
  t.match(body.rest[0].security, { service: [{ coding: [{ code: 'SMART-on-FHIR' }] }] });
  const urls = body.rest[0].security.extension[0].extension.map(
    ({ url, valueUri }: { url: string; valueUri: string }) => [url, valueUri],
  );
  t.same(urls, [
    ['authorize', `${secured.url}/auth/authorize`],
    ['token', `${secured.url}/auth/token`],
    ['introspect', `${secured.url}/auth/introspect`],
    ['revoke', `${secured.url}/auth/revoke`],
    ['register', `${secured.url}/auth/register`],
    ['manage', `${secured.url}/auth/grants`],
  ]);
});
