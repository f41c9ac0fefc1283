// What the button of a dialog does: checks what is about to be sent, sends it, and says what was wrong or that it is done.
// https://hl7.org/fhir/R4/http.html#concurrency
import type { Resource } from '@medplum/fhirtypes';
import { useApp } from '../context.tsx';
import type { Actor } from '../fhir/task-change.ts';
import { useLanguage } from '../locales/index.tsx';
import { type Problem, problemsIn } from '../ui/problem.ts';
import type { DialogProps } from './action.ts';
import { useReload } from './index.tsx';
import { takenSentence } from './taken.ts';
import { useCheck } from './use-check.ts';

/** One try of a dialog. */
export interface Attempt {
  /** What is sent, for the app's own check before it; the server checks it again. Absent: nothing of the app's own. */
  readonly resources?: readonly Resource[];
  readonly send: () => Promise<unknown>;
  /** The sentence that says it is done. */
  readonly did: string;
  /** Whether the change of the task can be taken back. */
  readonly undo?: boolean;
}

/**
 * @returns a function for `FormDialog.onSubmit`: it is given who acts (the user, the person behind the role, the moment) and
 *   answers what was wrong, and nothing when it was done
 */
export function useSubmit({ about, onDone }: Pick<DialogProps, 'about' | 'onDone'>) {
  const { client, me, user } = useApp();
  const language = useLanguage();
  const reload = useReload();
  const check = useCheck();
  return async (make: (actor: Actor) => Attempt): Promise<readonly Problem[]> => {
    if (!me) return [{ sentence: language.t('error.nobody') }];
    const author = user?.practitioner;
    const actor = {
      me: { reference: me },
      now: new Date(),
      ...(author && { author: { reference: author } }),
    };
    const { resources = [], send, did, undo } = make(actor);
    try {
      const problems = await check(resources);
      if (problems.length) return problems;
      await send();
    } catch (error) {
      const taken = await takenSentence(client, error, about.task, me, language);
      if (!taken) return problemsIn(error, language, resources);
      await reload();
      return [{ sentence: taken }];
    }
    onDone(did, undo ? about.task?.id : undefined);
    return [];
  };
}
