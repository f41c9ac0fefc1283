// Runs R4's invariants over a resource alone, and reads the official table of them.
import { readFileSync } from 'node:fs';
import { propertiesOf } from '../../../fhir/elements.ts';
import type { Issue } from '../../../fhir/errors.ts';
import { createInvariants } from '../../../validation/invariant/index.ts';
import type { ConstraintTable } from '../../../validation/invariant/plan.ts';
import type { Constraint } from '../../../validation/invariant/rule.ts';
import type { Json } from '../../../validation/run.ts';

export const TABLE = JSON.parse(
  readFileSync(new URL('../../../fhir/r4/invariants.json', import.meta.url), 'utf8'),
) as ConstraintTable;

/** Every constraint with the types of the values that it constrains. */
export const constraints: readonly { constraint: Constraint; place: string; types: readonly string[] }[] =
  Object.entries(TABLE).flatMap(([type, list]) =>
    list.map((constraint) => ({
      constraint,
      place: constraint.element ? `${type}.${constraint.element}` : type,
      types: constraint.element ? typesOf(type, constraint.element) : [type],
    })),
  );

function typesOf(owner: string, element: string): string[] {
  return [...propertiesOf(owner).values()].flatMap(({ name, type }) => (name === element ? type : []));
}

const invariants = createInvariants();

/** The issues of R4's invariants for a resource, with those of what it contains left out. */
export function issuesOf(resource: Json, rootResource: unknown = resource): Issue[] {
  const issues: Issue[] = [];
  invariants.check(resource, { resource, rootResource, path: [resource.resourceType as string], issues });
  return issues;
}

/** The keys that a resource breaks, each with its expression. */
export const brokenBy = (resource: Json): string[] =>
  issuesOf(resource).map(({ details, expression }) => `${details?.coding?.[0]?.code} ${expression?.[0]}`);
