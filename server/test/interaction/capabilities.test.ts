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
const minimal = (type: string) => ({ resourceType: type, ...(type === 'Basic' && { code: { text: 'x' } }) });

t.test('metadata answers a CapabilityStatement of this instance', async (t) => {
  t.equal(status, 200);
  t.match(headers['content-type'], /^application\/fhir\+json/);
  t.match(statement, {
    resourceType: 'CapabilityStatement',
    kind: 'instance',
    fhirVersion: '4.0.1',
    status: 'active',
    implementation: { url: server.base },
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
      conditionalUpdate: false,
      conditionalDelete: 'not-supported',
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
  };
  for (const type of [...TYPES, 'Task', 'ServiceRequest', 'Appointment']) {
    const { searchParam = [], searchInclude = [] } = rest.resource!.find(
      (resource) => resource.type === type,
    )!;
    for (const param of searchParam) {
      const answer = await ask('GET', `/${type}?${param.name}=${values[param.type!]}`);
      t.equal(answer.status, 200, `${type}?${param.name} (${param.type})`);
      t.ok(param.definition, `${type}?${param.name} has a definition`);
    }
    for (const include of searchInclude)
      t.equal((await ask('GET', `/${type}?_include=${include}`)).status, 200, include);
  }
});

t.test('declared at system level: batch, transaction and the operations', async (t) => {
  t.same(rest.interaction?.map(({ code }) => code).sort(), ['batch', 'transaction']);
  for (const type of ['batch', 'transaction'])
    t.equal((await ask('POST', '', { resourceType: 'Bundle', type })).status, 200);
  const operations = [
    ...(rest.operation ?? []).map(({ name }) => `/$${name}`),
    ...rest.resource!.flatMap(({ type, operation = [] }) => operation.map(({ name }) => `/${type}/$${name}`)),
  ];
  t.same(operations, ['/$export', '/Patient/$export']);
  for (const path of operations)
    t.equal((await ask('GET', path, undefined, { prefer: 'respond-async' })).status, 202, path);
});

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
  ]);
});
