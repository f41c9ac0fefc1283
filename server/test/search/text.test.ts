// _text and _content: the words of the narrative, and of the whole resource. https://hl7.org/fhir/R4/search.html#content
import t from 'tap';
import { accessOf, answers, openStorage, refuses, scope } from './storage.ts';

const narrative = (text: string) => ({
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` },
});

t.test('Words are found in the narrative and in all of a resource, right after it was written', async (t) => {
  const s = await openStorage(t);
  await s.save([
    { resourceType: 'Patient', id: 'ana', ...narrative('Lives <b>alone</b>, café owner'), language: 'en' },
    { resourceType: 'Patient', id: 'bo', ...narrative('Lives with family'), name: [{ text: 'Bo Alone' }] },
    {
      resourceType: 'Task',
      id: 'call',
      status: 'requested',
      intent: 'order',
      description: 'Call about heart failure',
      for: { reference: 'Patient/ana' },
    },
    {
      resourceType: 'Observation',
      id: 'ob',
      status: 'final',
      code: { text: 'Body weight', coding: [{ system: 'urn:c', code: 'w', display: 'Weight of body' }] },
      subject: { reference: 'Patient/ana' },
    },
  ]);
  await answers(t, s, 'Patient', {
    '_text=alone': ['ana'],
    '_content=alone': ['ana', 'bo'],
    '_text=lives': ['ana', 'bo'],
    '_text=LIVES alone': ['ana'],
    '_text=lives -alone': ['bo'],
    '_text="with family"': ['bo'],
    '_text=cafe': ['ana'],
    '_text=alone,family': ['ana', 'bo'],
    '_text=lives&_content=bo': ['bo'],
    '_text=nothing': [],
    '_has:Task:subject:_content=heart failure': ['ana'],
  });
  await answers(t, s, 'Task', {
    '_content=heart': ['call'],
    '_text=heart': [],
    'patient._text=alone': ['call'],
  });
  await answers(t, s, 'Observation', { 'code:text=weight': ['ob'], 'code:text=height': [] });
  await s.save([{ resourceType: 'Patient', id: 'ana', ...narrative('Moved away') }]);
  await answers(t, s, 'Patient', { '_text=alone': [], '_text=moved': ['ana'] });
  await s.remove('Patient', 'ana');
  await answers(t, s, 'Patient', { '_text=moved': [] });
  await answers(t, s, 'Task', { 'patient._text=moved': [] });
});

t.test('Text search has the logical operations AND, OR and NOT, with brackets', async (t) => {
  const s = await openStorage(t);
  const condition = (id: string, text: string) => ({
    resourceType: 'Condition',
    id,
    subject: { reference: 'Patient/1' },
    ...narrative(text),
  });
  await s.save([
    { resourceType: 'Patient', id: '1' },
    condition('bone', 'Metastases to the bone'),
    condition('liver', 'Liver metastases'),
    condition('benign', 'Benign tumour of the liver'),
    condition('heart', "Heart failure, Crohn's disease"),
  ]);
  await answers(t, s, 'Condition', {
    '_text=(bone OR liver) and metastases': ['bone', 'liver'],
    '_text=(bone or liver) AND metastases': ['bone', 'liver'],
    '_text=bone OR liver metastases': ['bone', 'liver'],
    '_text=metastases NOT bone': ['liver'],
    '_text=liver -(benign OR bone)': ['liver'],
    '_text=liver -"liver metastases"': ['benign'],
    '_text=NOT liver': ['bone', 'heart'],
    '_text="heart failure" OR benign': ['benign', 'heart'],
    '_text=heart-failure': [],
    "_text=crohn's": ['heart'],
    '_text=liver OR': ['liver', 'benign'],
    '_text=AND OR liver': ['liver', 'benign'],
    '_text=(bone': ['bone'],
    '_text=bone)': ['bone'],
    '_text=bone () metastases': ['bone'],
    "_text=a' | 'b\\\\": [],
    '_text=bone %26 !x | liver': [],
  });
  await refuses(t, s, 'Condition', '_text=OR', /without a letter or digit/, 'invalid');
  await refuses(t, s, 'Condition', '_text=() -', /without a letter or digit/, 'invalid');
  await refuses(
    t,
    s,
    'Condition',
    `_text=${'('.repeat(101)}a${')'.repeat(101)}`,
    /Give at most 100/,
    'invalid',
  );
});

t.test('Words tell a confined caller nothing of other patients', async (t) => {
  const s = await openStorage(t);
  await s.save([
    {
      resourceType: 'Patient',
      id: 'ana',
      ...narrative('secret'),
      link: [{ other: { reference: 'Patient/bo' } }],
    },
    { resourceType: 'Patient', id: 'bo', ...narrative('secret hidden') },
  ]);
  const ana = accessOf('ana', scope('patient', '*', 'rs'));
  t.same(await s.find('Patient', '_text=secret', ana), ['ana']);
  t.same(await s.find('Patient', '_text=hidden', ana), []);
  t.same(await s.find('Patient', 'link:Patient._text=hidden', ana), []);
});

t.test('Words without a letter are refused', async (t) => {
  const s = await openStorage(t);
  await refuses(t, s, 'Task', '_text=', /"_text" has a value without a letter or digit/, 'invalid');
  await refuses(t, s, 'Task', '_content=a,-', /"_content" has a value without a letter or digit/, 'invalid');
  await refuses(t, s, 'Task', '_content:exact=a', /"_content" has no modifier ":exact"/, 'not-supported');
});

t.test('AuditEvent and Provenance have no words, and a search for them says so', async (t) => {
  const s = await openStorage(t);
  await s.save([
    {
      resourceType: 'Provenance',
      id: 'p',
      target: [{ reference: 'Patient/ana' }],
      recorded: '2026-01-01T00:00:00Z',
      agent: [{ who: { display: 'Somebody' }, type: { text: 'Author of it' } }],
      ...narrative('somebody'),
    },
    { resourceType: 'Patient', id: 'ana', ...narrative('somebody') },
  ]);
  const system = async (query: string) =>
    (await s.search.system([...new URLSearchParams(query)], accessOf(undefined, scope('system', '*', 'rs'))))
      .matches;
  const found = await system('_type=Patient,Provenance&_text=somebody');
  t.same(
    found.map((content) => JSON.parse(content).id),
    ['ana'],
    'beside other types they are left out',
  );
  const refused = await system('_type=AuditEvent,Provenance&_content=x').catch((error: unknown) => error);
  t.match(refused, {
    status: 400,
    issues: [{ diagnostics: /^"_content" is not offered for AuditEvent and Provenance:/ }],
  });
  const [rows] = await s.sql`select (select count(*) from index_text)::integer as texts,
    (select count(*) from index_display)::integer as displays`;
  t.same({ ...rows }, { texts: 1, displays: 0 });
  const cases: [type: string, query: string, sentence: RegExp][] = [
    [
      'Provenance',
      '_text=x',
      /^"_text" is not offered for Provenance: their words are not indexed\. Search by target,/,
    ],
    ['AuditEvent', '_content=x', /^"_content" is not offered for AuditEvent: .* Search by date, agent,/],
    ['AuditEvent', 'type:text=x', /^"type:text" is not offered for AuditEvent:/],
    ['Patient', '_has:Provenance:target:_content=x', /^"_content" is not offered for Provenance:/],
  ];
  for (const [type, query, sentence] of cases) await refuses(t, s, type, query, sentence, 'not-supported');
});
