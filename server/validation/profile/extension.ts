// Extensions wherever they stand: each follows its definition and stands where it may; what is not known is told.
// https://hl7.org/fhir/R4/extensibility.html
import type { StructureDefinition } from '@medplum/fhirtypes';
import { type Json, type Run, report } from '../run.ts';
import { type Compiled, type Lookup, withoutVersion } from './context.ts';
import { checkInTurn } from './later.ts';
import type { Node } from './node.ts';
import { type Owner, type PlaceCheck, placeCheck } from './place.ts';

/** The urls that a complex extension gives its parts, and those of their parts. */
export type Parts = ReadonlyMap<string, Parts>;

function partsOf(node: Node): Parts {
  const slices = node.children.get('extension')?.slices.values() ?? [];
  return new Map(
    [...slices].flatMap((slice) => {
      const { fixedUri, patternUri } = (slice.children.get('url')?.definition ?? {}) as {
        fixedUri?: string;
        patternUri?: string;
      };
      const url = fixedUri ?? patternUri;
      return url ? [[url, partsOf(slice)] as const] : [];
    }),
  );
}

/** An extension's definition, as far as it is read wherever the extension stands. */
interface Definition {
  /** Its place, its content, and the urls of its parts where the walk does not see to them. */
  readonly check: (extension: unknown, owner: Owner, run: Run) => void;
  /** Undefined for one that others made: what it says of its parts may take long to read. */
  readonly parts: Parts | undefined;
}

const isAbsolute = (url: string) => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(url);

export interface Extensions {
  /** Adds the issues of one extension. @returns the urls that its parts may have; undefined when anything may */
  check(
    extension: Json,
    owner: Owner,
    parts: Parts | undefined,
    isModifier: boolean,
    run: Run,
  ): Parts | undefined;
}

/**
 * Makes the check of extensions. An unknown one is told once a url, as information, since a receiver may leave it aside;
 * an unknown modifier as a warning, since a receiver may not.
 * @param isOwned whether all definitions of a url's namespace are known
 */
export function createExtensions(lookup: Lookup, isOwned: (url: string) => boolean): Extensions {
  const read = new WeakMap<StructureDefinition, Definition>();

  function definitionOf(found: Compiled): Definition {
    const known = read.get(found.definition);
    if (known) return known;
    const made = found.origin === 'ours' ? ofOurs(found) : ofOthers(found);
    read.set(found.definition, made);
    return made;
  }

  function reportUnknown(url: string, isModifier: boolean, run: Run): void {
    const known = lookup(url);
    if (known) report(run, 'extension', `has the url ${url}, which defines a ${known.type} and no extension`);
    else if (isOwned(withoutVersion(url)))
      report(run, 'extension', `has the url ${url}, which is not an extension of ours; check the spelling`);
    else if (isModifier) {
      const problem = `is a modifier extension that is not known here (${url}): what it modifies was not checked`;
      report(run, 'extension', problem, { severity: 'warning' });
    } else if (isNew(url, run))
      report(run, 'informational', `is an extension that is not known here (${url}), and was not checked`, {
        severity: 'information',
      });
  }

  return {
    check(extension, owner, parts, isModifier, run) {
      const url = extension.url as string;
      if (owner.type === 'Extension' && !isAbsolute(url)) {
        const inner = parts?.get(url);
        if (parts && !inner) reportPart(url, owner.url!, run);
        return inner;
      }
      if (!isAbsolute(url)) {
        report(
          run,
          'extension',
          `has the url "${url}"; outside of another extension it must be an absolute URL`,
        );
        return undefined;
      }
      const found = lookup(url);
      if (found?.type !== 'Extension') {
        reportUnknown(url, isModifier, run);
        return undefined;
      }
      const { check, parts: inside } = definitionOf(found);
      checkInTurn(found, (value, here) => check(value, owner, here), extension, run);
      return inside;
    },
  };
}

/** Undefined, for anything may stand there, when the definition has no elements to tell. */
function partsIn({ tree }: Compiled): Parts | undefined {
  try {
    return partsOf(tree());
  } catch {
    return undefined;
  }
}

function ofOurs(found: Compiled): Definition {
  const place = placeCheck(found.definition);
  const check: Definition['check'] = (extension, owner, run) => {
    place?.(owner, run);
    found.check(extension, run);
  };
  return { check, parts: partsIn(found) };
}

function ofOthers(found: Compiled): Definition {
  const { definition } = found;
  let read: { place: PlaceCheck | undefined; parts: Parts | undefined } | undefined;
  const check: Definition['check'] = (extension, owner, run) => {
    read ??= { place: placeCheck(definition), parts: partsIn(found) };
    read.place?.(owner, run);
    found.check(extension, run);
    if (read.parts) checkParts(extension as Json, definition.url!, read.parts, run);
  };
  return { check, parts: undefined };
}

const reportPart = (url: string, owner: string, run: Run): void =>
  report(run, 'extension', `has the url "${url}", which ${owner} does not define`);

/** Reports parts whose relative urls an extension does not define. The path at hand is the extension's. */
function checkParts({ extension }: Json, owner: string, parts: Parts, run: Run): void {
  if (!Array.isArray(extension)) return;
  for (const [index, part] of (extension as Json[]).entries()) {
    const url = part.url as string;
    if (isAbsolute(url)) continue;
    const inner = parts.get(url);
    run.path.push('extension', index);
    if (inner) checkParts(part, url, inner, run);
    else reportPart(url, owner, run);
    run.path.length -= 2;
  }
}

function isNew(url: string, { shared }: Run): boolean {
  if (!shared) return true;
  shared.told ??= new Set();
  const isFirst = !shared.told.has(url);
  shared.told.add(url);
  return isFirst;
}
