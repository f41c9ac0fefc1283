// What the app keeps for a person between launches, on the server: one Basic for each key, which nobody else may read.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-state.html
import type { Basic } from '@medplum/fhirtypes';
import { type Client, query } from './client.ts';
import { APP_STATE, APP_STATE_DATA, CATEGORY } from './systems.ts';

/** What finds the one resource of a key. */
const where = (me: string, key: string) => ({ identifier: `${APP_STATE}|${escaped(key)}`, subject: me });

/** A value inside a search parameter. https://hl7.org/fhir/R4/search.html#escaping */
const escaped = (text: string): string => text.replace(/[\\,$|]/g, (letter) => `\\${letter}`);

const isBasic = (resource: { resourceType: string }): resource is Basic => resource.resourceType === 'Basic';

/** The value as text that JSON makes; what a browser or a person changed to something else is no state. */
function parsed<T>(text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/**
 * The state that a person's app keeps under a key; undefined when it keeps none.
 * @param me the user as a reference (`PractitionerRole/nurse`)
 * @param key names the state, once in the app: `work-list/views`
 */
export async function readState<T>(client: Client, me: string, key: string): Promise<T | undefined> {
  const { resources } = await client.search('Basic', where(me, key), 1);
  const state = resources.filter(isBasic).find(({ subject }) => subject?.reference === me);
  return parsed<T>(state?.extension?.find(({ url }) => url === APP_STATE_DATA)?.valueString);
}

/**
 * Keeps a state in place of what was kept under the key before.
 * @param value becomes JSON
 * @param last the page is being left: the request outlives it
 */
export async function saveState(
  client: Client,
  me: string,
  key: string,
  value: unknown,
  last = false,
): Promise<void> {
  const state: Basic = {
    resourceType: 'Basic',
    extension: [{ url: APP_STATE_DATA, valueString: JSON.stringify(value) }],
    identifier: [{ system: APP_STATE, value: key }],
    code: { coding: [{ system: CATEGORY, code: 'app-state' }] },
    subject: { reference: me },
  };
  await client.updateWhere(state, where(me, key), last);
}

/** Ends what is kept under a key; nothing happens where nothing is kept. */
export async function dropState(client: Client, me: string, key: string): Promise<void> {
  const url = `Basic?${query(where(me, key))}`;
  await client.transaction([{ request: { method: 'DELETE', url } }]);
}
