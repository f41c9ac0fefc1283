// Somebody is to tell the person what the review of a report found, unless they have been told.
// https://hl7.org/fhir/R4/task.html
import { CB, codeOf, TASK_CODE } from '../code.ts';
import { mayContact } from '../contact/may-contact.ts';
import { makeTask } from '../make.ts';
import { ownerFor } from '../people.ts';
import type { Desk } from '../write.ts';
import type { Loop } from './loop.ts';
import { labelled, planOf } from './review.ts';

/** Code of cn-task-code by which the person is told. */
export const TELL = 'coord-post-visit-followup';
const TELL_DAYS = 2;

/** Asks the team to tell the person; once an order. */
export async function askToTell(desk: Desk, loop: Loop): Promise<void> {
  if (loop.tasks.some((task) => codeOf(task.code, TASK_CODE) === TELL)) return;
  const task = makeTask(
    {
      ...(await planOf(desk, loop, TELL_DAYS)),
      code: TELL,
      title: 'Tell the person',
      description: (await mayContact(desk, loop.patient, { about: [{ reference: loop.key }] }))
        ? 'Tell the person what the report says and what follows from it.'
        : 'The person must not be contacted: ask the supervisor how they may hear what the report says.',
      requester: loop.review?.owner ?? loop.order.requester,
      owner: await ownerFor(desk, loop.patient, 'coordination'),
      performer: 'rn',
    },
    desk,
  );
  desk.create(
    labelled({ ...task, meta: { profile: [`${CB}/StructureDefinition/cn-coordination-task`] } }, loop.order),
  );
}
