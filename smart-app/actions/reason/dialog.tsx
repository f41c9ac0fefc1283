// Suspending a task or returning a hand-off: both ask for the reason, and for nothing else.
// https://hl7.org/fhir/R4/task-definitions.html#Task.statusReason
import { TextInput } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import { type Actor, held, returned } from '../../fhir/task-change.ts';
import { useLanguage } from '../../locales/index.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import { titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import { useSubmit } from '../use-submit.ts';

const REASON = 'Task.statusReason';
const CHANGE = { hold: held, return: returned } as const satisfies Record<
  string,
  (task: Task, actor: Actor, reason: string) => Task
>;

export function ReasonDialog({ kind, ...props }: DialogProps & { kind: keyof typeof CHANGE }) {
  const { about, patient, onClose } = props;
  const task = about.task!;
  const language = useLanguage();
  const { t } = language;
  const { client } = useApp();
  const send = useSubmit(props);
  const [reason, setReason] = useDraft(kind, about, '');

  const submit = async () => {
    if (!reason.trim()) return [{ field: REASON, sentence: t(`${kind}.missing`) }];
    return send((actor) => {
      const next = CHANGE[kind](task, actor, reason.trim());
      const did = t(`did.${kind}`, { title: titleOf(task, t) });
      return { resources: [next], send: () => client.update(next), did, undo: true };
    });
  };

  return (
    <FormDialog
      title={t(`${kind}.title`)}
      identity={identityOf(patient, language)}
      submit={t(`${kind}.submit`)}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>{titleOf(task, t)}</p>
          <TextInput
            data-autofocus
            required
            name={REASON}
            label={t(`${kind}.reason`)}
            value={reason}
            error={problem(REASON)}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  );
}
