// Which entries of the list are drawn: those in sight of the window and a few beyond, and the one that has the focus.
// https://tanstack.com/virtual/latest/docs/api/virtualizer
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useState } from 'react';
import type { Shape } from './columns.ts';
import { type Entry, keyOf } from './entries.ts';

/** Heights in px; those of blocks are measured once they are drawn. */
export const ROW = 36;
const GROUP = 32;
const BLOCK = 92;
/** Rows that are drawn beyond the edges of the window. */
const OVERSCAN = 10;

/** Where the rows begin, in px from the top of the page; looked at whenever the grid is drawn, as what stands above it changes. */
function useTop(element: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (element.current) setTop(Math.round(element.current.getBoundingClientRect().top + window.scrollY));
  });
  return top;
}

/** @param current index of the entry that has the focus, or would get it: without it the focus would be lost */
export function useDrawn(
  entries: readonly Entry[],
  shape: Shape,
  body: RefObject<HTMLElement | null>,
  current: number,
) {
  const top = useTop(body);
  const virtual = useWindowVirtualizer({
    count: entries.length,
    estimateSize: (n) => (entries[n]?.kind === 'group' ? GROUP : shape.blocks ? BLOCK : ROW),
    getItemKey: (n) => keyOf(entries[n]!),
    overscan: OVERSCAN,
    scrollMargin: top,
    scrollPaddingStart: 2 * ROW,
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range);
      return current < 0 || seen.includes(current) ? seen : [...seen, current].sort((a, b) => a - b);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have other heights as blocks
  useLayoutEffect(() => virtual.measure(), [shape.blocks]);
  /** How many rows the window shows, less what a reader keeps in sight. */
  const page = Math.max(1, Math.floor(window.innerHeight / (shape.blocks ? BLOCK : ROW)) - 3);
  return { virtual, top, page };
}
