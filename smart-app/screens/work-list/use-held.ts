// Whether somebody is at work in the list: as long, rows keep their places, so that nothing jumps under the pointer.
import { type FocusEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';

/** Milliseconds without a movement after which nobody is at work any more. */
const REST = 20_000;

/** @returns whether rows are held, and the handlers of the element that holds them */
export function useHeld() {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const handlers = useMemo(() => {
    const hold = () => {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setHeld(false), REST);
      setHeld(true);
    };
    const release = () => {
      clearTimeout(timer.current);
      setHeld(false);
    };
    return {
      onPointerMove: (event: PointerEvent) => event.pointerType === 'mouse' && hold(),
      onPointerLeave: release,
      onKeyDownCapture: hold,
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) =>
        !currentTarget.contains(relatedTarget) && release(),
    };
  }, []);
  return { held, handlers };
}
