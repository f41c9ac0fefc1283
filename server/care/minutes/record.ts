// What the record of a person says for billing: consents, conditions, discharges, and forms, as days and counts.
// https://hl7.org/fhir/R4/episodeofcare.html
import type { Condition, Consent, Encounter, EpisodeOfCare, QuestionnaireResponse } from '@medplum/fhirtypes';
import { isBarrier } from '../barrier/barrier.ts';
import { type Calendar, dayOf } from '../calendar.ts';
import { CATEGORY, codeOf, extensionOf, hasCode } from '../code.ts';
import type { Days } from './facts.ts';
import { daysOfMonth } from './ledger.ts';
import { type ConditionKind, PROGRAMME_SYSTEM } from './programmes.ts';

/** The first day that a FHIR date stands for, on the clock of a practice. */
export const firstDay = (text: string, calendar: Calendar): string =>
  text.includes('T') ? dayOf(new Date(text), calendar) : `${text}-01-01`.slice(0, 10);

/** The last day that a FHIR date stands for. */
export function lastDay(text: string, calendar: Calendar): string {
  if (text.length === 4) return `${text}-12-31`;
  return text.length === 7 ? daysOfMonth(text).until : firstDay(text, calendar);
}

const daysOf = (start: string, end: string | undefined, calendar: Calendar): Days => ({
  from: firstDay(start, calendar),
  ...(end !== undefined && { until: lastDay(end, calendar) }),
});

/** Code of cn-programme that an enrolment is in. */
export const programmeOfEnrolment = (episode: EpisodeOfCare): string | undefined =>
  extensionOf(episode, 'programme')?.valueCode ?? codeOf(episode.type, PROGRAMME_SYSTEM);

const ENROLLED: readonly string[] = ['active', 'onhold', 'finished'];

/** From when to when somebody is enrolled; undefined when they are not yet, or never were. */
export const daysEnrolledIn = ({ status, period }: EpisodeOfCare, calendar: Calendar): Days | undefined =>
  period?.start !== undefined && ENROLLED.includes(status!)
    ? daysOf(period.start, period.end, calendar)
    : undefined;

/** The days on which a consent to be billed is in force; undefined when it never was, or was withdrawn without a day. */
export function daysConsented(consent: Consent, calendar: Calendar): Days | undefined {
  const { status, dateTime, category, provision } = consent;
  const end = provision?.period?.end;
  const stands = status === 'active' || (status === 'inactive' && end !== undefined);
  if (!stands || dateTime === undefined || provision?.type === 'deny') return undefined;
  if (!hasCode(category, CATEGORY, 'billing-consent')) return undefined;
  const given = daysOf(dateTime, end, calendar);
  const start = provision?.period?.start;
  const from = start === undefined ? given.from : firstDay(start, calendar);
  return from > given.from ? { ...given, from } : given;
}

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const ICD_10 = 'http://hl7.org/fhir/sid/icd-10-cm';
const SNOMED = 'http://snomed.info/sct';
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const CONDITION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category';
const US_CORE_CATEGORY = 'http://hl7.org/fhir/us/core/CodeSystem/us-core-category';
const BEHAVIOURAL_LABELS: readonly string[] = ['PSY', 'MH', 'BH', 'SUD', 'ETH', 'ETHUD', 'OPIOIDUD'];
/** The SNOMED CT codes of the value set cn-smi. */
const BEHAVIOURAL: readonly string[] = ['58214004', '13746004', '370143000'];
const STANDING: readonly string[] = ['active', 'recurrence', 'relapse'];
const NOT_THERE: readonly string[] = ['entered-in-error', 'refuted'];

const isSocial = (condition: Condition): boolean =>
  isBarrier(condition) ||
  hasCode(condition.category, US_CORE_CATEGORY, 'sdoh') ||
  /^Z(5[5-9]|6[0-5])/.test(codeOf(condition.code, ICD_10) ?? '');

const isBehavioural = ({ code, meta }: Condition): boolean =>
  /^F/.test(codeOf(code, ICD_10) ?? '') ||
  BEHAVIOURAL.includes(codeOf(code, SNOMED) ?? '') ||
  (meta?.security ?? []).some(
    (label) => label.system === ACT_CODE && BEHAVIOURAL_LABELS.includes(label.code!),
  );

/** A finding of one visit alone is no lasting condition. */
const isOfVisit = ({ category = [] }: Condition): boolean =>
  category.length > 0 && category.every((one) => codeOf(one, CONDITION_CATEGORY) === 'encounter-diagnosis');

/** Whether somebody had a condition in a month. */
function isPresent(condition: Condition, month: Required<Days>, calendar: Calendar): boolean {
  const { clinicalStatus, verificationStatus, onsetDateTime, recordedDate, abatementDateTime } = condition;
  if (NOT_THERE.includes(codeOf(verificationStatus, VERIFICATION) ?? '')) return false;
  const since = onsetDateTime ?? recordedDate;
  if (since !== undefined && firstDay(since, calendar) > month.until) return false;
  if (abatementDateTime !== undefined) return lastDay(abatementDateTime, calendar) >= month.from;
  return STANDING.includes(codeOf(clinicalStatus, CLINICAL) ?? '');
}

const KINDS: Readonly<Record<ConditionKind, (condition: Condition) => boolean>> = {
  any: (condition) => !isSocial(condition),
  behavioural: isBehavioural,
  social: isSocial,
};

/** How many conditions of each kind somebody had in a month; one that is recorded twice counts once. */
export function countConditions(
  conditions: readonly Condition[],
  month: Required<Days>,
  calendar: Calendar,
): Record<ConditionKind, number> {
  const present = conditions.filter((one) => isPresent(one, month, calendar) && !isOfVisit(one));
  const count = (kind: ConditionKind) => {
    const codes = present.filter(KINDS[kind]).map(({ id, code }) => {
      const [first] = code?.coding ?? [];
      return first ? `${first.system}|${first.code}` : id;
    });
    return new Set(codes).size;
  };
  return { any: count('any'), behavioural: count('behavioural'), social: count('social') };
}

/** Classes of encounters that no programme is opened on: stays, emergencies, care by a home health agency. */
const NOT_OPENING: readonly string[] = ['IMP', 'ACUTE', 'NONAC', 'OBSENC', 'SS', 'EMER', 'HH', 'PRENC'];

/** The visit that opened a programme: its day, and whether it is one that can. */
export function openingVisit(
  { class: kind, period, status }: Encounter,
  calendar: Calendar,
): { day: string; eligible: boolean } | undefined {
  if (!period?.start) return undefined;
  const eligible = status === 'finished' && !NOT_OPENING.includes(kind?.code ?? '');
  return { day: firstDay(period.start, calendar), eligible };
}

/** Days on which a form on social needs was filled in on a visit. */
export const screensOf = (answers: readonly QuestionnaireResponse[], calendar: Calendar): string[] =>
  answers.flatMap(({ questionnaire, encounter, authored }) =>
    encounter && authored && /\/cn-q-(ahc-hrsn|prapare)(\||$)/.test(questionnaire ?? '')
      ? [firstDay(authored, calendar)]
      : [],
  );
