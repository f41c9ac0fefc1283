// The scope of practice in force: what the rules say about a task, a move and a role, looked up and not searched.
// https://hl7.org/fhir/R4/security.html#rbac
import type { Resource } from '@medplum/fhirtypes';
import { familyOf } from '../task-family.ts';
import { isPracticeRule, type Move, type PracticeRule, practiceProblems, practiceRuleOf } from './rule.ts';

/** What a rule says to a role: it may, it may with a co-signature, or it may not. */
export type Answer = 'may' | 'co-sign' | 'may-not';

/** The scope of practice. */
export interface Practice {
  /** All rules, by name. */
  readonly rules: readonly PracticeRule[];
  /** The rules about a code of cn-task-code, or a group that stands for itself, and a move; by name. */
  about(subject: string, move: Move): readonly PracticeRule[];
  /**
   * The first rule, by name, that does not let a role make one of the moves; one that a co-signature would satisfy comes last.
   * @param signed whether there is one
   * @returns undefined when the role may
   */
  first(
    subjects: Iterable<string>,
    moves: readonly Move[],
    role: string,
    signed?: boolean,
  ): PracticeRule | undefined;
}

/** What a rule says to a role. */
export function answerOf({ may, mayNot, coSign }: PracticeRule, role: string): Answer {
  if (may ? may.has(role) : !mayNot.has(role)) return 'may';
  return coSign.has(role) ? 'co-sign' : 'may-not';
}

/** Most look-ups that are remembered: there are about 50 codes and 17 moves. */
const MAX_KNOWN = 2_000;
const NONE: readonly PracticeRule[] = [];

const isAbout = ({ tasks, except }: PracticeRule, subject: string): boolean =>
  !except.has(subject) && (tasks.has(subject) || tasks.has(familyOf(subject)) || tasks.has('any'));

/** Makes the scope of practice of its rules. */
export function createPractice(given: Iterable<PracticeRule>): Practice {
  const rules = [...given].sort((a, b) => (a.rule < b.rule ? -1 : 1));
  const known = new Map<string, readonly PracticeRule[]>();

  function about(subject: string, move: Move): readonly PracticeRule[] {
    const key = `${move} ${subject}`;
    const before = known.get(key);
    if (before) return before;
    const found = rules.filter((rule) => rule.moves.has(move) && isAbout(rule, subject));
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, found.length ? found : NONE);
    return found;
  }

  return {
    rules,
    about,
    first(subjects, moves, role, signed = false) {
      const first: Partial<Record<Answer, PracticeRule>> = {};
      for (const subject of subjects) {
        for (const rule of moves.flatMap((move) => about(subject, move))) {
          const answer = answerOf(rule, role);
          const known = first[answer];
          if (!known || rule.rule < known.rule) first[answer] = rule;
        }
      }
      return first['may-not'] ?? (signed ? undefined : first['co-sign']);
    },
  };
}

/** A server without rules. */
export const noPractice: Practice = createPractice([]);

/**
 * Reads the rules that are stored, again and again. One that cannot be enforced, which only the server's own work can store,
 * leaves the rule before it in force.
 */
export function practiceReader(): (resources: readonly Resource[]) => Practice {
  let before = new Map<string, PracticeRule>();
  return (resources) => {
    const now = new Map<string, PracticeRule>();
    for (const resource of resources.filter(isPracticeRule)) {
      const rule = practiceProblems(resource).length ? before.get(resource.id!) : practiceRuleOf(resource);
      if (rule) now.set(resource.id!, rule);
    }
    before = now;
    return createPractice(now.values());
  };
}
