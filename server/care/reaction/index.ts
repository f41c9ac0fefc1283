// Everything that follows from changes, in the order in which it is done: refusals first.
// https://hl7.org/fhir/R4/workflow.html
import type { Change, Reaction } from '../write.ts';
import { barrierReactions } from './barrier.ts';
import { clockReactions } from './clock.ts';
import { contactReactions } from './contact.ts';
import { handoffReactions } from './handoff.ts';
import { minutesReactions } from './minutes.ts';
import { networkReactions } from './network.ts';
import { planReactions } from './plan.ts';
import { practiceReactions } from './practice.ts';
import { questionnaireReactions } from './questionnaire.ts';
import { referralReactions } from './referral.ts';
import { scheduleReactions } from './schedule.ts';
import { stateReactions } from './state.ts';

export const reactions: readonly Reaction[] = [
  ...stateReactions,
  ...practiceReactions,
  ...contactReactions,
  ...handoffReactions,
  ...barrierReactions,
  ...referralReactions,
  ...scheduleReactions,
  ...planReactions,
  ...clockReactions,
  ...networkReactions,
  ...questionnaireReactions,
  ...minutesReactions,
];

const byType = Map.groupBy(reactions, ({ type }) => type as string);
const NONE: readonly Reaction[] = [];

/** The reactions that a change calls for. */
export function reactionsTo(change: Change): readonly Reaction[] {
  const candidates = byType.get(change.after.resourceType);
  return candidates?.some((one) => one.when(change)) ? candidates.filter((one) => one.when(change)) : NONE;
}
