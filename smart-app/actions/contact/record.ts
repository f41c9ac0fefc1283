// A contact with the task that it ends and the minutes that it took, as one transaction.
// https://hl7.org/fhir/R4/http.html#transaction
import type { BundleEntry, Observation, Resource, Task } from '@medplum/fhirtypes';
import type { Client } from '../../fhir/client.ts';
import { type Contact, communicationOf, outcomeCode } from '../../fhir/contact.ts';
import { parameter } from '../../fhir/parameter.ts';
import { CONTACT_OUTCOME } from '../../fhir/systems.ts';
import { type Actor, completed } from '../../fhir/task-change.ts';
import { begun, endingOf, replacing } from './begun.ts';

export interface Recording {
  readonly contact: Contact;
  /** The outcome in words, and the note. */
  readonly said: { readonly text: string; readonly note: string };
  /** The task that the contact completes. */
  readonly ended?: Task;
  readonly minutes: Observation | undefined;
  readonly actor: Actor;
  readonly client: Client;
  /** The task in its newest version: a try that was refused may have begun it. */
  readonly latest: { current: Task | undefined };
}

/** A new resource in a transaction. */
export const adding = (resource: Resource, fullUrl: string): BundleEntry => ({
  fullUrl,
  resource,
  request: { method: 'POST', url: resource.resourceType },
});

export const newAddress = (): string => `urn:uuid:${crypto.randomUUID()}`;

/** What is checked, and how it is sent. */
export function recorded({ contact, said, ended, minutes, actor, client, latest }: Recording) {
  const address = newAddress();
  const done = (task: Task): Task => {
    const coding = [{ system: CONTACT_OUTCOME, code: outcomeCode(contact.outcome) }];
    const whole = completed(task, endingOf(task, actor), {
      outcome: { coding, text: said.text },
      note: said.note,
    });
    const answer = { type: parameter('answer', 'Answer'), valueReference: { reference: address } };
    return { ...whole, output: [...(whole.output ?? []), answer] };
  };
  const send = async (): Promise<unknown> => {
    if (ended) latest.current = await begun(client, latest.current ?? ended, actor.me.reference!);
    return client.transaction([
      ...(ended ? [replacing(done(latest.current!))] : []),
      adding(communicationOf(contact, actor), address),
      ...(minutes ? [adding(minutes, newAddress())] : []),
    ]);
  };
  return { resources: ended ? [done(ended)] : [], send };
}
