// What a definition is applied to, and where the rules of plans look things up: the same for $apply and for triggers.
// https://hl7.org/fhir/R4/plandefinition-operation-apply.html
import type {
  ActivityDefinition,
  CodeableConcept,
  DataRequirement,
  PlanDefinition,
  Questionnaire,
  Resource,
  ResourceType,
} from '@medplum/fhirtypes';
import { issue, unprocessable } from '../../fhir/errors.ts';
import type { Variables } from '../../fhir/path/variables.ts';
import type { Calendar } from '../calendar.ts';
import { codeOf, keyOf } from '../code.ts';
import { compileRequirement, Unclear } from './requirement.ts';
import type { CodesIn } from './value-set.ts';

/** The parameters of $apply that are codes. https://hl7.org/fhir/R4/operation-plandefinition-apply.html */
export const CONCEPTS = ['userType', 'userLanguage', 'userTaskContext', 'setting', 'settingContext'] as const;

/** The parameters of $apply, resolved. */
export interface Given {
  /** By type, one each. */
  readonly subjects: ReadonlyMap<string, Resource>;
  readonly encounter?: Resource | undefined;
  readonly practitioner?: Resource | undefined;
  readonly organization?: Resource | undefined;
  readonly concepts: Readonly<Partial<Record<(typeof CONCEPTS)[number], CodeableConcept>>>;
  /** When the clocks of the plan start. */
  readonly start: Date;
}

export type Definition = ActivityDefinition | PlanDefinition | Questionnaire;

/** Where things are looked up: with the caller's access for $apply, with that of the rules for triggers. */
export interface Sources {
  readonly now: Date;
  /** The definition that a canonical names; undefined when it is not here. */
  definition(canonical: string): Promise<Definition | undefined>;
  find<K extends ResourceType>(type: K, query: string): Promise<Resource[]>;
  read(reference: string): Promise<Resource | undefined>;
  /** The codes of a value set, once they were looked up. */
  codes(valueSets: readonly string[]): Promise<CodesIn>;
  /** Business days of the organisation that applies the plan. */
  readonly calendar: Calendar;
}

/** 422: a definition says what this server cannot carry out. */
export const notApplicable = (sentence: string) =>
  unprocessable([issue('not-supported', sentence, undefined, 'plan-definition')]);

type Subject = PlanDefinition['subjectCodeableConcept'];

const RESOURCE_TYPES = 'http://hl7.org/fhir/resource-types';

/**
 * The subject that a definition is about, by its type: a Patient, or else a Group, where it names none.
 * @throws FhirError 422 when no subject of that type was given
 */
export function subjectOf({ subjects }: Given, asked: Subject): Resource {
  const type = codeOf(asked, RESOURCE_TYPES);
  const types = type === undefined ? ['Patient', 'Group'] : [type];
  const [found] = types.flatMap((one) => subjects.get(one) ?? []);
  if (found) return found;
  throw notApplicable(`The definition is about a ${types[0]}. Give one as subject.`);
}

const list = (value: unknown): unknown => value ?? [];

/** The variables of every expression: the parameters of the operation by name, `%start`, and the diagnoses of the encounter. */
export async function variablesOf(given: Given, subject: Resource, sources: Sources): Promise<Variables> {
  const { encounter, practitioner, organization, concepts } = given;
  return {
    subject,
    encounter: list(encounter),
    practitioner: list(practitioner),
    organization: list(organization),
    ...Object.fromEntries(CONCEPTS.map((name) => [name, list(concepts[name])])),
    start: given.start.toISOString(),
    diagnoses: await diagnosesOf(encounter, sources),
  };
}

/** The conditions that an encounter names as its diagnoses. */
async function diagnosesOf(encounter: Resource | undefined, { read }: Sources): Promise<Resource[]> {
  const diagnosis = encounter?.resourceType === 'Encounter' ? (encounter.diagnosis ?? []) : [];
  const found = await Promise.all(
    diagnosis.flatMap(({ condition }) => (condition?.reference ? [read(condition.reference)] : [])),
  );
  return found.filter((one) => one !== undefined);
}

/** Newest resources of a type that an input of an action is looked for in. */
const MOST = 500;

/**
 * The variables that the inputs of an action stand for: each the resources of the subject that meet it, by its id.
 * @throws FhirError 422 for an input that cannot be told
 */
export async function inputsOf(
  inputs: readonly DataRequirement[],
  subject: Resource,
  sources: Sources,
): Promise<Variables> {
  const named = inputs.filter(({ id }) => id !== undefined);
  if (!named.length) return {};
  const valueSets = named.flatMap(({ codeFilter = [] }) => codeFilter.flatMap((one) => one.valueSet ?? []));
  const codesIn = await sources.codes(valueSets);
  const entries: [string, unknown][] = [];
  for (const data of named) entries.push([data.id!, await dataFor(data, subject, codesIn, sources)]);
  return Object.fromEntries(entries);
}

/** What a data requirement finds of a subject. @throws FhirError 422 */
export async function dataFor(
  data: DataRequirement,
  subject: Resource,
  codesIn: CodesIn,
  { find }: Pick<Sources, 'find'>,
): Promise<Resource[]> {
  const { type, meets, query } = requirementOf(data, codesIn);
  const whose = type === 'Patient' ? `_id=${subject.id}` : `patient=${keyOf(subject)}`;
  const found = await find(type, `${whose}${query}&_sort=-_lastUpdated&_count=${MOST}`);
  return found.filter(meets);
}

function requirementOf(data: DataRequirement, codesIn: CodesIn) {
  try {
    return compileRequirement(data, codesIn);
  } catch (error) {
    if (error instanceof Unclear) throw notApplicable(`The plan cannot be applied: ${error.message}.`);
    throw error;
  }
}
