// What the terminology service says of itself. https://hl7.org/fhir/R4/terminologycapabilities.html
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';

const server = await startServer(t);
const ask = asking(server);

t.test(
  'metadata?mode=terminology answers TerminologyCapabilities, any other mode the CapabilityStatement',
  async (t) => {
    const { status, body } = await ask('GET', '/metadata?mode=terminology');
    t.equal(status, 200);
    t.match(body, {
      resourceType: 'TerminologyCapabilities',
      status: 'active',
      kind: 'instance',
      implementation: { url: server.base },
      expansion: { hierarchical: true, paging: true, incomplete: false },
    });
    const versions = new Map<string, unknown>(
      body.codeSystem.map(({ uri, version }: { uri: string; version?: object[] }) => [uri, version?.[0]]),
    );
    t.same(versions.get('http://hl7.org/fhir/administrative-gender'), { code: '4.0.1', isDefault: true });
    t.ok(versions.has('http://terminology.hl7.org/CodeSystem/v3-ActCode'));
    t.ok(versions.has('https://throughline.example/fhir/CodeSystem/cn-role'), 'ours too');
    t.notOk(versions.has('http://snomed.info/sct'), 'nothing whose content is not here');
    t.ok(versions.size > 1_050, `${versions.size} code systems`);
    t.equal((await ask('GET', '/metadata?mode=full')).body.resourceType, 'CapabilityStatement');
    t.equal((await ask('GET', '/metadata')).body.resourceType, 'CapabilityStatement');
    const checked = await ask('POST', '/TerminologyCapabilities/$validate', body);
    t.same(
      checked.body.issue.filter(({ severity }: { severity: string }) => severity === 'error'),
      [],
      'it is valid itself',
    );
  },
);

t.test('the CapabilityStatement names the operations on the types that have them', async (t) => {
  const { body } = await ask('GET', '/metadata');
  const operations = (type: string): string[] =>
    body.rest[0].resource
      .find((one: { type: string }) => one.type === type)
      .operation.map(({ name, definition }: { name: string; definition: string }) => `${name} ${definition}`);
  const R4 = 'http://hl7.org/fhir/OperationDefinition';
  t.same(operations('ValueSet'), [
    `expand ${R4}/ValueSet-expand`,
    `validate-code ${R4}/ValueSet-validate-code`,
  ]);
  t.same(operations('CodeSystem'), [
    `validate-code ${R4}/CodeSystem-validate-code`,
    `lookup ${R4}/CodeSystem-lookup`,
    `subsumes ${R4}/CodeSystem-subsumes`,
  ]);
  t.same(operations('ConceptMap'), [`translate ${R4}/ConceptMap-translate`]);
});
