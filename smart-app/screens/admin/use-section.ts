// In which section of administration somebody is.
// https://html.spec.whatwg.org/multipage/nav-history-apis.html#navigating-to-a-fragment
import { useSyncExternalStore } from 'react';
import { type SectionName, sectionIn } from './sections.ts';

const listen = (changed: () => void): (() => void) => {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
};

/** The section that is shown now. */
export const useSection = (): SectionName => sectionIn(useSyncExternalStore(listen, () => location.hash));
