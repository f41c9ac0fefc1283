// The profiles that a resource names in meta.profile, and those that a caller names.
// https://hl7.org/fhir/R4/resource-definitions.html#Meta.profile

import { isA } from '../../fhir/elements.ts';
import { type Issue, issue } from '../../fhir/errors.ts';
import { add, expressionOf, type Json, type Run } from '../run.ts';
import { MAX_ISSUES } from '../structure/scan.ts';
import type { Shapes } from '../structure/shape.ts';
import { baseType, type Compiled, type Lookup, withoutVersion } from './context.ts';

const NOTHING: readonly unknown[] = [];

/** The claims of a resource, as they stand; more than can be answered are left aside. */
export function claimsOf({ meta }: Json): readonly unknown[] {
  const claims = (meta as { profile?: unknown } | undefined)?.profile;
  if (!Array.isArray(claims)) return NOTHING;
  return claims.length > MAX_ISSUES ? claims.slice(0, MAX_ISSUES) : claims;
}

/** Where profiles are looked up. */
export interface Known {
  readonly lookup: Lookup;
  readonly shapes: Shapes;
  isOwned(url: string): boolean;
}

/** The profile that a canonical names, if it is one for resources of the type; R4's types themselves demand nothing more. */
export function profileAt(canonical: unknown, type: string, { lookup, shapes }: Known): Compiled | undefined {
  if (typeof canonical !== 'string' || baseType(canonical, shapes)) return undefined;
  const known = lookup(canonical);
  return known && isA(type, known.type) ? known : undefined;
}

const informing = (sentence: string, expression: string): Issue => ({
  ...issue('informational', sentence, expression),
  severity: 'information',
});

/** What a claim is at fault for: it is unknown, is for another type, or is of others. */
function claimIssue(claim: string, type: string, expression: string, known: Known): Issue | undefined {
  const wanted = baseType(claim, known.shapes) ?? known.lookup(claim)?.type;
  if (wanted) {
    if (isA(type, wanted)) return undefined;
    return issue('value', `${claim} is a profile of ${wanted}, not of ${type}.`, expression);
  }
  if (known.isOwned(withoutVersion(claim)))
    return issue('not-found', `${claim} is an unknown profile; check the spelling.`, expression);
  const sentence = `${claim} is not a profile of this server; the resource was not checked against it.`;
  return informing(sentence, expression);
}

/** Reports the claims of the resource at hand that are not followed up. */
export function checkClaims(claims: readonly unknown[], type: string, run: Run, known: Known): void {
  for (let index = 0; index < claims.length; index++) {
    const claim = claims[index];
    if (typeof claim !== 'string') continue;
    if (profileAt(claim, type, known)) continue;
    const found = claimIssue(claim, type, `${expressionOf(run.path)}.meta.profile[${index}]`, known);
    if (found) add(run, found);
  }
}

/** Reports a profile that the caller asked for and that cannot be held against the resource. */
export function checkAsked(asked: readonly string[], type: string, run: Run, known: Known): void {
  for (const canonical of asked) {
    const found = claimIssue(canonical, type, type, known);
    if (!found) continue;
    const isUnknown = found.severity === 'information' || found.code === 'not-found';
    const sentence = `The profile ${canonical} is not known here. Load its package, or check the spelling.`;
    add(run, isUnknown ? issue('not-found', sentence) : found);
  }
}
