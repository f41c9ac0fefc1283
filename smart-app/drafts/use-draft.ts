// What is typed into a form, kept until the form is done.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-state.html
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { About } from '../actions/action.ts';
import { useApp } from '../context.tsx';
import { isSame, keyOf } from './draft.ts';
import { createKeeper, type Keeper } from './keeper.ts';
import { useKept } from './kept.tsx';

/**
 * Like `useState`, and outlives the page: a form that is opened again begins with what was typed. The form shows at once;
 * what was kept comes into it when it is read, unless something was typed before that.
 * @param form name of the form, once in the app
 * @param about whose form it is: a draft of one patient or task never shows up for another
 * @returns the value, a setter, and `forget`, which ends the draft; a dialog that is done does so by itself
 */
export function useDraft<T>(
  form: string,
  about: About,
  initial: T | (() => T),
): readonly [T, (value: T) => void, () => void] {
  const { client, me } = useApp();
  const kept = useKept();
  const [began] = useState(initial);
  const [value, setValue] = useState(began);
  const [keeper] = useState<Keeper<T> | undefined>(() =>
    me ? createKeeper<T>(client, me, keyOf(form, about), (isKept) => kept?.setLost(!isKept)) : undefined,
  );
  const isTouched = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a form reads its draft once, when it opens
  useEffect(() => {
    let isOpen = true;
    void keeper?.read().then((draft) => {
      if (!draft || !isOpen || isTouched.current) return;
      setValue(draft.value);
      const drop = () => {
        setValue(began);
        keeper.forget();
        kept?.setRestored(undefined);
      };
      kept?.setRestored({ at: draft.at, drop });
    });
    return () => {
      isOpen = false;
    };
  }, []);

  const forget = () => keeper?.forget();
  // biome-ignore lint/correctness/useExhaustiveDependencies: registered once, while the form is open
  useEffect(() => kept?.onDone(forget), []);
  // Of the layout: it runs before the page is gone, where other effects may not.
  useLayoutEffect(() => () => keeper?.leave(), [keeper]);

  const change = (next: T) => {
    isTouched.current = true;
    setValue(next);
    keeper?.change(isSame(next, began) ? undefined : next);
  };
  return [value, change, forget];
}
