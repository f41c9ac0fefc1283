// Writes docs/access.md: the default access policies as a matrix of rules and roles, for people.
// https://hl7.org/fhir/R4/basic.html
import type { Basic, CodeSystem } from '@medplum/fhirtypes';
import { policyOf } from '../server/auth/policy/resource.ts';
import type { Policy, PolicyRule, Whose } from '../server/fhir/access.ts';

/** The roles in the order of the matrix, in two tables, so that a page holds them. */
const GROUPS: readonly (readonly [title: string, roles: readonly string[]])[] = [
  [
    'Non-clinical roles, patients and programs',
    [
      'navigator',
      'benefits-navigator',
      'scheduler',
      'chw',
      'peer',
      'patient',
      'natural-support',
      'payer-system',
      'quality-system',
      'ehr-system',
    ],
  ],
  [
    'Clinical and leading roles',
    [
      'clinical-support',
      'lpn',
      'rn',
      'lcsw',
      'np-pa',
      'physician',
      'pharmacist',
      'supervisor',
      'programme-admin',
      'quality-analyst',
      'auditor',
    ],
  ],
];

const MARKS: Readonly<Record<Whose, string>> = { any: '', assigned: ' O', members: ' M', self: ' own' };

const cell = (text: string) => text.replaceAll('|', '\\|');
const row = (...cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[][]) =>
  [row(...head), `|${head.map(() => '---|').join('')}`, ...rows.map((cells) => row(...cells))].join('\n');

const shown = ({ letters, whose, criteria }: PolicyRule): string =>
  `${[...letters].join('')}${MARKS[whose]}${criteria ? ' *' : ''}`;

function matrix(policies: readonly Policy[], roles: readonly string[]): string {
  const columns = roles.map((role) => {
    const policy = policies.find((one) => one.role === role);
    if (!policy) throw new Error(`profiles/policy has no policy of ${role}, which docs/access.md shows.`);
    return policy;
  });
  const rules = [...new Set(columns.flatMap((policy) => policy.rules.map(({ rule }) => rule)))].sort();
  const rows = rules.map((rule) => [
    `\`${rule}\``,
    ...columns.map((policy) => {
      const found = policy.rules.find((one) => one.rule === rule);
      return found ? shown(found) : '-';
    }),
  ]);
  return table(['rule', ...roles], rows);
}

/** What is the same for every policy that has the rule: its types, and its condition. */
function ruleRows(policies: readonly Policy[], names: CodeSystem): string[][] {
  const all = policies.flatMap(({ rules }) => rules);
  return [...new Set(all.map(({ rule }) => rule))].sort().map((name) => {
    const same = all.filter(({ rule }) => rule === name);
    const types = [...new Set(same.flatMap((rule) => [...rule.types]))].sort();
    const conditions = [...new Set(same.flatMap(({ criteria }) => criteria ?? []))];
    const meaning = names.concept?.find(({ code }) => code === name)?.definition ?? '';
    return [`\`${name}\``, meaning, types.join(' '), conditions.map((one) => `\`${one}\``).join(' or ')];
  });
}

const list = (codes: Iterable<string>) => [...codes].join(' ') || '-';

const labelRows = (policies: readonly Policy[]): string[][] =>
  policies.map(({ role, labels, consented, consentedOf, purposes, breakGlassMinutes }) => [
    role,
    labels === 'all' ? 'every label' : list(labels),
    `${list(consented)}${consentedOf === 'assigned' ? ' O' : ''}`,
    list(purposes),
    breakGlassMinutes ? `${breakGlassMinutes} minutes` : '-',
  ]);

/**
 * The page.
 * @param resources the default policies
 * @param names cn-rule, which says what the rules mean
 */
export function accessPage(resources: readonly Basic[], names: CodeSystem): string {
  const order = GROUPS.flatMap(([, roles]) => roles);
  const policies = resources
    .map((resource) => policyOf(resource)!)
    .sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role));
  const unknown = policies.find(({ role }) => !order.includes(role));
  if (unknown) throw new Error(`scripts/policy-page.ts has no column for the role ${unknown.role}; add one.`);
  const parts = [
    '<!-- Written by npm run profiles from profiles/input/fsh/policy; change it there. -->',
    '# Who may do what',
    INTRODUCTION,
    ...GROUPS.flatMap(([title, roles]) => [`## ${title}`, matrix(policies, roles)]),
    '## What the rules are about',
    table(['rule', 'meaning', 'types', 'condition'], ruleRows(policies, names)),
    '## Labelled records, purposes and emergencies',
    'A record with a security label is hidden, unless the policy sees the label, or sees it with a consent and the patient consents. `PSYTHPN` is shown only by a consent that names it.',
    table(
      ['role', 'labels without a consent', 'labels with a consent', 'purposes', 'break-glass'],
      labelRows(policies),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

const INTRODUCTION = `What somebody may do is the scopes of their token, cut down to the policy of their role, cut down to what patients consent to. These are the policies that a new server begins with. They are data: \`Basic/policy-<role>\`, of the profile [cn-access-policy](profiles/cn-access-policy.md). A programme administrator reads them with \`GET /fhir/Basic?code=access-policy\` and changes one with \`PUT /fhir/Basic/policy-rn\`; it is in force within a second, in every process. What a policy does not allow is refused with the names of its rules. A policy that cannot be enforced is refused with 422; a deleted one leaves its role without any rights. Which move of which task a role may make is told beside this by the [scope of practice](scope-of-practice.md).

A cell holds the interactions: **c**reate, **r**ead, **u**pdate, **d**elete, **s**earch. \`O\`: of patients who are assigned to the user, by a care team, an open task, or as general practitioner. \`M\`: of the members or groups of the program. \`own\`: of the user as a patient. \`*\`: under the condition named below. \`-\`: nothing. An update has to meet the rule before and after it.`;
