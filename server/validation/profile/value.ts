// What a profile demands of one value: fixed and pattern, binding, reference targets, the profile of its type, invariants.
// https://hl7.org/fhir/R4/elementdefinition.html
import type {
  ElementDefinition,
  ElementDefinitionConstraint,
  ElementDefinitionType,
} from '@medplum/fhirtypes';
import { compilePredicate } from '../../fhir/path/index.ts';
import { type Check, report } from '../run.ts';
import { isBound } from '../structure/codes.ts';
import { referenceProblem } from '../structure/reference.ts';
import { isResourceType, type Property } from '../structure/shape.ts';
import type { Compilation } from './context.ts';
import { describeGiven, givenIn, isGiven } from './match.ts';
import type { Node } from './node.ts';

const R4_DEFINITIONS = 'http://hl7.org/fhir/StructureDefinition/';
const withoutVersion = (canonical: string) => canonical.split('|')[0]!;

function givenCheck(definition: ElementDefinition, { name }: Compilation): Check | undefined {
  const given = givenIn(definition);
  if (!given) return undefined;
  const problem = `must be ${describeGiven(given)} by ${name}`;
  return (value, run) => {
    if (!isGiven(given, value)) report(run, 'value', problem);
  };
}

/** Required bindings are errors, extensible ones warnings; preferred and example ones bind nobody. */
function bindingCheck(
  { binding }: ElementDefinition,
  type: string,
  base: Property | undefined,
  { name, codesOf }: Compilation,
): Check | undefined {
  const valueSet = withoutVersion(binding?.valueSet ?? '');
  const isCoded = type === 'code' || type === 'Coding' || type === 'CodeableConcept';
  const isChecked = isCoded && (binding?.strength === 'required' || binding?.strength === 'extensible');
  const codes = isChecked && valueSet !== base?.valueSet ? codesOf(valueSet) : undefined;
  if (!codes) return undefined;
  const allowed = codes.list.length <= 30 ? codes.list.join(', ') : `the codes of ${valueSet}`;
  const warning = binding!.strength === 'extensible';
  const problem = `${warning ? 'has no code of' : 'must have a code of'} ${valueSet}, by ${name}: ${allowed}`;
  return (value, run) => {
    if (!isBound(codes, type, value))
      report(run, 'code-invalid', problem, { ...(warning && { severity: 'warning' }) });
  };
}

/** Resource types that the type entries let a reference name; a profile of ours counts as its type. Undefined when any. */
export function targetsOf(
  types: readonly ElementDefinitionType[] | undefined,
  { checkOf }: Compilation,
): string[] | undefined {
  const urls = (types ?? [])
    .filter(({ code }) => code === 'Reference')
    .flatMap(({ targetProfile }) => targetProfile ?? []);
  const targets = urls.map(
    (url) => checkOf(withoutVersion(url))?.type ?? url.slice(url.lastIndexOf('/') + 1),
  );
  return targets.length && !targets.includes('Resource') ? [...new Set(targets)] : undefined;
}

function targetCheck(
  definition: ElementDefinition,
  type: string,
  base: Property | undefined,
  compilation: Compilation,
): Check | undefined {
  const targets = type === 'Reference' ? targetsOf(definition.type, compilation) : undefined;
  if (!targets || base?.targets?.every((target) => targets.includes(target))) return undefined;
  return (value, run) => {
    const { reference } = value as { reference?: unknown };
    if (typeof reference !== 'string') return;
    const problem = referenceProblem(reference, targets, isResourceType);
    if (problem) report(run, 'value', `${problem} (${compilation.name})`);
  };
}

/** A datatype that must follow a definition of ours. Definitions of others are not known; extensions are checked wherever they stand. */
function typeProfileCheck(
  { type }: ElementDefinition,
  valueType: string,
  { checkOf }: Compilation,
): Check | undefined {
  const profiles = type?.find(({ code }) => code === valueType)?.profile ?? [];
  const known =
    valueType !== 'Extension' && profiles.length === 1 ? checkOf(withoutVersion(profiles[0]!)) : undefined;
  return known && ((value, run) => known.check(value, run));
}

/** An invariant of ours. Those of R4 itself carry an R4 definition as their source. */
function invariantCheck(constraint: ElementDefinitionConstraint, type: string): Check | undefined {
  const { key, expression, human, severity, source } = constraint;
  if (!source || source.startsWith(R4_DEFINITIONS) || !expression) return undefined;
  const holds = compilePredicate(expression, type);
  return (value, run) => {
    if (!holds(value, run.resource))
      report(run, 'invariant', human!, { rule: key!, ...(severity === 'warning' && { severity }) });
  };
}

/** The checks of a node's own value, without its elements and slices. `base` is the R4 property that it narrows. */
export function compileValue(
  { definition }: Node,
  type: string,
  base: Property | undefined,
  compilation: Compilation,
): Check[] {
  return [
    givenCheck(definition, compilation),
    bindingCheck(definition, type, base, compilation),
    targetCheck(definition, type, base, compilation),
    typeProfileCheck(definition, type, compilation),
    ...(definition.constraint ?? []).map((constraint) => invariantCheck(constraint, type)),
  ].filter((check) => check !== undefined);
}
