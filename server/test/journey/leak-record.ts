// The record of one patient, of many types, every text of it a mark of its own, with references into another patient's record.
// https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import type { Resource } from '@medplum/fhirtypes';

/** Whose record it is, and how its texts are told from all others. */
export interface Chart {
  /** Logical id of the patient; ids of the record begin with it. */
  patient: string;
  /** The patient whose record is referred to. */
  other: string;
  /** A text that stands nowhere else. */
  mark: () => string;
  /** A day and a number that nobody else has. */
  day: string;
  amount: number;
  /** Organizations that pay, and that both patients know. */
  payor: string;
  status: 'one' | 'other';
}

export const VITAL = 'vital-signs';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const ref = (reference: string) => ({ reference });

/** A mark as data: begins with a text that is the same for all marks of a record, and so is its base64. */
export const bytesOf = (mark: string): string =>
  Buffer.from(mark.slice(0, 2).repeat(6) + mark).toString('base64');

type Draft = { resourceType: string; id: string; [element: string]: unknown };

/** What most of the record is made of. */
function makers({ patient, mark, day }: Chart) {
  const code = () => ({ coding: [{ system: 'urn:leak', code: mark(), display: mark() }], text: mark() });
  return {
    code,
    at: `${day}T10:00:00Z`,
    identifier: () => [{ system: 'urn:leak:id', value: mark() }],
    period: { start: `${day}T09:00:00Z`, end: `${day}T11:00:00Z` },
    named: (type: string, name: string) => ref(`${type}/${name}`),
    self: ref(`Patient/${patient}`),
    /** What every resource of the record has. */
    made: (resourceType: string, elements: object): Draft => ({
      resourceType,
      id: `${patient}-${resourceType.toLowerCase()}`,
      meta: {
        tag: [{ system: 'urn:leak:tag', code: mark(), display: mark() }],
        source: `urn:leak:${mark()}`,
      },
      ...(resourceType !== 'Binary' && {
        text: {
          status: 'generated',
          div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${mark()}</p></div>`,
        },
        extension: [{ url: 'urn:leak:extension', valueString: mark() }],
      }),
      ...elements,
    }),
  };
}

/** Who the patient is, and who stands beside them. */
function people(chart: Chart): Draft[] {
  const { patient, other, mark, day, payor, status } = chart;
  const { made, self, identifier, period, code } = makers(chart);
  const name = () => [{ family: mark(), given: [mark()], text: mark() }];
  const telecom = () => [{ system: 'phone', value: mark() }];
  const address = () => [{ line: [mark()], city: mark(), postalCode: mark(), country: mark() }];
  return [
    {
      ...made('Patient', {}),
      id: patient,
      active: status === 'one',
      identifier: identifier(),
      name: name(),
      telecom: telecom(),
      gender: status === 'one' ? 'other' : 'unknown',
      birthDate: day,
      address: address(),
      contact: [{ name: name()[0], telecom: telecom() }],
      managingOrganization: ref('Organization/leak-clinic'),
      link: [{ other: ref(`Patient/${other}`), type: 'seealso' }],
    },
    made('RelatedPerson', { patient: self, name: name(), telecom: telecom(), relationship: [code()] }),
    made('Person', { name: name(), telecom: telecom(), link: [{ target: self }] }),
    made('Coverage', {
      status: 'active',
      identifier: identifier(),
      subscriberId: mark(),
      beneficiary: self,
      payor: [ref(`Organization/${payor}`)],
      period,
    }),
    made('CareTeam', {
      status: 'active',
      name: mark(),
      subject: self,
      participant: [{ role: [code()], member: self }],
    }),
    made('EpisodeOfCare', {
      status: 'active',
      identifier: identifier(),
      patient: self,
      type: [code()],
      managingOrganization: ref('Organization/leak-clinic'),
      period,
    }),
    made('Consent', {
      status: 'inactive',
      identifier: identifier(),
      scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'adr' }] },
      category: [code()],
      patient: self,
      dateTime: day,
      policyRule: code(),
    }),
    made('Flag', { status: 'active', code: code(), subject: self, period }),
    made('Account', { status: 'active', name: mark(), identifier: identifier(), subject: [self] }),
  ];
}

/** What is done for the patient. */
function work(chart: Chart): Draft[] {
  const { other, mark, status } = chart;
  const { made, self, identifier, period, code, at } = makers(chart);
  const about = (type: string) => ref(`${type}/${other}-${type.toLowerCase()}`);
  return [
    made('Task', {
      status: 'requested',
      priority: status === 'one' ? 'stat' : 'routine',
      intent: 'order',
      identifier: identifier(),
      code: code(),
      description: mark(),
      for: self,
      focus: about('Observation'),
      basedOn: [about('ServiceRequest')],
      requester: ref('Organization/leak-clinic'),
      authoredOn: at,
      note: [{ text: mark() }],
      input: [{ type: code(), valueString: mark() }],
    }),
    made('ServiceRequest', {
      status: 'active',
      intent: 'order',
      identifier: identifier(),
      code: code(),
      subject: self,
      requester: ref('Organization/leak-clinic'),
      authoredOn: at,
      reasonReference: [about('Condition')],
      note: [{ text: mark() }],
    }),
    made('Appointment', {
      status: 'booked',
      identifier: identifier(),
      serviceType: [code()],
      description: mark(),
      start: at,
      end: at,
      participant: [{ actor: self, status: 'accepted' }],
      reasonReference: [about('Condition')],
    }),
    made('AppointmentResponse', {
      participantStatus: 'accepted',
      actor: self,
      comment: mark(),
      appointment: about('Appointment'),
    }),
    made('CarePlan', {
      status: 'active',
      intent: 'plan',
      title: mark(),
      description: mark(),
      subject: self,
      period,
      addresses: [about('Condition')],
      activity: [{ reference: about('ServiceRequest') }],
    }),
    made('Goal', {
      lifecycleStatus: 'active',
      description: code(),
      subject: self,
      addresses: [about('Condition')],
    }),
    made('Communication', {
      status: 'completed',
      subject: self,
      about: [about('Task')],
      sent: at,
      payload: [{ contentString: mark() }],
      sender: ref('Organization/leak-clinic'),
    }),
    made('CommunicationRequest', {
      status: 'active',
      subject: self,
      about: [about('Task')],
      payload: [{ contentString: mark() }],
    }),
    made('Encounter', {
      status: 'finished',
      class: { system: 'urn:leak', code: mark() },
      identifier: identifier(),
      type: [code()],
      subject: self,
      partOf: about('Encounter'),
      period,
    }),
    made('List', {
      status: 'current',
      mode: 'working',
      title: mark(),
      subject: self,
      entry: ['Task', 'Observation', 'Condition'].map((type) => ({ item: about(type) })),
    }),
    made('Provenance', {
      target: [self, about('Task')],
      recorded: at,
      agent: [{ type: code(), who: ref('Organization/leak-clinic') }],
    }),
    made('Basic', { code: code(), subject: self }),
    made('QuestionnaireResponse', {
      status: 'completed',
      subject: self,
      authored: at,
      encounter: about('Encounter'),
      item: [{ linkId: '1', text: mark(), answer: [{ valueString: mark() }] }],
    }),
    made('Claim', {
      status: 'active',
      type: code(),
      use: 'claim',
      identifier: identifier(),
      patient: self,
      created: at,
      provider: ref('Organization/leak-clinic'),
      priority: { coding: [{ code: 'normal' }] },
      insurance: [{ sequence: 1, focal: true, coverage: about('Coverage') }],
    }),
  ];
}

/** What is found and given. */
function findings(chart: Chart): Draft[] {
  const { patient, other, mark, amount } = chart;
  const { made, self, identifier, period, code, at } = makers(chart);
  const about = (type: string) => ref(`${type}/${other}-${type.toLowerCase()}`);
  const attachment = () => ({ contentType: 'text/plain', title: mark(), data: bytesOf(mark()) });
  return [
    made('Condition', {
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
      },
      code: code(),
      subject: self,
      recordedDate: at,
      evidence: [{ detail: [about('Observation')] }],
      note: [{ text: mark() }],
    }),
    made('Observation', {
      status: 'final',
      category: [{ coding: [{ system: CATEGORY, code: VITAL }] }],
      code: code(),
      subject: self,
      effectiveDateTime: at,
      valueQuantity: { value: amount, unit: mark(), system: 'urn:leak', code: mark() },
      derivedFrom: [about('Observation')],
    }),
    made('DiagnosticReport', {
      status: 'final',
      code: code(),
      subject: self,
      effectiveDateTime: at,
      conclusion: mark(),
      result: [about('Observation')],
    }),
    made('DocumentReference', {
      status: 'current',
      type: code(),
      description: mark(),
      subject: self,
      date: at,
      content: [{ attachment: attachment() }],
      context: { related: [about('Task')] },
    }),
    { ...made('Binary', { contentType: 'text/plain', data: bytesOf(mark()), securityContext: self }) },
    made('Composition', {
      status: 'final',
      type: code(),
      title: mark(),
      subject: self,
      date: at,
      author: [ref('Organization/leak-clinic')],
      section: [{ title: mark(), entry: [about('Condition')] }],
    }),
    made('MedicationRequest', {
      status: 'active',
      intent: 'order',
      contained: [{ resourceType: 'Medication', id: 'm', code: code() }],
      medicationReference: ref('#m'),
      subject: self,
      authoredOn: at,
      reasonReference: [about('Condition')],
    }),
    made('Procedure', {
      status: 'completed',
      code: code(),
      subject: self,
      performedPeriod: period,
      reasonReference: [about('Condition')],
    }),
    made('AllergyIntolerance', {
      clinicalStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
        ],
      },
      patient: self,
      code: code(),
      note: [{ text: mark() }],
    }),
    made('Immunization', {
      status: 'completed',
      vaccineCode: code(),
      patient: self,
      occurrenceDateTime: at,
      lotNumber: mark(),
    }),
    made('RiskAssessment', {
      status: 'final',
      subject: self,
      code: code(),
      basis: [about('Observation')],
      mitigation: mark(),
    }),
    // A patient of its own in it, and an organization: what is contained is found with what holds it.
    {
      ...made('Observation', {
        status: 'final',
        contained: [
          { resourceType: 'Patient', id: 'p', name: [{ family: mark() }], identifier: identifier() },
          { resourceType: 'Organization', id: 'o', name: mark() },
        ],
        code: code(),
        subject: self,
        focus: [ref('#p')],
        performer: [ref('#o')],
      }),
      id: `${patient}-contained`,
    },
  ];
}

/** All of a record; the patient comes first. References in it may go ahead of what they name. */
export const recordOf = (chart: Chart): Resource[] =>
  [...people(chart), ...work(chart), ...findings(chart)] as unknown as Resource[];

/** One resource of a record again, with an id and marks of its own, and something changed. */
export const another = (chart: Chart, type: string, id: string, more: object): Resource =>
  ({ ...recordOf(chart).find(({ resourceType }) => resourceType === type)!, id, ...more }) as Resource;
