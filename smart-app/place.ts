// Where somebody is in the app when no chart was opened with it: in the fragment of the address, so that back and forward work.
// https://html.spec.whatwg.org/multipage/nav-history-apis.html#navigating-to-a-fragment
import { useMemo, useSyncExternalStore } from 'react';

/** The screens of a session without a patient. */
export const PLACES = ['work-list', 'team', 'admin'] as const;

export type Place =
  | { readonly name: (typeof PLACES)[number] }
  | { readonly name: 'patient'; readonly id: string };

const PATIENT = /^#\/Patient\/([A-Za-z0-9.-]{1,64})$/;

/** The address of a place within the page. */
export const hrefOf = (place: Place): string =>
  place.name === 'patient' ? `#/Patient/${place.id}` : `#/${place.name}`;

export function placeIn(hash: string): Place {
  const [, id] = PATIENT.exec(hash) ?? [];
  if (id) return { name: 'patient', id };
  const name = PLACES.find((one) => hash === `#/${one}` || hash.startsWith(`#/${one}/`));
  return { name: name ?? 'work-list' };
}

const listen = (changed: () => void): (() => void) => {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
};

/** Where somebody is now. */
export function usePlace(): Place {
  const hash = useSyncExternalStore(listen, () => location.hash);
  return useMemo(() => placeIn(hash), [hash]);
}

export const go = (place: Place): void => {
  location.hash = hrefOf(place);
};
