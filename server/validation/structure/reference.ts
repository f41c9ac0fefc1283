// The forms that Reference.reference may take, and the types that an element lets it name.
// https://hl7.org/fhir/R4/references.html#literal

/** `Type/id`, with a version, or a conditional reference `Type?…` of a transaction. */
const RELATIVE = /^([A-Z][A-Za-z]{1,63})(?:\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$|\?.)/;
const ABSOLUTE_OR_LOCAL = /^(?:#|[A-Za-z][A-Za-z0-9+.-]*:)/;

/**
 * What is wrong with the text of a reference, as a sentence without its subject, or undefined.
 * Absolute URLs, `urn:` and `#` references are taken as they are: their type is not known here.
 */
export function referenceProblem(
  text: string,
  targets: readonly string[] | undefined,
  isResourceType: (type: string) => boolean,
): string | undefined {
  if (ABSOLUTE_OR_LOCAL.test(text)) return undefined;
  const type = RELATIVE.exec(text)?.[1];
  if (!type || !isResourceType(type)) return 'must be Type/id, #id or an absolute URL';
  if (targets && !targets.includes(type))
    return `may not point at a ${type}; allowed are ${targets.join(', ')}`;
  return undefined;
}
