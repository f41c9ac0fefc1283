// One resource of an import: named, checked and ready to be stored, or the reasons why it is not.
// https://hl7.org/fhir/R4/validation.html
import { hash } from 'node:crypto';
import type { Resource } from '@medplum/fhirtypes';
import { badRequest, FhirError, type Issue, issue } from '../fhir/errors.ts';
import { stringifyJson } from '../fhir/json.ts';
import { forEachReference, localReference } from '../fhir/reference.ts';
import type { Item, NameId, Place } from './import-source.ts';

/** A resource that passed all checks. */
export interface Checked {
  place: Place;
  type: string;
  id: string;
  /** `Type/id`. */
  key: string;
  /** The id was made here. */
  named: boolean;
  /** As it was read, with its id. */
  resource: Resource;
  /** `Type/id` of the resources of this server that it refers to. */
  references: readonly string[];
  /** Bytes of its JSON, about. */
  size: number;
}

/** What cannot be imported, and why. */
export interface Failure {
  place: Place;
  issues: readonly Issue[];
}

const CONDITIONAL = /^[A-Z][A-Za-z]+\?/;

/**
 * The id of a resource that came without one: a UUID made of where it stood and what it says, so that the same file
 * imported again names the same resources. https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
 */
export const nameId: NameId = ({ file, line, entry }, resource) => {
  const name = `${file.name}\n${line ?? ''}\n${entry ?? ''}\n${stringifyJson(resource)}`;
  const hex = hash('sha256', name, 'hex');
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** @throws FhirError 400 for a reference by criteria, which only a transaction of the server can resolve */
function referencesOf(resource: Resource, base: string): string[] {
  const found = new Set<string>();
  forEachReference(resource, resource.resourceType, (reference, expression) => {
    if (CONDITIONAL.test(reference))
      throw badRequest(
        `${expression} is a conditional reference, and an import does not search. Name the resource as Type/id, or send a transaction to the server.`,
        expression,
      );
    const local = localReference(reference, base);
    if (local) found.add(`${local.type}/${local.id}`);
  });
  return [...found];
}

/**
 * Checks what was read.
 * @param validate the issues of a resource (structure and profiles)
 * @param base this server's FHIR base
 */
export function checkItem(
  { place, resource: read, failure, size }: Item,
  validate: (resource: unknown) => Issue[],
  base: string,
): Checked | Failure {
  if (failure) return { place, issues: failure.issues };
  const issues = validate(read);
  if (issues.some(({ severity }) => severity === 'error' || severity === 'fatal')) return { place, issues };
  const resource = read as Resource;
  const named = resource.id === undefined;
  if (named) resource.id = nameId(place, resource);
  const { resourceType: type, id } = resource as Resource & { id: string };
  try {
    const references = referencesOf(resource, base);
    return { place, type, id, key: `${type}/${id}`, named, resource, references, size };
  } catch (error) {
    if (error instanceof FhirError) return { place, issues: error.issues };
    throw error;
  }
}

/** The failure of a resource that the store did not take. */
export function notStored({ place }: Checked, error: unknown): Failure {
  if (error instanceof FhirError) return { place, issues: error.issues };
  const { code, name } = error as { code?: string; name: string };
  return {
    place,
    issues: [issue('exception', `The database did not take this resource (${code ?? name}).`)],
  };
}
