// References: local ones as `Type/id`, whatever way they are written. https://hl7.org/fhir/R4/references.html#literal
import { resourceTypes } from './elements.ts';

/** Syntax of a logical id. https://hl7.org/fhir/R4/datatypes.html#id */
export const ID = /^[A-Za-z0-9.-]{1,64}$/;

const RELATIVE = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

/** A reference to a resource of this server. */
export interface LocalReference {
  type: string;
  id: string;
}

/**
 * Reads a literal reference, relative or absolute with this server's base, with or without a version.
 * @returns undefined when it points elsewhere (another server, `urn:`, `#contained`) or at no resource type
 */
export function localReference(reference: string, base: string): LocalReference | undefined {
  const relative = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
  const match = RELATIVE.exec(relative);
  return match && resourceTypes.has(match[1]!) ? { type: match[1]!, id: match[2]! } : undefined;
}

/** The text that a reference is hashed by: `Type/id` when local, else as it is written (a canonical with its version). */
export function referenceKey(reference: string, base: string): string {
  const local = localReference(reference, base);
  return local ? `${local.type}/${local.id}` : reference;
}

/** All texts that a reference is found by: a canonical `url|version` also by its URL alone. */
export function referenceKeys(reference: string, base: string): string[] {
  const bar = reference.indexOf('|');
  return bar < 0
    ? [referenceKey(reference, base)]
    : [referenceKey(reference, base), referenceKey(reference.slice(0, bar), base)];
}

/**
 * True for the entries of a Bundle: their links are resolved among themselves, whatever is stored here.
 * https://hl7.org/fhir/R4/bundle.html#references
 */
export const isWorldOfItsOwn = (resourceType: unknown, name: string): boolean =>
  resourceType === 'Bundle' && name === 'entry';

type Visit = (reference: string, expression: string, holder: { reference: string }) => void;

/** Calls `visit` for every Reference.reference in a resource with its FHIRPath expression; a Bundle's entries are left out. */
export function forEachReference(node: unknown, path: string, visit: Visit): void {
  if (typeof node === 'object' && node !== null) visitReferences(node, [path], visit);
}

const expressionOf = (path: readonly (string | number)[]): string =>
  path.reduce<string>((text, key) => text + (typeof key === 'number' ? `[${key}]` : `.${key}`), '').slice(1);

function visitReferences(node: object, path: (string | number)[], visit: Visit): void {
  if (Array.isArray(node)) {
    for (let i = 0; i < node.length; i++) {
      const item: unknown = node[i];
      if (typeof item !== 'object' || item === null) continue;
      path.push(i);
      visitReferences(item, path, visit);
      path.pop();
    }
    return;
  }
  const holder = node as Record<string, unknown>;
  for (const key in holder) {
    const value = holder[key];
    if (key === 'reference' && typeof value === 'string')
      visit(value, `${expressionOf(path)}.reference`, holder as { reference: string });
    else if (typeof value === 'object' && value !== null && !isWorldOfItsOwn(holder.resourceType, key)) {
      path.push(key);
      visitReferences(value, path, visit);
      path.pop();
    }
  }
}
