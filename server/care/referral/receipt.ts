// What was arranged for a person is asked after: sending it is not its receipt. https://hl7.org/fhir/R4/task.html

import type { Task } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { CB, codeOf, keyOf, PARAMETER, system, TASK_CODE } from '../code.ts';
import { mayContact } from '../contact/may-contact.ts';
import { makeTask } from '../make.ts';
import { ownerFor } from '../people.ts';
import { isOpen } from '../state/task.ts';
import type { Change, Desk } from '../write.ts';
import { type Loop, loopOf } from './loop.ts';
import { type Order, orderReferences, refersTo } from './order.ts';
import { labelled, planOf } from './review.ts';

const RECEIPT_CHECK = 'nav-receipt-check';
const OUTREACH = 'outreach-attempt';
const RECEIPT = system('cn-receipt');
/** The person is asked within so many business days. */
const RECEIPT_DAYS = 2;
export const RECEIPT_RULE = 'receipt-not-told';

const isCheck = (task: Task): boolean => codeOf(task.code, TASK_CODE) === RECEIPT_CHECK;

/** Whether what was arranged is said to be done. */
const isDone = ({ follow, isAttended, kind, reports }: Loop): boolean =>
  follow?.status === 'completed' || isAttended || (kind.review !== undefined && reports.length > 0);

/** Whether somebody calls those who were to bring what the person has not received. */
export const isCall = (task: Task): boolean => codeOf(task.code, TASK_CODE) === OUTREACH;

/** Whether the person is still to be asked: nobody has yet, or what was missing has been arranged again since. */
function isAwaited({ tasks }: Loop): boolean {
  const isArrangedAgain = (check: Task) =>
    tasks.some(
      (task) =>
        isCall(task) &&
        task.status === 'completed' &&
        task.partOf?.some((whole) => refersTo(whole, keyOf(check))),
    );
  return tasks
    .filter((task) => isCheck(task) && task.status !== 'entered-in-error')
    .every((check) => !isOpen(check) && isArrangedAgain(check));
}

/** Asks the person whether what was arranged has reached them; once an order, and again when it was arranged again. */
export async function askForReceipt(desk: Desk, loop: Loop): Promise<void> {
  const { kind, follow, order, patient, key } = loop;
  if (!kind.arranged || !isDone(loop) || !isAwaited(loop)) return;
  if (!(await mayContact(desk, patient, { about: [{ reference: key }] }))) return;
  // An order for equipment is no focus of a navigation task.
  const focus = follow ? { reference: keyOf(follow) } : undefined;
  const { partOf: _, focus: ofOrder, ...plan } = await planOf(desk, loop, RECEIPT_DAYS);
  const task = makeTask(
    {
      ...plan,
      focus: focus ?? (order.resourceType === 'ServiceRequest' ? ofOrder : undefined),
      code: RECEIPT_CHECK,
      title: 'Receipt check',
      description: 'Ask the person whether what was arranged has reached them.',
      requester: follow?.owner ?? order.requester,
      owner: await ownerFor(desk, patient, 'navigation'),
      performer: 'navigator',
    },
    desk,
  );
  desk.create(
    labelled({ ...task, meta: { profile: [`${CB}/StructureDefinition/cn-navigation-task`] } }, order),
  );
}

/** Whether a change completes a receipt check about an order. */
export const isAnswered = ({ before, after }: Change<Task>): boolean =>
  after.status === 'completed' &&
  before?.status !== 'completed' &&
  isCheck(after) &&
  orderReferences(after.basedOn).length > 0;

const receiptOf = ({ output = [] }: Task): string | undefined => {
  const answer = output.find(({ type }) => codeOf(type, PARAMETER) === 'receipt');
  return codeOf(answer?.valueCodeableConcept, RECEIPT);
};

/**
 * What was not received, or only partly, is taken up again with whoever was to bring it.
 * @throws FhirError 409, rule `receipt-not-told`, when the answer is missing
 */
export async function answered({ after: check }: Change<Task>, desk: Desk): Promise<void> {
  const receipt = receiptOf(check);
  if (!receipt)
    throw businessRule(
      'A receipt check about an order is completed with what the person said: give an output of type receipt with received, partly or not-received of cn-receipt.',
      'Task.output',
      RECEIPT_RULE,
    );
  if (receipt === 'received') return;
  const loop = await loopOf(desk, await desk.read(orderReferences(check.basedOn)[0]!));
  if (loop) await askSupplier(desk, loop, check);
}

/** A call to whoever was to bring what was ordered; not to the person. */
async function askSupplier(desk: Desk, loop: Loop, check: Task): Promise<void> {
  const { order, patient, follow } = loop;
  const task = makeTask(
    {
      ...(await planOf(desk, loop, 1)),
      code: OUTREACH,
      title: 'Not received',
      description:
        'The person has not received all that was ordered: ask whoever was to bring it, and arrange it again.',
      partOf: [{ reference: keyOf(check) }],
      requester: check.owner,
      owner: follow?.owner ?? (await ownerFor(desk, patient, 'coordination')),
      performer: 'rn',
    },
    desk,
  );
  desk.create(labelled(toPerformers(task, order), order));
}

/** A task that reaches out to those who perform an order, or else to whoever ordered. */
export function toPerformers(task: Task, order: Order): Task {
  const performers = order.resourceType === 'ServiceRequest' ? (order.performer ?? []) : [order.performer];
  const recipient = [...performers, order.requester].flatMap((one) => {
    const isRecipient = /(?:^|\/)(?:Practitioner|PractitionerRole|Organization)\//.test(one?.reference ?? '');
    return one && isRecipient ? [{ reference: one.reference! }] : [];
  });
  return recipient[0] ? { ...task, restriction: { ...task.restriction, recipient: [recipient[0]] } } : task;
}
