// The pseudo parameter `_directive` of Consent: what patients permit and deny of their labelled content, as rows. Never searched
// by; access is made of it. https://hl7.org/fhir/R4/consent.html
//
// One row for each combination of a rule's labels, actors and purposes (directive-rules.ts says which rules there are). The label
// '' stands for any but psychotherapy notes; null for any actor, any purpose. A permission covers the labels that it names, and
// without any all but psychotherapy notes; a denial also covers what is part of its labels, and without any those notes too.
// Content is shown where a row permits and no row denies; a denial may give way to the permissions of its own Consent with
// `rule` < their `rule` <= `last`. Without that more is denied, never less.
import type { Consent } from '@medplum/fhirtypes';
import { issue, unprocessable } from '../../fhir/errors.ts';
import { localReference } from '../../fhir/reference.ts';
import { PSYCHOTHERAPY_NOTES, sensitivities } from '../../fhir/sensitivity.ts';
import { type DirectiveRule, directiveRules } from './directive-rules.ts';
import type { IndexRow, ParamType, RowContext, SearchParam } from './type.ts';

/** Resource type and code of the parameter. */
export const DIRECTIVE = ['Consent', '_directive'] as const;
const CONSENT_URL = 'http://hl7.org/fhir/StructureDefinition/Consent';

/** Most rows of one Consent: more would be one that is made to fill the index. */
const MAX_ROWS = 2_000;
/** Label of rows for any label. */
const ANY = '';

function labelsOf({ labels, permit }: DirectiveRule): readonly string[] {
  if (permit) return labels ?? [ANY];
  return labels
    ? [...new Set(labels.flatMap((label) => [label, ...sensitivities[label]!]))]
    : [ANY, PSYCHOTHERAPY_NOTES];
}

function rowsOfRule(rule: DirectiveRule, patient: string, { ridOf }: RowContext): IndexRow[] {
  const { permit, low, high, rule: number, last } = rule;
  const actors = rule.actors?.map(ridOf) ?? [null];
  const purposes = rule.purposes ?? [null];
  const end = [String(permit), low, high, String(number), String(last)];
  return labelsOf(rule).flatMap((label) =>
    actors.flatMap((actor) => purposes.map((purpose) => [patient, label, actor, purpose, ...end])),
  );
}

/** How many rows a rule makes. */
const sizeOf = (rule: DirectiveRule): number =>
  labelsOf(rule).length * (rule.actors?.length ?? 1) * (rule.purposes?.length ?? 1);

function rowsOfConsent(consent: Consent, context: RowContext): IndexRow[] {
  const patient = localReference(consent.patient?.reference ?? '', context.base);
  if (patient?.type !== 'Patient') return [];
  const rules = directiveRules(consent, context.base);
  if (rules.reduce((sum, rule) => sum + sizeOf(rule), 0) > MAX_ROWS)
    throw unprocessable([
      issue(
        'too-costly',
        `The labels, actors and purposes of this Consent have more than ${MAX_ROWS} combinations. Write several Consents, or name a CareTeam or an Organization.`,
        'Consent.provision',
      ),
    ]);
  const rid = context.ridOf(`Patient/${patient.id}`);
  return rules.flatMap((rule) => rowsOfRule(rule, rid, context));
}

/** The Consent itself, where it counts: an active one about privacy. */
const extract: SearchParam['extract'] = (resource) => {
  const { status, scope } = resource as Consent;
  const isPrivacy = scope?.coding?.some(({ code }) => code === 'patient-privacy');
  return status === 'active' && isPrivacy ? [{ type: 'Consent', value: resource }] : [];
};

export const directive: ParamType = {
  table: 'index_directive',
  columns: [
    ['patient', 'bigint'],
    ['label', 'text'],
    ['actor', 'bigint'],
    ['purpose', 'text'],
    ['permit', 'boolean'],
    ['low', 'timestamptz'],
    ['high', 'timestamptz'],
    ['rule', 'smallint'],
    ['last', 'smallint'],
  ],
  modifiers: [],
  rows: (values, context) => values.flatMap(({ value }) => rowsOfConsent(value as Consent, context)),
  match: () => 'false',
  single: () => false,
};

/** The parameter by its id. */
export function directiveParam(id: number): SearchParam {
  const [resourceType, code] = DIRECTIVE;
  return { id, resourceType, code, type: 'directive', url: CONSENT_URL, extract };
}
