// Single letters as commands, anywhere on the screen except in fields and dialogs.
// https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts.html
import { useEffect, useEffectEvent } from 'react';

export type Letters = Readonly<Record<string, () => void>>;

const BUSY = 'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]';

/** @param enabled the user has not switched them off, and no dialog is open */
export function useLetters(letters: Letters, enabled: boolean): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey, target, defaultPrevented } = event;
    if (defaultPrevented || ctrlKey || metaKey || altKey || !Object.hasOwn(letters, key)) return;
    if (target instanceof Element && target.closest(BUSY)) return;
    event.preventDefault();
    letters[key]!();
  });
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => press(event);
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [enabled]);
}
