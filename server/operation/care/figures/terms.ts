// The codes that make the difference in the figures of a team, as the care rules have them. https://hl7.org/fhir/R4/terminologies.html
import { BARRIER_TYPE, NOT_THERE, OUT_OF_THE_WAY, STANDING } from '../../../care/barrier/barrier.ts';
import { LATE_WORK } from '../../../care/clock/escalate.ts';
import { QUESTION, RUNNING, WAITING } from '../../../care/clock/late.ts';
import { FIRST_RESPONSE, URGENT } from '../../../care/clock/sla.ts';
import { CATEGORY, extensionUrl, STAGE, TASK_CODE } from '../../../care/code.ts';
import { HANDOFF_CODES } from '../../../care/handoff/side.ts';
import { COUNTED } from '../../../care/minutes/entry.ts';
import { OBSERVATION, REASON } from '../../../care/network/decision.ts';
import { TIER } from '../../../care/network/tier.ts';
import { OPEN } from '../../../care/state/task.ts';
import { familyOf } from '../../../care/task-family.ts';

/** Code of cn-task-code of a task that follows a referral. */
export const REFERRAL = 'coord-referral';

export const TERMS = {
  openWork: { statuses: OPEN, codes: TASK_CODE, stages: STAGE },
  clocks: {
    codes: TASK_CODE,
    accepted: Object.values(HANDOFF_CODES),
    without: LATE_WORK,
    running: [...RUNNING],
    waiting: [...WAITING],
    urgent: [...URGENT].flatMap((priority) => priority ?? []),
  },
  questions: {
    codes: TASK_CODE,
    question: QUESTION,
    running: [...RUNNING],
    policy: extensionUrl('due-policy'),
    minutes: FIRST_RESPONSE.amount,
  },
  referrals: { codes: TASK_CODE, referral: REFERRAL, stages: STAGE },
  barriers: {
    categories: CATEGORY,
    category: 'cn-barrier',
    types: BARRIER_TYPE,
    standing: STANDING,
    gone: OUT_OF_THE_WAY,
    mistaken: NOT_THERE,
  },
  network: {
    observations: OBSERVATION,
    tiers: TIER,
    reasons: REASON,
    categories: CATEGORY,
    statuses: COUNTED,
  },
  minutes: { categories: CATEGORY, category: 'cn-activity', statuses: COUNTED },
} as const;

/** The lane of the shared codes; what has none stands for itself. */
const LANE_OF_FAMILY: Readonly<Record<string, string>> = {
  navigation: 'navigation',
  coordination: 'coordination',
  handoff: 'handoff',
  'hand-back': 'handoff',
  'loop-closure': 'coordination',
  cancellation: 'coordination',
  'outreach-attempt': 'navigation',
};

/** The lane, a code of cn-phase, of a code of cn-task-code; undefined for work of neither. */
export const laneOfCode = (code: string | null): string | undefined =>
  code === null ? undefined : LANE_OF_FAMILY[familyOf(code)];
