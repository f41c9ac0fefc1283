// What an open form knows of its drafts: that what was typed before is back, that it could not be kept, and that it is done.
// https://www.w3.org/WAI/WCAG22/Understanding/redundant-entry.html
import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react';

/** A draft that was put back into the form. */
export interface Restored {
  /** When it was typed. */
  readonly at: string;
  /** Ends it: the form is as it began. */
  readonly drop: () => void;
}

export interface Kept {
  readonly restored: Restored | undefined;
  readonly setRestored: (restored: Restored | undefined) => void;
  /** The last change could not be kept. */
  readonly isLost: boolean;
  readonly setLost: (isLost: boolean) => void;
  /** Registers what to do when the form is done. @returns what takes it away */
  readonly onDone: (forget: () => void) => () => void;
}

const Context = createContext<Kept | undefined>(undefined);

/** @param children given what a form that is done calls */
export function KeptDrafts({ children }: { children: (forget: () => void) => ReactNode }) {
  const [restored, setRestored] = useState<Restored>();
  const [isLost, setLost] = useState(false);
  const forgets = useRef(new Set<() => void>());
  const kept = useMemo<Kept>(
    () => ({
      ...{ restored, setRestored, isLost, setLost },
      onDone: (forget) => {
        forgets.current.add(forget);
        return () => forgets.current.delete(forget);
      },
    }),
    [restored, isLost],
  );
  return (
    <Context value={kept}>
      {children(() => {
        for (const forget of forgets.current) forget();
      })}
    </Context>
  );
}

/** Undefined outside of the dialogs of actions. */
export const useKept = (): Kept | undefined => useContext(Context);
