// Chains and _has over canonical URLs: to the resources of that url, in the version that is named, or in any.
// https://hl7.org/fhir/R4/references.html#canonical · https://hl7.org/fhir/R4/search.html#chaining
import t from 'tap';
import { accessOf, answers, type Draft, failureOf, openStorage, scope } from './storage.ts';

const form = (id: string, version: string | undefined, name: string): Draft => ({
  resourceType: 'Questionnaire',
  id,
  url: 'http://forms.example/sdoh',
  ...(version && { version }),
  name,
  status: 'active',
  publisher: 'Meridian',
});
const filled = (id: string, questionnaire: string, more: object = {}): Draft => ({
  resourceType: 'QuestionnaireResponse',
  id,
  questionnaire,
  status: 'completed',
  ...more,
});
const drafts: Draft[] = [
  {
    resourceType: 'Questionnaire',
    id: 'base',
    url: 'http://forms.example/base',
    name: 'Base',
    status: 'draft',
  },
  { resourceType: 'Questionnaire', id: 'unnamed', name: 'Unnamed', status: 'draft' },
  form('one', '1', 'First'),
  form('two', '2', 'Second'),
  { resourceType: 'Patient', id: 'ana', gender: 'female' },
  { resourceType: 'Patient', id: 'bo', gender: 'male' },
  filled('any', 'http://forms.example/sdoh', { subject: { reference: 'Patient/ana' } }),
  filled('first', 'http://forms.example/sdoh|1', { status: 'amended', subject: { reference: 'Patient/bo' } }),
  filled('third', 'http://forms.example/sdoh|3'),
  filled('elsewhere', 'http://other.example/form'),
  {
    resourceType: 'PlanDefinition',
    id: 'plan',
    status: 'active',
    url: 'http://plans.example/p',
    title: 'Plan',
    action: [{ definitionCanonical: 'http://forms.example/sdoh|2' }],
  },
  {
    resourceType: 'CarePlan',
    id: 'care',
    status: 'active',
    intent: 'plan',
    subject: { reference: 'Patient/ana' },
    instantiatesCanonical: ['http://plans.example/p'],
  },
];

t.test('A chain follows a canonical URL to the version that it names, or to any', async (t) => {
  const s = await openStorage(t);
  await s.save(drafts);
  await answers(t, s, 'QuestionnaireResponse', {
    'questionnaire.name=first': ['any', 'first'],
    'questionnaire.name=second': ['any'],
    'questionnaire:Questionnaire.name=second': ['any'],
    'questionnaire.publisher=meridian': ['any', 'first'],
    'questionnaire.status=draft': [],
    'questionnaire.name=unnamed': [],
    'questionnaire._id=one': ['any', 'first'],
    'questionnaire._has:QuestionnaireResponse:questionnaire:status=amended': ['any', 'first'],
    'questionnaire.name=first&subject:Patient.gender=male': ['first'],
    '_filter=questionnaire.name eq second': ['any'],
    '_filter=not (questionnaire.publisher eq meridian)': ['elsewhere', 'third'],
  });
  await answers(t, s, 'CarePlan', {
    'instantiates-canonical.title=plan': ['care'],
    'instantiates-canonical:PlanDefinition.definition:Questionnaire.name=second': ['care'],
    'instantiates-canonical:PlanDefinition.definition:Questionnaire.name=first': [],
  });
  await s.remove('Questionnaire', 'one');
  await answers(t, s, 'QuestionnaireResponse', {
    'questionnaire.publisher=meridian': ['any'],
    'questionnaire._id=one': [],
  });
});

t.test('_has finds what canonical URLs name', async (t) => {
  const s = await openStorage(t);
  await s.save(drafts);
  await answers(t, s, 'Questionnaire', {
    '_has:QuestionnaireResponse:questionnaire:status=completed': ['one', 'two'],
    '_has:QuestionnaireResponse:questionnaire:status=amended': ['one'],
    '_has:QuestionnaireResponse:questionnaire:subject:Patient.gender=male': ['one'],
    '_has:PlanDefinition:definition:status=active': ['two'],
    '_has:PlanDefinition:definition:_has:CarePlan:instantiates-canonical:patient=ana': ['two'],
  });
});

t.test('Over canonical URLs too a caller learns only of what may be seen', async (t) => {
  const s = await openStorage(t);
  await s.save(drafts);
  const ana = accessOf('ana', scope('patient', '*', 'rs'));
  t.same(await s.find('QuestionnaireResponse', 'questionnaire.name=first', ana), ['any']);
  const named = await s.find(
    'Questionnaire',
    '_has:QuestionnaireResponse:questionnaire:status=completed',
    ana,
  );
  t.same(named.sort(), ['one', 'two']);
  t.same(await s.find('Questionnaire', '_has:QuestionnaireResponse:questionnaire:status=amended', ana), []);
  const responses = accessOf(undefined, scope('user', 'QuestionnaireResponse', 'rs'));
  t.match(await failureOf(s.page('QuestionnaireResponse', 'questionnaire.name=first', responses)), {
    status: 403,
  });
});
