// The expressions of definitions: whether an action applies, and the values that are computed. FHIRPath only.
// https://hl7.org/fhir/R4/metadatatypes.html#Expression
import type { Expression, PlanDefinitionAction } from '@medplum/fhirtypes';
import type { TypedValue } from '../../fhir/path/index.ts';
import { compileExpression, type Variables } from '../../fhir/path/variables.ts';
import { notApplicable } from './given.ts';

/**
 * Evaluates an expression, starting from the subject.
 * @throws FhirError 422 for another language than FHIRPath, or an expression that cannot be evaluated
 */
export function evaluate(
  { language, expression, reference }: Expression,
  variables: Variables,
): TypedValue[] {
  if (language !== 'text/fhirpath' || reference !== undefined || expression === undefined)
    throw notApplicable(
      `An expression is written in ${language}${reference ? ' in a library' : ''}; this server evaluates text/fhirpath that stands in the definition.`,
    );
  return compileExpression(expression)(variables, variables.subject);
}

const isTrue = (values: readonly TypedValue[]): boolean => values.length === 1 && values[0]!.value === true;

/** Whether all applicability conditions of an action are true. @throws FhirError 422 as `evaluate` does */
export const applies = ({ condition = [] }: PlanDefinitionAction, variables: Variables): boolean =>
  condition
    .filter(({ kind }) => kind === 'applicability')
    .every(({ expression }) => expression && isTrue(evaluate(expression, variables)));
