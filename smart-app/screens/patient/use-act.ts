// From a button to what it does: a change of the task at once, or a dialog that asks first.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { Action } from '../../fhir/task.ts';
import { type Actor, claimed, released, resumed, started } from '../../fhir/task-change.ts';
import { useLanguage } from '../../locales/index.tsx';
import type { Actions } from './use-actions.ts';
import type { useDialog } from './use-dialog.tsx';
import type { Other } from './view.ts';
import { titleOf } from './words.ts';

const AT_ONCE = {
  release: released,
  claim: claimed,
  accept: claimed,
  takeOver: claimed,
  start: started,
  resume: resumed,
} as const satisfies Record<string, (task: Task, actor: Actor) => Task>;

type AtOnce = keyof typeof AT_ONCE;
const isAtOnce = (action: string): action is AtOnce => action in AT_ONCE;

/** `act` does what a button says; refusals stand in `notices` under the task's id until they are dismissed or tried again. */
export function useAct(actions: Actions, show: ReturnType<typeof useDialog>['show']) {
  const { t } = useLanguage();
  const [notices, setNotices] = useState<ReadonlyMap<string, string>>(new Map());

  const notice = (id: string, sentence: string | undefined) =>
    setNotices((before) => {
      const after = new Map(before);
      if (sentence) after.set(id, sentence);
      else after.delete(id);
      return after;
    });

  const act = async (action: Action | Other, task: Task): Promise<void> => {
    if (action === 'handOff') return show({ kind: 'handOff' });
    if (!isAtOnce(action)) return show({ kind: action, task });
    notice(task.id!, undefined);
    const did = t(`did.${action}`, { title: titleOf(task, t) });
    const problems = await actions.change(task, (actor) => AT_ONCE[action](task, actor), did);
    notice(task.id!, problems.map(({ sentence }) => sentence).join(' '));
  };

  return { act, notices, dismiss: (id: string) => notice(id, undefined) };
}
