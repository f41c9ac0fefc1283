// Which outcomes a person can choose from when a task is completed, by the kind of task.
// https://hl7.org/fhir/R4/task-definitions.html#Task.output
import type { CodeableConcept, Task } from '@medplum/fhirtypes';
import { CONTACT_OUTCOME, RECEIPT } from './systems.ts';
import { familyCode } from './task.ts';

const CHOICES = {
  contact: ['reached', 'reached-follow-up', 'natural-support', 'no-answer', 'declined'],
  answer: ['answered', 'answered-in-writing', 'passed-on', 'no-answer', 'not-needed'],
  booking: ['booked', 'rebooked', 'waitlist', 'declined', 'not-needed'],
  barrier: ['resolved', 'partly', 'unresolved', 'declined', 'not-needed'],
  visit: ['attended', 'rebooked', 'missed', 'no-answer', 'declined'],
  result: ['result-normal', 'result-follow-up', 'told', 'not-needed'],
  loop: ['told', 'result-follow-up', 'result-normal'],
  delivery: ['received', 'partly', 'declined', 'not-needed'],
  receipt: ['has-it', 'has-part', 'has-not'],
  handoff: ['taken-over', 'taken-over-questions'],
  plain: ['done', 'done-changed', 'unresolved', 'declined', 'not-needed'],
} as const;

export type Outcome = (typeof CHOICES)[keyof typeof CHOICES][number];

const KINDS: Readonly<Record<string, keyof typeof CHOICES>> = {
  'nav-inbound-query': 'answer',
  'nav-benefits-question': 'answer',
  'nav-find-provider': 'booking',
  'nav-schedule': 'booking',
  'nav-reminder': 'contact',
  'nav-no-show-recovery': 'contact',
  'nav-new-member-welcome': 'contact',
  'nav-barrier-resolve': 'barrier',
  'nav-enrolment-help': 'barrier',
  'nav-records-request': 'barrier',
  'nav-complaint': 'barrier',
  'nav-accompany': 'visit',
  'nav-receipt-check': 'visit',
  'coord-post-visit-followup': 'contact',
  'coord-transition-contact': 'contact',
  'coord-transition-visit': 'visit',
  'coord-education': 'contact',
  'coord-crisis-plan': 'contact',
  'coord-result-review': 'result',
  'coord-imaging': 'result',
  'coord-lab': 'result',
  'coord-metabolic-monitoring': 'result',
  'coord-dme': 'delivery',
  'coord-home-health': 'delivery',
  'coord-infusion': 'delivery',
  'outreach-attempt': 'contact',
  'loop-closure': 'loop',
  handoff: 'handoff',
};

/** Outcomes that cn-contact-outcome has a code for; the others are said in words only. */
const CONTACT_CODES: Readonly<Partial<Record<Outcome, string>>> = {
  reached: 'reached',
  'reached-follow-up': 'reached',
  'no-answer': 'no-answer',
  declined: 'declined',
};

const isReceiptCheck = (task: Task): boolean => familyCode(task) === 'nav-receipt-check';

/** Whether the person is asked for something that was to reach them, not for a visit. */
const asksForReceipt = (task: Task): boolean =>
  isReceiptCheck(task) && !task.focus?.reference?.startsWith('Appointment/');

/** The outcomes that fit this task, the most common first. */
export const outcomesFor = (task: Task): readonly Outcome[] =>
  CHOICES[asksForReceipt(task) ? 'receipt' : (KINDS[familyCode(task) ?? ''] ?? 'plain')];

/** What an outcome says of whether the thing has reached the person; the others say nothing of it. */
const RECEIPTS: Readonly<Partial<Record<Outcome, string>>> = {
  attended: 'received',
  missed: 'not-received',
  'has-it': 'received',
  'has-part': 'partly',
  'has-not': 'not-received',
};

/** What the person said of the receipt, by its code from cn-receipt, where the task asks for it. */
export function receiptOf(task: Task, outcome: Outcome): CodeableConcept | undefined {
  const code = isReceiptCheck(task) ? RECEIPTS[outcome] : undefined;
  return code === undefined ? undefined : { coding: [{ system: RECEIPT, code }] };
}

/** Codes of work whose end is a judgement, which nothing makes for a person: a referral may end without its visit. */
const JUDGED: ReadonlySet<string> = new Set(['coord-risk-triage', 'coord-referral']);

/** The outcome that is right nine times of ten: of a simple task only. What happened to a person is always said. */
export function usualOutcome(task: Task): Outcome | undefined {
  const code = familyCode(task) ?? '';
  return KINDS[code] || JUDGED.has(code) ? undefined : CHOICES.plain[0];
}

/** The outcome as a concept: its code where there is one, and the words that the person chose. */
export function outcomeConcept(outcome: Outcome, words: string): CodeableConcept {
  const code = CONTACT_CODES[outcome];
  return { ...(code && { coding: [{ system: CONTACT_OUTCOME, code }] }), text: words };
}
