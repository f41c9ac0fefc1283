// Brings focus to the eight-second line when the row or button that had it is gone, so that the keyboard never loses its place.
// https://www.w3.org/WAI/ARIA/apg/practices/keyboard-interface/
import { useEffect, useRef } from 'react';

/** How long a closing dialog may take to give focus back by itself, in ms. */
const SETTLED = 150;

/** The element to give focus to; whether focus was lost is checked when the work changes and when a dialog closes. */
export function useFocusHome(work: unknown, dialogOpen: boolean) {
  const home = useRef<HTMLDivElement>(null);
  const last = useRef<Element>(null);

  useEffect(() => {
    const remember = (event: FocusEvent) => {
      last.current = event.target as Element;
    };
    document.addEventListener('focusin', remember);
    return () => document.removeEventListener('focusin', remember);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what can take a row or a button away
  useEffect(() => {
    const timer = setTimeout(() => {
      const lost = last.current && !last.current.isConnected && document.activeElement === document.body;
      if (lost) home.current?.focus();
    }, SETTLED);
    return () => clearTimeout(timer);
  }, [work, dialogOpen]);

  return home;
}
