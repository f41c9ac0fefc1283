// What follows from the answers to a form: they are held against it, and what they say is extracted.
// https://hl7.org/fhir/R4/questionnaireresponse.html · https://hl7.org/fhir/uv/sdc/extraction.html
import type { QuestionnaireResponse } from '@medplum/fhirtypes';
import { RESPONSE_RULE } from '../questionnaire/check.ts';
import { followResponse } from '../questionnaire/follow.ts';
import { isDone } from '../questionnaire/form.ts';
import { type Reaction, reaction } from '../write.ts';

export const questionnaireReactions: readonly Reaction[] = [
  reaction<QuestionnaireResponse>({
    rule: RESPONSE_RULE,
    type: 'QuestionnaireResponse',
    when: ({ before, after }) =>
      after.questionnaire !== undefined && (after.status !== 'entered-in-error' || isDone(before)),
    react: followResponse,
  }),
];
