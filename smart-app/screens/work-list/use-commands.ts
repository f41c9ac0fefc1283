// What is done with a row, by its button or by a letter: the task is read in full first, and has to be what was seen.
// https://hl7.org/fhir/R4/http.html#concurrency
import type { Task } from '@medplum/fhirtypes';
import { useMemo, useRef } from 'react';
import type { Action } from '../../actions/action.ts';
import type { Actions } from '../../actions/index.tsx';
import { mainAction } from '../../actions/offered.ts';
import { useApp } from '../../context.tsx';
import { useSay } from '../../ui/live.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import type { Commands } from './grid-row.tsx';
import type { Row } from './row.ts';
import type { List } from './use-list.ts';
import { readWhole } from './whole.ts';
import { actionFor, isStill, type Wish } from './wish.ts';
import type { Words } from './words.ts';

interface Doing {
  readonly list: List;
  readonly actions: Actions;
  readonly words: Words;
  readonly onOpen: (id: string) => void;
  /** Told what the user works on. */
  readonly onBegin: (id: string) => void;
  /** Told why nothing was done. */
  readonly onRefused: (sentence: string) => void;
}

/** Which action of a task is meant, once it was read in full; a sentence: why there is none. */
type Choose = (task: Task, row: Row) => Action | { refusal: string | undefined };

export function useCommands(doing: Doing): Commands & { readonly wish: (id: string, wish: Wish) => void } {
  const { client, me, user } = useApp();
  const role = user?.role;
  const say = useSay();
  const latest = useRef(doing);
  latest.current = doing;
  /** The task that was last acted on here: its row may lag behind by a moment. */
  const last = useRef<string>(undefined);
  return useMemo(() => {
    const refuse = (sentence: string) => {
      latest.current.onRefused(sentence);
      say(sentence);
    };
    const perform = async (id: string, choose: Choose) => {
      const { list, words, actions, onBegin } = latest.current;
      const row = list.rows.get(id);
      if (!row) return;
      if (!row.patient) return refuse(words.w('refused.patient'));
      try {
        const task = await readWhole(client, row);
        if (!isStill(row.task, task)) {
          const isOwn = last.current === id;
          void list.reread([id], isOwn);
          if (!isOwn) return;
        }
        const action = choose(task, row);
        if (typeof action === 'object') return action.refusal && refuse(action.refusal);
        last.current = id;
        onBegin(id);
        actions.act(action, { patient: row.patient, task });
      } catch (error) {
        refuse(sentenceOf(error, words));
      }
    };
    return {
      open: (id) => latest.current.onOpen(id),
      undo: (id) => latest.current.actions.undo(id),
      dismiss: (id) => latest.current.actions.dismiss(id),
      // The button does what stands on it, or nothing.
      next: (id) =>
        void perform(id, (task, row) => {
          const action = mainAction(task, me, role);
          return action && action === mainAction(row.task, me, role) ? action : { refusal: undefined };
        }),
      wish: (id, wish) =>
        void perform(id, (task) => {
          const refusal = latest.current.words.w(`refused.${wish}`);
          return actionFor(wish, task, me, role) ?? { refusal };
        }),
    };
  }, [client, me, role, say]);
}
