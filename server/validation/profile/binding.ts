// Bindings of coded elements: required is an error, extensible a warning, a maximum value set an error.
// https://hl7.org/fhir/R4/terminologies.html#strength · http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet
import type { ElementDefinition, ElementDefinitionBinding } from '@medplum/fhirtypes';
import { type Check, report } from '../run.ts';
import { type Codes, type CodesOf, isBound } from '../structure/codes.ts';
import type { Property } from '../structure/shape.ts';
import { type Compilation, withoutVersion } from './context.ts';

const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';
/** More codes than this are not listed in a sentence. */
const MAX_LISTED = 30;

/** Types that hold a code beside those that isBound() reads. A quantity without a unit's code is left alone. */
const TESTS: Readonly<Record<string, (codes: Codes, value: unknown) => boolean>> = {
  Quantity: (codes, value) =>
    (value as { code?: unknown } | null)?.code === undefined || codes.hasCoding(value),
  string: (codes, value) => codes.has(value),
  uri: (codes, value) => codes.has(value),
};
const READ = new Set(['code', 'Coding', 'CodeableConcept']);

const codesAt = (valueSet: string, codesOf: CodesOf): Codes | undefined =>
  codesOf(valueSet) ?? (valueSet.includes('|') ? codesOf(withoutVersion(valueSet)) : undefined);

const holds = (codes: Codes, type: string, value: unknown): boolean =>
  TESTS[type]?.(codes, value) ?? isBound(codes, type, value);
const isCoded = (type: string): boolean => READ.has(type) || Object.hasOwn(TESTS, type);

/** Whether values of the type hold a code of the value set; undefined when that cannot be told now. */
export function boundTest(
  valueSet: string | undefined,
  type: string,
  codesOf: CodesOf,
): ((value: unknown) => boolean) | undefined {
  const codes = valueSet && isCoded(type) ? codesAt(valueSet, codesOf) : undefined;
  return codes && ((value) => holds(codes, type, value));
}

/** The same, of a value set that may become known later: until then everything is allowed. */
function laterTest(
  valueSet: string | undefined,
  type: string,
  codesOf: CodesOf,
): ((value: unknown) => boolean) | undefined {
  if (!valueSet || !isCoded(type)) return undefined;
  let codes = codesAt(valueSet, codesOf);
  return (value) => {
    codes ??= codesAt(valueSet, codesOf);
    return codes === undefined || holds(codes, type, value);
  };
}

/** `a, b, c`, or the name of the set. */
function allowedIn(valueSet: string, codesOf: CodesOf): string {
  const list = codesAt(valueSet, codesOf)?.list ?? [];
  return list.length && list.length <= MAX_LISTED ? list.join(', ') : `the codes of ${valueSet}`;
}

function strengthCheck(
  { strength, valueSet }: ElementDefinitionBinding,
  type: string,
  base: Property | undefined,
  { name, codesOf }: Compilation,
): Check | undefined {
  const url = withoutVersion(valueSet ?? '');
  const isChecked = strength === 'required' || strength === 'extensible';
  if (!isChecked || url === base?.valueSet) return undefined;
  const isAllowed = laterTest(valueSet, type, codesOf);
  if (!isAllowed) return undefined;
  const isWarning = strength === 'extensible';
  const verb = isWarning ? 'has no code of' : 'must have a code of';
  const problem = `${verb} ${url}, by ${name}: ${allowedIn(url, codesOf)}`;
  return (value, run) => {
    if (!isAllowed(value))
      report(run, 'code-invalid', problem, { ...(isWarning && { severity: 'warning' }) });
  };
}

/** The set outside of which no code may be, whatever the strength says. Text alone is left alone. */
function maximumCheck(
  { extension, strength, valueSet: bound }: ElementDefinitionBinding,
  type: string,
  { name, codesOf }: Compilation,
): Check | undefined {
  const found = extension?.find(({ url }) => url === MAX_VALUE_SET);
  const valueSet = found?.valueCanonical ?? found?.valueUri;
  if (!valueSet || (strength === 'required' && valueSet === bound)) return undefined;
  const isAllowed = laterTest(valueSet, type, codesOf);
  if (!isAllowed) return undefined;
  const problem = `may have codes of ${withoutVersion(valueSet)} only, by ${name}: ${allowedIn(valueSet, codesOf)}`;
  return (value, run) => {
    const isTextOnly = type === 'CodeableConcept' && !(value as { coding?: unknown } | null)?.coding;
    if (!isTextOnly && !isAllowed(value)) report(run, 'code-invalid', problem);
  };
}

/** Compiles the binding of an element. Preferred and example ones bind nobody, nor does a set whose codes cannot be told. */
export function bindingChecks(
  { binding }: ElementDefinition,
  type: string,
  base: Property | undefined,
  compilation: Compilation,
): (Check | undefined)[] {
  if (!binding) return [];
  return [strengthCheck(binding, type, base, compilation), maximumCheck(binding, type, compilation)];
}
