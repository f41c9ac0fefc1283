// Barriers out of a form: each question coded with a type of barrier that was answered yes; pure.
// https://hl7.org/fhir/R4/condition.html
import type { Condition, Questionnaire, QuestionnaireResponse, Reference } from '@medplum/fhirtypes';
import { BARRIER_TYPE, CLINICAL } from '../barrier/barrier.ts';
import { CATEGORY, codeOf, concept, extensionOf, extensionUrl } from '../code.ts';
import { isEnabled } from './enabled.ts';
import { type Answer, allQuestions, placed } from './form.ts';

const WANTS_HELP = extensionUrl('wants-help');
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const CONCERN = 'http://hl7.org/fhir/us/core/CodeSystem/condition-category';
const YES_NO = 'http://terminology.hl7.org/CodeSystem/v2-0532';

/** A barrier that somebody named. */
export interface NamedBarrier {
  /** Code of cn-barrier-type. */
  readonly type: string;
  /** Whether they want help with it now. */
  readonly wantsHelp: boolean;
}

const isYes = ({ valueBoolean, valueCoding }: Answer): boolean =>
  valueBoolean === true || (valueCoding?.system === YES_NO && valueCoding.code === 'Y');

/** Whether a form asks about barriers. */
export const asksBarriers = (questionnaire: Questionnaire): boolean =>
  allQuestions(questionnaire).some(({ code = [] }) => code.some((one) => one.system === BARRIER_TYPE));

/** The barriers that a response names; the wish for help stands below the answer, or beside it, as `<linkId>-help`. */
export function namedBarriers(questionnaire: Questionnaire, response: QuestionnaireResponse): NamedBarrier[] {
  const all = placed(questionnaire, response).filter(
    ({ question, level }) => isEnabled(question, level) !== false,
  );
  const yes = all.filter(({ item }) => item.answer?.some(isYes));
  const wished = new Set(yes.map(({ item }) => item.linkId));
  return yes.flatMap(({ question }) => {
    const type = codeOf({ coding: question.code ?? [] }, BARRIER_TYPE);
    return type ? [{ type, wantsHelp: wished.has(`${question.linkId}-help`) }] : [];
  });
}

const RECORDERS = /^(Practitioner|PractitionerRole|Patient|RelatedPerson)\//;
const recorderOf = ({ author, source }: QuestionnaireResponse): Reference | undefined =>
  [author, source].find((one) => RECORDERS.test(one?.reference ?? ''));

/** The health concern that a named barrier becomes. */
export function barrierCondition(
  { type, wantsHelp }: NamedBarrier,
  response: QuestionnaireResponse,
  now: Date,
): Condition {
  const at = response.authored ?? now.toISOString();
  const recorder = recorderOf(response);
  return {
    resourceType: 'Condition',
    ...(response.meta?.security && { meta: { security: response.meta.security } }),
    ...(wantsHelp && { extension: [{ url: WANTS_HELP, valueBoolean: true }] }),
    clinicalStatus: concept(CLINICAL, 'active'),
    verificationStatus: concept(VERIFICATION, 'confirmed'),
    category: [concept(CONCERN, 'health-concern'), concept(CATEGORY, 'cn-barrier')],
    code: concept(BARRIER_TYPE, type),
    ...(response.encounter && { encounter: response.encounter }),
    subject: response.subject,
    onsetDateTime: at,
    recordedDate: at,
    ...(recorder && { recorder }),
    ...(response.id && {
      evidence: [{ detail: [{ reference: `QuestionnaireResponse/${response.id}` }] }],
    }),
  } as Condition;
}

/** A barrier that is not one after all: what named it was taken back. */
export const refuted = (condition: Condition): Condition => ({
  ...condition,
  clinicalStatus: concept(CLINICAL, 'inactive'),
  verificationStatus: concept(VERIFICATION, 'refuted'),
});

/** Whether the person wants help with a barrier now. */
export const wantsHelp = (condition: Condition): boolean =>
  extensionOf(condition, 'wants-help')?.valueBoolean === true;

/** A barrier with which the person now wants help. */
export const withWish = (condition: Condition): Condition => ({
  ...condition,
  extension: [
    ...(condition.extension ?? []).filter(({ url }) => url !== WANTS_HELP),
    { url: WANTS_HELP, valueBoolean: true },
  ],
});

/** Whether a barrier rests on one response alone. */
export function restsOn({ evidence = [] }: Condition, response: string): boolean {
  const details = evidence.flatMap(({ detail = [], code = [] }) => [...detail, ...code]);
  return details.length > 0 && details.every((one) => 'reference' in one && one.reference === response);
}
