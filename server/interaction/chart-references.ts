// References out of a patient's chart: a caller who is confined to patients may not name other patients' resources, and does
// not learn which of them exist. https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import { type Access, chartLimits, type Limit, limitsOf } from '../fhir/access.ts';
import { confinement } from '../fhir/compartment.ts';
import type { Context, Executor } from './context.ts';
import { LETTERS, type PreparedWrite } from './write-pipeline.ts';

/** `Type/id` as its parts. */
export const partsOf = (key: string): { type: string; id: string } => {
  const cut = key.indexOf('/');
  return { type: key.slice(0, cut), id: key.slice(cut + 1) };
};

/** Whether a caller who reads a type reads all of it, but for what labels hide. */
const readsAll = (access: Access, type: string): boolean => limitsOf(access, type, 'r')?.length === 0;

/** Whether a caller reads a type in some charts only. A patient may be named all the same: somebody has to register and book. */
const readsInCharts = (access: Access, type: string): boolean =>
  type !== 'Patient' && chartLimits(limitsOf(access, type, 'r') ?? []).length > 0;

/**
 * References of confined writes that name nothing in the charts that the caller reaches, there or not, as `Type/id`; of other
 * writes, those that name what the caller could read in a chart of theirs only.
 * Types without patients' data (Practitioner, Organization …) and resources that the same request writes are no matter here.
 */
export async function referencesOutsideChart(
  { store, search }: Context,
  writes: readonly PreparedWrite[],
  access: Access,
  executor?: Executor,
): Promise<string[]> {
  const written = new Set(writes.map(({ version: { type, id } }) => `${type}/${id}`));
  const outside: string[] = [];
  for (const { version, references } of writes) {
    const charts = chartLimits(limitsOf(access, version.type, LETTERS[version.method]) ?? []);
    if (!references.size) continue;
    const isJudged = charts.length
      ? (type: string) => confinement(type) !== 'shared' && !readsAll(access, type)
      : (type: string) => readsInCharts(access, type);
    const named = [...references.keys()]
      .filter((key) => !written.has(key))
      .map(partsOf)
      .filter(({ type }) => isJudged(type));
    if (!named.length) continue;
    const visible = await visibleIn(charts, named);
    outside.push(...named.map(({ type, id }) => `${type}/${id}`).filter((key) => !visible.has(key)));
  }
  return outside;

  /** In a chart, or, of types that lie in none (Group, Binary …), among what the caller may read. */
  async function visibleIn(charts: readonly Limit[], named: readonly { type: string; id: string }[]) {
    const visible = new Set<string>();
    const isInChart = ({ type }: { type: string }) =>
      charts.length > 0 && confinement(type) === 'compartment';
    for (const [inChart, keys] of Map.groupBy(named, isInChart)) {
      const types = [...new Set(keys.map(({ type }) => type))];
      const seen = inChart
        ? search.visibilities.charts(access, charts, types)
        : search.visibility(access, 'r', types);
      for (const key of await store.visible(keys, seen, executor)) visible.add(key);
    }
    return visible;
  }
}
