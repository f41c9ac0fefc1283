// The Provenance of a change: which version it made, who made it on behalf of whom, and why.
// https://hl7.org/fhir/R4/provenance.html
import type { Provenance, ProvenanceAgent } from '@medplum/fhirtypes';
import { clientOf, hasUser, purposesOf, userOf } from './event.ts';
import type { Caller, RequestLine } from './line.ts';

export type Activity = 'CREATE' | 'UPDATE' | 'DELETE';

/** A change that was carried out. */
export interface ChangeMade {
  line: RequestLine & { target: NonNullable<RequestLine['target']>; caller: Caller };
  activity: Activity;
  /** When the version was made. */
  at: Date;
  /** Reference of the organization that the user works for. */
  organization?: string;
}

const PROFILE = 'https://throughline.example/fhir/StructureDefinition/cn-provenance';

const agentType = (system: string, code: string) => ({ coding: [{ system, code }] });
const AUTHOR = agentType('http://terminology.hl7.org/CodeSystem/provenance-participant-type', 'author');
const TRANSMITTER = agentType(
  'http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type',
  'transmitter',
);

/** Our profile wants to know for whom a practitioner or a device acts. */
const NEEDS_ORGANIZATION = /^(.*\/)?(Practitioner|Device)\//;

const fits = ({ fhirUser = '' }: Caller, organization: string | undefined): boolean =>
  organization !== undefined || !NEEDS_ORGANIZATION.test(fhirUser);

function agentsOf(caller: Caller, organization: string | undefined): ProvenanceAgent[] {
  const { subject, client, fhirUser } = caller;
  const software = clientOf(client ?? subject);
  const forWhom = organization ? { onBehalfOf: { reference: organization } } : {};
  if (!hasUser(caller)) return [{ type: AUTHOR, who: software, ...forWhom }];
  return [
    {
      type: AUTHOR,
      who: { ...(fhirUser && { reference: fhirUser }), ...userOf(subject), display: subject },
      ...forWhom,
    },
    ...(client ? [{ type: TRANSMITTER, who: software, ...forWhom }] : []),
  ];
}

/** The Provenance as it is stored. */
export function provenanceOf(
  { line, activity, at, organization }: ChangeMade,
  id: string,
  lastUpdated: Date,
): Provenance {
  const { type, id: target, version } = line.target;
  const reason = purposesOf(line.caller);
  return {
    resourceType: 'Provenance',
    id,
    meta: {
      versionId: '1',
      lastUpdated: lastUpdated.toISOString(),
      ...(fits(line.caller, organization) && { profile: [PROFILE] }),
    },
    target: [{ reference: `${type}/${target}/_history/${version}` }],
    recorded: at.toISOString(),
    ...(reason.length && { reason }),
    activity: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: activity }],
    },
    agent: agentsOf(line.caller, organization),
  };
}
