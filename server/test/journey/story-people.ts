// Who the stories are about: how somebody is registered, enrolled and known to a team, by the people whose work that is.
// https://hl7.org/fhir/R4/episodeofcare.html
import type {
  Appointment,
  CareTeam,
  Communication,
  Condition,
  Consent,
  Coverage,
  DocumentReference,
  Encounter,
  EpisodeOfCare,
  HealthcareService,
  Organization,
  OrganizationAffiliation,
  Patient,
  Questionnaire,
  QuestionnaireResponse,
  Reference,
  Resource,
  Schedule,
  Slot,
} from '@medplum/fhirtypes';
import { type Answers, answered } from '../care/questionnaire/forms.ts';
import { CB, concept, extension, keyOf, LOINC, ours, refer, role, type Stored, type Story } from './story.ts';

export const PLAN = { reference: 'Organization/meridian-vale-plan' };
export const HOUSE = { reference: 'Organization/larkfield-care' };
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const PLAN_NET = 'http://hl7.org/fhir/us/davinci-pdex-plan-net';
export const GENERAL_PRACTICE = { system: 'http://snomed.info/sct', code: '394814009' };
const SPANISH = { coding: [{ system: 'urn:ietf:bcp:47', code: 'es' }], text: 'Spanish' };

/** Somebody whom a navigator registers, with the plan that they are a member of. @param name given and family name */
export async function register(
  { write }: Story,
  name: string,
  memberId: string,
  more: Partial<Patient> = {},
  payor = PLAN,
): Promise<Stored<Patient>> {
  const [given, family] = name.split(' ') as [string, string];
  const patient = await write<Patient>('navigator', {
    resourceType: 'Patient',
    identifier: [
      {
        type: concept('http://terminology.hl7.org/CodeSystem/v2-0203', 'MB'),
        system: `${CB}/identifier/member`,
        value: memberId,
        assigner: payor,
      },
    ],
    active: true,
    name: [{ use: 'official', family, given: [given] }],
    telecom: [{ system: 'phone', value: '+1-555-0399', use: 'mobile' }],
    gender: 'female',
    birthDate: '1972-02-19',
    communication: [{ language: concept('urn:ietf:bcp:47', 'en', 'English'), preferred: true }],
    generalPractitioner: [role('physician')],
    managingOrganization: HOUSE,
    ...more,
  });
  await write<Coverage>('navigator', {
    resourceType: 'Coverage',
    status: 'active',
    subscriberId: memberId,
    beneficiary: refer(patient),
    relationship: concept('http://terminology.hl7.org/CodeSystem/subscriber-relationship', 'self'),
    period: { start: '2026-01-01' },
    payor: [payor],
  });
  return patient;
}
/** What is different for somebody who speaks Spanish. */
export const SPEAKS_SPANISH: Partial<Patient> = {
  extension: [
    { url: 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired', valueBoolean: true },
  ],
  communication: [{ language: SPANISH, preferred: true }],
};

/** A diagnosis that the record system of the hospital or the practice sends. */
export const diagnosis = (person: Resource, code: string, text: string): Condition => ({
  resourceType: 'Condition',
  clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
  verificationStatus: concept('http://terminology.hl7.org/CodeSystem/condition-ver-status', 'confirmed'),
  category: [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
  code: concept(ICD, code, text),
  subject: refer(person),
});

/** The consent to a programme, with the form that was signed. */
export async function consent({ write, today }: Story, person: Resource): Promise<Consent> {
  const form = await write<DocumentReference>('navigator', {
    resourceType: 'DocumentReference',
    status: 'current',
    docStatus: 'final',
    type: concept(LOINC, '59284-0', 'Consent to navigation, signed'),
    subject: refer(person),
    date: today(),
    author: [refer(person) as Reference<Patient>],
    content: [{ attachment: { contentType: 'text/plain', data: 'SSBhZ3JlZS4=' } }],
  });
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: concept('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
    category: [concept(LOINC, '59284-0'), ours('cn-category', 'billing-consent')],
    patient: refer(person),
    dateTime: today(),
    performer: [refer(person) as Reference<Patient>],
    organization: [HOUSE],
    sourceReference: refer(form),
    policyRule: { text: 'Navigation programme: share with the care team' },
    provision: { type: 'permit', period: { start: today().slice(0, 10) } },
  };
}

/** A team that the navigator leads: the people of the house, and whoever else belongs to it. */
export const teamOf = (person: Resource, ...others: NonNullable<CareTeam['participant']>): CareTeam => ({
  resourceType: 'CareTeam',
  status: 'active',
  name: 'Care team',
  subject: refer(person),
  participant: [
    {
      extension: [extension('lead', { valueBoolean: true })],
      role: [ours('cn-role', 'navigator')],
      member: role('navigator'),
    },
    { role: [ours('cn-role', 'scheduler')], member: role('scheduler') },
    { role: [ours('cn-role', 'rn')], member: role('nurse') },
    { role: [ours('cn-role', 'lcsw')], member: role('social-worker') },
    { role: [ours('cn-role', 'physician')], member: role('physician') },
    { role: [ours('cn-role', 'peer')], member: role('peer') },
    { role: [ours('cn-role', 'patient')], member: refer(person) },
    ...others,
  ],
  managingOrganization: [HOUSE],
});

/** The enrolment in a programme; everything of it shares the number of the episode. */
export const enrolment = (
  { today }: Pick<Story, 'today'>,
  person: Resource,
  programme: string,
  team: Resource,
): EpisodeOfCare => ({
  resourceType: 'EpisodeOfCare',
  identifier: [{ system: `${CB}/identifier/episode`, value: `episode-of-${person.id}` }],
  status: 'active',
  type: [ours('cn-programme', programme)],
  patient: refer(person),
  managingOrganization: HOUSE,
  period: { start: today().slice(0, 10) },
  careManager: role('navigator'),
  team: [refer(team)],
});

/** A contact with a person, as whoever speaks records it. */
export const contact = (
  { today }: Pick<Story, 'today'>,
  person: Resource,
  by: string,
  channel: string,
  more: Partial<Communication> = {},
): Communication => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [ours('cn-category', 'contact')],
  subject: refer(person),
  sent: today(),
  sender: role(by),
  recipient: [refer(person) as Reference<Patient>],
  ...more,
  extension: [
    extension('direction', { valueCode: 'outbound' }),
    extension('channel', { valueCode: channel }),
    extension('interactive', { valueBoolean: channel !== 'portal' }),
    ...(more.extension ?? []),
  ],
});

/** The barrier form as a person answers it, who is asked by somebody. */
export async function barrierForm(
  { find, today }: Story,
  person: Resource,
  by: string,
  answers: Answers,
): Promise<QuestionnaireResponse> {
  const [form] = await find<Questionnaire>(
    by,
    `Questionnaire?url=${CB}/Questionnaire/cn-q-navigator-barriers`,
  );
  return answered(form!, answers, {
    authored: today(),
    subject: refer(person),
    author: role(by),
    source: refer(person) as Reference<Patient>,
  });
}

/** A practice in the directory, in the preferred network of the plan. @param accepting code of Plan-Net's AcceptingPatientsCS */
export async function practice(
  { write }: Story,
  name: string,
  accepting: string,
  ...languages: string[]
): Promise<Stored<HealthcareService>> {
  const provider = await write<Organization>('admin', { resourceType: 'Organization', active: true, name });
  await write<OrganizationAffiliation>('admin', {
    resourceType: 'OrganizationAffiliation',
    extension: [extension('network-tier', { valueCode: 'preferred' })],
    active: true,
    organization: PLAN,
    participatingOrganization: refer(provider),
    network: [{ reference: 'Organization/preferred-network' }],
  });
  const accepts = concept(`${PLAN_NET}/CodeSystem/AcceptingPatientsCS`, accepting);
  return write<HealthcareService>('admin', {
    resourceType: 'HealthcareService',
    extension: [
      {
        url: `${PLAN_NET}/StructureDefinition/newpatients`,
        extension: [{ url: 'acceptingPatients', valueCodeableConcept: accepts }],
      },
    ],
    active: true,
    providedBy: refer(provider),
    specialty: [{ coding: [GENERAL_PRACTICE] }],
    name,
    communication: languages.map((code) => concept('urn:ietf:bcp:47', code)),
  });
}

/** A calendar of somebody with free times, each of 40 minutes. */
export async function freeTimes(
  { write }: Story,
  actor: readonly Reference[],
  ...starts: string[]
): Promise<Stored<Schedule>> {
  const schedule = await write<Schedule>('admin', {
    resourceType: 'Schedule',
    active: true,
    actor: [...actor] as Schedule['actor'],
  });
  for (const start of starts)
    await write<Slot>('admin', {
      resourceType: 'Slot',
      schedule: refer(schedule),
      status: 'free',
      start,
      end: new Date(Date.parse(start) + 2_400_000).toISOString(),
    });
  return schedule;
}

/** A visit that is proposed in the free times of a calendar. */
export async function proposedVisits(
  { calls }: Story,
  by: string,
  person: Resource,
  actor: Reference,
): Promise<Appointment[]> {
  const name = actor.reference!.startsWith('Location/') ? 'location' : 'practitioner';
  const { status, body } = await calls(
    by,
    '/Appointment/$find',
    { name: 'patient', valueReference: refer(person) },
    { name, valueReference: actor },
    { name: 'end', valueDateTime: '2027-02-01T00:00:00Z' },
  );
  if (status !== 200) throw new Error(JSON.stringify(body));
  return (body.entry ?? []).map(({ resource }: { resource: Appointment }) => resource);
}

/** A visit or a stay as the record system tells it. */
export const encounter = (
  person: Resource,
  kind: string,
  [start, end]: readonly [string, string],
  more: Partial<Encounter> = {},
): Encounter => ({
  resourceType: 'Encounter',
  status: 'finished',
  class: { system: ACT, code: kind },
  subject: refer(person),
  period: { start, end },
  ...more,
});

/** Somebody who is registered and enrolled, with a team. */
export async function enrol(story: Story, name: string, memberId: string, programme: string) {
  const person = await register(story, name, memberId);
  await story.write('nurse', await consent(story, person));
  const team = await story.write('navigator', teamOf(person));
  const episode = await story.write('navigator', enrolment(story, person, programme, team));
  const [coverage] = await story.find<Coverage>('navigator', `Coverage?beneficiary=${keyOf(person)}`);
  return { person, team, episode, coverage: coverage! };
}
