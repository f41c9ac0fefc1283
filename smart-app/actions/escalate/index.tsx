// Passing on what somebody else must judge: what it is decides who gets it and how soon, and the dialog says so before it is sent.
// https://hl7.org/fhir/R4/task.html · docs/scope-of-practice.md
import { NativeSelect, Radio, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import {
  alertOf,
  askingTask,
  dueFor,
  isNotedOn,
  isPressing,
  type Kind,
  kindsFor,
  noted,
  supervisors,
  triager,
  URGENCIES,
  type Urgency,
} from '../../fhir/escalation.ts';
import { nextBusinessDay } from '../../fhir/handoff.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icons.tsx';
import { identityOf } from '../../ui/identity.ts';
import type { Problem } from '../../ui/problem.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { saidOf } from '../../ui/time.ts';
import { personSaid, titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import classes from '../dialogs.module.css';
import { useSubmit } from '../use-submit.ts';
import own from './escalate.module.css';
import { useWords } from './words.ts';

const KIND = 'Task.code';
const WORDS = 'Task.note';

interface Draft {
  kind?: Kind;
  words: string;
  urgency: Urgency;
}

/** Who can get it: the clinician of the team, and a supervisor. */
function useReceivers(patient: string) {
  const { client, me } = useApp();
  const clinician = useQuery({
    queryKey: ['record', patient, 'triager'],
    queryFn: async () => (await triager(client, patient)) ?? null,
  });
  const others = useQuery({ queryKey: ['supervisors'], queryFn: () => supervisors(client) });
  const supervisor = others.data?.find(({ reference }) => reference !== me);
  return {
    clinician: clinician.data ?? undefined,
    supervisor,
    hasNoSupervisor: others.data !== undefined && !supervisor,
    failure: clinician.error ?? others.error ?? undefined,
  };
}

export default function EscalateDialog(props: DialogProps) {
  const { about, patient, onClose } = props;
  const { task } = about;
  const words = useWords();
  const { t, w, locale } = words;
  const { client, me, user } = useApp();
  const send = useSubmit(props);
  const receivers = useReceivers(about.patient);
  const [draft, setDraft] = useDraft<Draft>('escalate', about, { words: '', urgency: 'today' });
  const change = (more: Partial<Draft>) => setDraft({ ...draft, ...more });
  const { kind, urgency } = draft;
  const pressing = kind !== undefined && isPressing(kind);
  const receiver = kind === 'supervisor' ? receivers.supervisor : receivers.clinician;
  const name = receiver ? personSaid(receiver, t) : w('team');
  const due = dueFor(urgency, new Date(), nextBusinessDay);

  const submit = async (): Promise<readonly Problem[]> => {
    const said = draft.words.trim();
    const missing = [
      ...(kind ? [] : [{ field: KIND, sentence: w('missingKind') }]),
      ...(said ? [] : [{ field: WORDS, sentence: w('missingWords') }]),
      ...(kind === 'supervisor' && receivers.hasNoSupervisor ? [{ sentence: w('noSupervisor') }] : []),
      ...(kind === 'clinical' && !receiver ? [{ sentence: w('nobody') }] : []),
    ];
    if (missing.length || !kind) return missing;
    const escalation = { patient: patient.id!, task, words: said, to: receiver?.reference };
    return send((actor) => {
      const did = w(`did.${kind}`, { name });
      if (!isPressing(kind)) {
        const asking = askingTask(escalation, kind, { urgency, due }, actor);
        return { resources: [asking], send: () => client.create(asking), did };
      }
      if (!isNotedOn(task, me)) return { send: () => client.create(alertOf(escalation, kind, actor)), did };
      const next = noted(task, kind, said, actor);
      return { resources: [next], send: () => client.update(next), did, undo: true };
    });
  };

  return (
    <FormDialog
      title={w('title')}
      identity={identityOf(patient, words)}
      submit={w('submit')}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {task && <p>{w('about', { title: titleOf(task, t) })}</p>}
          {receivers.failure !== undefined && <Refusal sentence={sentenceOf(receivers.failure, words)} />}
          <Radio.Group
            name={KIND}
            label={w('kind')}
            required
            value={kind ?? ''}
            onChange={(value) => change({ kind: value as Kind })}
            error={problem(KIND)}
          >
            <div className={classes.choices}>
              {kindsFor(user?.role).map((one, index) => (
                <Radio
                  key={one}
                  value={one}
                  label={w(`kind.${one}`)}
                  data-autofocus={index === 0 || undefined}
                />
              ))}
            </div>
          </Radio.Group>
          {kind === 'crisis' && (
            <p className={own.danger}>
              <Icon name="late" />
              <span>{w('danger')}</span>
            </p>
          )}
          <Textarea
            name={WORDS}
            required
            label={w(`words.${kind ?? 'none'}`)}
            autosize={false}
            rows={3}
            value={draft.words}
            error={problem(WORDS)}
            onChange={(event) => change({ words: event.currentTarget.value })}
          />
          {kind && !pressing && (
            <NativeSelect
              label={w('urgency')}
              value={urgency}
              onChange={(event) => change({ urgency: event.currentTarget.value as Urgency })}
              data={URGENCIES.map((one) => ({ value: one, label: w(`urgency.${one}`) }))}
            />
          )}
          <div role="status" className={own.follows}>
            {kind && <p>{w(`to.${kind}`, { name, when: saidOf(due, new Date(), locale) })}</p>}
            {pressing && isNotedOn(task, me) && <p>{w('waits')}</p>}
          </div>
        </>
      )}
    </FormDialog>
  );
}
