// References by identifier, version and canonical; URIs by their segments. https://hl7.org/fhir/R4/search.html#reference
import t from 'tap';
import { answers, BASE, openIndex, refuses } from './index-tables.ts';

t.test('A reference is found however it is written, and by the identifier beside it', async (t) => {
  const index = await openIndex(t);
  const observation = (id: string, subject: object) => ({ resourceType: 'Observation', id, subject });
  await index.save([
    observation('relative', { reference: 'Patient/1' }),
    observation('absolute', { reference: `${BASE}/Patient/1` }),
    observation('version', { reference: 'Patient/1/_history/2' }),
    observation('elsewhere', { reference: 'http://other.example/fhir/Patient/1' }),
    observation('device', { reference: 'Device/1' }),
    observation('logical', { identifier: { system: 'urn:mrn', value: '446053' } }),
    observation('both', { reference: 'Patient/2', identifier: { value: '446053' } }),
  ]);
  await answers(t, index, 'Observation', {
    'subject=Patient/1': ['relative', 'absolute', 'version'],
    'subject=1': ['relative', 'absolute', 'version', 'device'],
    'subject:Patient=1': ['relative', 'absolute', 'version'],
    [`subject=${BASE}/Patient/1`]: ['relative', 'absolute', 'version'],
    'subject=Patient/1/_history/2': ['relative', 'absolute', 'version'],
    'subject=http://other.example/fhir/Patient/1': ['elsewhere'],
    'subject:identifier=urn:mrn|446053': ['logical'],
    'subject:identifier=446053': ['logical', 'both'],
    'subject:identifier=|446053': ['both'],
    'subject:identifier=urn:nobody|446053': [],
  });
  await refuses(t, index, 'Observation', 'subject:identifier=', /empty value/);
});

t.test('A canonical is found with and without its version', async (t) => {
  const index = await openIndex(t);
  const response = (id: string, questionnaire: string) => ({
    resourceType: 'QuestionnaireResponse',
    id,
    questionnaire,
  });
  await index.save([
    response('none', 'http://acme.example/q'),
    response('v1', 'http://acme.example/q|1.0'),
    response('v11', 'http://acme.example/q|1.1'),
    response('v2', 'http://acme.example/q|2.0'),
    response('v10', 'http://acme.example/q|10.0'),
    response('other', 'http://acme.example/q2|1.0'),
  ]);
  await answers(t, index, 'QuestionnaireResponse', {
    'questionnaire=http://acme.example/q': ['none', 'v1', 'v11', 'v2', 'v10'],
    'questionnaire=http://acme.example/q\\|1.0': ['v1'],
    'questionnaire:below=http://acme.example/q': ['none', 'v1', 'v11', 'v2', 'v10'],
    'questionnaire:below=http://acme.example/q|1': ['v1', 'v11'],
    'questionnaire:below=http://acme.example/q|1.1': ['v11'],
  });
  await refuses(t, index, 'QuestionnaireResponse', 'questionnaire:below=q', /Give a canonical URL/);
});

t.test(
  'A search on a canonical detects a version, and without one takes them all: _profile too',
  async (t) => {
    const index = await openIndex(t);
    const profiled = (id: string, ...profile: string[]) => ({
      resourceType: 'Patient',
      id,
      meta: { profile },
    });
    await index.save([
      profiled('none', 'http://acme.example/p'),
      profiled('v1', 'http://acme.example/p|1.0'),
      profiled('v12', 'http://acme.example/other', 'http://acme.example/p|1.2.3'),
      profiled('v10', 'http://acme.example/p|10'),
      profiled('longer', 'http://acme.example/p2|1.0'),
    ]);
    await answers(t, index, 'Patient', {
      '_profile=http://acme.example/p': ['none', 'v1', 'v12', 'v10'],
      '_profile=http://acme.example/p|1.0': ['v1'],
      '_profile=http://acme.example/p|1': [],
      '_profile:below=http://acme.example/p': ['none', 'v1', 'v12', 'v10'],
      '_profile:below=http://acme.example/p|1': ['v1', 'v12'],
      '_profile:below=http://acme.example/p|1.2': ['v12'],
    });
  },
);

t.test('A URI is found whole, or by the segments of a URL', async (t) => {
  const index = await openIndex(t);
  const set = (id: string, url: string, version?: string) => ({
    resourceType: 'ValueSet',
    id,
    url,
    ...(version && { version }),
  });
  await index.save([
    set('root', 'http://acme.example/fhir'),
    set('slash', 'http://acme.example/fhir/'),
    set('123', 'http://acme.example/fhir/ValueSet/123', '2.1'),
    set('1234', 'http://acme.example/fhir/ValueSet/1234'),
    set('deep', 'http://acme.example/fhir/ValueSet/123/_history/5'),
    set('fhirx', 'http://acme.example/fhirx'),
    set('oid', 'urn:oid:1.2.3.4.5'),
  ]);
  await answers(t, index, 'ValueSet', {
    'url=http://acme.example/fhir/ValueSet/123': ['123'],
    'url=http://acme.example/fhir/ValueSet/123\\|2.1': ['123'],
    'url=http://acme.example/fhir/ValueSet/123|2.1': ['123'],
    'url=http://acme.example/fhir/ValueSet/123|2.0': [],
    'url=HTTP://acme.example/fhir/ValueSet/123': [],
    'url=urn:oid:1.2.3.4.5': ['oid'],
    'url=urn:oid:1.2.3.4': [],
    'url:below=http://acme.example/fhir/': ['slash', '123', '1234', 'deep'],
    'url:below=http://acme.example/fhir': ['root', 'slash', '123', '1234', 'deep'],
    'url:below=http://acme.example/fhir/ValueSet/123': ['123', 'deep'],
    'url:above=http://acme.example/fhir/ValueSet/123/_history/5': ['root', 'slash', '123', 'deep'],
    'url:above=http://acme.example/fhir/ValueSet/123,http://acme.example/fhirx': [
      'root',
      'slash',
      '123',
      'fhirx',
    ],
  });
  await refuses(t, index, 'ValueSet', 'url:below=urn:oid:1.2.3', /no URL with a path/);
  await refuses(t, index, 'ValueSet', 'url:above=', /empty value/);
});
