// A rule of the scope of practice as the Basic resource that an administrator edits: read, and what is wrong with one.
// https://hl7.org/fhir/R4/basic.html · profile: profiles/input/fsh/profile/cn-practice-rule.fsh
import type { Basic, Extension, Resource, Task } from '@medplum/fhirtypes';
import { type Issue, issue } from '../../fhir/errors.ts';
import { CATEGORY, extensionUrl, hasCode } from '../code.ts';

/**
 * What a write does to a task: it is created, gets another code, enters a status, or is reopened after its end; it gets
 * another owner, for which `reassigned` judges who says so and `owned` judges who gets it.
 */
export type Move = Task['status'] | 'created' | 'recoded' | 'reassigned' | 'owned' | 'reopened';

/** The qualifications of which an owner in one of the roles needs one. */
export interface Requirement {
  readonly roles: ReadonlySet<string>;
  /** Codes of cn-qualification. */
  readonly qualifications: readonly string[];
  /** Somebody of whom none of them is recorded passes. */
  readonly whenRecorded: boolean;
}

/** One rule. All rules that are about a task and a move have to let a role pass. */
export interface PracticeRule {
  /** Stable name, carried by the outcome in issue.details. */
  readonly rule: string;
  /** Codes of cn-task-code, or groups of cn-practice-task. */
  readonly tasks: ReadonlySet<string>;
  readonly except: ReadonlySet<string>;
  readonly moves: ReadonlySet<Move>;
  /** Codes of cn-role; undefined: all but those in `mayNot`. */
  readonly may: ReadonlySet<string> | undefined;
  readonly mayNot: ReadonlySet<string>;
  /** Roles that may once a clinician has co-signed the task. */
  readonly coSign: ReadonlySet<string>;
  readonly requirements: readonly Requirement[];
  /** Why not, and the way out. */
  readonly sentence: string;
}

const CODE = 'practice-rule';
/** The code by which a Basic is known as a rule of practice, for a token search. */
export const PRACTICE_CODE = `${CATEGORY}|${CODE}`;
const RULE = extensionUrl('practice-rule');
const REQUIREMENT = extensionUrl('practice-requirement');

/** Whether a resource is a rule of practice, by its code. */
export const isPracticeRule = (resource: Resource): resource is Basic =>
  resource.resourceType === 'Basic' && hasCode(resource.code, CATEGORY, CODE);

/** The id that a rule is stored under, so that there is one of a name and no other. */
export const practiceId = (rule: string): string => `practice-${rule}`;

const partsOf = ({ extension = [] }: { extension?: Extension[] }, url: string): Extension[] =>
  extension.filter((one) => one.url === url);
const codesOf = (of: { extension?: Extension[] }, url: string): string[] =>
  partsOf(of, url).flatMap(({ valueCode }) => valueCode ?? []);

const requirementOf = (part: Extension): Requirement => ({
  roles: new Set(codesOf(part, 'role')),
  qualifications: codesOf(part, 'qualification'),
  whenRecorded: partsOf(part, 'when-recorded')[0]?.valueBoolean ?? false,
});

/** Reads a rule; `practiceProblems` says first whether it can be read. */
export function practiceRuleOf(resource: Basic): PracticeRule {
  const part = partsOf(resource, RULE)[0] ?? {};
  const may = codesOf(part, 'may');
  return {
    rule: codesOf(part, 'name')[0] ?? '',
    tasks: new Set(codesOf(part, 'task')),
    except: new Set(codesOf(part, 'except')),
    moves: new Set(codesOf(part, 'move') as Move[]),
    may: may.length ? new Set(may) : undefined,
    mayNot: new Set(codesOf(part, 'may-not')),
    coSign: new Set(codesOf(part, 'co-sign')),
    requirements: partsOf(resource, REQUIREMENT).map(requirementOf),
    sentence: partsOf(part, 'sentence')[0]?.valueString ?? '',
  };
}

/** What keeps a rule from being enforced: whether it does, and the sentence. */
const PROBLEMS: readonly (readonly [breaks: (rule: PracticeRule) => boolean, sentence: string])[] = [
  [
    ({ rule }) => !/^[a-z][a-z0-9-]{0,54}$/.test(rule),
    'The rule needs a name of small letters, digits and hyphens, 55 at most.',
  ],
  [({ tasks }) => !tasks.size, 'The rule names no task. Add a part "task".'],
  [({ moves }) => !moves.size, 'The rule names no move. Add a part "move".'],
  [({ sentence }) => !sentence, 'The rule has no sentence to refuse with. Add a part "sentence".'],
  [
    ({ may, mayNot }) => may !== undefined && mayNot.size > 0,
    'The rule says who may and who may not. Keep the parts "may" or the parts "may-not".',
  ],
  [
    ({ may, mayNot, requirements }) => !may && !mayNot.size && !requirements.length,
    'The rule holds nobody to anything. Name roles with "may" or "may-not", or add a practice-requirement.',
  ],
  [
    ({ moves, coSign }) => coSign.size > 0 && !moves.has('completed'),
    'Only completing can be co-signed. Add the move "completed", or leave the parts "co-sign" out.',
  ],
  [
    ({ may, coSign }) => coSign.size > 0 && !may,
    'Nobody could co-sign: name with "may" who does the work on their own.',
  ],
  [
    ({ may, coSign }) => [...coSign].some((role) => may?.has(role)),
    'A role that may on its own needs no co-signature. Name it with "may" or with "co-sign".',
  ],
  [
    ({ moves, requirements }) => requirements.length > 0 && (moves.size !== 1 || !moves.has('owned')),
    'Qualifications are asked of whoever gets a task. Give the rule the one move "owned", or leave practice-requirement out.',
  ],
  [
    ({ requirements }) => requirements.some((one) => !one.roles.size || !one.qualifications.length),
    'A practice-requirement names a role and a qualification. Add the part that is missing.',
  ],
];

const wrong = (sentence: string, path = 'Basic.extension'): Issue =>
  issue('value', sentence, path, 'practice-rule');

/**
 * What keeps a rule of practice from being enforced, one issue a problem. That its codes exist is what its profile says.
 * @returns nothing for a resource that is no rule of practice
 */
export function practiceProblems(resource: Resource): Issue[] {
  if (!isPracticeRule(resource)) return [];
  if (partsOf(resource, RULE).length !== 1)
    return [wrong('A rule of practice is one row. Give the extension practice-rule once.')];
  const rule = practiceRuleOf(resource);
  const found = PROBLEMS.flatMap(([breaks, sentence]) => (breaks(rule) ? [wrong(sentence)] : []));
  if (resource.id !== practiceId(rule.rule))
    found.push(
      wrong(`The rule ${rule.rule} is kept as Basic/${practiceId(rule.rule)}. PUT it there.`, 'Basic.id'),
    );
  return found;
}
