// Where references and canonicals of a profile may lead: to which types, and to resources that follow which profiles.
// https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.targetProfile
import type { ElementDefinition, ElementDefinitionType } from '@medplum/fhirtypes';
import { isA } from '../../fhir/elements.ts';
import { type Check, type Json, type Run, report } from '../run.ts';
import { referenceProblem } from '../structure/reference.ts';
import { isResourceType, type Property } from '../structure/shape.ts';
import { baseType, type Compilation, withoutVersion } from './context.ts';
import { follows, resolve } from './local.ts';

/** A profile that a value may follow; a type of R4 itself has no check. */
export interface Option {
  readonly type: string;
  readonly name: string;
  readonly check?: Check;
}

/** The profiles that are known here, of those named. */
export function profileOptions(urls: readonly string[], { lookup, shapes }: Compilation): Option[] {
  return urls.flatMap((url) => {
    const type = baseType(url, shapes);
    if (type) return [{ type, name: type }];
    const known = lookup(url);
    return known ? [{ type: known.type, name: known.definition.id ?? url, check: known.check }] : [];
  });
}

/** Whether a value follows one of the profiles. The run is that of the value's resource. */
export function followsOne(options: readonly Option[], value: unknown, run: Run): boolean {
  const type = (value as Json | null)?.resourceType;
  return options.some(
    (option) =>
      (typeof type !== 'string' || isA(type, option.type)) &&
      (!option.check || follows(value, option.check, run)),
  );
}

const targetProfiles = (types: readonly ElementDefinitionType[] | undefined, type: string): string[] =>
  (types ?? []).filter(({ code }) => code === type).flatMap(({ targetProfile }) => targetProfile ?? []);

/** The type that a canonical stands for; of a profile that is not known, as far as its name tells. */
function typeAt(url: string, { lookup, shapes }: Compilation): string {
  const name = withoutVersion(url).slice(url.lastIndexOf('/') + 1);
  return baseType(url, shapes) ?? lookup(url)?.type ?? (isResourceType(name) ? name : 'Resource');
}

/** Resource types that the type entries let a reference name; a profile counts as its type. Undefined when any. */
export function targetsOf(
  types: readonly ElementDefinitionType[] | undefined,
  compilation: Compilation,
  type = 'Reference',
): string[] | undefined {
  const targets = targetProfiles(types, type).map((url) => typeAt(url, compilation));
  const isAny =
    !targets.length || targets.some((target) => target === 'Resource' || target === 'DomainResource');
  return isAny ? undefined : [...new Set(targets)];
}

/** `Type` of a RESTful URL on any server. */
const RESTFUL = /^https?:.*\/([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

function textProblem(reference: string, targets: readonly string[] | undefined): string | undefined {
  const type = RESTFUL.exec(reference)?.[1];
  const isElsewhere = type && targets && isResourceType(type) && !targets.includes(type);
  return isElsewhere
    ? `may not point at a ${type}; allowed are ${targets.join(', ')}`
    : referenceProblem(reference, targets, isResourceType);
}

/** The check of a target that is in the same resource or Bundle; of others only the type is seen. */
function localCheck(
  urls: readonly string[],
  targets: readonly string[] | undefined,
  compilation: Compilation,
): (reference: string, run: Run) => boolean {
  const options = profileOptions(urls, compilation);
  const isStrict = options.length === urls.length && options.some(({ check }) => check);
  const { name } = compilation;
  const wanted = options.map((option) => option.name).join(' or ');
  return (reference, run) => {
    if (!run.entries && reference.charCodeAt(0) !== 35) return true;
    const target = resolve(reference, run);
    if (!target) return true;
    const type = String((target.resource as Json).resourceType);
    if (targets && !targets.includes(type))
      report(run, 'value', `may not point at a ${type}; allowed are ${targets.join(', ')} (${name})`);
    else if (isStrict && !followsOne(options, target.resource, target))
      report(run, 'value', `must point at a resource that follows ${wanted} (${name}); this one does not`);
    else return true;
    return false;
  };
}

/** Compiles the targets of a Reference or canonical. `base` is the R4 property that the element narrows. */
export function targetCheck(
  { type: types }: ElementDefinition,
  type: string,
  base: Property | undefined,
  compilation: Compilation,
): Check | undefined {
  if (type !== 'Reference' && type !== 'canonical') return undefined;
  const urls = targetProfiles(types, type);
  const targets = targetsOf(types, compilation, type);
  const isAsInR4 = !targets || base?.targets?.every((target) => targets.includes(target));
  const hasProfiles = urls.some((url) => !baseType(url, compilation.shapes));
  if (isAsInR4 && !hasProfiles) return undefined;
  const isRight = localCheck(urls, targets, compilation);
  if (type === 'canonical') {
    return (value, run) => {
      if (typeof value === 'string' && value.charCodeAt(0) === 35) isRight(value, run);
    };
  }
  return (value, run) => {
    const { reference } = value as { reference?: unknown };
    if (typeof reference !== 'string' || !isRight(reference, run)) return;
    const problem = textProblem(reference, targets);
    if (problem) report(run, 'value', `${problem} (${compilation.name})`);
  };
}
