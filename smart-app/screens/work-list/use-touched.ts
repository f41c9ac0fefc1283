// Which tasks the user has just written: they are read again at once, and do not wait for the stream of changes.
import { useEffect, useRef } from 'react';
import type { Actions } from '../../actions/index.tsx';

/** @param last the task that an action was begun for: a dialog does not say which it has changed */
export function useTouched(
  { busy, undoable, isOpen }: Actions,
  last: string | undefined,
  onTouched: (ids: readonly string[]) => void,
): void {
  const before = useRef({ busy, undoable, isOpen });
  useEffect(() => {
    const was = before.current;
    before.current = { busy, undoable, isOpen };
    const ids = new Set([...was.busy].filter((id) => !busy.has(id)));
    for (const id of undoable.keys()) if (!was.undoable.has(id)) ids.add(id);
    if (was.isOpen && !isOpen && last) ids.add(last);
    if (ids.size) onTouched([...ids]);
  }, [busy, undoable, isOpen, last, onTouched]);
}
