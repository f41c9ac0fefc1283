// Proposes a plan that nobody has approved yet: a clinician is asked to look at it, and starts it or does not.
// https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.experimental
import type { RequestGroup } from '@medplum/fhirtypes';
import { referenceTo } from '../code.ts';
import { makeTask } from '../make.ts';
import { episodeOf, memberIn, poolOf, teamsOf } from '../people.ts';
import type { Desk } from '../write.ts';
import { applyActions } from './action.ts';
import { carePlanFor } from './care-plan.ts';
import { deskSources } from './desk-sources.ts';
import { after } from './due.ts';
import { chosen, ordersOf } from './order.ts';
import { givenFor, groupFor, type Start, sameStart, startsOf, withPlan } from './start.ts';
import { groupAction, labelsOf } from './tasks.ts';

/** Who is asked, the first that the team has. */
const CLINICIANS = ['rn', 'np-pa', 'physician', 'lcsw'];
/** A week to look at a proposal. */
const LOOK = { value: 7, code: 'd' } as const;

/** Asks a clinician to look at a plan, unless one was asked, or the plan is under way. */
export async function proposePlan(desk: Desk, start: Start): Promise<void> {
  const { plan, patient, enrolment } = start;
  await desk.mutex(`plan:${patient}`);
  const others = await startsOf(desk, plan, patient);
  if (others.some(({ status }) => status === 'draft') || sameStart(start, others)) return;
  const given = await givenFor(desk, start);
  if (!given) return;
  const organization = enrolment?.managingOrganization?.reference;
  const sources = deskSources(desk, patient, organization);
  const orders = ordersOf(chosen(await applyActions(plan, given, sources)), start.start, sources.calendar);
  if (!orders.length) return;
  const carePlan = await carePlanFor(desk, start, orders);
  const group = desk.create<RequestGroup>({
    ...groupFor(start, carePlan, desk.now),
    status: 'draft',
    intent: 'proposal',
  });
  const owner =
    memberIn(await teamsOf(desk, patient), CLINICIANS) ?? (await poolOf(desk, 'coordination', organization));
  const title = `Consider: ${plan.title ?? 'a plan'}`;
  const made = makeTask(
    {
      code: 'coord-care-plan-review',
      title,
      description: 'Look at the proposed plan, whose content is a draft; start it, or say why not.',
      patient,
      episode: episodeOf(enrolment),
      performer: 'rn',
      owner,
      focus: referenceTo(carePlan),
      basedOn: [referenceTo(group)],
      due: after(desk.now, LOOK, sources.calendar),
      reason: { text: plan.title ?? 'Plan' },
    },
    desk,
  );
  const task = desk.create({ ...made, ...labelsOf(plan) });
  desk.update({ ...group, action: [groupAction({ id: 'consider', title }, referenceTo(task))] });
  desk.update(withPlan(carePlan, [referenceTo(task)]));
}

/** Ends the proposals of a plan that somebody starts. */
export async function settleProposals(desk: Desk, { plan, patient }: Start): Promise<void> {
  for (const { id, status } of await startsOf(desk, plan, patient)) {
    const group = status === 'draft' ? await desk.lock<RequestGroup>(`RequestGroup/${id}`) : undefined;
    if (group?.status === 'draft') desk.update({ ...group, status: 'revoked' });
  }
}
