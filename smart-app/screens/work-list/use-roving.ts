// The one row that takes part in the tab order: arrows move it, and the focus goes with it and is never lost.
// https://www.w3.org/WAI/ARIA/apg/practices/keyboard-interface/#kbd_roving_tabindex
import { type FocusEvent, type RefObject, useCallback, useEffect, useMemo, useRef } from 'react';
import { type Entry, keyOf } from './entries.ts';

interface Roving {
  readonly entries: readonly Entry[];
  readonly active: string | undefined;
  readonly onActive: (id: string) => void;
  readonly body: RefObject<HTMLElement | null>;
  /** A dialog is open: it has the focus. */
  readonly isOpen: boolean;
}

/** The row at an index, or the next one in a direction where a group begins there; -1: there is none. */
function rowAt(entries: readonly Entry[], from: number, step: number): number {
  let n = Math.min(Math.max(from, 0), entries.length - 1);
  while (entries[n]?.kind === 'group') n += step;
  return entries[n] ? n : -1;
}

export function useRoving({ entries, active, onActive, body, isOpen }: Roving) {
  const positions = useMemo(() => new Map(entries.map((entry, n) => [keyOf(entry), n])), [entries]);
  const last = useRef(0);
  const found = active === undefined ? undefined : positions.get(active);
  // A row that has gone gives its place to the one that stands there now.
  const here = found ?? rowAt(entries, last.current, 1);
  const current = here < 0 ? rowAt(entries, last.current, -1) : here;
  const wanted = useRef(false);
  const within = useRef(false);

  const focusRow = useCallback(() => {
    body.current?.querySelector<HTMLElement>(`[data-index="${current}"]`)?.focus({ preventScroll: true });
  }, [body, current]);

  useEffect(() => {
    last.current = current;
    const isLost = within.current && !isOpen && document.activeElement === document.body;
    if (wanted.current || isLost) focusRow();
    wanted.current = false;
  });

  /** The focus comes back to the list when a dialog closes whose button has gone meanwhile. */
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    const closed = wasOpen.current && !isOpen;
    wasOpen.current = isOpen;
    if (!closed) return;
    const timer = setTimeout(() => document.activeElement === document.body && focusRow());
    return () => clearTimeout(timer);
  }, [isOpen, focusRow]);

  const moveTo = (from: number, step: number, scrollTo: (index: number) => void) => {
    const index = rowAt(entries, from, step);
    const entry = entries[index];
    if (entry?.kind !== 'row') return;
    wanted.current = true;
    scrollTo(index);
    onActive(entry.id);
  };
  /** Whether the focus is in the rows: from elsewhere, the first move only goes to where one was. */
  const isWithin = () => body.current?.contains(document.activeElement) ?? false;
  const handlers = {
    onFocusCapture: () => {
      within.current = true;
    },
    onBlurCapture: ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget && !body.current?.contains(relatedTarget)) within.current = false;
    },
  };
  return { current, moveTo, isWithin, handlers };
}
