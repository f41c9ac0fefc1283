// Writes a choice: for an order with the options that were there, then what it means for the task; a second try chooses once.
// https://hl7.org/fhir/R4/workflow.html#request
import type { Task, TaskOutput } from '@medplum/fhirtypes';
import type { Client } from '../../fhir/client.ts';
import {
  decide,
  type NetworkWish,
  type OffReason,
  type Option,
  recordedDecision,
} from '../../fhir/network.ts';
import { parameter } from '../../fhir/parameter.ts';
import type { Order } from '../../fhir/services.ts';
import { settle } from '../../fhir/settle.ts';
import { isCompleted } from './plan.ts';

/** What has been written so far. */
export interface Done {
  decided?: Order;
}

interface Given {
  task: Task | undefined;
  /** Undefined where the choice is for no order, or not this person's to record. */
  order: Order | undefined;
  choice: Option;
  wish: NetworkWish;
  reason: { code: OffReason; text: string } | undefined;
  /** What came of the task. */
  words: string;
}

/** @param done is told what has been written */
export async function writeChoice(client: Client, done: Done, given: Given): Promise<void> {
  const { task, order, choice, wish, reason, words } = given;
  if (order) done.decided ??= await decide(client, order, choice, wish, reason);
  if (!isCompleted(task)) return;
  const decision = done.decided && (await recordedDecision(client, done.decided));
  const outputs: TaskOutput[] = [
    decision
      ? {
          type: parameter('network-decision', 'Network decision'),
          valueReference: { reference: decision },
        }
      : { type: parameter('chosen-provider', 'Chosen provider'), valueReference: { reference: choice.key } },
    { type: parameter('outcome', 'Outcome'), valueCodeableConcept: { text: words } },
  ];
  await settle(client, task.id!, outputs);
}
