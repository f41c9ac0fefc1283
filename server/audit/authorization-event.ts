// What happens at the authorization server, as AuditEvents: tokens given and refused, log-ins, registrations.
// https://hl7.org/fhir/R4/valueset-audit-event-type.html · https://hl7.org/fhir/R4/valueset-audit-event-sub-type.html
import type { AuditEvent, AuditEventAgent, AuditEventEntity, Coding } from '@medplum/fhirtypes';
import { clientOf, SERVER, userOf } from './event.ts';
import type { AdminChange, AuthorizationEvent, AuthorizationLine } from './line.ts';

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const dcm = (code: string): Coding => ({ system: DCM, code });

/** User authentication, and changes of what somebody may do. */
const AUTHENTICATION = dcm('110114');
const ATTRIBUTES = dcm('110137');

const TYPES: Readonly<Record<AuthorizationEvent['kind'], { type: Coding; subtype?: Coding }>> = {
  token: { type: AUTHENTICATION },
  refused: { type: AUTHENTICATION },
  login: { type: AUTHENTICATION, subtype: dcm('110122') },
  logout: { type: AUTHENTICATION, subtype: dcm('110123') },
  registration: { type: ATTRIBUTES },
  revocation: { type: ATTRIBUTES },
  administration: { type: ATTRIBUTES },
};

/** What was changed: by its id here, and the names of its parts. https://hl7.org/fhir/R4/valueset-object-role.html */
const entityOf = ({ what, id, members = [] }: AdminChange): AuditEventEntity => ({
  what: { identifier: { system: `https://throughline.example/fhir/identifier/${what}`, value: id } },
  type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '4' },
  role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '13' },
  ...(members.length && { detail: members.map(([type, valueString]) => ({ type, valueString })) }),
});

function agentsOf({ client, user, address }: AuthorizationLine, publicUrl: string): AuditEventAgent[] {
  return [
    {
      type: { coding: [dcm('110150')] },
      who: client ? clientOf(client) : { display: 'unknown' },
      requestor: !user,
      ...(address && { network: { address, type: '2' } }),
    },
    {
      type: { coding: [dcm('110152')] },
      who: SERVER,
      requestor: false,
      network: { address: publicUrl, type: '5' },
    },
    ...(user ? [{ who: userOf(user), name: user, requestor: true }] : []),
  ];
}

/** The event without id and meta. @param publicUrl this server's address */
export function authorizationEvent(line: AuthorizationLine, publicUrl: string): AuditEvent {
  const { type, subtype } = TYPES[line.event];
  return {
    resourceType: 'AuditEvent',
    type,
    subtype: [
      { system: 'https://throughline.example/fhir/CodeSystem/authorization-event', code: line.event },
      ...(subtype ? [subtype] : []),
    ],
    action: line.change?.action ?? 'E',
    recorded: new Date(line.at).toISOString(),
    outcome: line.error ? '4' : '0',
    ...(line.error && { outcomeDesc: `Refused: ${line.error}.` }),
    agent: agentsOf(line, publicUrl),
    source: {
      observer: SERVER,
      type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '6' }],
    },
    ...(line.change && { entity: [entityOf(line.change)] }),
  };
}
