// Writes docs/scope-of-practice.md: the default rules of practice as matrices of tasks and roles, for people.
// https://hl7.org/fhir/R4/basic.html
import type { Basic, CodeSystem } from '@medplum/fhirtypes';
import { type Answer, answerOf, createPractice, type Practice } from '../server/care/practice/index.ts';
import { type Move, type PracticeRule, practiceRuleOf } from '../server/care/practice/rule.ts';

const ROLES =
  'navigator benefits-navigator scheduler chw peer clinical-support lpn rn lcsw np-pa physician pharmacist supervisor payer-system patient natural-support'.split(
    ' ',
  );
/** The moves that are shown, each with its heading. */
const SHOWN: readonly (readonly [move: Move, heading: string])[] = [
  ['created', 'Who may open a task'],
  ['in-progress', 'Who may take a task on'],
  ['owned', 'Who may be given a task'],
  ['reassigned', 'Who may say whose a task is'],
  ['completed', 'Who may complete a task'],
  ['cancelled', 'Who may cancel a task'],
  ['reopened', 'Who may reopen a task'],
];
const MARKS: Readonly<Record<Answer, string>> = { may: 'A', 'co-sign': 'C', 'may-not': '-' };
/** The answers, the strictest last. */
const ORDER: readonly Answer[] = ['may', 'co-sign', 'may-not'];

const cell = (text: string) => text.replaceAll('|', '\\|');
const row = (...cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[][]) =>
  [row(...head), `|${head.map(() => '---|').join('')}`, ...rows.map((cells) => row(...cells))].join('\n');

/** What all rules together say. */
function markOf(practice: Practice, subject: string, move: Move, role: string): string {
  const answers = practice.about(subject, move).map((rule) => answerOf(rule, role));
  return MARKS[ORDER.findLast((one) => answers.includes(one)) ?? 'may'];
}

/** A row for each set of tasks of which the rules say the same. */
function matrix(practice: Practice, subjects: readonly string[], move: Move): string {
  const same = Map.groupBy(subjects, (subject) =>
    ROLES.map((role) => markOf(practice, subject, move, role)).join(' '),
  );
  const rows = [...same].map(([marks, codes]) => [
    codes.map((code) => `\`${code}\``).join(' '),
    ...marks.split(' '),
  ]);
  return table(['task', ...ROLES], rows);
}

const list = (codes: Iterable<string>) => [...codes].join(' ');

function whoOf({ may, mayNot, coSign, requirements }: PracticeRule): string {
  const held = requirements.map(
    ({ roles, qualifications, whenRecorded }) =>
      `${list(roles)}: ${qualifications.join(' or ')}${whenRecorded ? ', where one is recorded' : ''}`,
  );
  return [
    ...(may ? [list(may)] : []),
    ...(mayNot.size ? [`all but ${list(mayNot)}`] : []),
    ...(coSign.size ? [`co-signed: ${list(coSign)}`] : []),
    ...held,
  ].join('; ');
}

const ruleRow = (rule: PracticeRule): string[] => [
  `\`${rule.rule}\``,
  list(rule.tasks) + (rule.except.size ? ` except ${list(rule.except)}` : ''),
  list(rule.moves),
  whoOf(rule),
  rule.sentence,
];

/**
 * The page.
 * @param resources the default rules
 * @param tasks cn-task-code
 */
export function practicePage(resources: readonly Basic[], tasks: CodeSystem): string {
  const practice = createPractice(resources.map(practiceRuleOf));
  const subjects = [...(tasks.concept ?? []).map(({ code }) => code!), 'escalation'];
  const parts = [
    '<!-- Written by npm run profiles from profiles/input/fsh/practice; change it there. -->',
    '# Scope of practice',
    INTRODUCTION,
    ...SHOWN.flatMap(([move, heading]) => [`## ${heading}`, matrix(practice, subjects, move)]),
    '## The rules',
    table(['rule', 'tasks', 'moves', 'who', 'what a refusal says'], practice.rules.map(ruleRow)),
  ];
  return `${parts.join('\n\n')}\n`;
}

const INTRODUCTION = `Which role may do what with which task. It holds for every write, however it arrives, beside [what the role may do at most](access.md): a caller with a role is refused with 403 and the name of the rule. Clients without a user are held by their scopes alone. These are the rules that a new server begins with. They are data: \`Basic/practice-<rule>\`, of the profile [cn-practice-rule](profiles/cn-practice-rule.md). A programme administrator reads them with \`GET /fhir/Basic?code=practice-rule\` and changes one with \`PUT /fhir/Basic/practice-peer-only-accompanies\`; it is in force within a second, in every process. A rule that cannot be enforced is refused with 422; a deleted one holds no longer. All rules that are about a task and a move have to let a role pass; the refusal names the first of them by name.

\`A\`: may. \`C\`: may once a clinician who may do it alone has co-signed the task; the clinician sets the extension \`co-signed-by\`, which names them, and takes over the answer for the work. \`-\`: may not. \`escalation\` is any task with the topic symptom or crisis: it is completed by a clinician, or by anybody once its triage task is done. Giving a task to somebody looks at the role of the new owner, whoever gives it: 409 with \`owner-out-of-scope\` and the name of the rule. A training, certification or licence (\`Practitioner.qualification\`) that is recorded and has run out keeps its holder from being given new work.

Whatever records a symptom or a crisis opens a triage task for a clinician in the same transaction, once: a task or a contact with the topic \`symptom\` (due in an hour) or \`crisis\` (due in 15 minutes), and an answer above "not at all" to the ninth question of a PHQ-9, in a form or as a finding (15 minutes). It goes to a clinician of the person's team, else to the coordination team.`;
