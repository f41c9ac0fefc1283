// What follows from changes: who can be given a task, and what a clinician must hear of at once.
import { escalationReactions } from '../practice/escalation.ts';
import { ownerReaction } from '../practice/owner.ts';
import { type Reaction, reaction } from '../write.ts';

export const practiceReactions: readonly Reaction[] = [reaction(ownerReaction), ...escalationReactions];
