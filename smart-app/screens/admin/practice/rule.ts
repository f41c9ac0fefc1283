// A rule of practice as the form changes it: read from the Basic that keeps it, written back, and what is different.
// docs/profiles/cn-practice-rule.md
import type { Basic, Extension } from '@medplum/fhirtypes';
import { extensionUrl } from '../../../fhir/systems.ts';

/** What can be done with a task; codes of cn-practice-move. */
export const MOVES = [
  'created',
  'draft',
  'requested',
  'received',
  'accepted',
  'rejected',
  'ready',
  'in-progress',
  'on-hold',
  'completed',
  'failed',
  'cancelled',
  'entered-in-error',
  'recoded',
  'reassigned',
  'owned',
  'reopened',
] as const;
export type Move = (typeof MOVES)[number];

/** A rule as it is typed; lists are codes. */
export interface PracticeRule {
  readonly name: string;
  /** Codes of tasks, or groups of them. */
  readonly task: readonly string[];
  readonly except: readonly string[];
  readonly move: readonly string[];
  /** With roles in it, all others may not. */
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
  readonly coSign: readonly string[];
  /** What a refusal says. */
  readonly sentence: string;
}

/** The parts that are lists, by the name that the extension has for them. */
const LISTS = {
  task: 'task',
  except: 'except',
  move: 'move',
  may: 'may',
  mayNot: 'may-not',
  coSign: 'co-sign',
} as const;
type List = keyof typeof LISTS;
const LIST_NAMES = Object.keys(LISTS) as List[];

const RULE = extensionUrl('practice-rule');
const REQUIREMENT = extensionUrl('practice-requirement');

const codesIn = (of: Extension | undefined, url: string): readonly string[] =>
  (of?.extension ?? []).flatMap((one) => (one.url === url ? (one.valueCode ?? []) : []));
const ruleIn = (basic: Basic): Extension | undefined => basic.extension?.find(({ url }) => url === RULE);

/** Reads a rule. */
export function ruleOf(basic: Basic): PracticeRule {
  const rule = ruleIn(basic);
  const lists = LIST_NAMES.map((list) => [list, codesIn(rule, LISTS[list])]);
  return {
    ...(Object.fromEntries(lists) as Pick<PracticeRule, List>),
    name: codesIn(rule, 'name')[0] ?? '',
    sentence: rule?.extension?.find(({ url }) => url === 'sentence')?.valueString ?? '',
  };
}

/** What an owner has to hold. */
export interface Requirement {
  readonly roles: readonly string[];
  /** Codes of cn-qualification. */
  readonly qualifications: readonly string[];
}

export const requirementsOf = (basic: Basic): readonly Requirement[] =>
  (basic.extension ?? [])
    .filter(({ url }) => url === REQUIREMENT)
    .map((one) => ({ roles: codesIn(one, 'role'), qualifications: codesIn(one, 'qualification') }));

/** The Basic with the rule in it; what it says otherwise stays. */
export function withRule(basic: Basic, rule: PracticeRule): Basic {
  const extension: Extension[] = [
    { url: 'name', valueCode: rule.name },
    ...LIST_NAMES.flatMap((list) => rule[list].map((valueCode) => ({ url: LISTS[list], valueCode }))),
    { url: 'sentence', valueString: rule.sentence.trim() },
  ];
  return {
    ...basic,
    extension: (basic.extension ?? []).map((one) => (one.url === RULE ? { url: RULE, extension } : one)),
  };
}

/** Where two versions of a rule differ. */
export interface Difference {
  readonly what: List | 'sentence';
  readonly before: string;
  readonly after: string;
}

export function differences(before: PracticeRule, after: PracticeRule): readonly Difference[] {
  const lists = LIST_NAMES.map((what) => ({
    what,
    before: before[what].join(' '),
    after: after[what].join(' '),
  }));
  const sentence = { what: 'sentence' as const, before: before.sentence, after: after.sentence.trim() };
  return [...lists, sentence].filter((one) => one.before !== one.after);
}
