// Our profiles: compiled once, run on the resources that claim them or that their codes choose.
// https://hl7.org/fhir/R4/profiling.html
import type { StructureDefinition } from '@medplum/fhirtypes';
import { type Issue, issue } from '../../fhir/errors.ts';
import type { Definitions } from '../load.ts';
import type { Check, Json } from '../run.ts';
import { type CodesOf, type CodeTable, createCodes } from '../structure/codes.ts';
import { MAX_ISSUES } from '../structure/scan.ts';
import { createShapes } from '../structure/shape.ts';
import type { CheckOf, Compilation } from './context.ts';
import { compileTree } from './element.ts';
import { checkExtensions } from './extension.ts';
import { treeOf } from './node.ts';
import { createSelection } from './select.ts';
import { codeTable } from './value-set.ts';

export interface Profiles {
  /** Resource types that a profile of ours constrains. */
  readonly types: readonly string[];
  /** Issues of a resource whose structure is right. */
  validate(resource: Json): Issue[];
  /** URLs of our profiles that apply. */
  profilesFor(resource: Json): string[];
}
interface Compiled {
  readonly type: string;
  check: Check;
}

const FOLDER = '/StructureDefinition/';
const baseOf = (url: string) => url.slice(0, url.indexOf(FOLDER) + FOLDER.length);
const claimsOf = ({ meta }: Json): string[] => {
  const claims = (meta as { profile?: unknown } | undefined)?.profile;
  return Array.isArray(claims)
    ? claims.flatMap((claim) => (typeof claim === 'string' ? claim.split('|')[0]! : []))
    : [];
};

/** Compiles every definition; one may name another, in any order. */
function compileAll(definitions: readonly StructureDefinition[], codesOf: CodesOf): CheckOf {
  const compiled = new Map<string, Compiled>();
  for (const { url, type } of definitions) compiled.set(url!, { type: type!, check: () => undefined });
  const shapes = createShapes();
  for (const definition of definitions) {
    const url = definition.url!;
    const compilation: Compilation = {
      url,
      name: definition.id!,
      codesOf,
      checkOf: (other) => compiled.get(other),
    };
    const check = compileTree(treeOf(definition), definition.type!, compilation, shapes);
    if (check) compiled.get(url)!.check = check;
  }
  return (url) => compiled.get(url);
}

/** What a claim of `meta.profile` is at fault for: it is unknown, is for another type, or is not ours. */
function claimIssue(
  claim: string,
  type: unknown,
  expression: string,
  checkOf: CheckOf,
  isOurs: boolean,
): Issue | undefined {
  const known = checkOf(claim);
  if (known?.type === type) return undefined;
  if (known) return issue('value', `${claim} is a profile of ${known.type}, not of ${type}.`, expression);
  if (isOurs) return issue('not-found', `${claim} is an unknown profile; check the spelling.`, expression);
  const sentence = `${claim} is not a profile of this server; the resource was not checked against it.`;
  return { ...issue('informational', sentence, expression), severity: 'information' };
}

/**
 * Compiles our definitions.
 * @param codes codes of the R4 value sets
 * @throws Error that names the definition and the element when one cannot be checked
 */
export function createProfiles(
  { definitions, valueSets, codeSystems }: Definitions,
  codes: CodeTable,
): Profiles {
  const codesOf = createCodes(codeTable(valueSets, codeSystems), codes);
  const checkOf = compileAll(definitions, codesOf);
  const profiles = definitions.filter(({ kind }) => kind === 'resource');
  const select = createSelection(profiles, codesOf);
  const bases = new Set(definitions.map(({ url }) => baseOf(url!)));
  const isOurs = (url: string) => bases.has(baseOf(url));

  const profilesFor = (resource: Json) => {
    const claimed = claimsOf(resource).filter((claim) => checkOf(claim)?.type === resource.resourceType);
    return [...new Set([...claimed, ...select(resource)])];
  };
  function validate(resource: Json): Issue[] {
    const { resourceType } = resource;
    const issues = claimsOf(resource)
      .slice(0, MAX_ISSUES)
      .flatMap(
        (claim, index) =>
          claimIssue(claim, resourceType, `${resourceType}.meta.profile[${index}]`, checkOf, isOurs(claim)) ??
          [],
      );
    const run = { resource, rootResource: resource, path: [resourceType as string], issues };
    for (const url of profilesFor(resource)) checkOf(url)!.check(resource, run);
    checkExtensions(resource, run, checkOf, isOurs);
    return issues.length > 1 ? distinct(issues).slice(0, MAX_ISSUES) : issues;
  }
  return { types: [...new Set(profiles.map(({ type }) => type!))], validate, profilesFor };
}

/** Two profiles that share a rule say it once. */
function distinct(issues: readonly Issue[]): Issue[] {
  const seen = new Map(
    issues.map((entry) => [
      `${entry.expression} ${entry.details?.coding?.[0]?.code ?? entry.diagnostics}`,
      entry,
    ]),
  );
  return [...seen.values()];
}
