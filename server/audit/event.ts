// A journal line as the AuditEvent that is stored: IHE's Basic Audit Log Patterns, and our profile.
// https://profiles.ihe.net/ITI/BALP/content.html · https://hl7.org/fhir/R4/auditevent.html
import type {
  AuditEvent,
  AuditEventAgent,
  AuditEventEntity,
  CodeableConcept,
  Coding,
} from '@medplum/fhirtypes';
import { resourceTypes } from '../fhir/elements.ts';
import { authorizationEvent } from './authorization-event.ts';
import type { Told } from './interaction.ts';
import type { AuthorizationLine, Caller, Line, RequestLine } from './line.ts';

const OURS = 'https://throughline.example/fhir';
const BALP = 'https://profiles.ihe.net/ITI/BALP';
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const INTERACTION = 'http://hl7.org/fhir/restful-interaction';
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

/** What an event is written with. */
export interface EventContext {
  /** Address of this server that its clients use. */
  publicUrl: string;
  /** Instant of the stored version. */
  lastUpdated: Date;
}

/** What the database adds to a line. */
export interface Found {
  told: Told;
  /** Logical ids of the patients that it is about. */
  patients: readonly string[];
  /** The caller had opened the patient's chart in an emergency; `reason`: why, where it was opened by this request. */
  breakGlass?: { reason?: string };
}

const dcm = (code: string): Coding => ({ system: DCM, code });
const APPLICATION = dcm('110150');
const DESTINATION = dcm('110152');
const SOURCE = dcm('110153');
const CUSTODIAN: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  code: 'custodian',
};
const RECIPIENT: Coding = { system: PARTICIPATION, code: 'IRCP' };
const AUTHOR: Coding = { system: PARTICIPATION, code: 'AUT' };

/** Where data goes to: who reads is the destination, who writes or asks the source; of a deletion BALP has its own words too. */
const ROLES: Readonly<Record<Told['action'], { client: Coding[]; server: Coding[]; user: Coding[] }>> = {
  R: { client: [DESTINATION], server: [SOURCE], user: [RECIPIENT] },
  E: { client: [SOURCE], server: [DESTINATION], user: [RECIPIENT] },
  C: { client: [SOURCE], server: [DESTINATION], user: [RECIPIENT, AUTHOR] },
  U: { client: [SOURCE], server: [DESTINATION], user: [RECIPIENT, AUTHOR] },
  D: { client: [SOURCE, APPLICATION], server: [DESTINATION, CUSTODIAN], user: [RECIPIENT, AUTHOR] },
};

/** Patterns of BALP by interaction; each has a twin with `Patient` before its name. */
const PATTERNS: Readonly<Record<string, string>> = {
  read: 'Read',
  vread: 'Read',
  'search-type': 'Query',
  'search-system': 'Query',
  create: 'Create',
  update: 'Update',
  patch: 'Update',
  delete: 'Delete',
};

export const SERVER = { display: 'Throughline' };

export const clientOf = (client: string) => ({
  identifier: { system: `${OURS}/identifier/client`, value: client },
  display: client,
});
export const userOf = (user: string) => ({ identifier: { system: `${OURS}/identifier/user`, value: user } });

/** Whether a person stands behind a token, or a client for itself. */
export const hasUser = ({ subject, client, fhirUser }: Caller): boolean =>
  fhirUser !== undefined || (client !== undefined && client !== subject);

export const purposesOf = ({ purposes }: Caller): CodeableConcept[] =>
  purposes.map((code) => ({ coding: [{ system: ACT_REASON, code }] }));

const UNKNOWN = { display: 'unknown' };

/** Who the client is: its id, or what the token calls its subject. */
function clientReference(caller: Caller | undefined) {
  const client = caller && (caller.client ?? (hasUser(caller) ? undefined : caller.subject));
  return client === undefined ? UNKNOWN : clientOf(client);
}

function userAgent(caller: Caller, coding: Coding[], withPurposes: CodeableConcept[]): AuditEventAgent {
  const { subject, fhirUser, role } = caller;
  return {
    type: { coding },
    ...(role && { role: [{ coding: [{ system: `${OURS}/CodeSystem/cn-role`, code: role }] }] }),
    who: { ...(fhirUser && { reference: fhirUser }), ...userOf(subject) },
    name: subject,
    requestor: true,
    ...(withPurposes.length && { purposeOfUse: withPurposes }),
  };
}

function agentsOf({ caller, address }: RequestLine, { action }: Told, publicUrl: string): AuditEventAgent[] {
  const roles = ROLES[action];
  const user = caller && hasUser(caller) && userAgent(caller, roles.user, purposesOf(caller));
  return [
    {
      type: { coding: roles.client },
      who: clientReference(caller),
      requestor: !user,
      network: { address: address || 'unknown', type: '2' },
    },
    {
      type: { coding: roles.server },
      who: SERVER,
      requestor: false,
      network: { address: publicUrl, type: '5' },
    },
    ...(user ? [user] : []),
  ];
}

const entity = (type: string, role: string, rest: AuditEventEntity): AuditEventEntity => ({
  ...rest,
  type: { system: ENTITY_TYPE, code: type },
  role: { system: OBJECT_ROLE, code: role },
});

/** Whether a request asks by criteria: the resource in its address is a compartment then. */
export const isSearch = ({ interaction }: Pick<Told, 'interaction'>): boolean =>
  interaction.startsWith('search');

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What was read, written or asked for. */
function dataOf({ target }: RequestLine, { resource, query, interaction }: Told): AuditEventEntity[] {
  const version = target ? String(target.version) : resource?.version;
  const key = target ? `${target.type}/${target.id}` : isSearch({ interaction }) ? undefined : resource?.key;
  const shown = query?.cut ? { description: 'The query was longer; this is its beginning.' } : {};
  return [
    ...(key ? [entity('2', '4', { what: { reference: version ? `${key}/_history/${version}` : key } })] : []),
    ...(query && !target ? [entity('2', '24', { query: base64(query.text), ...shown })] : []),
  ];
}

function entitiesOf(line: RequestLine, { told, patients }: Found): AuditEventEntity[] {
  const [first, ...others] = patients;
  return [
    ...(line.request
      ? [
          {
            what: { identifier: { value: line.request } },
            type: { system: `${BALP}/CodeSystem/BasicAuditEntityType`, code: 'XrequestId' },
          },
        ]
      : []),
    ...(first ? [entity('1', '1', { what: { reference: `Patient/${first}` } })] : []),
    ...dataOf(line, told),
    // Our profile has one patient; whoever looks for the others finds them as data.
    ...others.map((id) => entity('2', '4', { what: { reference: `Patient/${id}` } })),
  ];
}

/** https://hl7.org/fhir/R4/valueset-audit-event-outcome.html */
const outcomeOf = (status: number | undefined): '0' | '4' | '8' =>
  status === undefined || status >= 500 ? '8' : status >= 400 ? '4' : '0';

function outcomeWords({ status, code, rule }: RequestLine): string | undefined {
  if (status === undefined)
    return 'The server process ended before it answered. The history of the resource tells whether it was changed.';
  if (status < 400) return undefined;
  const what = status < 500 ? 'Refused' : 'Failed';
  return `${what} with status ${status}${code ? `, ${code}` : ''}${rule ? `, by rule ${rule}` : ''}.`;
}

/** The profiles that an event has: ours, and BALP's where it was carried out. */
function profilesOf(event: AuditEvent, told: Told): string[] {
  const data = event.entity?.filter(({ type }) => type?.system === ENTITY_TYPE && type.code === '2') ?? [];
  const patient = event.entity?.some(({ type }) => type?.system === ENTITY_TYPE && type.code === '1');
  const pattern = PATTERNS[told.interaction];
  const isQuery = data.some(({ what }) => !what);
  return [
    `${OURS}/StructureDefinition/cn-audit`,
    ...(pattern && event.outcome === '0' && data.length === 1 && isQuery === (pattern === 'Query')
      ? [`${BALP}/StructureDefinition/IHE.BasicAudit.${patient ? 'Patient' : ''}${pattern}`]
      : []),
  ];
}

const subtypesOf = ({ interaction, operation }: Told): Coding[] => [
  { system: INTERACTION, code: interaction },
  ...(operation ? [{ system: `${OURS}/CodeSystem/operation`, code: operation }] : []),
];

/** Purposes of the event: an emergency, and those of the caller. */
function purposesOfEvent({ caller }: RequestLine, { breakGlass }: Found): CodeableConcept[] {
  const emergency: CodeableConcept[] = breakGlass
    ? [
        {
          coding: [{ system: ACT_REASON, code: 'BTG' }],
          ...(breakGlass.reason && { text: breakGlass.reason }),
        },
      ]
    : [];
  return [...emergency, ...(caller ? purposesOf(caller) : [])];
}

function requestEvent(line: RequestLine, found: Found, { publicUrl }: EventContext): AuditEvent {
  const { told } = found;
  const purposes = purposesOfEvent(line, found);
  const words = outcomeWords(line);
  const entities = entitiesOf(line, found);
  return {
    resourceType: 'AuditEvent',
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: subtypesOf(told),
    action: told.action,
    recorded: new Date(line.at).toISOString(),
    outcome: outcomeOf(line.status),
    ...(words && { outcomeDesc: words }),
    ...(purposes.length && { purposeOfEvent: purposes }),
    agent: agentsOf(line, told, publicUrl),
    source: {
      observer: SERVER,
      type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '4' }],
    },
    ...(entities.length && { entity: entities }),
  };
}

/** An AuditEvent as it is stored, with the id of its line. */
export function eventOf(line: Line, found: Found | undefined, context: EventContext): AuditEvent {
  const event = found
    ? requestEvent(line as RequestLine, found, context)
    : authorizationEvent(line as AuthorizationLine, context.publicUrl);
  const { resourceType, ...rest } = event;
  const profile = found ? profilesOf(event, found.told) : [];
  return {
    resourceType,
    id: line.id,
    meta: {
      versionId: '1',
      lastUpdated: context.lastUpdated.toISOString(),
      ...(profile.length && { profile }),
    },
    ...rest,
  };
}

const PATIENT_PARAMETER = /^(patient|subject)(:Patient)?$/;
const IN_REFERENCE = /(?:^|\/)Patient\/([A-Za-z0-9.-]{1,64})$/;
const BARE = /^[A-Za-z0-9.-]{1,64}$/;

/** Logical ids of the patients that a search names. */
export function patientsAsked({ path, query, interaction }: Told): string[] {
  const [compartment, id] = path;
  if (!isSearch({ interaction }) || !query) return [];
  if (compartment === 'Patient' && id && BARE.test(id) && resourceTypes.has(path[2] ?? '')) return [id];
  const named = query.parameters.flatMap(([name, value]) => {
    const isId = compartment === 'Patient' && name === '_id';
    if (!isId && !PATIENT_PARAMETER.test(name)) return [];
    const mayBeBare = isId || name !== 'subject';
    return value.split(',').flatMap((text) => {
      const [, found] = IN_REFERENCE.exec(text) ?? [];
      return found ?? (mayBeBare && BARE.test(text) ? text : []);
    });
  });
  return [...new Set(named)];
}
