// Which patients' charts a caller reaches, as SQL on a patient's surrogate: one patient, those assigned, a panel, members.
// https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import type { RidOf } from '../../db/rid.ts';
import type { Statement } from '../../db/statement.ts';
import type { PatientSet } from '../../fhir/access.ts';
import type { Registry } from '../registry.ts';

export interface PatientsContext {
  registry: Registry;
  ridOf: RidOf;
  statement: Statement;
  /** Placeholder of the caller, as the database's functions take it. */
  caller: () => string;
}

/** A resource that refers to the patient by one parameter and to somebody by another. */
function linkSql(
  type: string,
  [toPatient, toPerson]: readonly [string, string],
  patient: string,
  person: string,
  status: string,
  { registry }: PatientsContext,
): string {
  const id = (code: string) => registry.find(type, code)!.id;
  return `exists (select from index_reference acl_t
    join index_reference acl_m on acl_m.rid = acl_t.rid and acl_m.param = ${id(toPerson)} and acl_m.target = ${person}
    join index_token acl_s on acl_s.rid = acl_t.rid and acl_s.param = ${id('status')} and ${status}
    where acl_t.param = ${id(toPatient)} and acl_t.target = ${patient})`;
}

type SetSql<K extends PatientSet['by']> = (
  set: Extract<PatientSet, { by: K }>,
  patient: string,
  context: PatientsContext,
) => string;

/**
 * The patients who are assigned to the caller, as `access_assigned` says of one (db/migrations/0018-access.sql). Over ten
 * thousand tasks it takes 0.1 s where asking for the patient of each takes 20.
 */
function assignedSql({ registry, caller }: PatientsContext): string {
  const id = (type: string, code: string) => registry.find(type, code)!.id;
  const person = `access_person(${caller()})`;
  const linked = (type: string, toPerson: string, status: string) =>
    `select acl_t.target from index_reference acl_m
      join index_token acl_s on acl_s.rid = acl_m.rid and acl_s.param = ${id(type, 'status')} and ${status}
      join index_reference acl_t on acl_t.rid = acl_m.rid and acl_t.param = ${id(type, 'patient')}
      where acl_m.param = ${id(type, toPerson)} and acl_m.target = any(${person})`;
  return `${linked('CareTeam', 'participant', "acl_s.code = 'active'")}
    union all select acl_g.rid from index_reference acl_g
      where acl_g.param = ${id('Patient', 'general-practitioner')} and acl_g.target = any(${person})
    union all ${linked('Task', 'owner', "acl_s.code <> all('{rejected,cancelled,failed,completed,entered-in-error}')")}`;
}

const kinds: { [K in PatientSet['by']]: SetSql<K> } = {
  patient: ({ id }, patient, { ridOf, statement }) =>
    `${patient} = ${statement.add(ridOf(`Patient/${id}`), 'bigint')}`,
  assigned: (_set, patient, context) =>
    context.statement.wide
      ? `${patient} in (${assignedSql(context)})`
      : `access_assigned(${patient}, ${context.caller()})`,
  group: ({ group }, patient, { registry, ridOf, statement }) =>
    `exists (select from index_reference acl_g where acl_g.param = ${registry.find('Group', 'member')!.id}
      and acl_g.target = ${patient} and acl_g.rid = ${statement.add(ridOf(group), 'bigint')})`,
  payor: ({ payor }, patient, context) =>
    linkSql(
      'Coverage',
      ['beneficiary', 'payor'],
      patient,
      context.statement.add(context.ridOf(payor), 'bigint'),
      "acl_s.code = 'active'",
      context,
    ),
};

/**
 * Condition that a patient is in one of the sets.
 * @param patient SQL of the patient's surrogate
 */
export const inSetsSql = (sets: readonly PatientSet[], patient: string, context: PatientsContext): string =>
  sets.map((set) => (kinds[set.by] as SetSql<PatientSet['by']>)(set, patient, context)).join(' or ') ||
  'false';

/** Whether sets make a condition that holds for this one patient only. */
export const onePatient = (sets: readonly PatientSet[]): string | undefined =>
  sets.length === 1 && sets[0]!.by === 'patient' ? sets[0]!.id : undefined;

/** A chart that the user has opened in an emergency. https://terminology.hl7.org/CodeSystem-v3-ActReason.html (BTG) */
export const openedSql = (subject: string, patient: string, { statement }: PatientsContext): string =>
  `exists (select from break_glass acl_b where acl_b.subject = ${statement.add(subject, 'text')} and acl_b.patient = ${patient} and acl_b.until > now())`;
