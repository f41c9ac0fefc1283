// What follows from barriers to care: goal and task when one is recorded, a question when it was seen to, and its end.
// https://hl7.org/fhir/R4/condition.html
import type { Appointment, Condition, Task } from '@medplum/fhirtypes';
import { isResolved, isStanding } from '../barrier/barrier.ts';
import { record, showsBarrier } from '../barrier/cancellation.ts';
import { askWhetherItHelped, closed, completes, heard } from '../barrier/follow.ts';
import { opened } from '../barrier/open.ts';
import { type Reaction, reaction } from '../write.ts';

export const barrierReactions: readonly Reaction[] = [
  // A barrier on the register gets a goal that it goes away, and a task to see to it, once.
  reaction<Condition>({
    rule: 'barrier-opened',
    type: 'Condition',
    when: ({ before, after }) => isStanding(after) && !(before && isStanding(before)),
    react: ({ after }, desk) => opened(desk, after),
  }),
  reaction<Condition>({
    rule: 'barrier-closed',
    type: 'Condition',
    when: ({ before, after }) => before !== undefined && isStanding(before) && !isStanding(after),
    react: (change, desk) => closed(change, desk, isResolved(change.after)),
  }),
  reaction<Task>({
    rule: 'barrier-seen-to',
    type: 'Task',
    when: (change) => completes(change, 'nav-barrier-resolve'),
    react: askWhetherItHelped,
  }),
  reaction<Task>({
    rule: 'barrier-receipt-not-told',
    type: 'Task',
    when: (change) => completes(change, 'nav-receipt-check'),
    react: heard,
  }),
  reaction<Appointment>({
    rule: 'barrier-from-cancellation',
    type: 'Appointment',
    when: showsBarrier,
    react: record,
  }),
];
