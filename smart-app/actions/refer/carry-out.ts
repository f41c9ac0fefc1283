// Writes an order: as one that is signed, or with the task that asks for a signature; then the choice of who carries it out.
// https://hl7.org/fhir/R4/request.html
import type { Task } from '@medplum/fhirtypes';
import { asksToSign } from '../../fhir/approval.ts';
import type { Client } from '../../fhir/client.ts';
import { decide, type NetworkWish, type OffReason, type Option } from '../../fhir/network.ts';
import { declined, draftEntries, idIn, type OrderWish, orderOf, sign } from '../../fhir/order.ts';
import { parameter } from '../../fhir/parameter.ts';
import type { Order } from '../../fhir/services.ts';
import { settle } from '../../fhir/settle.ts';
import type { Actor } from '../../fhir/task-change.ts';

/** What has been written so far. */
export interface Done {
  order?: Order;
  isDecided?: boolean;
}

export interface Given {
  wish: OrderWish;
  /** The draft that is signed. */
  signed: Order | undefined;
  task: Task | undefined;
  choice: Option | undefined;
  network: NetworkWish;
  reason: { code: OffReason; text: string } | undefined;
  /** `PractitionerRole/…` who is asked to sign, and the name of the task. */
  signer: { reference: string; words: string } | undefined;
  /** Why the draft is declined, where it is. */
  why: string | undefined;
  /** What came of the task that asked to sign. */
  outcome: string;
}

/** The order, and the task for its signature where it is no more than a draft. */
async function write(client: Client, given: Given, actor: Actor): Promise<Order> {
  const { wish, signed, signer, why } = given;
  if (signed && why) return client.update(declined(signed, why, actor));
  const order = orderOf(wish, actor);
  if (signed) return sign(client, signed, order);
  if (!signer) return client.create(order);
  const entries = draftEntries(order, wish, signer.reference, signer.words, actor);
  const made = await client.transaction(
    entries.map((one) => ({ ...one, request: { method: 'POST' as const, url: one.resource.resourceType } })),
  );
  return client.read(order.resourceType, idIn(made[0]?.response?.location));
}

/** @param done is told what has been written: a second try goes on from there */
export async function carryOut(client: Client, done: Done, given: Given, actor: Actor): Promise<void> {
  const { wish, choice, network, reason, task, outcome, why } = given;
  done.order ??= await write(client, given, actor);
  if (choice && !why && wish.authority !== 'propose' && !done.isDecided) {
    await decide(client, done.order, choice, network, reason);
    done.isDecided = true;
  }
  if (task && asksToSign(task))
    await settle(client, task.id!, [
      { type: parameter('outcome', 'Outcome'), valueCodeableConcept: { text: outcome } },
    ]);
}
