// The search parameters of every resource type: R4's own, ours and posted ones, each with its compiled expression and its
// small id. https://hl7.org/fhir/R4/searchparameter-registry.html
import type { Resource, SearchParameter } from '@medplum/fhirtypes';
import { CONTAINED, type ParameterRow, type ParameterTable } from '../db/intern.ts';
import { compartmentParameters } from '../fhir/compartment.ts';
import { FhirError, type Issue } from '../fhir/errors.ts';
import { compilePath, pathTypes } from '../fhir/path/index.ts';
import { limited, tooCostly } from '../fhir/path/limited.ts';
import {
  type Definition,
  isCommon,
  type Known,
  programDefinitions,
  searchParameterProblems,
} from './definition.ts';
import { DIRECTIVE, directiveParam } from './param/directive.ts';
import { SENSITIVITY, sensitivityParam } from './param/sensitivity.ts';
import type { Component, SearchParam } from './param/type.ts';

/** The pseudo parameter, one for all types, whose index rows say in which patients' compartments a resource lies. */
const COMPARTMENT = ['Resource', '_compartment'] as const;
const COMPARTMENT_URL = 'http://hl7.org/fhir/CompartmentDefinition/patient';

/** How far the index rows of a parameter are. */
export interface Building {
  /** The job that makes them. */
  job: string | undefined;
  /** Resources of its types when it began, and those that have been read since. */
  total: number;
  scanned: number;
  /** The job has been given up. */
  failed: boolean;
}

export interface Registry {
  /** The parameter `code` of a resource type, or undefined. */
  find(type: string, code: string): SearchParam | undefined;
  /** The parameters of a resource type that can be searched by. */
  of(type: string): readonly SearchParam[];
  /** Those, others that are being built, and what access is made of: everything that has index rows. */
  indexed(type: string): readonly SearchParam[];
  /** Id of the compartment's index rows. */
  readonly compartment: number;
  /** Id of the index rows of sensitivity labels. */
  readonly sensitivity: number;
  /** Id of the index rows of consent directives; 0, which no row has, while those of stored Consents are being made. */
  directive(): number;
  /** The types that are contained in resources anywhere, each with the id of its parameter `_contained`. */
  contained(): ReadonlyMap<string, number>;
  /** Adds to those, before the first resource that contains such a type is written. */
  addContained(types: readonly string[]): Promise<void>;
  /** How far a parameter is that cannot be searched by yet; undefined for any other. */
  building(type: string, code: string): Building | undefined;
  /** A parameter by its id, with an expression that throws where it cannot be evaluated. */
  byId(id: number): SearchParam | undefined;
  /** Whether the program itself brings a parameter: what is posted never replaces it. */
  isProgram(type: string, code: string): boolean;
  /** The generation of the present list, which writers of index rows state. */
  generation(): number;
  /** Takes over what other processes have changed. @returns whether there may be something new */
  refresh(): Promise<boolean>;
  /** What keeps an active SearchParameter from being indexed, one issue a problem. */
  problems(parameter: SearchParameter): Issue[];
}

/** Reads the table of parameters, adding those of `keys`; undefined when it is still of the generation `known`. */
export type Intern = (
  keys: (readonly [string, string])[],
  known: number | undefined,
) => Promise<ParameterTable | undefined>;

/** What `expression` extracts, compiled on first use: a server that meets 20 of 148 types compiles only those. */
function lazily(expression: string, type: string): SearchParam['extract'] {
  let compiled: SearchParam['extract'] | undefined;
  return (resource) => {
    compiled ??= compilePath(expression, type) as SearchParam['extract'];
    return compiled(resource);
  };
}

/** Whether an expression gives canonical URLs, found out on first use. */
function namesByUrl(expression: string, type: string): () => boolean {
  let known: boolean | undefined;
  return () => {
    known ??= pathTypes(expression, type).includes('canonical');
    return known;
  };
}

/** A part of a composite; its expression is compiled for each type of group that it meets. */
function componentOf(
  { definition, expression }: { definition: string; expression: string },
  byUrl: (url: string) => Definition | undefined,
): Component {
  const { type, code, target } = byUrl(definition)!;
  const compiled = new Map<string, ReturnType<typeof compilePath>>();
  const compiledFor = (groupType: string) => {
    const found = compiled.get(groupType) ?? compilePath(expression, groupType);
    compiled.set(groupType, found);
    return found;
  };
  return {
    type,
    code,
    ...(target && { target }),
    extract: (group, resource) => compiledFor(group.type)(group.value as object, resource as Resource),
  };
}

/** A Patient lies in its own compartment. */
const itself: SearchParam['extract'] = (patient) => [
  { type: 'Reference', value: { reference: `Patient/${(patient as { id: string }).id}` } },
];

/** The parameter that puts a type's resources into the compartments of the patients that they point to. */
function compartmentParam(
  resourceType: string,
  id: number,
  list: readonly Definition[],
): SearchParam | undefined {
  const codes = compartmentParameters[resourceType];
  if (!codes) return undefined;
  const paths = list
    .filter((definition) => codes.includes(definition.code))
    .map((definition) => definition.expression);
  const extract =
    resourceType === 'Patient'
      ? itself
      : lazily(`(${paths.join(' | ')}).where(resolve() is Patient)`, resourceType);
  const [, code] = COMPARTMENT;
  return { id, resourceType, code, type: 'reference', url: COMPARTMENT_URL, target: ['Patient'], extract };
}

/** A parameter whose expressions are run by `call`. */
function through(param: SearchParam, call: <T>(extract: () => T[]) => T[]): SearchParam {
  return {
    ...param,
    extract: (resource) => call(() => param.extract(resource)),
    ...(param.components && {
      components: param.components.map((component) => ({ ...component, extract: onGroups(component, call) })),
    }),
  };
}

/** A component in which one group of a resource that takes too long stands for all of them. */
function onGroups(component: Component, call: <T>(extract: () => T[]) => T[]): Component['extract'] {
  const begun = new WeakSet<object>();
  return (group, resource) =>
    call(() => {
      if (begun.has(resource)) throw tooCostly();
      begun.add(resource);
      try {
        return component.extract(group, resource);
      } finally {
        // Not reached by what was ended for its time.
        begun.delete(resource);
      }
    });
}

/** A posted expression may fail on resources that its author did not think of: they have no value, and are written. */
function orNone<T>(extract: () => T[]): T[] {
  try {
    return extract();
  } catch (error) {
    if (error instanceof FhirError) return [];
    throw error;
  }
}

/** One reading of the table; replaced as a whole. */
interface Snapshot {
  generation: number;
  found: ReadonlyMap<string, ReadonlyMap<string, SearchParam>>;
  lists: ReadonlyMap<string, readonly SearchParam[]>;
  indexed: ReadonlyMap<string, readonly SearchParam[]>;
  building: ReadonlyMap<string, Building>;
  byId: ReadonlyMap<number, SearchParam>;
  contained: ReadonlyMap<string, number>;
  directive: number;
}

const keyOf = (type: string, code: string) => `${type}.${code}`;

class Parameters implements Registry {
  readonly compartment: number;
  readonly sensitivity: number;
  readonly #program: ReadonlyMap<string, readonly Definition[]>;
  readonly #byKey: ReadonlyMap<string, Definition>;
  readonly #byUrl = new Map<string, Definition>();
  readonly #intern: Intern;
  /** Made once for an id: a changed definition has another one. */
  readonly #made = new Map<number, SearchParam>();
  /** What access is made of, by resource type: compartment and sensitivity. */
  readonly #aboutAccess: ReadonlyMap<string, readonly SearchParam[]>;
  #rows: readonly ParameterRow[] = [];
  #snapshot!: Snapshot;
  #running: Promise<boolean> = Promise.resolve(false);
  #next: Promise<boolean> | undefined;

  constructor(program: ReadonlyMap<string, readonly Definition[]>, table: ParameterTable, intern: Intern) {
    this.#program = program;
    this.#intern = intern;
    this.#byKey = new Map(
      [...program].flatMap(([type, list]) => list.map((d) => [keyOf(type, d.code), d] as const)),
    );
    this.compartment = rowOf(table.rows, COMPARTMENT)!.id;
    this.sensitivity = rowOf(table.rows, SENSITIVITY)!.id;
    this.#aboutAccess = new Map(
      [...program].map(([type, list]) => [
        type,
        [
          ...[compartmentParam(type, this.compartment, list) ?? []].flat(),
          sensitivityParam(type, this.sensitivity),
        ],
      ]),
    );
    this.#take(table);
  }

  find = (type: string, code: string) => this.#snapshot.found.get(type)?.get(code);
  of = (type: string) => this.#snapshot.lists.get(type) ?? [];
  indexed = (type: string) => this.#snapshot.indexed.get(type) ?? [];
  building = (type: string, code: string) =>
    this.find(type, code) ? undefined : this.#snapshot.building.get(keyOf(type, code));
  byId = (id: number) => this.#snapshot.byId.get(id);
  isProgram = (type: string, code: string) => isCommon(code) || this.#byKey.has(keyOf(type, code));
  generation = () => this.#snapshot.generation;
  contained = () => this.#snapshot.contained;
  directive = () => this.#snapshot.directive;

  addContained = async (types: readonly string[]): Promise<void> => {
    const table = await this.#intern(
      types.map((type) => [type, CONTAINED] as const),
      undefined,
    );
    this.#take(table!);
  };

  /** Callers share a reading that began after their call. */
  refresh = (): Promise<boolean> => {
    this.#next ??= this.#running
      .catch(() => false)
      .then(() => {
        this.#next = undefined;
        this.#running = this.#load();
        return this.#running;
      });
    return this.#next;
  };

  async #load(): Promise<boolean> {
    const table = await this.#intern([], this.generation());
    if (table) this.#take(table);
    return table !== undefined;
  }

  problems = (parameter: SearchParameter): Issue[] => {
    const known: Known = {
      of: (type, code) => {
        const program = this.#byKey.get(keyOf(type, code));
        if (program) return { ...program, posted: false };
        const posted = this.#rows.find((row) => row.definition && row.type === type && row.code === code);
        return posted && { ...(posted.definition as Definition), posted: true };
      },
      byUrl: this.#definitionByUrl,
    };
    return searchParameterProblems(parameter, known);
  };

  #definitionByUrl = (url: string): Definition | undefined => this.#byUrl.get(url);

  /** Takes over a reading; one that was overtaken by a later one is left. */
  #take({ generation, rows }: ParameterTable): void {
    if (generation < this.#snapshot?.generation) return;
    this.#rows = rows;
    this.#byUrl.clear();
    for (const { definition } of rows)
      if (definition) this.#byUrl.set((definition as Definition).url, definition as Definition);
    for (const list of this.#program.values()) for (const d of list) this.#byUrl.set(d.url, d);
    const found = new Map<string, Map<string, SearchParam>>();
    const indexed = new Map<string, SearchParam[]>();
    const building = new Map<string, Building>();
    const byId = new Map<number, SearchParam>();
    const contained = new Map(rows.flatMap(({ type, code, id }) => (code === CONTAINED ? [[type, id]] : [])));
    for (const type of this.#program.keys()) {
      found.set(type, new Map());
      indexed.set(type, [...this.#aboutAccess.get(type)!]);
    }
    const directives = rowOf(rows, DIRECTIVE)!;
    const directive = directiveParam(directives.id);
    byId.set(directive.id, directive);
    indexed.get(directive.resourceType)!.push(directive);
    for (const row of rows) {
      const made = this.#paramOf(row);
      if (!made) continue;
      const param = row.definition ? through(made, limited) : made;
      const indexing = row.definition ? through(param, orNone) : param;
      byId.set(row.id, param);
      indexed.get(row.type)!.push(indexing);
      if (row.state === 'active') found.get(row.type)!.set(row.code, indexing);
      else building.set(keyOf(row.type, row.code), progressOf(row));
    }
    for (const id of this.#made.keys()) if (!byId.has(id)) this.#made.delete(id);
    const lists = new Map([...found].map(([type, params]) => [type, [...params.values()]]));
    this.#snapshot = {
      generation,
      found,
      lists,
      indexed,
      building,
      byId,
      contained,
      directive: directives.state === 'active' ? directive.id : 0,
    };
  }

  /** Undefined for what access is made of, a row of a former version of the program, or of a type that this one does not know. */
  #paramOf({ id, type: resourceType, code, definition: posted }: ParameterRow): SearchParam | undefined {
    const made = this.#made.get(id);
    if (made) return made;
    const definition = (posted as Definition | null) ?? this.#byKey.get(keyOf(resourceType, code));
    if (!definition?.expression || !this.#program.has(resourceType)) return undefined;
    const { type, url, expression, target, components } = definition;
    const param: SearchParam = {
      id,
      resourceType,
      code,
      type,
      url,
      ...(target && { target }),
      ...(type === 'reference' && { isCanonical: namesByUrl(expression, resourceType) }),
      extract: lazily(expression, resourceType),
      ...(components && { components: components.map((part) => componentOf(part, this.#definitionByUrl)) }),
    };
    this.#made.set(id, param);
    return param;
  }
}

const rowOf = (rows: readonly ParameterRow[], [type, code]: readonly [string, string]) =>
  rows.find((row) => row.type === type && row.code === code);

const progressOf = ({ job, job_state, counts }: ParameterRow): Building => ({
  job: job ?? undefined,
  total: counts?.total ?? 0,
  scanned: counts?.scanned ?? 0,
  failed: job_state === 'failed' || job_state === 'cancelled',
});

/**
 * Builds the registry.
 * @param own SearchParameter resources beside R4's, which the program brings
 */
export async function createRegistry(own: readonly SearchParameter[], intern: Intern): Promise<Registry> {
  const program = programDefinitions(own);
  const keys = [...program].flatMap(([type, list]) => list.map(({ code }) => [type, code] as const));
  const table = await intern([COMPARTMENT, SENSITIVITY, DIRECTIVE, ...keys], undefined);
  return new Parameters(program, table!, intern);
}

/** What is made from the present list of parameters, and made again when that has changed. */
export function perGeneration<T>({ generation }: Pick<Registry, 'generation'>, make: () => T): () => T {
  let made: { generation: number; value: T } | undefined;
  return () => {
    if (made?.generation !== generation()) made = { generation: generation(), value: make() };
    return made.value;
  };
}
