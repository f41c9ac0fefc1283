// FHIRPath expressions with variables of their own (%subject, %encounter), as plans and forms have them.
// https://hl7.org/fhir/R4/metadatatypes.html#Expression
import { compileVariables } from './fallback.ts';
import { limited } from './limited.ts';
import type { TypedValue } from './typed-value.ts';

/** What the variables of an expression stand for, by name without the percent sign: resources, values, or lists of them. */
export type Variables = Readonly<Record<string, unknown>>;

/**
 * Compiles an expression. A variable that is not given is an error; one that stands for nothing is given as an empty list.
 * @returns a function of the variables, and of the item that the expression starts from
 * @throws FhirError 400 for a malformed expression; the function throws 422 where FHIRPath has errors, or takes too long
 */
export function compileExpression(
  expression: string,
): (variables: Variables, focus?: unknown) => TypedValue[] {
  const evaluate = compileVariables(expression);
  return (variables, focus) => limited(() => evaluate(focus ?? {}, variables));
}
