// Canonical URLs with versions, and which of two versions is the newer one.
// https://hl7.org/fhir/R4/references.html#canonical · https://semver.org/#spec-item-11

/** `url|version` -> its parts. */
export function splitCanonical(canonical: string): { url: string; version: string | undefined } {
  const [url, version] = canonical.split('|');
  return { url: url!, version: version || undefined };
}

/** Numbers by value, words by their letters, a number before a word. */
function comparePart(a: string, b: string): number {
  const [numberA, numberB] = [a, b].map((part) => /^\d+$/.test(part));
  if (numberA && numberB) return Number(a) - Number(b);
  if (numberA !== numberB) return numberA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareDotted(a: string, b: string): number {
  const [partsA, partsB] = [a.split('.'), b.split('.')];
  for (let n = 0; n < Math.max(partsA.length, partsB.length); n++) {
    const [partA, partB] = [partsA[n], partsB[n]];
    if (partA === undefined || partB === undefined) return partA === undefined ? -1 : 1;
    const order = comparePart(partA, partB);
    if (order) return order;
  }
  return 0;
}

/** Below 0 when `a` is the older one; `7.0.0-ballot` is older than `7.0.0`, and no version is the oldest. */
export function compareVersions(a = '', b = ''): number {
  if (!a || !b) return Number(Boolean(a)) - Number(Boolean(b));
  const [[releaseA, draftA], [releaseB, draftB]] = [a, b].map((version) => {
    const cut = version.search(/[-+]/);
    return cut < 0 ? [version, ''] : [version.slice(0, cut), version.slice(cut + 1)];
  }) as [[string, string], [string, string]];
  const order = compareDotted(releaseA, releaseB);
  if (order) return order;
  if (!draftA || !draftB) return draftA === draftB ? 0 : draftA ? -1 : 1;
  return compareDotted(draftA, draftB);
}
