// Extensions wherever they stand: each follows its definition and stands where it may; what is not known is told.
// https://hl7.org/fhir/R4/extensibility.html
import type { StructureDefinition } from '@medplum/fhirtypes';
import { type Check, type Json, type Run, report } from '../run.ts';
import { type Compiled, type Lookup, withoutVersion } from './context.ts';
import { type Node, treeOf } from './node.ts';
import { type Owner, type PlaceCheck, placeCheck } from './place.ts';

/** The urls that a complex extension gives its parts, and those of their parts. */
export type Parts = ReadonlyMap<string, Parts>;

const NO_PARTS: Parts = new Map();

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
  readonly check: Check;
  readonly place: PlaceCheck | undefined;
  readonly parts: Parts;
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

  function definitionOf({ definition, check }: Compiled): Definition {
    const known = read.get(definition);
    if (known) return known;
    const made = { check, place: placeCheck(definition), parts: partsIn(definition) };
    read.set(definition, made);
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
        if (parts && !inner)
          report(run, 'extension', `has the url "${url}", which ${owner.url} does not define`);
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
      const definition = definitionOf(found);
      definition.place?.(owner, run);
      definition.check(extension, run);
      return definition.parts;
    },
  };
}

function partsIn(definition: StructureDefinition): Parts {
  try {
    return partsOf(treeOf(definition));
  } catch {
    return NO_PARTS;
  }
}

function isNew(url: string, { shared }: Run): boolean {
  if (!shared) return true;
  shared.told ??= new Set();
  const isFirst = !shared.told.has(url);
  shared.told.add(url);
  return isFirst;
}
