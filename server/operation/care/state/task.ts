// The task that an operation is about, as the caller may see and change it, locked until the operation is done.
// https://hl7.org/fhir/R4/operations.html
import type { Task } from '@medplum/fhirtypes';
import { badRequest, gone, notFound } from '../../../fhir/errors.ts';
import { ID } from '../../../fhir/reference.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { currentFor } from '../../../interaction/current.ts';
import { checkIfMatch } from '../../../interaction/precondition.ts';
import { checkScope, visibleVersions } from '../../../interaction/reach.ts';
import { carryOut } from '../../../interaction/store-writes.ts';
import { resourceOf } from '../../../store/index.ts';

/**
 * Writes the version of a task that follows from its present one, as an update by the caller would.
 * @param change makes the next version; what it refuses comes before If-Match, so that whoever was late learns why
 * @returns 200 with the task; 403, 404, 409, 410, 412 and 422 as for an update
 */
export async function onTask(
  context: Context,
  request: FhirRequest,
  change: (task: Task, now: Date) => Task,
): Promise<Result> {
  const { access, headers } = request;
  const [type, id] = request.path as [string, string];
  if (!ID.test(id)) throw badRequest(`"${id}" is not an id. Ids have 1 to 64 letters, digits, "-" and ".".`);
  checkScope(access, type, 'u');
  checkScope(access, type, 'r');
  const work = async (executor: NonNullable<FhirRequest['executor']>): Promise<Result> => {
    const current = await currentFor(context, [type, id], access, 'u', executor);
    if (current?.deleted) throw gone(`${type}/${id} was deleted.`);
    const [seen] = current ? await visibleVersions(context, access, [{ type, ...current }], executor) : [];
    if (!current || !seen) throw notFound(`There is no ${type}/${id}, or your access does not cover it.`);
    const { result } = await carryOut(context, { access, executor }, async (unit, desk) => {
      unit.hold(type, id, current);
      const next = change(resourceOf(current) as Task, desk.now);
      checkIfMatch(headers['if-match'], current.version);
      desk.update(next);
    });
    return result(`${type}/${id}`, 200);
  };
  return request.executor ? work(request.executor) : context.store.transaction(work);
}
