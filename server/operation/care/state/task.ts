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
import { resourceOf, type StoredVersion } from '../../../store/index.ts';

type Executor = NonNullable<FhirRequest['executor']>;

/**
 * Works on the task that a request names, locked until the work is done.
 * @returns what the work returns; 400, 403, 404 and 410 as for an update
 */
export async function onPresentTask(
  context: Context,
  request: FhirRequest,
  work: (current: StoredVersion, executor: Executor) => Promise<Result>,
): Promise<Result> {
  const { access } = request;
  const [type, id] = request.path as [string, string];
  if (!ID.test(id)) throw badRequest(`"${id}" is not an id. Ids have 1 to 64 letters, digits, "-" and ".".`);
  checkScope(access, type, 'u');
  checkScope(access, type, 'r');
  const locked = async (executor: Executor): Promise<Result> => {
    const current = await currentFor(context, [type, id], access, 'u', executor);
    if (current?.deleted) throw gone(`${type}/${id} was deleted.`);
    const [seen] = current ? await visibleVersions(context, access, [{ type, ...current }], executor) : [];
    if (!current || !seen) throw notFound(`There is no ${type}/${id}, or your access does not cover it.`);
    return work(current, executor);
  };
  return request.executor ? locked(request.executor) : context.store.transaction(locked);
}

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
  return onPresentTask(context, request, async (current, executor) => {
    const { result } = await carryOut(context, { access, executor }, async (unit, desk) => {
      const task = resourceOf(current) as Task;
      unit.hold('Task', task.id!, current);
      const next = change(task, desk.now);
      checkIfMatch(headers['if-match'], current.version);
      desk.update(next);
    });
    return result(`Task/${request.path[1]}`, 200);
  });
}
