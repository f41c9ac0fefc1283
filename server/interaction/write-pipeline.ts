// The checks that every new version passes, in order, however it arrives (REST, batch, transaction, import).
// https://hl7.org/fhir/R4/http.html#update
import type { Resource } from '@medplum/fhirtypes';
import type { CareWrite } from '../care/write.ts';
import type { Access, Letter } from '../fhir/access.ts';
import { issue, unprocessable } from '../fhir/errors.ts';
import { stringifyJson } from '../fhir/json.ts';
import { forEachReference, localReference } from '../fhir/reference.ts';
import type { Result, Version } from '../fhir/result.ts';
import { type NewVersion, resourceOf, type StoredVersion } from '../store/index.ts';
import type { Context } from './context.ts';
import { checkScope } from './reach.ts';

/** The verbs that write, with the scope letter that each needs. */
export const LETTERS = { DELETE: 'd', POST: 'c', PUT: 'u', PATCH: 'u' } as const;
export type WriteMethod = keyof typeof LETTERS;

/** A write that passed all checks, ready for the store. */
export interface PreparedWrite {
  version: NewVersion;
  lastUpdated: Date;
  /** Local references that were not in the version before: key `Type/id`, value its expression. */
  references: Map<string, string>;
  /** What it was prepared from. */
  intent: WriteIntent;
  /** The resource before; absent when there was none. */
  before?: Resource;
  /** The versions that followed from it, once it is stored. */
  followed?: readonly Version[];
}

export interface WriteIntent {
  type: string;
  id: string;
  letter: Extract<Letter, 'c' | 'u' | 'd'>;
  /** Says that an update came as a patch. */
  method?: 'PATCH';
  /** The present version, deleted ones included. */
  current: StoredVersion | undefined;
  /** Absent for a deletion. */
  resource?: Resource;
  access: Access;
  lastUpdated: Date;
}

const checkReach = (_context: Context, { type, letter, access }: WriteIntent): void =>
  checkScope(access, type, letter);

function checkValid({ validator }: Context, { type, resource, id }: WriteIntent): void {
  if (!resource) return;
  const issues = validator.validate(resource);
  // Some have their place at one id only, which is not the one in the body of a create.
  if (type === 'Basic' && resource.id !== id) issues.push(...validator.validate({ ...resource, id }));
  if (issues.some(({ severity }) => severity === 'error' || severity === 'fatal'))
    throw unprocessable(issues);
}

/** A write as the care rules see it. */
const careWrite = (
  { resource, access, lastUpdated }: WriteIntent,
  before: Resource | undefined,
): CareWrite => ({
  interaction: resource ? (before ? 'update' : 'create') : 'delete',
  ...(before && { before }),
  ...(resource && { after: resource }),
  access,
  now: lastUpdated,
});

const CONDITIONAL = /^[A-Z][A-Za-z]+\?/;

/** A conditional reference means something only in a transaction, which has resolved it by now. */
const conditionalReference = (expression: string) =>
  unprocessable([
    issue(
      'not-supported',
      `${expression} is a conditional reference, which only a transaction can resolve. Send a transaction, or name the resource as Type/id.`,
      expression.replace(/\.reference$/, ''),
      'reference',
    ),
  ]);

/**
 * References of a resource to resources of this server, by key, with where they stand.
 * @throws FhirError 422 for a conditional reference
 */
export function localReferences(resource: Resource | undefined, base: string): Map<string, string> {
  const found = new Map<string, string>();
  if (!resource) return found;
  forEachReference(resource, resource.resourceType, (reference, expression) => {
    const local = localReference(reference, base);
    if (local) found.set(`${local.type}/${local.id}`, expression);
    else if (CONDITIONAL.test(reference)) throw conditionalReference(expression);
  });
  return found;
}

const METHODS = { c: 'POST', u: 'PUT', d: 'DELETE' } as const;

/** The resource as it will be served: id, versionId and lastUpdated inside, everything else as it came. */
export function stamp<T extends Resource>(resource: T, id: string, version: number, lastUpdated: Date): T {
  const { resourceType, id: _id, meta, ...rest } = resource;
  return {
    resourceType,
    id,
    meta: { ...meta, versionId: String(version), lastUpdated: lastUpdated.toISOString() },
    ...rest,
  } as unknown as T;
}

/** A write with what the care rules add to it. @throws FhirError 422 for what is too malformed to be read */
function completed(context: Context, intent: WriteIntent, write: CareWrite): WriteIntent {
  const { after } = write;
  if (!after) return intent;
  try {
    return { ...intent, resource: context.care.complete({ ...write, after }) };
  } catch (error) {
    // It is completed before it is known to be valid, since what is added counts: the refusal is in validation's words.
    checkReach(context, intent);
    checkValid(context, intent);
    throw error;
  }
}

/** What was there before a write. */
const presentOf = ({ current }: WriteIntent): Resource | undefined =>
  current && !current.deleted ? resourceOf(current) : undefined;

/**
 * Checks a write and makes its version.
 * @param before what the write changes: the present version, unless the same transaction has changed it already
 * @throws FhirError 403 (scope, role), 409 (state), 422 (invalid)
 */
export function prepareWrite(
  context: Context,
  given: WriteIntent,
  before: Resource | undefined = presentOf(given),
): PreparedWrite {
  const { care } = context;
  const write = careWrite(given, before);
  const intent = completed(context, given, write);
  checkReach(context, intent);
  checkValid(context, intent);
  const references = localReferences(intent.resource, context.base);
  care.check(intent.resource ? { ...write, after: intent.resource } : write);
  const { type, id, letter, current, lastUpdated } = intent;
  const number = (current?.version ?? 0) + 1;
  const resource = intent.resource && stamp(intent.resource, id, number, lastUpdated);
  if (before && references.size) {
    for (const key of localReferences(before, context.base).keys()) references.delete(key);
  }
  return {
    intent,
    ...(before && { before }),
    version: {
      type,
      id,
      version: number,
      method: intent.method ?? METHODS[letter],
      ...(resource && { resource }),
      content: resource ? stringifyJson(resource) : '',
    },
    lastUpdated,
    references,
  };
}

/** How a write of a resource is answered. */
export const writtenResult = (
  prepared: PreparedWrite,
  status: number,
): Extract<Result, { kind: 'resource' }> => ({
  kind: 'resource',
  status,
  resource: writtenVersion(prepared),
  location: true,
  ...(prepared.followed?.length && { followed: prepared.followed }),
});

/** A prepared write as the version that was written. */
export function writtenVersion({ version, lastUpdated }: PreparedWrite): Version {
  const { type, id, version: number, method, content } = version;
  return { type, id, version: number, method, content, lastUpdated, deleted: method === 'DELETE' };
}
