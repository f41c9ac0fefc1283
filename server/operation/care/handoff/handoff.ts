// $handoff (ours): asks the other side to take a person over, with a summary of what the caller may see of them.
// https://hl7.org/fhir/R4/operations.html
import { keyOf } from '../../../care/code.ts';
import { missingOf } from '../../../care/handoff/complete.ts';
import { factsOf, roleOf } from '../../../care/handoff/facts.ts';
import { type Material, materialOf } from '../../../care/handoff/material.ts';
import { summaryOf } from '../../../care/handoff/summary.ts';
import { bareHandoff, withInputs } from '../../../care/handoff/task.ts';
import { leadOf } from '../../../care/handoff/team.ts';
import { enrolmentOf } from '../../../care/people.ts';
import { relativeKey } from '../../../care/reference.ts';
import type { Desk } from '../../../care/write.ts';
import { unprocessable } from '../../../fhir/errors.ts';
import type { Result } from '../../../fhir/result.ts';
import { checkParameters } from '../../../interaction/parameters.ts';
import { carryOut } from '../../../interaction/store-writes.ts';
import type { OperationHandler } from '../../index.ts';
import { findingAs, visiblePatient } from '../visible.ts';
import { type AskedParameters, askedOf } from './asked.ts';

/** Who hands over: the caller, or for a caller without a role whoever leads the team. */
function requesterOf({ fhirUser }: Desk['caller'], { teams }: Material): string | undefined {
  if (fhirUser?.startsWith('PractitionerRole/')) return fhirUser;
  return teams
    .map((team) => relativeKey(leadOf(team)?.member))
    .find((key) => key?.startsWith('PractitionerRole/'));
}

/** Writes the summary and the task. @returns `Task/…` @throws FhirError 422 with everything that is missing */
async function write(desk: Desk, asked: AskedParameters, material: Material): Promise<string> {
  const patient = keyOf(material.patient);
  const enrolment = await enrolmentOf(desk, patient);
  const requester = requesterOf(desk.caller, material);
  const ownerRole = asked.owner ? await roleOf(desk, { reference: asked.owner }) : undefined;
  const task = bareHandoff(
    { ...asked, ...(requester && { requester }), ...(ownerRole && { ownerRole }) },
    material.plan,
    patient,
    enrolment,
    desk,
  );
  const facts = await factsOf(desk, task, patient, { hasSummary: true, hasReason: asked.reason !== '' });
  const missing = missingOf(facts);
  if (missing.length) throw unprocessable(missing);
  const custodian = enrolment?.managingOrganization;
  const summary = desk.create(
    summaryOf(material, {
      reason: asked.reason,
      ...(asked.note && { note: asked.note }),
      author: requester!,
      ...(custodian && { custodian }),
      now: desk.now,
    }),
  );
  return keyOf(desk.create(withInputs(task, summary, material)));
}

/**
 * 200 with the hand-off task. 400 for parameters that cannot be read; 403, 404, 410 for a person whom the caller may not see;
 * 422 with everything that is missing; 409 when one is open already.
 */
export const handoff: OperationHandler = async (context, request): Promise<Result> => {
  checkParameters(request);
  const asked = askedOf(request, context.base);
  const patient = await visiblePatient(context, request, request.path[1]!);
  const material = await materialOf(findingAs(context, request), patient, context.now(), asked.plan);
  const { value, result } = await carryOut(context, request, (_unit, desk) => write(desk, asked, material));
  return result(value, 200);
};
