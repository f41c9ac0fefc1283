// Conditional update, patch and delete: the resource is the one that matches criteria, under one lock a criteria.
// https://hl7.org/fhir/R4/http.html#cond-update · https://hl7.org/fhir/R4/http.html#3.1.0.7.1
import { badRequest, conflict, notFound, preconditionFailed } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import type { Result, Version } from '../fhir/result.ts';
import { type StoredVersion, VersionRace } from '../store/index.ts';
import { resourceBody } from './body.ts';
import type { Body, Context, Executor, FhirRequest, Handler } from './context.ts';
import { type Criteria, criteriaOf } from './criteria.ts';
import { currentFor } from './current.ts';
import { writeDeletion } from './delete.ts';
import { writePatch } from './patch.ts';
import { checkScope } from './reach.ts';
import { writeUpdate } from './update.ts';

/**
 * The one resource that criteria match, if any.
 * @throws FhirError 400 for criteria that cannot be read, 403 without a scope to search, 412 when several match
 */
export async function findMatch(
  { search }: Context,
  { type, parameters, text }: Criteria,
  { access }: Pick<FhirRequest, 'access'>,
  executor: Executor,
): Promise<Version | undefined> {
  const { matches } = await search.type(type, [...parameters, ['_count', '2']], access, { executor });
  if (matches.length > 1)
    throw preconditionFailed(
      `More than one ${type} matches "${text}". Give criteria that only one can match.`,
    );
  const [content] = matches;
  if (content === undefined) return undefined;
  const { id, meta } = JSON.parse(content) as {
    id: string;
    meta: { versionId: string; lastUpdated: string };
  };
  return {
    type,
    id,
    version: Number(meta.versionId),
    lastUpdated: new Date(meta.lastUpdated),
    deleted: false,
    method: 'POST',
    content,
  };
}

/** @throws VersionRace when another writer changed the match before its row was locked: it may not match any more */
export function checkStillMatches(match: Version | undefined, current: StoredVersion | undefined): void {
  if (match && match.version !== current?.version) throw new VersionRace();
}

/**
 * The id that a conditional update writes: of the match, else of the body, else a new one.
 * @throws FhirError 400 when the body's id is none, or another one than the match's
 */
export function conditionalId(body: Body, match: Version | undefined, freshId: string): string {
  const { id, resourceType } = body as { id?: unknown; resourceType: string };
  if (id === undefined) return match?.id ?? freshId;
  if (typeof id !== 'string' || !ID.test(id))
    throw badRequest(
      `The body's id is no id. Ids have 1 to 64 letters, digits, "-" and ".".`,
      `${resourceType}.id`,
    );
  if (match && match.id !== id)
    throw badRequest(
      `The criteria match ${resourceType}/${match.id}, but the body's id is "${id}". Leave the id out, or update ${resourceType}/${id}.`,
      `${resourceType}.id`,
    );
  return id;
}

/** @throws FhirError 409 when nothing matches, but the resource that the body names is there */
export function checkFree(
  type: string,
  id: string,
  match: Version | undefined,
  current: StoredVersion | undefined,
): void {
  if (match || !current || current.deleted) return;
  throw conflict(
    `The criteria match nothing, but ${type}/${id}, which the body names, is there. Update it by its id, or leave the id out.`,
    `${type}.id`,
  );
}

/** What is done with the match; undefined when another writer was faster. */
type Attempt = (match: Version | undefined, executor: Executor) => Promise<Result | undefined>;

/** Runs a write on what the criteria of a request match, in one transaction and under the lock of the criteria. */
function onMatch(context: Context, request: FhirRequest, attempt: Attempt): Promise<Result> {
  const { method, path, query } = request;
  if (!query.size)
    throw badRequest(
      `${method} takes ${path[0]}/id, or criteria such as ${path[0]}?identifier=http://example.org/mrn|1.`,
    );
  const criteria = criteriaOf(path[0]!, query.toString());
  return context.store.transaction(async (executor) => {
    await context.store.lockCriteria(criteria.lock, executor);
    const result = await attempt(await findMatch(context, criteria, request, executor), executor);
    if (!result) throw new VersionRace();
    return result;
  });
}

/** 200 when one matches, 201 when none does; 400, 409 when the body's id says otherwise; 412 when several match. */
export const conditionalUpdate: Handler = async (context, request) => {
  const [type] = request.path as [string];
  const { access } = request;
  checkScope(access, type, 'u');
  const resource = resourceBody(request, type);
  return onMatch(context, request, async (match, executor) => {
    const id = conditionalId(resource, match, context.newId());
    const current = await currentFor(context, [type, id], access, 'u', executor);
    checkStillMatches(match, current);
    checkFree(type, id, match, current);
    return writeUpdate(context, request, resource, id, current, executor);
  });
};

/** 200 when one matches, 404 when none does, 412 when several match. */
export const conditionalPatch: Handler = async (context, request) => {
  const [type] = request.path as [string];
  const { access } = request;
  checkScope(access, type, 'u');
  return onMatch(context, request, async (match, executor) => {
    if (!match) throw notFound(`No ${type} matches the criteria; there is nothing to patch.`);
    const current = await currentFor(context, [type, match.id], access, 'u', executor);
    checkStillMatches(match, current);
    return writePatch(context, request, [type, match.id], current, executor);
  });
};

/** 204 when one or none matches; 412 when several match: this server deletes one resource a request. */
export const conditionalDelete: Handler = async (context, request) => {
  const [type] = request.path as [string];
  const { access } = request;
  checkScope(access, type, 'd');
  return onMatch(context, request, async (match, executor) => {
    if (!match) return writeDeletion(context, request, [type, ''], undefined, executor);
    const current = await currentFor(context, [type, match.id], access, 'd', executor);
    checkStillMatches(match, current);
    return writeDeletion(context, request, [type, match.id], current, executor);
  });
};
