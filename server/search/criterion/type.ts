// The algebra of search: what a criterion can be, and what reading one and turning it into SQL ask for.
// https://hl7.org/fhir/R4/search.html#standard
import type { Visibility } from '../../db/visibility.ts';
import type { Letter } from '../../fhir/access.ts';
import type { MatchContext, SearchParam } from '../param/type.ts';
import type { Registry } from '../registry.ts';

/** `status=a,b`: rows of an index table. */
export interface IndexCriterion {
  kind: 'index';
  /** The parameter in each type that is searched; all of one code and parameter type. */
  params: readonly SearchParam[];
  modifier: string | undefined;
  /** Values to be OR-ed, still escaped. */
  values: readonly string[];
  /** Asks for a row that does not match, as `ne` in a `_filter` does. */
  differs?: true;
}
/** `_id=a,b`, as `Type/id` for each type that is searched. */
export interface IdCriterion {
  kind: 'id';
  keys: readonly string[];
}
/** `_lastUpdated=ge…`. */
export interface LastUpdatedCriterion {
  kind: 'lastUpdated';
  values: readonly string[];
}
/** `_type=A,B` below the top; at the top it names the types of the search. */
export interface TypeCriterion {
  kind: 'type';
  types: readonly string[];
}
/** `subject:Patient.name=…`: a reference whose target meets a criterion. */
export interface ChainCriterion {
  kind: 'chain';
  params: readonly SearchParam[];
  targets: readonly string[];
  /** Ids of the targets' parameter `url`, when the references are canonical URLs. */
  urls?: readonly number[];
  /** Types of contained resources that the references may name too, each with the id of its parameter `_contained`. */
  contained?: readonly (readonly [type: string, id: number])[];
  criterion: Criterion;
}
/** `_has:Observation:patient:code=…`: a resource that refers to this one and meets a criterion. */
export interface HasCriterion {
  kind: 'has';
  source: string;
  param: SearchParam;
  /** Ids of this resource's parameter `url`, when the reference is a canonical URL. */
  urls?: readonly number[];
  criterion: Criterion;
}
/** `location:below=42`: a reference to a resource, or to one below it or above it. */
export interface HierarchyCriterion {
  kind: 'hierarchy';
  /** The parameter in each type that is searched; all with the same targets. */
  params: readonly SearchParam[];
  direction: 'above' | 'below';
  /** Values to be OR-ed, still escaped. */
  values: readonly string[];
  /** The types whose hierarchies are walked. */
  types: readonly string[];
  /** Ids of the parameters by which those refer to their parents. */
  parents: readonly number[];
}
/** `_list=1`: an item of one of the lists. */
export interface ListCriterion {
  kind: 'list';
  param: SearchParam;
  ids: readonly string[];
}
/** `_text=…` (the narrative's words) or `_content=…` (all words). */
export interface TextCriterion {
  kind: 'text';
  column: 'narrative' | 'content';
  /** As `to_tsquery` reads them; any of them. */
  texts: readonly string[];
}
/** `Patient/1/Task`: in the compartment of a resource. */
export interface CompartmentCriterion {
  kind: 'compartment';
  /** `Patient/1`. */
  key: string;
  /** Ids of the parameters that put a resource into the compartment. */
  params: readonly number[];
  /** The resource itself is searched too and lies in its own compartment, which no parameter says. */
  itself: boolean;
}
/** Text compared as `_filter` compares it, without regard to case. */
export interface WordsCriterion {
  kind: 'words';
  params: readonly SearchParam[];
  operator: 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'lt' | 'ge' | 'le';
  text: string;
}
/** `po` of a `_filter`: a period that shares an instant with the value's. */
export interface OverlapCriterion {
  kind: 'overlap';
  params: readonly SearchParam[];
  /** ISO instants of the half-open range. */
  low: string;
  high: string;
}
export interface AllCriterion {
  kind: 'all' | 'any';
  criteria: readonly Criterion[];
}
export interface NotCriterion {
  kind: 'not';
  criterion: Criterion;
}

export type Criterion =
  | IndexCriterion
  | IdCriterion
  | LastUpdatedCriterion
  | TypeCriterion
  | ChainCriterion
  | HasCriterion
  | HierarchyCriterion
  | ListCriterion
  | TextCriterion
  | CompartmentCriterion
  | WordsCriterion
  | OverlapCriterion
  | AllCriterion
  | NotCriterion;

/** What reading a criterion may ask for. */
export interface ReadContext {
  readonly registry: Registry;
  /** Whether the caller may see resources of a type at all. @param letter of the interaction that it takes */
  readonly covers: (type: string, letter: Letter) => boolean;
  /** Links of chains and `_has` above this criterion. */
  readonly depth: number;
  /** Some of the types may lack the parameter, as the targets of a chain without a type do. */
  readonly partial: boolean;
}

/** Reads `name=value` as a criterion of some types. */
export type Read = (types: readonly string[], name: string, value: string, context: ReadContext) => Criterion;

/** What the SQL of a criterion may ask for. */
export interface SqlContext extends Omit<MatchContext, 'column'> {
  readonly typeId: (type: string) => number;
  /** What the caller may see of some types; unlimited when that is everything. */
  readonly visibilityOf: (types: readonly string[], letter: Letter) => Visibility;
}

/** SQL of the resource that a criterion is about. */
export interface Row {
  rid: string;
  lastUpdated: string;
  type: string;
  /** Links above it: makes the names of joined tables differ. */
  depth: number;
  /** It may be a contained resource, whose rows stand under the negated ids of parameters. */
  contained?: boolean;
}

/** Ids under which a row's resource has the index rows of parameters. */
export const idsOf = (params: readonly SearchParam[], { contained }: Pick<Row, 'contained'>): number[] =>
  params.flatMap(({ id }) => (contained ? [id, -id] : [id]));

/** SQL condition that holds for the resources that meet a criterion. */
export type Test = (criterion: Criterion, row: Row) => string;
export type Sql<C extends Criterion> = (criterion: C, row: Row, context: SqlContext, test: Test) => string;

/** Test of an index row's parameter. */
export const paramTest = (alias: string, ids: readonly number[]): string =>
  ids.length === 1 ? `${alias}.param = ${ids[0]}` : `${alias}.param = any('{${ids.join(',')}}')`;
/** Test of a resource's type. */
export const typeTest = (column: string, ids: readonly number[]): string =>
  ids.length === 1 ? `${column} = ${ids[0]}` : `${column} = any('{${ids.join(',')}}')`;
