// The register of barriers: what stands in the way, since when, the goal against it, who sees to it, and whether it helped.
// https://hl7.org/fhir/R4/condition.html
import type { Condition, Goal, Resource, Task } from '@medplum/fhirtypes';
import { type Client, query } from './client.ts';
import { FhirFailure } from './failure.ts';
import { isParameter } from './parameter.ts';
import { BARRIER_TYPE, CATEGORY, extensionUrl } from './systems.ts';
import { familyCode } from './task.ts';
import { resourcesIn, theirs } from './whose.ts';

/** What the person said when somebody asked whether it helped; `asked` while nobody has heard yet. */
export type Receipt = 'received' | 'partly' | 'not-received' | 'asked';

export interface Barrier {
  readonly condition: Condition;
  /** Code of cn-barrier-type. */
  readonly type: string | undefined;
  readonly stands: boolean;
  /** FHIR dateTimes. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  /** The person wants help with it now. */
  readonly wantsHelp: boolean;
  readonly goals: readonly Goal[];
  /** The work against it that has not ended. */
  readonly work: readonly Task[];
  readonly receipt: { readonly said: Receipt; readonly task: Task } | undefined;
}

const STANDING = ['active', 'recurrence', 'relapse'];
const NOT_THERE = ['entered-in-error', 'refuted'];
const ENDED: readonly Task['status'][] = ['completed', 'cancelled', 'rejected', 'failed', 'entered-in-error'];

/** Code of cn-barrier-type. */
export const barrierType = ({ code }: Condition): string | undefined =>
  code?.coding?.find(({ system }) => system === BARRIER_TYPE)?.code;

const clinical = ({ clinicalStatus }: Condition) => clinicalStatus?.coding?.[0]?.code ?? '';
const isMistaken = ({ verificationStatus }: Condition) =>
  verificationStatus?.coding?.some(({ code }) => NOT_THERE.includes(code ?? '')) ?? false;

/** References of the conditions that a task is about: its focus, and its inputs. */
const aboutOf = ({ focus, input = [] }: Task): readonly (string | undefined)[] => [
  focus?.reference,
  ...input.filter((one) => isParameter(one, 'barrier')).map((one) => one.valueReference?.reference),
];

const isReceipt = (task: Task): boolean => familyCode(task) === 'nav-receipt-check';

const answerOf = ({ output = [] }: Task): Receipt | undefined =>
  output.find((one) => isParameter(one, 'receipt'))?.valueCodeableConcept?.coding?.[0]?.code as
    | Receipt
    | undefined;

/** The answer of the check that was asked for last. */
function receiptOf(checks: readonly Task[]): Barrier['receipt'] {
  const newest = [...checks].sort((a, b) => (b.authoredOn ?? '').localeCompare(a.authoredOn ?? ''));
  const task = newest.find((one) => !ENDED.includes(one.status) || answerOf(one));
  return task && { said: answerOf(task) ?? 'asked', task };
}

function barrierOf(condition: Condition, goals: readonly Goal[], tasks: readonly Task[]): Barrier {
  const reference = `Condition/${condition.id}`;
  const about = tasks.filter((task) => aboutOf(task).includes(reference));
  return {
    condition,
    type: barrierType(condition),
    stands: STANDING.includes(clinical(condition)),
    since: condition.onsetDateTime ?? condition.onsetPeriod?.start ?? condition.recordedDate,
    until: condition.abatementDateTime ?? condition.abatementPeriod?.end,
    wantsHelp:
      condition.extension?.some((one) => one.url === extensionUrl('wants-help') && one.valueBoolean) ?? false,
    goals: goals.filter(({ addresses }) => addresses?.some((one) => one.reference === reference)),
    work: about.filter((task) => !ENDED.includes(task.status) && !isReceipt(task)),
    receipt: receiptOf(about.filter(isReceipt)),
  };
}

/** The register of one patient, what stands first. @throws WrongPatient */
export function barriersIn(resources: readonly Resource[], patient: string): readonly Barrier[] {
  const goals = theirs(resources, 'Goal', patient);
  const tasks = theirs(resources, 'Task', patient);
  return theirs(resources, 'Condition', patient)
    .filter((condition) => !isMistaken(condition))
    .map((condition) => barrierOf(condition, goals, tasks))
    .sort(
      (a, b) =>
        Number(b.stands) - Number(a.stands) ||
        (b.since ?? '').localeCompare(a.since ?? '') ||
        (a.condition.id! < b.condition.id! ? -1 : 1),
    );
}

/** Reads the register in one request; without the goals where the role may not see them. */
export async function readBarriers(client: Client, patient: string): Promise<readonly Barrier[]> {
  const whose = { patient: `Patient/${patient}`, _count: '100' };
  const [conditions, goals] = await client.batch([
    `Condition?${query({ ...whose, category: `${CATEGORY}|cn-barrier`, _revinclude: 'Task:focus' })}`,
    `Goal?${query(whose)}`,
  ]);
  if (conditions instanceof FhirFailure) throw conditions;
  const found = [conditions, goals].flatMap((one) =>
    one === undefined || one instanceof FhirFailure ? [] : resourcesIn(one),
  );
  return barriersIn(found, patient);
}
