// What a profile demands of one value: fixed and pattern, bounds, binding, targets, the profile of its type, invariants.
// https://hl7.org/fhir/R4/elementdefinition.html
import type { ElementDefinition } from '@medplum/fhirtypes';
import { type Check, type Json, report } from '../run.ts';
import type { Property } from '../structure/shape.ts';
import { bindingChecks } from './binding.ts';
import { constraintCheck } from './constraint.ts';
import { baseType, type Compilation, typeCode } from './context.ts';
import { limitChecks } from './limit.ts';
import { describeGiven, givenIn, isGiven } from './match.ts';
import type { Node } from './node.ts';
import { followsOne, profileOptions, targetCheck } from './reference.ts';

function givenCheck(definition: ElementDefinition, { name }: Compilation): Check | undefined {
  const given = givenIn(definition);
  if (!given) return undefined;
  const problem = `must be ${describeGiven(given)} by ${name}`;
  return (value, run) => {
    if (!isGiven(given, value)) report(run, 'value', problem);
  };
}

/**
 * A value that must follow a profile of its type, or one of several. Extensions are checked wherever they stand; which
 * of them may stand here is said by the slices.
 */
function typeProfileCheck(
  { type: types, id }: ElementDefinition,
  type: string,
  compilation: Compilation,
): Check | undefined {
  if (type === 'Extension') return undefined;
  const entries = types?.filter(({ code }) => type === 'Resource' || typeCode(code) === type) ?? [];
  const isOwnType = (url: string) => baseType(url, compilation.shapes) === type;
  const urls = entries.flatMap(({ profile }) => profile ?? []).filter((url) => !isOwnType(url));
  if (!urls.length) return undefined;
  const options = profileOptions(urls, compilation);
  if (options.length < urls.length) {
    compilation.fail(`${id} demands a profile that is not known: ${urls.join(', ')}`);
    return undefined;
  }
  const isAlone = entries.length === 1 && options.length === 1;
  if (isAlone && options[0]!.check) return options[0]!.check;
  // A type beside those with profiles asks for none.
  const isFree = (value: unknown) =>
    type === 'Resource' &&
    entries.some(({ code, profile }) => !profile?.length && code === (value as Json).resourceType);
  const problem = `must follow ${options.map(({ name }) => name).join(' or ')} by ${compilation.name}`;
  return (value, run) => {
    if (!isFree(value) && !followsOne(options, value, run)) report(run, 'structure', problem);
  };
}

/** The invariants that an element's definition adds. */
export const compileConstraints = (
  { constraint }: ElementDefinition,
  type: string,
  compilation: Compilation,
): (Check | undefined)[] => (constraint ?? []).map((one) => constraintCheck(one, type, compilation));

/** The checks of a resource that stands in another, in its own run; its invariants see the other. */
export function compileResourceValue({ definition }: Node, compilation: Compilation): (Check | undefined)[] {
  return [givenCheck(definition, compilation), typeProfileCheck(definition, 'Resource', compilation)];
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
    ...limitChecks(definition, compilation),
    ...bindingChecks(definition, type, base, compilation),
    targetCheck(definition, type, base, compilation),
    typeProfileCheck(definition, type, compilation),
    ...compileConstraints(definition, type, compilation),
  ].filter((check) => check !== undefined);
}
