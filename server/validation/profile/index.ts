// Profiles: those that a resource claims, that its codes choose, or that are asked for; extensions; resources inside.
// https://hl7.org/fhir/R4/profiling.html
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Issue } from '../../fhir/errors.ts';
import type { DefinitionSource } from '../definition/source.ts';
import type { Invariants } from '../invariant/index.ts';
import type { Json, Run } from '../run.ts';
import type { CodesOf } from '../structure/codes.ts';
import { createShapes } from '../structure/shape.ts';
import { checkEntries } from './bundle.ts';
import { checkAsked, checkClaims, claimsOf, type Known, profileAt } from './claim.ts';
import { createLookup } from './compile.ts';
import type { Compiled, Lookup } from './context.ts';
import { createExtensions } from './extension.ts';
import { checkInTurn, type Limit, settle } from './later.ts';
import { nested } from './local.ts';
import { createSelection } from './select.ts';
import { servicesOf } from './services.ts';
import { createWalk } from './walk.ts';

export interface Profiles {
  /** Resource types that a profile of ours constrains. */
  readonly types: readonly string[];
  /** Issues of a resource whose structure is right. @param asked canonical URLs of profiles to hold it against as well */
  validate(resource: Json, asked?: readonly string[]): Issue[];
  /** URLs of the profiles that apply: those claimed, and those that the codes choose. */
  profilesFor(resource: Json): string[];
}

/** What profiles are found in and checked with. */
export interface ProfileParts {
  readonly source: DefinitionSource;
  readonly codesOf: CodesOf;
  readonly invariants: Invariants;
  /** Ends a work that takes too long, by throwing. */
  readonly limit: Limit;
  /** Definitions of ours: they are compiled now, and choose resources by code. */
  readonly own: readonly StructureDefinition[];
}

const NOTHING: readonly string[] = [];

/** The profiles that apply to a resource, each once. */
function createApplying(own: readonly StructureDefinition[], codesOf: CodesOf, known: Known) {
  const select = createSelection(own, codesOf);
  return (resource: Json, asked: readonly string[]): Compiled[] => {
    const type = resource.resourceType as string;
    const applying: Compiled[] = [];
    const add = (canonical: unknown) => {
      const profile = profileAt(canonical, type, known);
      if (profile && !applying.includes(profile)) applying.push(profile);
    };
    for (const claim of claimsOf(resource)) add(claim);
    for (const url of select(resource)) add(url);
    for (const canonical of asked) add(canonical);
    return applying;
  };
}

/**
 * Compiles our definitions; others are compiled on their first use.
 * @throws Error that names the definition and the element when one of ours cannot be checked
 */
export function createProfiles({ source, codesOf, invariants, limit, own }: ProfileParts): Profiles {
  const shapes = createShapes();
  const ours = new Set(own.map(({ url }) => url!));
  const servicesFor = (found: Lookup) => servicesOf(codesOf, found, limit);
  const lookup = createLookup({ source, codesOf, shapes, ours, servicesFor });
  const isOwned = (url: string) => source.isOwned(url);
  const known: Known = { lookup, shapes, isOwned };
  const profiles = own.filter(({ kind }) => kind === 'resource');
  for (const url of ours) lookup(url)?.compile();
  const applyingTo = createApplying(profiles, codesOf, known);

  const walk = createWalk(shapes, createExtensions(lookup, isOwned), (resource, run) =>
    checkResource(resource, nested(resource, run), NOTHING),
  );
  function checkResource(resource: Json, run: Run, asked: readonly string[]): void {
    invariants.check(resource, run);
    if (resource.resourceType === 'Bundle') checkEntries(resource, run);
    const claims = claimsOf(resource);
    if (claims.length) checkClaims(claims, resource.resourceType as string, run, known);
    for (const profile of applyingTo(resource, asked)) checkInTurn(profile, profile.check, resource, run);
    walk(resource, run);
  }
  function validate(resource: Json, asked: readonly string[] = NOTHING): Issue[] {
    const type = resource.resourceType as string;
    const issues: Issue[] = [];
    const run: Run = {
      resource,
      rootResource: resource,
      path: [type],
      issues,
      entries: undefined,
      shared: { later: [] },
    };
    if (asked.length) checkAsked(asked, type, run, known);
    checkResource(resource, run, asked);
    settle(run, limit);
    return issues.length > 1 ? distinct(issues).sort(bySeverity) : issues;
  }
  return {
    types: [...new Set(profiles.map(({ type }) => type!))],
    validate,
    profilesFor: (resource) => applyingTo(resource, NOTHING).map(({ definition }) => definition.url!),
  };
}

const RANKS: Readonly<Record<string, number>> = { fatal: 0, error: 0, warning: 1, information: 2 };
/** What makes a resource wrong goes first; else the order in which it was found stays. */
const bySeverity = (a: Issue, b: Issue): number => RANKS[a.severity!]! - RANKS[b.severity!]!;

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
