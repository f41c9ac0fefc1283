// Right resources of many R4 types, small and made up: what the structure tests must never refuse.
// https://hl7.org/fhir/R4/resourcelist.html

const code = (text: string) => ({ coding: [{ system: 'http://example.org/codes', code: 'a' }], text });
const patient = { reference: 'Patient/p1' };
const div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>A <b>short</b> text &amp; more.<br/></p></div>';

/** Each is valid R4; together they use choices, contained resources, primitive extensions and nested backbone elements. */
export const examples: readonly { readonly resourceType: string; readonly [element: string]: unknown }[] = [
  { resourceType: 'Account', status: 'active', subject: [patient] },
  {
    resourceType: 'AllergyIntolerance',
    patient,
    clinicalStatus: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
      ],
    },
  },
  {
    resourceType: 'Appointment',
    status: 'booked',
    start: '2026-03-02T09:00:00-05:00',
    end: '2026-03-02T09:30:00-05:00',
    participant: [{ actor: patient, status: 'accepted' }],
  },
  {
    resourceType: 'AuditEvent',
    type: { code: 'rest' },
    recorded: '2026-01-01T00:00:00.000Z',
    agent: [{ requestor: true }],
    source: { observer: { display: 'x' } },
  },
  {
    resourceType: 'Basic',
    code: code('x'),
    extension: [{ url: 'http://example.org/e', valueBoolean: false }],
  },
  { resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' },
  {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
        resource: { resourceType: 'Patient', active: true },
        request: { method: 'POST', url: 'Patient' },
      },
    ],
  },
  {
    resourceType: 'CarePlan',
    status: 'active',
    intent: 'plan',
    subject: patient,
    activity: [{ reference: { reference: 'Task/1' } }],
  },
  {
    resourceType: 'CareTeam',
    status: 'active',
    participant: [{ member: { reference: 'Practitioner/1' }, period: { start: '2026' } }],
  },
  {
    resourceType: 'Communication',
    status: 'completed',
    payload: [{ contentString: 'Hello' }],
    sent: '2026-01-01',
  },
  {
    resourceType: 'Composition',
    status: 'final',
    type: code('x'),
    date: '2026-01',
    author: [{ reference: 'Practitioner/1' }],
    title: 't',
    section: [{ title: 'a', section: [{ title: 'b', text: { status: 'generated', div } }] }],
  },
  {
    resourceType: 'Condition',
    subject: patient,
    code: code('x'),
    onsetAge: { value: 12, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' },
  },
  {
    resourceType: 'Consent',
    status: 'active',
    scope: code('x'),
    category: [code('y')],
    policyRule: code('z'),
    provision: { type: 'permit', provision: [{ type: 'deny' }] },
  },
  {
    resourceType: 'Coverage',
    status: 'active',
    beneficiary: patient,
    payor: [{ reference: 'Organization/1' }],
  },
  {
    resourceType: 'DeviceRequest',
    intent: 'order',
    codeCodeableConcept: code('x'),
    subject: patient,
    occurrenceDateTime: '2026-01-01',
  },
  {
    resourceType: 'DiagnosticReport',
    status: 'final',
    code: code('x'),
    contained: [{ resourceType: 'Observation', id: 'o', status: 'final', code: code('y') }],
    result: [{ reference: '#o' }],
  },
  {
    resourceType: 'DocumentReference',
    status: 'current',
    content: [{ attachment: { contentType: 'application/pdf', size: 0, hash: 'aGVsbG8=' } }],
  },
  {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    period: { start: '2026-01-01T10:00:00Z' },
  },
  { resourceType: 'EpisodeOfCare', status: 'active', patient, period: { start: '2026-01-01' } },
  { resourceType: 'Flag', status: 'active', code: code('x'), subject: patient },
  {
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    description: code('x'),
    subject: patient,
    target: [{ dueDate: '2026-04-01' }],
  },
  {
    resourceType: 'Group',
    type: 'person',
    actual: true,
    quantity: 0,
    member: [{ entity: patient, inactive: false }],
  },
  {
    resourceType: 'HealthcareService',
    active: true,
    availableTime: [{ daysOfWeek: ['mon', 'tue'], availableStartTime: '08:00:00' }],
  },
  { resourceType: 'Location', name: 'x', position: { longitude: -71.06, latitude: 42.36 } },
  {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: code('x'),
    subject: patient,
    dosageInstruction: [
      {
        timing: {
          repeat: { frequency: 1, period: 1, periodUnit: 'd', boundsPeriod: { start: '2026-01-01' } },
        },
        doseAndRate: [{ doseQuantity: { value: 1.5 } }],
      },
    ],
  },
  {
    resourceType: 'Observation',
    status: 'final',
    code: code('x'),
    valueQuantity: { value: 0.1, comparator: '<', unit: 'mg' },
    effectivePeriod: { start: '2026-01-01' },
    component: [{ code: { text: 'y' }, valueInteger: -1 }],
  },
  {
    resourceType: 'Organization',
    name: 'x',
    telecom: [{ system: 'phone', value: '1', rank: 1, use: 'work' }],
  },
  {
    resourceType: 'Parameters',
    parameter: [
      { name: 'a', valueMeta: { versionId: '1' } },
      { name: 'b', part: [{ name: 'c', resource: { resourceType: 'Patient', gender: 'other' } }] },
    ],
  },
  {
    resourceType: 'Patient',
    id: 'p-1.A',
    text: { status: 'generated', div },
    name: [
      {
        given: ['A', null],
        _given: [null, { extension: [{ url: 'http://example.org/e', valueCode: 'masked' }] }],
      },
    ],
    birthDate: '1980-02-29',
    _birthDate: { id: 'x' },
    deceasedBoolean: false,
    link: [{ other: { reference: 'Patient/2/_history/3' }, type: 'seealso' }],
  },
  {
    resourceType: 'PractitionerRole',
    practitioner: { reference: 'Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1' },
    code: [code('x')],
  },
  {
    resourceType: 'Procedure',
    _status: {
      extension: [
        { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
      ],
    },
    subject: patient,
  },
  {
    resourceType: 'Provenance',
    target: [{ reference: 'http://example.org/fhir/Task/1' }],
    recorded: '2026-12-31T23:59:60Z',
    agent: [{ who: patient }],
    signature: [
      {
        type: [{ code: 'x' }],
        when: '2026-01-01T00:00:00Z',
        who: { reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' },
      },
    ],
  },
  {
    resourceType: 'Questionnaire',
    status: 'draft',
    item: [
      {
        linkId: '1',
        type: 'group',
        item: [
          {
            linkId: '1.1',
            type: 'choice',
            answerOption: [{ valueCoding: { code: 'a' } }],
            enableWhen: [{ question: 'q', operator: '=', answerBoolean: true }],
          },
          { linkId: '1.2', type: 'decimal', initial: [{ valueDecimal: 1e-3 }] },
        ],
      },
    ],
  },
  {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    questionnaire: 'http://example.org/q|1',
    item: [{ linkId: '1', answer: [{ valueTime: '12:00:00', item: [{ linkId: '2' }] }] }],
  },
  { resourceType: 'RelatedPerson', patient, gender: 'female' },
  {
    resourceType: 'Schedule',
    actor: [{ reference: 'Location/1' }],
    planningHorizon: { start: '2026-01-01' },
  },
  {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    subject: patient,
    quantityRatio: { numerator: { value: 1 }, denominator: { value: 2 } },
    asNeededBoolean: true,
  },
  {
    resourceType: 'Slot',
    schedule: { reference: 'Schedule/1' },
    status: 'free',
    start: '2026-01-01T09:00:00Z',
    end: '2026-01-01T09:30:00Z',
  },
  {
    resourceType: 'StructureDefinition',
    url: 'http://example.org/sd',
    name: 'X',
    status: 'draft',
    kind: 'resource',
    abstract: false,
    type: 'Task',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Task',
    derivation: 'constraint',
    differential: {
      element: [
        {
          id: 'Task.description',
          path: 'Task.description',
          fixedString: 'x',
          min: 0,
          max: '1',
        },
        {
          id: 'Task.code',
          path: 'Task.code',
          binding: { strength: 'required', valueSet: 'http://example.org/vs' },
        },
      ],
    },
  },
  {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'x',
    criteria: 'Task?',
    channel: { type: 'rest-hook', header: ['a: b'] },
  },
];
