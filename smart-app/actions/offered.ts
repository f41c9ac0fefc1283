// Which actions a task and a patient offer: the one button of a row, the entries of its menu, and what can be begun.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import { asksToSign } from '../fhir/approval.ts';
import { questionOf } from '../fhir/contact.ts';
import { sideOf } from '../fhir/handoff.ts';
import { isReportIn } from '../fhir/referral.ts';
import { sideOfRole } from '../fhir/takers.ts';
import { canHold, familyCode, isMine, isPool, placeOf, primaryAction } from '../fhir/task.ts';
import type { User } from '../fhir/user.ts';
import type { Action, DialogName } from './action.ts';

/** Tasks that are completed by doing their thing, which has a dialog of its own. Others have the dialog `complete`. */
const COMPLETED_BY: Readonly<Record<string, DialogName>> = {
  'nav-inbound-query': 'contact',
  'nav-schedule': 'book',
  'nav-find-provider': 'network',
  'coord-network-review': 'network',
  'nav-barrier-screen': 'screen',
  'nav-reminder': 'contact',
  'nav-no-show-recovery': 'contact',
  'nav-new-member-welcome': 'contact',
  'outreach-attempt': 'contact',
  'coord-post-visit-followup': 'contact',
  'coord-transition-contact': 'contact',
  'coord-result-review': 'review',
  'loop-closure': 'review',
};

/** A question that somebody has asked me: it is answered at once, and taken on and begun by that. */
const isOwnQuestion = (task: Task, me: string | undefined): boolean =>
  questionOf(task) !== undefined && isMine(task, me);

/** A hand-off is accepted by those of the side that it asks; who works on neither side is not offered it. */
const isForOthers = (task: Task, role: string | undefined): boolean =>
  placeOf(task) === 'gate' && role !== undefined && sideOfRole(role) !== sideOf(task);

/**
 * The one thing that moves a task on.
 * @param role code of cn-role of the user; undefined until it is known
 */
export function mainAction(task: Task, me: string | undefined, role?: string): Action | undefined {
  const next = primaryAction(task, me);
  if (next === 'accept' && isForOthers(task, role)) return undefined;
  if (isOwnQuestion(task, me) && (next === 'accept' || next === 'start')) return 'contact';
  if (next !== 'complete') return next;
  if (asksToSign(task)) return 'refer';
  return isReportIn(task) ? 'review' : (COMPLETED_BY[familyCode(task) ?? ''] ?? 'complete');
}

interface Offer {
  readonly action: Action;
  readonly when: (task: Task, me: string | undefined) => boolean;
}

const isWork = (task: Task) => placeOf(task) !== 'gate';
const isBegun = (task: Task) => ['accepted', 'ready', 'in-progress'].includes(task.status);

const MENU: readonly Offer[] = [
  {
    action: 'takeOver',
    when: (task, me) => isWork(task) && !isPool(task) && !isMine(task, me) && task.status !== 'on-hold',
  },
  { action: 'contact', when: (task) => isWork(task) && isBegun(task) },
  { action: 'complete', when: (task) => isWork(task) && task.status === 'in-progress' },
  { action: 'minutes', when: (task) => isBegun(task) },
  { action: 'hold', when: (task) => isWork(task) && canHold(task) },
  { action: 'escalate', when: (task) => isWork(task) && isBegun(task) },
  {
    action: 'return',
    when: (task, me) =>
      !isWork(task) && (isMine(task, me) || isPool(task)) && ['requested', 'accepted'].includes(task.status),
  },
];

/** The entries of a task's menu, in order; its main action is not among them. */
export function menuOf(task: Task, me: string | undefined, role?: string): readonly Action[] {
  const main = mainAction(task, me, role);
  return MENU.filter(({ action, when }) => action !== main && when(task, me)).map(({ action }) => action);
}

/** Roles that may write orders, drafts among them. */
const ORDERING = new Set(['navigator', 'rn', 'lcsw', 'np-pa', 'physician']);

/** Roles that give no forms. */
const WITHOUT_FORMS = new Set(['scheduler']);

/** What can be begun for a patient without a task. */
export const begunFor = (user: User | undefined): readonly DialogName[] => [
  'contact',
  'book',
  ...(WITHOUT_FORMS.has(user?.role ?? '') ? [] : (['screen'] as const)),
  'network',
  ...(ORDERING.has(user?.role ?? '') ? (['refer'] as const) : []),
  'minutes',
];
