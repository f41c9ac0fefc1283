// Where an extension may stand, by the context of its definition.
// https://hl7.org/fhir/R4/defining-extensions.html#context
import type { StructureDefinition, StructureDefinitionContext } from '@medplum/fhirtypes';
import { elementOf, typeOf } from '../../fhir/elements.ts';
import { compilePath, compilePredicate } from '../../fhir/path/index.ts';
import { type Json, type Run, report } from '../run.ts';

/** The element that carries an extension. */
export interface Owner {
  /** The object, or the `_name` of a primitive. */
  readonly value: Json;
  /** Its FHIR type: `Patient`, `Patient.contact`, `HumanName`, `date`. */
  readonly type: string;
  /** Its name in the type that it stands in: `HumanName.family`; of a resource its type. */
  readonly element: string;
  /** Where in `run.path` its resource begins, and where the owner ends. */
  readonly start: number;
  readonly end: number;
  /** URL of the extension that it is, if it is one. */
  readonly url?: string | undefined;
}

const typesAbove = new Map<string, ReadonlySet<string>>();

/** The type and those that it specialises; backbone elements are BackboneElements. */
function typesOf(type: string): ReadonlySet<string> {
  const known = typesAbove.get(type);
  if (known) return known;
  const names = new Set<string>();
  for (let name: string | undefined = type; name; name = typeOf(name)?.base) names.add(name);
  if (typeOf(type)?.kind === 'backbone') for (const name of ['BackboneElement', 'Element']) names.add(name);
  typesAbove.set(type, names);
  return names;
}

/** `Patient.contact.name` of the path at hand, without the extension itself. */
function fullPath({ start, end }: Owner, { path, resource }: Run): string {
  const names = path.slice(start + 1, end).filter((key) => typeof key === 'string');
  return [(resource as Json).resourceType, ...names].join('.');
}

type Allows = (owner: Owner, run: Run) => boolean;

/** Kinds of resources that have no type of their own in R4: those that have these elements. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  CanonicalResource: ['url', 'version', 'status'],
  MetadataResource: ['url', 'version', 'status', 'name', 'title'],
};

const isOfFamily = (type: string, elements: readonly string[] | undefined): boolean =>
  elements?.every((name) => elementOf(type, name)) ?? false;

/** `DomainResource.text` of `Patient.text`: an element by the name of a type above its owner. */
function isInherited(element: string, wanted: string): boolean {
  const cut = element.lastIndexOf('.');
  const dot = wanted.lastIndexOf('.');
  const isSameName = cut > 0 && dot > 0 && element.slice(cut) === wanted.slice(dot);
  return isSameName && typesOf(element.slice(0, cut)).has(wanted.slice(0, dot));
}

/** An element's id or path, or a type. `[x]` and the profile before `#` are left out. */
function elementContext(expression: string): Allows {
  const wanted = expression
    .slice(expression.indexOf('#') + 1)
    .replaceAll('[x]', '')
    .replace(/:[^.]+/g, '');
  if (wanted === 'Element') return () => true;
  const family = FAMILIES[wanted];
  return (owner, run) =>
    owner.element === wanted ||
    typesOf(owner.type).has(wanted) ||
    isOfFamily(owner.type, family) ||
    isInherited(owner.element, wanted) ||
    fullPath(owner, run) === wanted;
}

/** A FHIRPath over the resource that must select the element. A primitive cannot be told from others of its type. */
function pathContext(expression: string): Allows {
  const byType = new Map<string, ReturnType<typeof compilePath>>();
  return ({ value, type }, { resource }) => {
    const isPrimitive = typeOf(type)?.kind === 'primitive-type';
    const resourceType = String((resource as Json).resourceType);
    const evaluate = byType.get(resourceType) ?? compilePath(expression, resourceType);
    byType.set(resourceType, evaluate);
    return evaluate(resource as Json).some((found) =>
      isPrimitive ? found.type === type : found.value === value,
    );
  };
}

const CONTEXTS: Readonly<Record<string, (expression: string) => Allows>> = {
  element: elementContext,
  extension: (expression) => (owner) => owner.url === expression,
  fhirpath: pathContext,
};

const allowsOf = ({ type, expression }: StructureDefinitionContext): Allows =>
  CONTEXTS[type ?? '']?.(expression ?? '') ?? (() => true);

/** Reports an extension that stands where it may not. The path at hand is that of the extension. */
export type PlaceCheck = (owner: Owner, run: Run) => void;

/** An invariant that the owner must keep, compiled for each type of owner. What cannot be evaluated is told as such. */
function invariantOf(expression: string): Allows {
  const byType = new Map<string, ReturnType<typeof compilePredicate>>();
  return ({ value, type }, { resource }) => {
    const holds = byType.get(type) ?? compilePredicate(expression, type);
    byType.set(type, holds);
    return holds(value, resource);
  };
}

/** Places where R4's own definitions use its own extensions, although the contexts that it publishes leave them out. */
const USED_BY_R4: Readonly<Record<string, readonly string[]>> = {
  // Said of the code; published on the type that holds it.
  'structuredefinition-fhir-type': ['ElementDefinition.type'],
  regex: ['ElementDefinition.type'],
  // Said of StructureDefinition; published on everything that is normative.
  'structuredefinition-normative-version': ['CanonicalResource', 'BackboneElement', 'ElementDefinition'],
  // Said of value sets; published on the concepts of code systems.
  'valueset-concept-comments': ['CodeSystem.concept'],
  // Said of texts; published on the concept whose display it translates.
  translation: ['ValueSet.expansion.contains'],
};
const R4 = 'http://hl7.org/fhir/StructureDefinition/';

const contextsOf = ({ url, context }: StructureDefinition): readonly StructureDefinitionContext[] => {
  const used = url?.startsWith(R4) ? USED_BY_R4[url.slice(R4.length)] : undefined;
  return [
    ...(context ?? []),
    ...(used ?? []).map((expression) => ({ type: 'element' as const, expression })),
  ];
};

/** Compiles the contexts of an extension's definition; undefined when it may stand anywhere. */
export function placeCheck(definition: StructureDefinition): PlaceCheck | undefined {
  const { id, contextInvariant } = definition;
  const contexts = contextsOf(definition);
  const allowed = contexts.map(allowsOf);
  const invariants = (contextInvariant ?? []).map(invariantOf);
  if (!allowed.length && !invariants.length) return undefined;
  const places = contexts.map(({ expression }) => expression).join(', ');
  const wrong = `is the extension ${id}, which may not stand here; it goes with ${places}`;
  return (owner, run) => {
    try {
      if (allowed.length && !allowed.some((allows) => allows(owner, run))) report(run, 'extension', wrong);
      for (const [index, holds] of invariants.entries())
        if (!holds(owner, run))
          report(run, 'invariant', `breaks what ${id} demands of its place: ${contextInvariant![index]}`);
    } catch {
      report(run, 'not-supported', `has the extension ${id}, whose context cannot be checked here`, {
        severity: 'information',
      });
    }
  };
}
