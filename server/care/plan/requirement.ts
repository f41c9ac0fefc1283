// What data a trigger or an action of a plan asks for: a DataRequirement as a test of a resource and as a search.
// https://hl7.org/fhir/R4/metadatatypes.html#DataRequirement
import type { CodeableConcept, Coding, DataRequirement, Resource, ResourceType } from '@medplum/fhirtypes';
import { compilePath, pathTypes, type TypedValue } from '../../fhir/path/index.ts';
import type { CodesIn } from './value-set.ts';

/** A compiled DataRequirement. */
export interface Requirement {
  readonly type: ResourceType;
  /** Whether a resource is what is asked for. */
  meets(resource: Resource): boolean;
  /** Search parameters that find at least all that meet it, beside the patient's: `&code=…&status=…`. */
  readonly query: string;
}

/** A DataRequirement, trigger or condition that this server cannot tell; the message says why, as a sentence. */
export class Unclear extends Error {}

/** Search parameters of the elements that codes are asked of, by type; only these types are looked up. */
const SEARCHED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Appointment: { status: 'status' },
  CarePlan: { status: 'status', category: 'category' },
  Communication: { status: 'status', category: 'category' },
  Condition: { code: 'code', category: 'category', clinicalStatus: 'clinical-status' },
  DeviceRequest: { status: 'status' },
  Encounter: { status: 'status', class: 'class', type: 'type' },
  EpisodeOfCare: { status: 'status', type: 'type' },
  Goal: { lifecycleStatus: 'lifecycle-status', category: 'category' },
  MedicationRequest: { status: 'status' },
  Observation: { status: 'status', code: 'code', category: 'category' },
  Patient: {},
  QuestionnaireResponse: { status: 'status' },
  ServiceRequest: { status: 'status', category: 'category', code: 'code' },
  Task: { status: 'status', code: 'code' },
};

/** `clinical-status` and `clinicalStatus` mean the same element. */
const elementOf = (parameter: string): string =>
  parameter.replace(/-([a-z])/g, (_hyphen, letter: string) => letter.toUpperCase());

type Filter = NonNullable<DataRequirement['codeFilter']>[number];

/** `system|code` of a coded value; a plain code has no system. */
function codingsOf({ type, value }: TypedValue): string[] {
  if (type === 'CodeableConcept')
    return ((value as CodeableConcept).coding ?? []).map(({ system = '', code }) => `${system}|${code}`);
  if (type === 'Coding') return [`${(value as Coding).system ?? ''}|${(value as Coding).code}`];
  return [`|${value}`];
}

function codesAsked({ valueSet, code = [] }: Filter, codesIn: CodesIn): Set<string> | undefined {
  const listed = valueSet === undefined ? new Set<string>() : codesIn(valueSet);
  if (!listed) throw new Unclear(`the codes of the value set ${valueSet} are not known here`);
  if (valueSet === undefined && !code.length) return undefined;
  return new Set([...listed, ...code.map((one) => `${one.system ?? ''}|${one.code}`)]);
}

interface CompiledFilter {
  meets(resource: Resource): boolean;
  query: string;
}

function compileFilter(type: string, filter: Filter, codesIn: CodesIn): CompiledFilter {
  const path = filter.path ?? elementOf(filter.searchParam ?? '');
  const asked = codesAsked(filter, codesIn);
  const evaluate = compilePath(path, type);
  const isAsked = (coding: string) =>
    !asked || asked.has(coding) || [...asked].some((one) => one.endsWith(coding) && coding.startsWith('|'));
  const parameter = SEARCHED[type]?.[path];
  const isPlain = pathTypes(path, type).includes('code');
  const codes = [...(asked ?? [])].map((one) =>
    isPlain || one.startsWith('|') ? one.slice(one.indexOf('|') + 1) : one,
  );
  const isNarrow = parameter !== undefined && codes.length > 0;
  return {
    meets: (resource) => evaluate(resource).some((value) => codingsOf(value).some(isAsked)),
    query: isNarrow ? `&${parameter}=${codes.map(encodeURIComponent).join(',')}` : '',
  };
}

/**
 * Compiles a DataRequirement.
 * @throws Unclear when it asks what this server cannot tell
 */
export function compileRequirement(data: DataRequirement, codesIn: CodesIn): Requirement {
  const { type, codeFilter = [], dateFilter = [], profile = [] } = data;
  if (!Object.hasOwn(SEARCHED, type ?? ''))
    throw new Unclear(`data of the type ${type} is not looked up here`);
  if (dateFilter.length) throw new Unclear('a dateFilter is not evaluated here');
  if (profile.some((one) => !one.startsWith('http://hl7.org/fhir/StructureDefinition/')))
    throw new Unclear('data is told by its codes here, not by a profile');
  const filters = codeFilter.map((filter) => compileFilter(type!, filter, codesIn));
  return {
    type: type as ResourceType,
    meets: (resource) => resource.resourceType === type && filters.every((filter) => filter.meets(resource)),
    query: filters.map(({ query }) => query).join(''),
  };
}
