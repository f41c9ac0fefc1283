// The operations of care work, asked about somebody else's record and, on her own, with references into it.
// https://hl7.org/fhir/R4/operations.html
import type { Form } from './leak-requests.ts';

const PLAN = 'https://throughline.example/fhir/PlanDefinition/cn-pd-barrier';
const reference = (name: string, to: string) => ({ name, valueReference: { reference: to } });
const asked = (url: string, ...parameter: object[]): Form => ({
  method: 'POST',
  url,
  body: { resourceType: 'Parameters', ...(parameter.length && { parameter }) },
});
const get = (url: string): Form => ({ method: 'GET', url });

const visit = (patient: string, id?: string) => ({
  name: 'appt-resource',
  resource: {
    resourceType: 'Appointment',
    ...(id && { id }),
    status: 'proposed',
    slot: [{ reference: 'Slot/none' }],
    participant: [{ actor: { reference: patient }, status: 'needs-action' }],
  },
});

/** A plan that asks whether a record says something, and one that would copy from it. */
const plan = {
  resourceType: 'PlanDefinition',
  status: 'active',
  action: [
    {
      title: 'when',
      condition: [
        {
          kind: 'applicability',
          expression: { language: 'text/fhirpath', expression: '%subject.active or %encounter.exists()' },
        },
      ],
    },
  ],
};
const activity = {
  resourceType: 'ActivityDefinition',
  status: 'active',
  kind: 'Task',
  dynamicValue: [
    {
      path: 'description',
      expression: { language: 'text/fhirpath', expression: '%subject.name.first().family' },
    },
  ],
};
const answers = (subject: string) => ({
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  questionnaire: 'https://throughline.example/fhir/Questionnaire/cn-q-phq2',
  subject: { reference: subject },
});

/** Asked about her, with references into his record: of theirs nothing may come back. */
const besideHer: readonly Form[] = [
  get('/Patient/una/$may-contact?recipient=RelatedPerson/bo-relatedperson'),
  asked(
    '/Patient/una/$handoff',
    { name: 'reason', valueString: 'why' },
    reference('carePlan', 'CarePlan/bo-careplan'),
    reference('owner', 'Patient/bo'),
  ),
  asked(
    '/Patient/una/$start-plan',
    { name: 'planDefinition', valueCanonical: PLAN },
    reference('encounter', 'Encounter/bo-encounter'),
  ),
  asked(
    '/Appointment/$book',
    visit('Patient/una'),
    reference('rescheduled-from', 'Appointment/bo-appointment'),
  ),
  asked('/Appointment/$book', visit('Patient/una', 'bo-appointment')),
  ...['', '?organization=Organization/leak-clinic', '?period-start=1931-01-01&period-end=1931-12-31'].map(
    (query) => get(`/$team-figures${query}`),
  ),
  ...['PlanDefinition', 'ActivityDefinition'].map((type) =>
    asked(
      `/${type}/$apply`,
      {
        name: type === 'PlanDefinition' ? 'planDefinition' : 'activityDefinition',
        resource: type === 'PlanDefinition' ? plan : activity,
      },
      { name: 'subject', valueString: 'Patient/una' },
      { name: 'encounter', valueString: 'Encounter/bo-encounter' },
    ),
  ),
];

/** Asked about him. */
const aboutHim: readonly Form[] = [
  get('/Patient/bo/$may-contact?channel=phone'),
  get('/Patient/bo/$may-contact?recipient=RelatedPerson/bo-relatedperson'),
  asked(
    '/Patient/bo/$handoff',
    { name: 'reason', valueString: 'why' },
    reference('carePlan', 'CarePlan/bo-careplan'),
  ),
  asked('/Patient/bo/$start-plan', { name: 'planDefinition', valueCanonical: PLAN }),
  get('/Appointment/$find?patient=Patient/bo'),
  asked('/Appointment/$find', reference('patient', 'Patient/bo')),
  asked('/Appointment/$book', visit('Patient/bo'), reference('patient', 'Patient/bo')),
  asked('/Task/bo-task/$claim'),
  ...['accepted', 'completed', 'cancelled'].map((status) =>
    asked('/Task/bo-task/$transition', { name: 'status', valueCode: status }),
  ),
  ...['gravity', 'bser', 'cow'].flatMap((guide) => [
    get(`/Task/bo-task/$view?guide=${guide}`),
    asked('/Task/bo-task/$view', { name: 'guide', valueCode: guide }),
  ]),
  get(`/PlanDefinition/cn-pd-barrier/$apply?subject=Patient/bo`),
  asked(
    '/PlanDefinition/$apply',
    { name: 'planDefinition', resource: plan },
    { name: 'subject', valueString: 'Patient/bo' },
  ),
  asked(
    '/ActivityDefinition/$apply',
    { name: 'activityDefinition', resource: activity },
    { name: 'subject', valueString: 'Patient/bo' },
  ),
  get('/QuestionnaireResponse/bo-questionnaireresponse/$extract'),
  get('/QuestionnaireResponse/bo-questionnaireresponse/$report'),
  asked('/QuestionnaireResponse/$extract', {
    name: 'questionnaire-response',
    resource: answers('Patient/bo'),
  }),
  ...['1931-07', '2026-03'].flatMap((month) => [
    get(`/EpisodeOfCare/bo-episodeofcare/$billing-summary?month=${month}`),
    asked('/EpisodeOfCare/bo-episodeofcare/$billing-summary', { name: 'month', valueString: month }),
  ]),
  get('/HealthcareService/$find-in-network?service=urn:leak|x&coverage=Coverage/bo-coverage'),
  asked(
    '/HealthcareService/$find-in-network',
    { name: 'service', valueCoding: { system: 'urn:leak', code: 'x' } },
    reference('coverage', 'Coverage/bo-coverage'),
  ),
  asked('/ServiceRequest/bo-servicerequest/$decide-network', reference('choice', 'Organization/leak-clinic')),
  ...['', '?start=1931-01-01&end=1931-12-31', '?_count=1', '?episode=bo-episodeofcare'].map((query) =>
    get(`/Patient/bo/$timeline${query}`),
  ),
];

/** Every operation of care work as somebody would ask it who wants to know about him. */
export const careForms: readonly Form[] = [...aboutHim, ...besideHer];
