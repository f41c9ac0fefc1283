// One walk over a resource whose structure is right: its extensions wherever they stand, and the resources inside it.
// https://hl7.org/fhir/R4/extensibility.html · https://hl7.org/fhir/R4/references.html#contained
import { expressionOf, type Json, type Run, report } from '../run.ts';
import type { Shapes } from '../structure/shape.ts';
import type { Extensions, Parts } from './extension.ts';
import { countObject } from './later.ts';
import type { Owner } from './place.ts';

/** What stands under one JSON key of a type. Only keys whose values are objects, or lists of them, have a step. */
interface Step {
  /** Name of the element, without the type of a choice. */
  readonly name: string;
  readonly kind: 'element' | 'extension' | 'modifier' | 'resource';
  /** FHIR type of the element; of `_birthDate` that of the primitive beside. */
  readonly type: string;
  /** `HumanName.family`. */
  readonly element: string;
  /** The type whose keys the value has. */
  readonly keys: string;
  /** Of `_birthDate`: `birthDate`. */
  readonly beside?: string;
  next?: Steps;
}
type Steps = ReadonlyMap<string, Step>;

const KINDS: Readonly<Record<string, Step['kind']>> = {
  extension: 'extension',
  modifierExtension: 'modifier',
};

function stepsOf(type: string, shapes: Shapes): Steps {
  const steps = new Map<string, Step>();
  for (const [json, property] of shapes(type)?.properties ?? []) {
    const { element: name, primitive } = property;
    const element = `${type}.${name}`;
    const kind = property.type === 'Resource' ? 'resource' : (KINDS[name] ?? 'element');
    if (primitive)
      steps.set(`_${json}`, { name, kind, type: property.type, element, keys: 'Element', beside: json });
    else steps.set(json, { name, kind, type: property.type, element, keys: property.type });
  }
  return steps;
}

const elementStep = (type: string): Step => ({
  name: type,
  kind: 'element',
  type,
  element: type,
  keys: type,
});
const EXTENSION = elementStep('Extension');

/** What an extension may be where the walk is: its resource begins at `start` of the path; it may be inside another. */
interface Spot {
  readonly start: number;
  readonly url?: string;
  readonly parts?: Parts | undefined;
}

/** An id alone is no content (ele-1); beside the value of a primitive it may stand. The path at hand is the element's. */
function checkContent(value: Json, owner: Json, { beside }: Step, run: Run): void {
  for (const key in value) if (key !== 'id') return;
  const values = beside === undefined ? undefined : owner[beside];
  const present = Array.isArray(values) ? (values[run.path.at(-1) as number] as unknown) : values;
  if (present !== undefined && present !== null) return;
  const sentence = `${expressionOf(run.path)} has an id and nothing else; give it content, or leave it out.`;
  report(run, 'invariant', sentence, { rule: 'ele-1' });
}

/** Validates a resource inside another. The path at hand is its own. */
export type OnResource = (resource: Json, run: Run) => void;
/** Walks a resource. Depth is bounded by the structure's check. */
export type Walk = (resource: Json, run: Run) => void;

/** Makes the walk; the keys of a type are read on its first use. */
export function createWalk(shapes: Shapes, extensions: Extensions, onResource: OnResource): Walk {
  const made = new Map<string, Steps>();
  const roots = new Map<string, Step>();
  const stepsAt = (type: string): Steps => {
    const known = made.get(type) ?? stepsOf(type, shapes);
    made.set(type, known);
    return known;
  };

  function visitExtension(value: Json, owner: Json, step: Step, at: Step, spot: Spot, run: Run): void {
    const { type, element } = at;
    const end = run.path.lastIndexOf(step.name);
    const from: Owner = { value: owner, type, element, start: spot.start, end, url: spot.url };
    const parts = extensions.check(value, from, spot.parts, step.kind === 'modifier', run);
    step.next ??= stepsAt('Extension');
    visit(value, step.next, EXTENSION, { start: spot.start, url: value.url as string, parts }, run);
  }

  function visitValue(value: Json, owner: Json, step: Step, at: Step, spot: Spot, run: Run): void {
    if (step.kind === 'element') {
      if (value.id !== undefined) checkContent(value, owner, step, run);
      step.next ??= stepsAt(step.keys);
      visit(value, step.next, step, spot, run);
    } else if (step.kind === 'resource') onResource(value, run);
    else visitExtension(value, owner, step, at, spot, run);
  }

  function visit(node: Json, steps: Steps, at: Step, spot: Spot, run: Run): void {
    countObject(run);
    const { path } = run;
    for (const key in node) {
      const value = node[key];
      if (typeof value !== 'object' || value === null) continue;
      const step = steps.get(key);
      if (!step) continue;
      path.push(step.name);
      if (!Array.isArray(value)) visitValue(value as Json, node, step, at, spot, run);
      else {
        for (let index = 0; index < value.length; index++) {
          const item: unknown = value[index];
          if (typeof item !== 'object' || item === null) continue;
          path.push(index);
          visitValue(item as Json, node, step, at, spot, run);
          path.pop();
        }
      }
      path.pop();
    }
  }

  return (resource, run) => {
    const type = String(resource.resourceType);
    const root = roots.get(type) ?? elementStep(type);
    roots.set(type, root);
    root.next ??= stepsAt(type);
    visit(
      resource,
      root.next,
      root,
      { start: run.path.findLastIndex((key) => typeof key === 'string') },
      run,
    );
  };
}
