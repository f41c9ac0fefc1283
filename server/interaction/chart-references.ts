// References out of a patient's chart: a caller who is confined to a patient may not name another patient's resources,
// and does not learn which of them exist. https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import { type Access, type Letter, reach } from '../fhir/access.ts';
import { confinement } from '../fhir/compartment.ts';
import type { Context, Executor } from './context.ts';
import { LETTERS, type PreparedWrite } from './write-pipeline.ts';

/** What the chart of a patient holds, whatever the scopes: the compartment. */
const chartOf = (patient: string): Access => ({
  subject: 'chart',
  patient,
  scopes: [{ level: 'patient', type: '*', letters: new Set<Letter>(['r']) }],
});

/** `Type/id` as its parts. */
export const partsOf = (key: string): { type: string; id: string } => {
  const cut = key.indexOf('/');
  return { type: key.slice(0, cut), id: key.slice(cut + 1) };
};

/**
 * References of confined writes that name nothing in the chart of the caller's patient, there or not, as `Type/id`.
 * Types without patients' data (Practitioner, Organization …) and resources that the same request writes are no matter here.
 */
export async function referencesOutsideChart(
  { store, search }: Context,
  writes: readonly PreparedWrite[],
  access: Access,
  executor?: Executor,
): Promise<string[]> {
  const written = new Set(writes.map(({ version: { type, id } }) => `${type}/${id}`));
  const named = writes
    .filter(({ version: { type, method } }) => reach(access, type, LETTERS[method]) === 'compartment')
    .flatMap(({ references }) => [...references.keys()])
    .filter((key) => !written.has(key))
    .map(partsOf)
    .filter(({ type }) => confinement(type) === 'compartment' && reach(access, type, 'r') !== 'all');
  if (!named.length) return [];
  const types = new Set(named.map(({ type }) => type));
  const visible = await store.visible(
    named,
    search.visibility(chartOf(access.patient!), 'r', types),
    executor,
  );
  return named.map(({ type, id }) => `${type}/${id}`).filter((key) => !visible.has(key));
}
