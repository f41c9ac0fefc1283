// dom-3: a contained resource is referred to from the resource, or refers to it.
// https://hl7.org/fhir/R4/references.html#contained · https://hl7.org/fhir/R4/domainresource.html
import type { Json } from '../run.ts';

/** Calls `found` for each text below a value that starts with #. The structure's check bounds the depth. */
function eachLocal(value: unknown, found: (text: string) => void): void {
  if (typeof value === 'string') {
    if (value.charCodeAt(0) === 35) found(value);
  } else if (Array.isArray(value)) {
    for (const item of value) eachLocal(item, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) eachLocal((value as Json)[key], found);
  }
}

/**
 * Whether each contained resource is referred to, or refers to its container. References, canonicals and other
 * addresses count, wherever they stand: any text that is `#` and the id.
 */
export function areContainedReferred(resource: Json): boolean {
  if (!Array.isArray(resource.contained) || !resource.contained.length) return true;
  const locals = new Set<string>();
  eachLocal(resource, (text) => locals.add(text));
  return (resource.contained as Json[]).every((inner) => {
    if (typeof inner.id === 'string' && locals.has(`#${inner.id}`)) return true;
    let refersToContainer = false;
    eachLocal(inner, (text) => {
      refersToContainer ||= text === '#';
    });
    return refersToContainer;
  });
}
