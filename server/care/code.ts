// The codes, extensions and small readings that the care rules share. https://hl7.org/fhir/R4/datatypes.html#codeableconcept
import type { CodeableConcept, Coding, Extension, Reference, Resource } from '@medplum/fhirtypes';

export const CB = 'https://throughline.example/fhir';
/** A code system of ours, by its id. */
export const system = (id: string): string => `${CB}/CodeSystem/${id}`;
/** An extension of ours, by its id. */
export const extensionUrl = (id: string): string => `${CB}/StructureDefinition/${id}`;

export const TASK_CODE = system('cn-task-code');
export const ROLE = system('cn-role');
export const CATEGORY = system('cn-category');
export const PARAMETER = system('cn-task-parameter');
export const STAGE = system('cn-referral-stage');
export const PHASE = system('cn-phase');
export const PROGRAMME = system('cn-programme');
export const EPISODE = `${CB}/identifier/episode`;
export const TASK_IDENTIFIER = `${CB}/identifier/task`;
export const BSER_STATUS = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
export const HL7_TASK_CODE = 'http://hl7.org/fhir/CodeSystem/task-code';

type Concepts = CodeableConcept | readonly CodeableConcept[] | undefined;
const codingsOf = (concepts: Concepts): Coding[] =>
  (Array.isArray(concepts)
    ? (concepts as CodeableConcept[])
    : concepts
      ? [concepts as CodeableConcept]
      : []
  ).flatMap(({ coding = [] }) => coding);

/** The first code of a system in one or several concepts. */
export const codeOf = (concepts: Concepts, from: string): string | undefined =>
  codingsOf(concepts).find((coding) => coding.system === from)?.code;

/** Whether one of the concepts has a code. */
export const hasCode = (concepts: Concepts, from: string, code: string): boolean =>
  codingsOf(concepts).some((coding) => coding.system === from && coding.code === code);

/** A concept of one code. */
export const concept = (from: string, code: string, text?: string): CodeableConcept => ({
  coding: [{ system: from, code }],
  ...(text && { text }),
});

/** An extension of ours on an element; undefined when it has none. */
export const extensionOf = (of: { extension?: Extension[] } | undefined, id: string): Extension | undefined =>
  of?.extension?.find(({ url }) => url === extensionUrl(id));

/** `Type/id` of a stored resource. */
export const keyOf = (resource: Resource): string => `${resource.resourceType}/${resource.id}`;

/** A reference to a stored resource. */
// biome-ignore lint/suspicious/noExplicitAny: a Reference of any target goes where one target is asked for
export const referenceTo = (resource: Resource): Reference<any> => ({ reference: keyOf(resource) });

/** The literal references of a list, those to one type only if one is named. */
export const referencesOf = (list: readonly (Reference | undefined)[] | undefined, type?: string): string[] =>
  (list ?? []).flatMap((one) =>
    one?.reference && (!type || one.reference.startsWith(`${type}/`)) ? [one.reference] : [],
  );
