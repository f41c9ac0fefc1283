// Task/$undo: takes back the change that made the present version of a task, with everything that followed from it.
// https://hl7.org/fhir/R4/operations.html
import type { Task } from '@medplum/fhirtypes';
import { NOT_GOING_ON, STAYING, UNDO_TIME, undoRefused } from '../../../care/undo.ts';
import { type Access, reach } from '../../../fhir/access.ts';
import { notSupported } from '../../../fhir/errors.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { wasWithin } from '../../../interaction/current.ts';
import { checkParameters } from '../../../interaction/parameters.ts';
import { checkIfMatch } from '../../../interaction/precondition.ts';
import { visibleVersions } from '../../../interaction/reach.ts';
import { bringBack, type Returning } from '../../../interaction/way-back.ts';
import { type PreparedWrite, writtenResult, writtenVersion } from '../../../interaction/write-pipeline.ts';
import { resourceOf, type StoredVersion } from '../../../store/index.ts';
import {
  hasStruck,
  isNamed,
  type Remembered,
  remembered,
  writerOf,
  writtenWith,
} from '../../../store/undo.ts';
import { bodyParameters } from '../../parameters.ts';
import { onPresentTask } from './task.ts';

type Executor = NonNullable<FhirRequest['executor']>;

/** A request to take a change back: the task as it is, locked. */
interface Asked {
  context: Context;
  access: Access;
  executor: Executor;
  current: StoredVersion;
  task: Task;
}

/** Most resources that a refusal names. */
const NAMED = 3;

/** Who made the present version, when that was the caller just now. @throws FhirError 409 */
async function loadOwnChange({ context, access, executor, current, task }: Asked): Promise<Remembered> {
  if (context.now().getTime() - current.lastUpdated.getTime() > UNDO_TIME)
    throw undoRefused(task, 'A change can be taken back for ten seconds, and those are over.');
  const rid = context.store.rid('Task', task.id!);
  const found = await remembered(executor, rid, current.version);
  if (found && found.writer === writerOf(access)) return found;
  throw undoRefused(
    task,
    'A change is taken back by whoever made it, once. The last change of this task was not yours, or was taken back already.',
  );
}

/** Of what was changed since, that which the caller may see, as `Type/id`. */
async function visibleOf({ context, access, executor }: Asked, changed: readonly Returning[]) {
  const names: string[] = [];
  for (const one of changed) {
    const { type, id, current } = one;
    const isSeen = current.deleted
      ? reach(access, type, 'r') !== 'none' &&
        (await wasWithin(context, [type, id], access, 'r', current, executor))
      : (await visibleVersions(context, access, [{ ...current, type }], executor)).length > 0;
    if (isSeen) names.push(`${type}/${id}`);
    if (names.length === NAMED) break;
  }
  return names;
}

/** Everything that the change wrote, locked and unchanged since. @throws FhirError 409 */
async function lockUnchanged(asked: Asked, change: Remembered): Promise<Returning[]> {
  const { context, executor, task } = asked;
  const written = await writtenWith(executor, change, context.store.rid('Task', task.id!));
  const members = written.filter(({ type }) => !STAYING.includes(type));
  const present = await context.store.lock(members, executor);
  const returning = members.map(
    (member): Returning => ({ ...member, current: present.get(`${member.type}/${member.id}`)! }),
  );
  const changed = returning.filter(({ version, current }) => current.version !== version);
  if (!changed.length) return returning;
  const names = await visibleOf(asked, changed);
  const what = names.length ? names.join(', ') : 'What belongs to this change';
  throw undoRefused(asked.task, `${what} ${names.length > 1 ? 'have' : 'has'} been changed since.`);
}

/** Refuses what somebody, or a clock, has gone on with. @throws FhirError 409 */
async function checkLeftAlone(
  { executor, current, task }: Asked,
  members: readonly Returning[],
): Promise<void> {
  const rids = members.map(({ rid }) => rid);
  if (await hasStruck(executor, rids, current.lastUpdated))
    throw undoRefused(task, 'A service clock has struck since, because of this change.');
  const made = members.filter(({ before }) => before === null);
  if (made.length && (await isNamed(executor, { made, all: rids, at: current.lastUpdated }, NOT_GOING_ON)))
    throw undoRefused(task, 'Somebody has gone on with what this change led to.');
}

/** How the task is answered: as it is now, or with nothing when it is no more. */
function answered({ task }: Asked, writes: readonly PreparedWrite[]): Result {
  const own = writes.find(({ version: { type, id } }) => type === 'Task' && id === task.id)!;
  const followed = writes.filter((write) => write !== own).map(writtenVersion);
  if (own.version.resource) return { ...writtenResult({ ...own, followed }, 200), made: true };
  const { type, id, version } = own.version;
  const headers = { etag: `W/"${version}"` };
  return { kind: 'empty', status: 204, headers, target: { type, id, version }, followed };
}

/**
 * 200 with the task as it was before, 204 when the change had made it; 409 when it is too late, was somebody else's change, or
 * something of it has been changed since, 412 when If-Match names another version; 403, 404 and 410 as for an update.
 */
export async function undo(context: Context, request: FhirRequest): Promise<Result> {
  checkParameters(request);
  const [given] = bodyParameters(request);
  if (given) throw notSupported(`$undo has no parameter "${given.name}". It takes none.`);
  const { access, headers } = request;
  return onPresentTask(context, request, async (current, executor) => {
    const asked: Asked = { context, access, executor, current, task: resourceOf(current) as Task };
    const change = await loadOwnChange(asked);
    const members = await lockUnchanged(asked, change);
    await checkLeftAlone(asked, members);
    checkIfMatch(headers['if-match'], current.version);
    const writes = await bringBack(context, members, access, executor);
    if (!writes) throw undoRefused(asked.task, 'What the task named before has been deleted since.');
    return answered(asked, writes);
  });
}
