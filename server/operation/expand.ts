// $expand: the codes of a value set, all or a page of them. https://hl7.org/fhir/R4/valueset-operation-expand.html
import type { Result } from '../fhir/result.ts';
import type { ExpandRequest } from '../fhir/terminology.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { answered, type TerminologyContext } from './terminology.ts';
import { chosenValueSet, readParameters, type Table, taken } from './terminology-parameters.ts';

const TABLE: Table = {
  url: 'text',
  valueSet: 'resource',
  valueSetVersion: 'text',
  filter: 'text',
  offset: 'number',
  count: 'number',
  includeDesignations: 'boolean',
  designation: 'text*',
  includeDefinition: 'boolean',
  activeOnly: 'boolean',
  excludeNested: 'boolean',
  excludeNotForUI: 'boolean',
  excludePostCoordinated: 'boolean',
  displayLanguage: 'text',
  'exclude-system': 'text*',
  'system-version': 'text*',
  'check-system-version': 'text*',
  'force-system-version': 'text*',
};

/** Names of the parameters, for those who ask what is taken. */
export const expandParameters = Object.keys(TABLE);

/** excludePostCoordinated changes nothing: no expansion has expressions in it. */
const NAMES = {
  filter: 'filter',
  offset: 'offset',
  count: 'count',
  includeDesignations: 'includeDesignations',
  designation: 'designation',
  includeDefinition: 'includeDefinition',
  activeOnly: 'activeOnly',
  excludeNested: 'excludeNested',
  excludeNotForUI: 'excludeNotForUI',
  displayLanguage: 'displayLanguage',
  excludeSystem: 'exclude-system',
  systemVersion: 'system-version',
  checkSystemVersion: 'check-system-version',
  forceSystemVersion: 'force-system-version',
} as const;
const LISTS = [
  'designation',
  'excludeSystem',
  'systemVersion',
  'checkSystemVersion',
  'forceSystemVersion',
] as const;

/** 200 with the expanded value set. */
export async function expand(context: TerminologyContext, request: FhirRequest): Promise<Result> {
  const given = readParameters(request, '$expand', TABLE);
  const valueSet = chosenValueSet(context, request, given, '$expand');
  const options: Omit<ExpandRequest, 'valueSet'> = taken(given, NAMES, { lists: LISTS });
  return answered(await context.terminology.expandValueSet({ ...options, valueSet }, request.access));
}
