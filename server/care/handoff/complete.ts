// What a hand-off has to have before it is asked for: a table of what is needed, and what is missing of it.
// https://hl7.org/fhir/R4/operationoutcome.html
import type { CarePlan, EpisodeOfCare, Patient } from '@medplum/fhirtypes';
import { type Issue, issue } from '../../fhir/errors.ts';
import type { Lane } from '../people.ts';
import { TAKERS } from './side.ts';
import { phaseOf } from './standing.ts';

/** What is known of a hand-off that is asked for. */
export interface HandoffFacts {
  /** The side that is asked. */
  readonly side: Lane;
  readonly enrolment?: EpisodeOfCare;
  readonly patient?: Patient;
  /** The plan that is handed over, when it is one of the person's. */
  readonly plan?: CarePlan;
  readonly hasReason: boolean;
  readonly hasRequester: boolean;
  readonly hasOwner: boolean;
  /** Whether a summary about the person is named. */
  readonly hasSummary: boolean;
  readonly isScreened: boolean;
  /** Whether the programme asks for a consent, and whether one is in force. */
  readonly asksConsent: boolean;
  readonly hasConsent: boolean;
  /** Code of cn-role of whoever is asked; undefined for a team or an organisation. */
  readonly ownerRole?: string;
}

interface Requirement {
  /** What is needed, in a word. */
  readonly item: string;
  /** The side for which it is needed; absent: both. */
  readonly side?: Lane;
  readonly isMet: (facts: HandoffFacts) => boolean;
  readonly sentence: string;
  readonly expression: string;
}

export const HANDOFF_COMPLETE = 'handoff-complete';

/** Phases in which a plan can be handed over to each side. */
const FROM: Readonly<Record<Lane, readonly (string | undefined)[]>> = {
  coordination: ['navigation', 'handoff', undefined],
  navigation: ['coordination', 'maintenance', 'handoff', undefined],
};

/** What a hand-off needs. */
export const REQUIREMENTS: readonly Requirement[] = [
  {
    item: 'enrolment',
    isMet: ({ enrolment }) => enrolment !== undefined,
    sentence: 'The person takes part in no programme. Enrol them first: an EpisodeOfCare that is active.',
    expression: 'Task.for',
  },
  {
    item: 'plan',
    isMet: ({ plan }) => plan?.status === 'active',
    sentence: 'There is no active care plan of the person to hand over. Name one, or make one first.',
    expression: 'Task.focus',
  },
  {
    item: 'phase',
    isMet: ({ plan, side }) => !plan || FROM[side].includes(phaseOf(plan)),
    sentence:
      'The person is on the side that is asked already. Hand over from the phase that the plan is in.',
    expression: 'Task.focus',
  },
  {
    item: 'reason',
    isMet: ({ hasReason }) => hasReason,
    sentence: 'The hand-off does not say why now. Give a reason.',
    expression: 'Task.reasonCode',
  },
  {
    item: 'requester',
    isMet: ({ hasRequester }) => hasRequester,
    sentence: 'Nobody hands over. A hand-off has a requester: the role that has been responsible.',
    expression: 'Task.requester',
  },
  {
    item: 'owner',
    isMet: ({ hasOwner }) => hasOwner,
    sentence: 'Nobody is asked. Give owner: the role, the team or the pool that is to take the person over.',
    expression: 'Task.owner',
  },
  {
    item: 'side',
    isMet: ({ ownerRole, side }) => ownerRole === undefined || TAKERS[side].includes(ownerRole),
    sentence: 'The one who is asked does not work on the side that is asked. Ask somebody who does.',
    expression: 'Task.owner',
  },
  {
    item: 'summary',
    isMet: ({ hasSummary }) => hasSummary,
    sentence:
      'There is no summary of this person: give an input handoff-summary that names a Composition or a DocumentReference about them.',
    expression: 'Task.input',
  },
  {
    item: 'barrier-screen',
    side: 'coordination',
    isMet: ({ isScreened }) => isScreened,
    sentence:
      'Nobody has asked what stands between the person and their care. Complete a barrier screen first.',
    expression: 'Task.for',
  },
  {
    item: 'consent',
    isMet: ({ asksConsent, hasConsent }) => !asksConsent || hasConsent,
    sentence: 'The programme asks for a consent, and none is in force. Record it first.',
    expression: 'Task.for',
  },
  {
    item: 'language',
    isMet: ({ patient }) => !!patient?.communication?.length,
    sentence: 'Nothing says which language the person speaks. Give Patient.communication.',
    expression: 'Task.for',
  },
  {
    item: 'contact',
    isMet: ({ patient }) => !!patient?.telecom?.length || !!patient?.address?.length,
    sentence: 'Nothing says how the person can be reached. Give Patient.telecom or Patient.address.',
    expression: 'Task.for',
  },
];

/** The issue of a requirement; the words of its details name what is needed, for those who mend it. */
function missing({ item, sentence, expression }: Requirement): Issue {
  const found = issue('required', sentence, expression, HANDOFF_COMPLETE);
  return { ...found, details: { ...found.details, text: item } };
}

/** What is missing: an issue for each. */
export const missingOf = (facts: HandoffFacts): Issue[] =>
  REQUIREMENTS.filter(({ side, isMet }) => (side === undefined || side === facts.side) && !isMet(facts)).map(
    missing,
  );
