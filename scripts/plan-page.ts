// Writes docs/plans.md: the plans of the house as tables, for people.
// https://hl7.org/fhir/R4/plandefinition.html
import type {
  DataRequirement,
  PlanDefinition,
  PlanDefinitionAction,
  TriggerDefinition,
} from '@medplum/fhirtypes';
import { codeOf, ROLE } from '../server/care/code.ts';
import { isBusiness } from '../server/care/plan/due.ts';

const INTRO = `# Plans

Written from \`profiles/input/fsh/plan\` by \`npm run profiles\`.

A plan is a PlanDefinition. \`PlanDefinition/[id]/$apply\` says what it comes to for a person and stores nothing, as R4 has it: a CarePlan with a RequestGroup, every task in it a draft of intent \`option\`. \`Patient/[id]/$start-plan\` carries it out: a RequestGroup with the tasks, the goals, and their place in the person's care plan. Triggers do the same by themselves, for people who are enrolled.

- **Once.** A cause starts a plan once. A plan with \`cardinalityBehavior\` \`single\` is open once at a time, one with \`multiple\` once for each cause.
- **Clocks** start at the end of the encounter that set a plan off, whenever this server is told of it; else now. A duration with the extension \`business-days\` counts the days of the organisation's calendar (a HealthcareService by \`cn-calendar\`); days end at 17:00 in its time zone.
- **Owners.** A task goes to the member of the team in the role, else to the pool of the organisation: the part of it whose identifier \`https://throughline.example/fhir/identifier/pool\` is \`navigation\` or \`coordination\`.
- **Triggers** are \`data-added\`, \`data-modified\` and \`data-changed\`: a change sets a plan off when it makes one of the trigger's data requirements true, and the person has what the others ask for. Its \`condition\` is FHIRPath about the first. A trigger on an action further down adds that action to a plan that is open.
- **Conditions** are FHIRPath. Variables: \`%subject\`, \`%encounter\`, \`%practitioner\`, \`%organization\` and the other parameters of \`$apply\`; \`%start\`; \`%diagnoses\`, the conditions that the encounter names; and each \`action.input\` by its id: the person's records that meet it.
- **Left out at the start:** what is \`could\` (other rules of the server write it when its time has come), what waits for another action (\`after\`, \`after-end\`: written when that one is completed), and whatever reaches out to somebody who must not be contacted.
- **Drafts** (\`experimental\`) wait for a clinician who approves them. Their triggers propose: a RequestGroup of intent \`proposal\` and one task to look at it. A clinician who agrees starts the plan.
- **Changing a plan:** store a PlanDefinition with the same \`url\` and a higher \`version\`; the newest counts, and a retired one switches the plan off. CQL, libraries and StructureMaps are refused with a sentence that says so.
`;

const cell = (text: string) => text.replaceAll('|', '\\|');
const row = (...cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;

/** The last part of a canonical, and the codes of a filter. */
const dataText = ({ type, codeFilter = [] }: DataRequirement): string => {
  const filters = codeFilter.map(({ path, valueSet, code = [] }) => {
    const codes = valueSet ? valueSet.split('/').at(-1)! : code.map((one) => one.code).join(', ');
    return `${path}: ${codes}`;
  });
  return `${type}${filters.length ? ` (${filters.join('; ')})` : ''}`;
};

const triggerText = ({ data = [], condition }: TriggerDefinition): string =>
  `${data.map(dataText).join(' and ')}${condition ? `, where \`${condition.expression}\`` : ''}`;

function timeText({
  timingDuration,
  relatedAction = [],
  requiredBehavior,
  trigger,
}: PlanDefinitionAction): string {
  const after = relatedAction.map(({ actionId, relationship, offsetDuration }) =>
    [relationship, actionId, offsetDuration && `+ ${offsetDuration.value} ${offsetDuration.code}`]
      .filter(Boolean)
      .join(' '),
  );
  const unit = isBusiness(timingDuration) ? 'business days' : 'days';
  return [
    timingDuration ? `${timingDuration.value} ${unit}` : '',
    ...after,
    ...(trigger ?? []).map((one) => `on ${triggerText(one)}`),
    requiredBehavior === 'could' ? 'offered' : '',
  ]
    .filter(Boolean)
    .join(', ');
}

const conditionsOf = ({ condition = [] }: PlanDefinitionAction): string[] =>
  condition.flatMap(({ expression }) => (expression?.expression ? [`\`${expression.expression}\``] : []));

function actionRow(action: PlanDefinitionAction): string {
  const { title = '', definitionCanonical = '', participant = [] } = action;
  const task = definitionCanonical.split('/cn-ad-').at(-1)!;
  const role = participant.map((one) => codeOf(one.role, ROLE)).join(', ');
  return row(title, `\`${task}\``, role, timeText(action), conditionsOf(action).join(' and '));
}

function section(plan: PlanDefinition): string {
  const [top] = plan.action ?? [];
  const triggers = (top?.trigger ?? []).map((one) => `- ${triggerText(one)}`);
  const entry = top ? conditionsOf(top) : [];
  return [
    `## ${plan.title}`,
    `\`${plan.id}\` ${plan.version}${plan.experimental ? ', a draft' : ''}; ${top?.cardinalityBehavior === 'multiple' ? 'once for each cause' : 'once at a time'}. ${plan.description}`,
    plan.usage ?? '',
    triggers.length ? `Set off by:\n\n${triggers.join('\n')}` : '',
    entry.length ? `Entered when ${entry.join(' and ')}.` : '',
    [
      row('what', 'task', 'role', 'due', 'when'),
      '|---|---|---|---|---|',
      ...(top?.action ?? []).map(actionRow),
    ].join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** The page, from the definitions. */
export const planPage = (plans: readonly PlanDefinition[]): string =>
  `${[INTRO.trimEnd(), ...plans.map(section)].join('\n\n')}\n`;
