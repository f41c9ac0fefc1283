// The plan of an episode: its phase, what it is about, who leads, and the goals with their targets.
// https://hl7.org/fhir/R4/careplan.html
import type { CarePlan, Condition, Goal, Resource } from '@medplum/fhirtypes';
import { teamIn } from './care-team.ts';
import { type Client, query } from './client.ts';
import { FhirFailure } from './failure.ts';
import { type People, type Person, peopleOf } from './people.ts';
import { CATEGORY } from './systems.ts';
import { resourcesIn, theirs } from './whose.ts';

const PHASE = 'https://throughline.example/fhir/CodeSystem/cn-phase';
const ACHIEVEMENT = 'http://terminology.hl7.org/CodeSystem/goal-achievement';

export interface PlanGoal {
  readonly goal: Goal;
  /** Code of goal-achievement, else the code of where it stands in its life. */
  readonly achievement: string;
  /** FHIR date. */
  readonly due: string | undefined;
  /** The measure and the value that are aimed at, where the goal says them. */
  readonly target: string | undefined;
  /** It is in the words of the person, or of somebody close to them. */
  readonly own: boolean;
}

export interface Plan {
  readonly plan: CarePlan;
  /** Code of cn-phase. */
  readonly phase: string | undefined;
  readonly lead: Person | undefined;
  readonly about: readonly { readonly text: string; readonly isBarrier: boolean }[];
  readonly goals: readonly PlanGoal[];
}

export interface Plans {
  /** Active ones first. */
  readonly plans: readonly Plan[];
  /** Goals that stand in no plan. */
  readonly others: readonly PlanGoal[];
}

const quantity = (one: { value?: number; unit?: string; code?: string } | undefined): string | undefined =>
  one?.value === undefined ? undefined : [one.value, one.unit ?? one.code].filter(Boolean).join(' ');

function targetOf({ target = [] }: Goal): string | undefined {
  const [first] = target.filter(({ measure }) => measure);
  if (!first) return undefined;
  const range = first.detailRange && [quantity(first.detailRange.low), quantity(first.detailRange.high)];
  const detail =
    quantity(first.detailQuantity) ??
    range?.filter(Boolean).join(' – ') ??
    first.detailCodeableConcept?.text ??
    first.detailString;
  return [first.measure?.text ?? first.measure?.coding?.[0]?.display, detail].filter(Boolean).join(': ');
}

const goalOf = (goal: Goal): PlanGoal => ({
  goal,
  achievement:
    goal.achievementStatus?.coding?.find(({ system }) => system === ACHIEVEMENT)?.code ??
    goal.lifecycleStatus,
  due: goal.target?.find(({ dueDate }) => dueDate)?.dueDate,
  target: targetOf(goal) || undefined,
  own: /^(Patient|RelatedPerson)\//.test(goal.expressedBy?.reference ?? ''),
});

const isShown = ({ lifecycleStatus }: Goal): boolean =>
  !['entered-in-error', 'rejected'].includes(lifecycleStatus);
const ORDER: readonly CarePlan['status'][] = [
  'active',
  'on-hold',
  'draft',
  'completed',
  'revoked',
  'unknown',
];
const isBarrier = ({ category = [] }: Condition): boolean =>
  category.some(({ coding }) => coding?.some((one) => one.system === CATEGORY && one.code === 'cn-barrier'));
const textOf = ({ code }: Condition): string | undefined =>
  code?.text ?? code?.coding?.find(({ display }) => display)?.display;

/** Puts together what was read. @throws WrongPatient */
export function plansIn(resources: readonly Resource[], people: People, patient: string, now: Date): Plans {
  const goals = new Map(theirs(resources, 'Goal', patient).map((one) => [`Goal/${one.id}`, one]));
  const conditions = new Map(
    theirs(resources, 'Condition', patient).map((one) => [`Condition/${one.id}`, one]),
  );
  const teams = new Map(theirs(resources, 'CareTeam', patient).map((one) => [`CareTeam/${one.id}`, one]));
  const supports = resources.filter((one) => one.resourceType === 'RelatedPerson');
  const plans = theirs(resources, 'CarePlan', patient)
    .filter(({ status }) => status !== 'entered-in-error')
    .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
    .map((plan): Plan => {
      const team = (plan.careTeam ?? []).flatMap(({ reference }) => teams.get(reference ?? '') ?? []);
      const first = teamIn([...team, ...supports], people, patient, now).members[0];
      return {
        plan,
        phase: plan.category?.flatMap(({ coding = [] }) => coding).find(({ system }) => system === PHASE)
          ?.code,
        lead: first?.leads ? first.person : undefined,
        about: (plan.addresses ?? []).flatMap(({ reference, display }) => {
          const condition = conditions.get(reference ?? '');
          const text = (condition && textOf(condition)) ?? display;
          return text ? [{ text, isBarrier: condition !== undefined && isBarrier(condition) }] : [];
        }),
        goals: (plan.goal ?? [])
          .flatMap(({ reference }) => goals.get(reference ?? '') ?? [])
          .filter(isShown)
          .map(goalOf),
      };
    });
  const inPlans = new Set(plans.flatMap((one) => one.goals.map(({ goal }) => goal.id)));
  const others = [...goals.values()].filter((goal) => !inPlans.has(goal.id) && isShown(goal)).map(goalOf);
  return { plans, others };
}

/** What comes with a plan: its goals, what it is about, and the team with the names behind its roles. */
const ALONG = [
  '_include=CarePlan:goal',
  '_include=CarePlan:condition',
  '_include=CarePlan:care-team',
  '_include:iterate=CareTeam:participant',
  '_include:iterate=PractitionerRole:practitioner',
].join('&');

/** Reads plans and goals in one request; without goals that are in no plan where the role may not see them. */
export async function readPlans(client: Client, patient: string, now: Date): Promise<Plans> {
  const whose = { patient: `Patient/${patient}` };
  const [plans, goals] = await client.batch([
    `CarePlan?${query({ ...whose, _sort: '-date', _count: '20' })}&${ALONG}`,
    `Goal?${query({ ...whose, _count: '100' })}`,
  ]);
  if (plans instanceof FhirFailure) throw plans;
  const found = [plans, goals].flatMap((one) =>
    one === undefined || one instanceof FhirFailure ? [] : resourcesIn(one),
  );
  const once = [...new Map(found.map((one) => [`${one.resourceType}/${one.id}`, one])).values()];
  return plansIn(once, await peopleOf(once, client), patient, now);
}
