// The definitions of ours are whole: the profiles, rules, parameters and operations that the domain needs are there and say what they mean.
// https://hl7.org/fhir/R4/conformance-module.html
import { readdirSync, readFileSync } from 'node:fs';
import type { OperationDefinition, SearchParameter } from '@medplum/fhirtypes';
import t from 'tap';
import { loadDefinitions } from '../../validation/index.ts';

const root = new URL('../../../profiles/definitions/', import.meta.url);
const { definitions } = loadDefinitions(root);
const profiles = definitions.filter(({ type }) => type !== 'Extension');
const readAll = <T>(type: string): T[] =>
  readdirSync(new URL(`${type}/`, root)).map(
    (name) => JSON.parse(readFileSync(new URL(`${type}/${name}`, root), 'utf8')) as T,
  );

const PROFILES: Readonly<Record<string, string>> = {
  Task: 'navigation-task coordination-task referral-task loop-closure-task handoff-task patient-task cancellation-task data-request-task late-work-task',
  ServiceRequest: 'referral-request imaging-request lab-request infusion-request navigation-request',
  DeviceRequest: 'dme-request',
  Appointment: 'appointment',
  CarePlan: 'careplan',
  Goal: 'goal',
  Condition: 'barrier',
  CareTeam: 'careteam',
  Practitioner: 'practitioner',
  PractitionerRole: 'practitionerrole',
  Communication: 'communication',
  Observation: 'activity-log network-decision',
  EpisodeOfCare: 'program-enrolment',
  Consent: 'consent-navigation',
  Organization: 'network',
  OrganizationAffiliation: 'network-participation',
  Group: 'attribution-group',
  Provenance: 'provenance',
  AuditEvent: 'audit',
  Flag: 'flag-contact-safety',
  HealthcareService: 'calendar',
  Basic: 'access-policy practice-rule',
};
/** Numbers of the rules, by their first part. */
const RULES: Readonly<Record<string, number>> = {
  t: 7,
  nt: 2,
  ct: 2,
  rt: 3,
  lc: 2,
  ho: 2,
  pt: 5,
  ca: 1,
  dr: 1,
  sr: 3,
  ap: 4,
  cp: 1,
  te: 1,
  cm: 1,
  al: 2,
  ep: 1,
  co: 1,
  np: 1,
  nd: 1,
  pv: 1,
  pr: 1,
  au: 1,
  po: 2,
};
const EXTENSIONS =
  'wants-help network-decision due-policy suspended-from suspended-by channel interactive direction contact-outcome first-response first-contact access-needs rescheduled-from virtual-service scope-class licence-jurisdiction lead programme initiating-visit billing-practitioner supervising-practitioner programme-consent referral-question expires network-tier expected-rate network-option avoidance-outcome practice-rule practice-requirement co-signed-by may-know safe-times policy-role policy-rule policy-labels policy-purpose break-glass-minutes business-days';
const PARAMETERS =
  'Task-due Task-open-due Task-stage Task-for-organization Task-first-response Task-performer-class ServiceRequest-network-tier EpisodeOfCare-programme Observation-programme Appointment-access-need PractitionerRole-network HealthcareService-network';
const OPERATIONS =
  'QuestionnaireResponse-report Task-claim Task-transition Task-undo Task-view Patient-handoff Patient-may-contact Patient-timeline HealthcareService-find-in-network ServiceRequest-decide-network EpisodeOfCare-billing-summary SearchParameter-reindex Patient-break-glass Patient-start-plan Appointment-find Appointment-book team-figures';

t.test('there is a profile for each kind of record, and no other', async (t) => {
  const expected = Object.entries(PROFILES).flatMap(([type, ids]) =>
    ids.split(' ').map((id) => `${type} cn-${id}`),
  );
  t.strictSame(profiles.map(({ id, type }) => `${type} ${id}`).sort(), expected.sort());
});

t.test('parents are resources of R4, or profiles of ours', async (t) => {
  const ours = new Set(profiles.map(({ url }) => url));
  for (const { id, type, baseDefinition } of profiles) {
    const parents = [`http://hl7.org/fhir/StructureDefinition/${type}`, ...ours];
    t.ok(parents.includes(baseDefinition!), `${id}: ${baseDefinition}`);
  }
});

t.test('every rule is there, is an error, and says in a sentence what to do', async (t) => {
  const constraints = profiles.flatMap(({ snapshot }) => snapshot!.element[0]!.constraint ?? []);
  const ours = new Map(
    constraints.filter(({ key }) => key!.startsWith('cn-')).map((rule) => [rule.key!, rule]),
  );
  const expected = Object.entries(RULES).flatMap(([part, count]) =>
    Array.from({ length: count }, (_, n) => `cn-${part}-${n + 1}`),
  );
  t.strictSame([...ours.keys()].sort(), expected.sort());
  for (const { key, severity, human } of ours.values()) {
    t.equal(severity, 'error', key);
    t.match(human, /^[A-Z].+: .+\.$/, key);
  }
});

t.test('every extension is there, with the places where it may stand', async (t) => {
  const extensions = definitions.filter(({ type }) => type === 'Extension');
  t.strictSame(extensions.map(({ id }) => id).sort(), EXTENSIONS.split(' ').sort());
  for (const { id, context, description } of extensions) {
    t.ok(context?.length, id!);
    t.match(description, /^[A-Z].+\.$/, id!);
  }
});

t.test('every profile says in a sentence what it is for', async (t) => {
  for (const { id, title, description } of profiles) {
    t.ok(title, id!);
    t.match(description, /^[A-Z].+\.$/s, id!);
  }
});

t.test('every search parameter is there, with an expression and a sentence', async (t) => {
  const parameters = readAll<SearchParameter>('SearchParameter');
  t.strictSame(parameters.map(({ id }) => id).sort(), PARAMETERS.split(' ').sort());
  for (const { id, base, code, expression, description, type, target } of parameters) {
    t.equal(id, `${base![0]}-${code}`);
    t.ok(expression?.startsWith(base![0]!), id!);
    t.match(description, /^[A-Z].+\.$/, id!);
    t.equal(type === 'reference', target !== undefined, `${id}: a reference names its targets`);
  }
});

t.test('every operation is there, and each of its parameters has a sentence', async (t) => {
  const operations = readAll<OperationDefinition>('OperationDefinition');
  t.strictSame(operations.map(({ id }) => id).sort(), OPERATIONS.split(' ').sort());
  for (const { id, resource, code, description, parameter } of operations) {
    t.equal(id, resource ? `${resource[0]}-${code}` : code);
    t.match(description, /^[A-Z].+\.$/s, id!);
    for (const { name, documentation } of parameter!) t.match(documentation, /^[A-Z].+\.$/, `${id} ${name}`);
  }
});
