// One source of StructureDefinitions: ours, those of packages, those stored here, and R4's own, each with its snapshot.
// https://hl7.org/fhir/R4/structuredefinition.html
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { R4Definitions } from './read-r4.ts';
import { makeSnapshot } from './snapshot.ts';
import type { DefinitionSource } from './source.ts';
import { compareVersions, splitCanonical } from './version.ts';

export type { DefinitionSource } from './source.ts';

export interface DefinitionParts {
  /** Ours. */
  readonly own: readonly StructureDefinition[];
  /** Those of packages; several versions of one URL may be among them. */
  readonly packages?: readonly StructureDefinition[];
  /** Those stored here at the moment: another list when anything of them has changed. */
  readonly posted?: () => readonly StructureDefinition[];
  /** R4's own: what readR4Definitions() of read-r4.ts makes. */
  readonly r4?: R4Definitions;
}

const NONE: readonly StructureDefinition[] = [];

const NAMESPACE = /^.*\/StructureDefinition\//;

const isProfile = ({ kind, derivation }: StructureDefinition): boolean =>
  kind === 'resource' && derivation === 'constraint';

/** All versions of each URL, the newest first. */
function byUrl(all: readonly StructureDefinition[]): Map<string, readonly StructureDefinition[]> {
  const groups = Map.groupBy(all, ({ url }) => url!);
  return new Map(
    [...groups].map(([url, list]) => [url, list.toSorted((a, b) => compareVersions(b.version, a.version))]),
  );
}

/** The version asked for, or the newest. */
const pick = (versions: readonly StructureDefinition[] | undefined, version: string | undefined) =>
  version === undefined ? versions?.[0] : versions?.find((one) => one.version === version);

/** Gives definitions without a snapshot one, on first use. */
function withSnapshots(find: (canonical: string) => StructureDefinition | undefined) {
  let made = new WeakMap<StructureDefinition, StructureDefinition>();
  const whole = (definition: StructureDefinition): StructureDefinition => {
    if (definition.snapshot?.element?.length) return definition;
    const known = made.get(definition);
    if (known) return known;
    // Found in its own base chain, it is as it came: the chain ends here, without a snapshot.
    made.set(definition, definition);
    const element = makeSnapshot(definition, structure);
    const completed = element ? { ...definition, snapshot: { element } } : definition;
    made.set(definition, completed);
    return completed;
  };
  const structure = (canonical: string): StructureDefinition | undefined => {
    const found = find(canonical);
    return found && whole(found);
  };
  const forget = () => {
    made = new WeakMap();
  };
  return { structure, forget };
}

/** Puts the sources together. Of one URL ours goes before a package's, that before R4's, and that before one stored here. */
export function createDefinitions({
  own,
  packages = [],
  posted = () => NONE,
  r4,
}: DefinitionParts): DefinitionSource {
  const sources = [byUrl(own), byUrl(packages)];
  const namespaces = new Set([...own, ...packages].flatMap(({ url }) => NAMESPACE.exec(url!)?.[0] ?? []));
  let stored = { list: NONE, byUrl: byUrl(NONE) };
  const { structure, forget } = withSnapshots((canonical) => {
    const { url, version } = splitCanonical(canonical);
    for (const source of sources) {
      const found = pick(source.get(url), version);
      if (found) return found;
    }
    const found = r4?.(url);
    return found ? pick([found], version) : pick(stored.byUrl.get(url), version);
  });
  const refresh = () => {
    const list = posted();
    if (list === stored.list) return;
    stored = { list, byUrl: byUrl(list) };
    forget();
  };
  return {
    structure: (canonical) => {
      refresh();
      return structure(canonical);
    },
    profiles: [...own, ...packages].filter(isProfile),
    isOwned: (url) => namespaces.has(NAMESPACE.exec(url)?.[0] ?? ''),
  };
}
