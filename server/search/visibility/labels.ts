// Sensitive content: a label hides a resource unless the caller's policy shows it, the patient consents to it, or the chart
// was opened in an emergency. https://hl7.org/fhir/R4/security-labels.html · 42 CFR part 2
import type { PatientsContext } from './patients.ts';

/**
 * Condition that a label of a patient's content is shown to the caller.
 * @param label SQL of the label's code
 * @param patient SQL of the patient's surrogate
 */
export const labelSql = (label: string, patient: string, { caller }: PatientsContext): string =>
  `access_shows(${patient}, ${label}, ${caller()})`;

/**
 * Condition that nothing on the resource is labelled in a way that hides it from the caller. Few resources have labels at
 * all: with `offset 0` a row is looked up by its own, without a join that each search would have to plan.
 */
export const unlabelledSql = (alias: string, { registry, caller }: PatientsContext): string =>
  `not exists (select from index_token acl_l where acl_l.rid = ${alias}.rid and acl_l.param = ${registry.sensitivity}
    and not access_shows_on(acl_l.rid, acl_l.code, ${caller()}) offset 0)`;
