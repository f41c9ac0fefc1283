// The parameters of $apply, read and resolved with the caller's access. https://hl7.org/fhir/R4/operation-plandefinition-apply.html
import type { CodeableConcept, ParametersParameter, Resource, ResourceType } from '@medplum/fhirtypes';
import { findDefinition, findValueSets } from '../../../care/plan/desk-sources.ts';
import { CONCEPTS, type Given, type Sources } from '../../../care/plan/given.ts';
import { codesIn } from '../../../care/plan/value-set.ts';
import { reach } from '../../../fhir/access.ts';
import { badRequest, type FhirError, issue, notSupported, unprocessable } from '../../../fhir/errors.ts';
import { localReference } from '../../../fhir/reference.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { resourceOf } from '../../../store/index.ts';
import { bodyParameters, REPRESENTATION } from '../../parameters.ts';

/** Parameters that are references, written as strings. */
const REFERENCES = ['subject', 'encounter', 'practitioner', 'organization'] as const;

/** What each reference may point to. */
const TYPES: Readonly<Record<(typeof REFERENCES)[number], readonly string[]>> = {
  subject: ['Patient', 'Practitioner', 'PractitionerRole', 'Organization', 'Location', 'Device', 'Group'],
  encounter: ['Encounter'],
  practitioner: ['Practitioner', 'PractitionerRole'],
  organization: ['Organization'],
};

/** All parameters, those of the address as strings. @throws FhirError 400 for one that the operation does not have, or given twice */
function parametersOf(request: FhirRequest, definition: string): ParametersParameter[] {
  const asked = [...request.query].filter(([name]) => !REPRESENTATION.has(name));
  const all = [
    ...asked.map(([name, valueString]): ParametersParameter => ({ name, valueString })),
    ...bodyParameters(request),
  ];
  const known: readonly string[] = [definition, ...REFERENCES, ...CONCEPTS];
  for (const { name } of all)
    if (!known.includes(name!))
      throw notSupported(`$apply has no parameter "${name}". It takes ${known.join(', ')}.`);
  for (const [name, some] of Map.groupBy(all, (one) => one.name!))
    if (some.length > 1 && name !== 'subject')
      throw badRequest(`${name} is given ${some.length} times. Give it once.`);
  return all;
}

/** A concept: a CodeableConcept, or `system|code` in an address. @throws FhirError 400 */
function conceptOf({ name, valueString, valueCodeableConcept }: ParametersParameter): CodeableConcept {
  if (valueCodeableConcept) return valueCodeableConcept;
  if (valueString === undefined)
    throw badRequest(
      `${name} must be a valueCodeableConcept, or in an address system|code.`,
      'Parameters.parameter',
    );
  const [code, system] = valueString.split('|').reverse() as [string, string?];
  return { coding: [{ ...(system && { system }), code }] };
}

const missing = (name: string): FhirError =>
  unprocessable([
    issue(
      'not-found',
      `${name} names nothing that is here and that your access covers.`,
      'Parameters.parameter',
    ),
  ]);

/** Reads as the caller; what they may not read is not there. */
export const readingAs =
  ({ store, search, base }: Context, { access, executor }: FhirRequest) =>
  async (reference: string): Promise<Resource | undefined> => {
    const local = localReference(reference, base);
    if (!local || reach(access, local.type, 'r') === 'none') return undefined;
    const visibility = search.visibility(access, 'r', [local.type]);
    const found = await store.read(local.type, local.id, visibility, executor);
    return found && !found.deleted ? resourceOf(found) : undefined;
  };

async function resolved(
  { name, valueString, valueReference }: ParametersParameter,
  context: Context,
  request: FhirRequest,
): Promise<Resource> {
  const reference = valueString ?? valueReference?.reference;
  const local = typeof reference === 'string' ? localReference(reference, context.base) : undefined;
  const types = TYPES[name as (typeof REFERENCES)[number]];
  if (!local || !types.includes(local.type))
    throw badRequest(
      `${name} must be a reference to a ${types.join(' or ')}, such as ${types[0]}/123.`,
      'Parameters.parameter',
    );
  const found = await readingAs(context, request)(reference!);
  if (!found) throw missing(name!);
  return found;
}

/** Where $apply looks things up: with the access of its caller. */
function sourcesOf(context: Context, request: FhirRequest, organization: Resource | undefined): Sources {
  const { search, care } = context;
  const { access, executor } = request;
  const find = async (type: ResourceType, query: string): Promise<Resource[]> => {
    if (reach(access, type, 's') === 'none') return [];
    const { matches } = await search.type(
      type,
      new URLSearchParams(query),
      access,
      executor ? { executor } : {},
    );
    return matches.map((content) => JSON.parse(content) as Resource);
  };
  const reference = organization && `Organization/${organization.id}`;
  return {
    now: context.now(),
    calendar: care.calendar(reference),
    read: readingAs(context, request),
    find,
    definition: (canonical) =>
      findDefinition(canonical, ['ActivityDefinition', 'PlanDefinition', 'Questionnaire'], find),
    codes: async (valueSets) => codesIn(valueSets.length ? await findValueSets(valueSets, find) : []),
  };
}

/** What $apply was asked. */
export interface Asked {
  given: Given;
  sources: Sources;
  /** The definition in the body, where one was sent. */
  definition: Resource | undefined;
}

/**
 * Reads the parameters of $apply.
 * @param definition name of the parameter that holds the definition
 * @throws FhirError 400 for parameters that it does not have, or that are not what they must be; 422 for references to nothing
 */
export async function askedOf(context: Context, request: FhirRequest, definition: string): Promise<Asked> {
  const named = Map.groupBy(parametersOf(request, definition), ({ name }) => name!);
  const one = async (name: string) => {
    const parameter = named.get(name)?.[0];
    return parameter && resolved(parameter, context, request);
  };
  const subjects = new Map<string, Resource>();
  for (const parameter of named.get('subject') ?? []) {
    const subject = await resolved(parameter, context, request);
    if (subjects.has(subject.resourceType))
      throw badRequest(
        `Two subjects are a ${subject.resourceType}. Give one of a type; send a request for each.`,
      );
    subjects.set(subject.resourceType, subject);
  }
  if (!subjects.size) throw badRequest('$apply needs a subject, such as subject=Patient/123.');
  const concepts = CONCEPTS.flatMap((name) => {
    const parameter = named.get(name)?.[0];
    return parameter ? [[name, conceptOf(parameter)]] : [];
  });
  const organization = await one('organization');
  const given: Given = {
    subjects,
    encounter: await one('encounter'),
    practitioner: await one('practitioner'),
    organization,
    concepts: Object.fromEntries(concepts),
    start: context.now(),
  };
  return {
    given,
    sources: sourcesOf(context, request, organization),
    definition: named.get(definition)?.[0]?.resource,
  };
}
