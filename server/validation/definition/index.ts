// One source of StructureDefinitions: ours, those of packages, those stored here, and R4's own, each with its snapshot.
// https://hl7.org/fhir/R4/structuredefinition.html
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { R4Definitions } from './read-r4.ts';
import { makeSnapshot } from './snapshot.ts';
import type { DefinitionSource, Origin } from './source.ts';
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

/** Most definitions that are based on one another in a row, or built into one another. */
const MAX_CHAIN = 100;
/** Elements of snapshots made here that are kept at once; with more, all are made anew when they are needed. */
const MAX_KEPT = 500_000;

/** Gives definitions without a snapshot one, on first use. May be ended at any moment: what is kept is always whole. */
function withSnapshots(find: (canonical: string) => StructureDefinition | undefined) {
  let made = new WeakMap<StructureDefinition, StructureDefinition>();
  let kept = 0;
  const forget = () => {
    made = new WeakMap();
    kept = 0;
  };
  const keep = (definition: StructureDefinition, completed: StructureDefinition): StructureDefinition => {
    kept += completed.snapshot?.element?.length ?? 0;
    if (kept > MAX_KEPT) forget();
    made.set(definition, completed);
    return completed;
  };
  const whole = (
    definition: StructureDefinition,
    above: readonly StructureDefinition[],
  ): StructureDefinition => {
    if (definition.snapshot?.element?.length) return definition;
    const known = made.get(definition);
    if (known) return known;
    // Found in its own base chain, it is as it came: the chain ends here, without a snapshot.
    if (above.includes(definition) || above.length >= MAX_CHAIN) return definition;
    const within = [...above, definition];
    const element = makeSnapshot(definition, (canonical) => structure(canonical, within));
    if (element) return keep(definition, { ...definition, snapshot: { element } });
    // Of one in a chain nothing is kept: by itself it may well get a snapshot.
    return above.length ? definition : keep(definition, definition);
  };
  const structure = (
    canonical: string,
    above: readonly StructureDefinition[] = [],
  ): StructureDefinition | undefined => {
    const found = find(canonical);
    return found && whole(found, above);
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
  const sources = [
    [byUrl(own), 'ours'],
    [byUrl(packages), 'others'],
  ] as const;
  const namespaces = new Set([...own, ...packages].flatMap(({ url }) => NAMESPACE.exec(url!)?.[0] ?? []));
  let stored = { list: NONE, byUrl: byUrl(NONE) };
  const locate = (canonical: string): [StructureDefinition, Origin] | undefined => {
    const { url, version } = splitCanonical(canonical);
    for (const [source, origin] of sources) {
      const found = pick(source.get(url), version);
      if (found) return [found, origin];
    }
    const published = r4?.(url);
    if (published) return pick([published], version) && [published, 'others'];
    const found = pick(stored.byUrl.get(url), version);
    return found && [found, 'stored'];
  };
  const { structure, forget } = withSnapshots((canonical) => locate(canonical)?.[0]);
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
    find: (canonical) => {
      refresh();
      const [definition, origin] = locate(canonical) ?? [];
      return definition && { definition, origin: origin! };
    },
    profiles: [...own, ...packages].filter(isProfile),
    isOwned: (url) => namespaces.has(NAMESPACE.exec(url)?.[0] ?? ''),
  };
}
