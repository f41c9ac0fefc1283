// Which dialog of the patient screen is open, and what its answer does.
// https://hl7.org/fhir/R4/task.html
import type { Patient, Task } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import type { Client } from '../../fhir/client.ts';
import { handoffEntries } from '../../fhir/handoff.ts';
import { type Actor, type Completion, completed, held, returned } from '../../fhir/task-change.ts';
import { useLanguage } from '../../locales/index.tsx';
import type { Problem } from '../../ui/problem.ts';
import { identityOf } from './banner.tsx';
import { CompleteDialog } from './complete-dialog.tsx';
import { type HandoffAnswer, HandoffDialog } from './handoff-dialog.tsx';
import { ReasonDialog } from './reason-dialog.tsx';
import type { Actions } from './use-actions.ts';
import { type Check, useCheck } from './use-check.ts';
import { titleOf } from './words.ts';

type Open = { kind: 'complete' | 'hold' | 'return'; task: Task } | { kind: 'handOff' };

interface DialogDeps {
  client: Client;
  patient: Patient;
  me: string | undefined;
  now: Date;
  actions: Actions;
  navigation: readonly Task[];
}

/** The dialogs of the screen: `show` opens one, `element` is the open one. */
export function useDialog(deps: DialogDeps): { show: (open: Open) => void; element: ReactNode } {
  const [open, show] = useState<Open>();
  const close = () => show(undefined);
  const element = open && <OpenDialog {...deps} open={open} close={close} />;
  return { show, element };
}

type OpenProps = DialogDeps & { open: Open; close: () => void };
type FormProps = OpenProps & { check: Check };

function OpenDialog({ open, ...rest }: OpenProps) {
  const props = { ...rest, check: useCheck() };
  return open.kind === 'handOff' ? <HandingOff {...props} /> : <Changing {...props} open={open} />;
}

/** Closes the dialog when the thing was done; what was wrong stays in it. */
async function settle(doing: Promise<readonly Problem[]>, close: () => void): Promise<readonly Problem[]> {
  const problems = await doing;
  if (!problems.length) close();
  return problems;
}

function HandingOff({
  client,
  patient,
  me,
  now,
  actions,
  navigation,
  check,
  close,
}: Omit<FormProps, 'open'>) {
  const language = useLanguage();
  const { t } = language;
  const handOff = ({ plan, clinician, summary }: HandoffAnswer) => {
    const handoff = {
      patient: patient.id!,
      plan,
      clinician: { reference: clinician.reference },
      summary,
      description: t('handoff.description'),
      open: navigation,
    };
    const did = t('did.handOff', { name: clinician.name });
    return actions.create((actor) => handoffEntries(handoff, actor), did, check);
  };
  return (
    <HandoffDialog
      {...{ client, now, me, open: navigation, patient: patient.id! }}
      identity={identityOf(patient, language)}
      onHandOff={(answer) => settle(handOff(answer), close)}
      onClose={close}
    />
  );
}

function Changing({
  client,
  patient,
  actions,
  open,
  check,
  close,
}: FormProps & { open: Extract<Open, { task: Task }> }) {
  const language = useLanguage();
  const { t } = language;
  const { kind, task } = open;
  const did = t(`did.${kind}`, { title: titleOf(task, t) });
  const shared = { task, identity: identityOf(patient, language), onClose: close };
  const change = (next: (actor: Actor) => Task) => settle(actions.change(task, next, did, check), close);
  if (kind === 'complete') {
    const complete = (answer: Completion) => change((actor) => completed(task, actor, answer));
    return <CompleteDialog {...shared} {...{ client, patient: patient.id! }} onComplete={complete} />;
  }
  const give = kind === 'hold' ? held : returned;
  return (
    <ReasonDialog
      {...shared}
      kind={kind}
      onReason={(reason) => change((actor) => give(task, actor, reason))}
    />
  );
}
