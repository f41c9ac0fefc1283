// Chains look into contained resources; searches never return them. https://hl7.org/fhir/R4/search.html#contained
import t from 'tap';
import { answers, type Draft, idsOf, openStorage, type Storage } from './storage.ts';

const reference = (text: string) => ({ reference: text });
const coded = (code: string) => ({ coding: [{ system: 'urn:c', code, display: `The ${code} one` }] });

const condition = (id: string, contained: readonly object[], rest: object = {}): Draft => ({
  resourceType: 'Condition',
  id,
  ...(contained.length && { contained }),
  subject: reference('Patient/ana'),
  asserter: reference('#p'),
  ...rest,
});
const practitioner = (id: string, family: string, rest: object = {}) => ({
  resourceType: 'Practitioner',
  id,
  name: [{ family }],
  ...rest,
});

const drafts: Draft[] = [
  { resourceType: 'Organization', id: 'north', name: 'North Clinic' },
  practitioner('gp', 'Grey', { gender: 'female' }) as Draft,
  {
    resourceType: 'PractitionerRole',
    id: 'role',
    practitioner: reference('Practitioner/gp'),
    organization: reference('Organization/north'),
  },
  { resourceType: 'Patient', id: 'ana', name: [{ family: 'Ruiz' }], gender: 'female' },
  condition('plain', [], { asserter: reference('Practitioner/gp') }),
  condition('inside', [practitioner('p', 'Greyson', { gender: 'male', birthDate: '1970-02-03' })]),
  condition('nameless', [{ resourceType: 'Practitioner', id: 'p', active: true }]),
  condition('role', [
    {
      resourceType: 'PractitionerRole',
      id: 'p',
      practitioner: reference('Practitioner/gp'),
      organization: reference('#o'),
      specialty: [coded('heart')],
    },
    { resourceType: 'Organization', id: 'o', name: 'Inner Clinic', partOf: reference('Organization/north') },
  ]),
  condition('other', [practitioner('p', 'Moss'), practitioner('q', 'Greyling')], {
    evidence: [{ detail: [reference('#q')] }],
  }),
];

async function load(t: Parameters<typeof openStorage>[0]): Promise<Storage> {
  const s = await openStorage(t);
  await s.save(drafts);
  return s;
}

t.test('A chain looks into what the references name in the resource itself', async (t) => {
  const s = await load(t);
  await answers(t, s, 'Condition', {
    'asserter:Practitioner.name=grey': ['inside', 'plain'],
    'asserter.name=grey': ['inside', 'plain'],
    'asserter:Practitioner.family:exact=Greyson': ['inside'],
    'asserter:Practitioner.name:contains=oss': ['other'],
    'asserter:PractitionerRole.specialty=urn:c|heart': ['role'],
    'asserter:PractitionerRole.specialty:text=heart': ['role'],
    'asserter:Practitioner.gender=male,unknown': ['inside'],
    'asserter._type=Practitioner': ['inside', 'nameless', 'other', 'plain'],
    'asserter:PractitionerRole._type=Practitioner': [],
    'asserter:Practitioner._id=p': [],
    'asserter:Practitioner._lastUpdated=ge2000': ['plain'],
  });
});

t.test('Chains go on from contained resources, to what lies outside and beside them', async (t) => {
  const s = await load(t);
  await answers(t, s, 'Condition', {
    'asserter:PractitionerRole.practitioner=Practitioner/gp': ['role'],
    'asserter:PractitionerRole.practitioner.name=grey': ['role'],
    'asserter:PractitionerRole.practitioner.gender:not=male': ['role'],
    'asserter:PractitionerRole.organization.name=inner': ['role'],
    'asserter:PractitionerRole.organization.partof=Organization/north': ['role'],
    'asserter:PractitionerRole.organization.partof.name=north': ['role'],
    'asserter:PractitionerRole.organization.partof.name:missing=true': [],
    'asserter:PractitionerRole.organization:below=Organization/north': [],
    'asserter:Practitioner._has:Condition:asserter:subject=Patient/ana': [
      'inside',
      'nameless',
      'other',
      'plain',
    ],
    'asserter:Practitioner._has:Condition:asserter:_id=inside,plain': ['inside', 'plain'],
  });
});

t.test('A modifier at the end of a chain is about one contained resource', async (t) => {
  const s = await load(t);
  await answers(t, s, 'Condition', {
    'asserter:Practitioner.name:missing=true': ['nameless'],
    'asserter:Practitioner.name:missing=false': ['inside', 'other', 'plain'],
    'asserter:Practitioner.gender:not=male': ['nameless', 'other', 'plain'],
    'asserter:Practitioner.active:not=true': ['inside', 'other', 'plain'],
    'evidence-detail:Practitioner.name:missing=true': [],
    'asserter:missing=true': [],
  });
});

t.test('What one reference names is never taken for what another names', async (t) => {
  const s = await load(t);
  await answers(t, s, 'Condition', {
    'asserter:Practitioner.name=greyling': [],
    'evidence-detail:Practitioner.name=greyling': ['other'],
    'asserter:Practitioner.name=moss': ['other'],
    '_filter=asserter[name eq "moss"].name eq "greyling"': [],
    '_filter=asserter[gender eq male].name eq "greyson"': ['inside'],
    '_filter=not (asserter.name co "grey")': ['nameless', 'other', 'role'],
    '_filter=asserter.name sw "greys" or evidence-detail.name pr true': ['inside', 'other'],
  });
  await s.save([
    {
      resourceType: 'Provenance',
      id: 'two',
      contained: [
        practitioner('a', 'Ash', { gender: 'male' }),
        practitioner('b', 'Birch', { gender: 'female' }),
      ],
      target: [reference('Patient/ana')],
      recorded: '2026-01-01T00:00:00Z',
      agent: [{ who: reference('#a') }, { who: reference('#b') }],
    },
  ]);
  await answers(t, s, 'Provenance', {
    'agent:Practitioner.gender:not=male': ['two'],
    'agent:Practitioner.gender:not=male,female': [],
    '_filter=agent[gender eq male].name eq "ash"': ['two'],
    '_filter=agent[gender eq male].name eq "birch"': [],
  });
});

t.test('Contained resources are no matches, and nothing refers to others through them', async (t) => {
  const s = await load(t);
  await answers(t, s, 'Practitioner', { '': ['gp'], 'name=grey': ['gp'], 'name:missing=false': ['gp'] });
  await answers(t, s, 'PractitionerRole', { '': ['role'], 'practitioner.name=grey': ['role'] });
  await answers(t, s, 'Organization', {
    '': ['north'],
    '_has:PractitionerRole:organization:practitioner=Practitioner/gp': ['north'],
    '_has:Organization:partof:name=inner': [],
    '_has:Organization:partof:_id=o': [],
  });
  const { total } = await s.page('Practitioner', 'name=grey&_total=accurate');
  t.equal(total, 1);
  const page = await s.page('Condition', '_id=role,inside&_include=*&_include:iterate=*');
  t.same(idsOf(page.included), ['ana'], 'what contained resources refer to is not included');
  const north = await s.page('Organization', '_id=north&_revinclude=*');
  t.equal(north.included.length, 1, 'nor do they refer to what matches');
});

t.test('Every type of parameter is searched in contained resources', async (t) => {
  const s = await openStorage(t);
  await s.save([
    {
      resourceType: 'DiagnosticReport',
      id: 'report',
      contained: [
        {
          resourceType: 'Observation',
          id: 'o',
          meta: { tag: [{ system: 'urn:t', code: 'lab' }] },
          identifier: [{ type: { coding: [{ system: 'urn:k', code: 'ACC' }] }, value: '77' }],
          status: 'final',
          code: coded('weight'),
          effectiveDateTime: '2026-02-03',
          subject: { identifier: { system: 'urn:mrn', value: '5' } },
          valueQuantity: { value: 7.2, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
          specimen: reference('Specimen/x'),
        },
        { resourceType: 'RiskAssessment', id: 'r', prediction: [{ probabilityDecimal: 0.4 }] },
      ],
      status: 'final',
      code: coded('report'),
      result: [reference('#o')],
      basedOn: [reference('#none')],
    },
    {
      resourceType: 'DiagnosticReport',
      id: 'other',
      contained: [{ resourceType: 'Observation', id: 'o', status: 'final', code: coded('height') }],
      status: 'final',
      code: coded('report'),
      result: [reference('#o')],
    },
    {
      resourceType: 'ClinicalImpression',
      id: 'impression',
      status: 'completed',
      contained: [
        { resourceType: 'RiskAssessment', id: 'r', prediction: [{ probabilityDecimal: 0.4 }] },
        { resourceType: 'ImagingStudy', id: 'i', endpoint: [reference('#e')] },
        { resourceType: 'Endpoint', id: 'e', address: 'http://e.example/x' },
        { resourceType: 'Questionnaire', id: 'q', url: 'http://forms.example/q' },
        { resourceType: 'QuestionnaireResponse', id: 'a', questionnaire: 'http://forms.example/sdoh' },
      ],
      investigation: [{ code: coded('x'), item: [reference('#r'), reference('#i'), reference('#a')] }],
    },
    { resourceType: 'Questionnaire', id: 'form', url: 'http://forms.example/sdoh', name: 'Sdoh' },
  ]);
  await answers(t, s, 'DiagnosticReport', {
    'result.code=urn:c|weight': ['report'],
    'result.code=weight,height': ['other', 'report'],
    'result.code:text=weight': ['report'],
    'result.code:not=weight': ['other'],
    'result._tag=urn:t|lab': ['report'],
    'result.identifier:of-type=urn:k|ACC|77': ['report'],
    'result.subject:identifier=urn:mrn|5': ['report'],
    'result.specimen=Specimen/x': ['report'],
    'result.date=2026-02': ['report'],
    'result.date=lt2026': [],
    '_filter=result.date po 2026-02-03': ['report'],
    'result.value-quantity=gt7000|http://unitsofmeasure.org|g': ['report'],
    'result.code-value-quantity=urn:c|weight$gt7': ['report'],
    'result.code-value-quantity=urn:c|weight$gt8': [],
    'based-on:missing=false': ['report'],
    'based-on:ServiceRequest.status:missing=true': [],
  });
  await answers(t, s, 'ClinicalImpression', {
    'investigation:RiskAssessment.probability=gt0.3': ['impression'],
    'investigation:RiskAssessment.probability=gt0.5': [],
    'investigation:ImagingStudy.endpoint.status:missing=true': ['impression'],
    'investigation:QuestionnaireResponse.questionnaire=http://forms.example/sdoh': ['impression'],
    'investigation:QuestionnaireResponse.questionnaire.name=sdoh': ['impression'],
  });
});

t.test('A canonical that names a contained resource is followed into it', async (t) => {
  const s = await openStorage(t);
  const answered = (id: string, questionnaire: string, title: string): Draft => ({
    resourceType: 'QuestionnaireResponse',
    id,
    status: 'completed',
    contained: [{ resourceType: 'Questionnaire', id: 'q', url: 'http://forms.example/own', title }],
    questionnaire,
  });
  await s.save([
    answered('own', '#q', 'Home'),
    answered('local', 'Questionnaire/form', 'Home'),
    answered('away', 'http://forms.example/away', 'Home'),
    { resourceType: 'Questionnaire', id: 'form', url: 'http://forms.example/away', title: 'Away' },
  ]);
  await answers(t, s, 'QuestionnaireResponse', {
    'questionnaire.title=home': ['own'],
    'questionnaire.title=away': ['away'],
    'questionnaire.title=home,away': ['away', 'own'],
    'questionnaire.url=http://forms.example/own': ['own'],
    'questionnaire.status:missing=true': ['away', 'own'],
  });
});

t.test('Contained resources go with the version that contained them', async (t) => {
  const s = await load(t);
  const words = async () => {
    await s.find('Condition', 'asserter:PractitionerRole.specialty:text=heart');
    const [row] = await s.sql`select count(*)::int as n from index_display where container is not null`;
    return row!.n as number;
  };
  const rows = async () => {
    const [row] = await s.sql`select (select count(*) from index_string where param < 0)::int as strings,
      (select count(*) from index_token where param < 0)::int as tokens,
      (select count(*) from index_reference where param < 0)::int as links`;
    return { ...row };
  };
  t.ok((await words()) > 0);
  await s.save([
    condition('inside', [practitioner('p', 'Ashby')]),
    condition('nameless', [], { asserter: {} }),
  ]);
  await answers(t, s, 'Condition', {
    'asserter:Practitioner.name=greyson': [],
    'asserter:Practitioner.name=ashby': ['inside'],
    'asserter:Practitioner.gender=male': [],
    'asserter:Practitioner.name:missing=true': [],
  });
  await s.save([condition('role', [practitioner('p', 'Elm')])]);
  t.equal(await words(), 0);
  for (const id of ['inside', 'role', 'other']) await s.remove('Condition', id);
  t.same(await s.find('Condition', 'asserter:Practitioner.name:missing=false'), ['plain']);
  t.same(await rows(), { strings: 0, tokens: 0, links: 0 });
});

t.test('Contained resources that refer to each other in a circle end', async (t) => {
  const s = await openStorage(t);
  const role = (id: string, next: string) => ({
    resourceType: 'Organization',
    id,
    name: `Org ${id}`,
    partOf: reference(next),
  });
  await s.save([
    {
      resourceType: 'Patient',
      id: 'ana',
      contained: [role('a', '#b'), role('b', '#a'), role('b', '#c'), role('self', '#self')],
      managingOrganization: reference('#a'),
    },
    {
      resourceType: 'Organization',
      id: 'holder',
      name: 'Holder',
      contained: [role('inner', '#')],
      partOf: reference('#inner'),
    },
  ]);
  await answers(t, s, 'Patient', {
    'organization.name=org a': ['ana'],
    'organization.partof.name=org b': ['ana'],
    'organization.partof.partof.name=org a': ['ana'],
    'organization.partof.partof.partof.partof.partof.partof.partof.name=org b': ['ana'],
    'organization.partof.partof.name=org b': [],
    'organization.name=org self': [],
  });
  await answers(t, s, 'Organization', {
    'partof.partof.name=holder': ['holder'],
    'partof.partof._id=holder': ['holder'],
    'partof.name=holder': [],
  });
});

t.test('A database without contained resources is asked as if there were none', async (t) => {
  const s = await openStorage(t);
  const chain = async () => {
    s.searched.length = 0;
    await s.find('Condition', 'asserter:Practitioner.name=grey&asserter:Practitioner.gender:not=male');
    return s.searched.at(-1)!;
  };
  const before = await chain();
  t.notMatch(before, /-\d|left join/);
  await s.save([
    {
      resourceType: 'Patient',
      id: 'ana',
      contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }],
      managingOrganization: reference('#o'),
    },
  ]);
  t.equal(await chain(), before, 'of other types they change nothing');
  await s.save([condition('inside', [practitioner('p', 'Grey')])]);
  t.match(await chain(), /param = any\('\{(\d+),-\1\}'\)/);
});
