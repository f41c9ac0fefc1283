// Handing a patient over to the other side: to whom, why now, and by when; the server collects the summary.
// https://hl7.org/fhir/R4/task.html
import { NativeSelect, Radio, Textarea, TextInput } from '@mantine/core';
import type { ParametersParameter } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import type { Side } from '../../fhir/handoff.ts';
import { sideOfRole, type Taker, takersOf, usualSide } from '../../fhir/takers.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { personSaid } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import classes from '../dialogs.module.css';
import { useActions } from '../index.tsx';
import { useSubmit } from '../use-submit.ts';
import { Before } from './before.tsx';
import { type Missing, missingIn } from './missing.ts';
import { MissingList } from './missing-list.tsx';
import { useWords } from './words.ts';

const TO = 'Task.owner';
const REASON = 'Task.reasonCode';
const NOTE = 'Task.note';
const SIDES: readonly Side[] = ['coordination', 'navigation'];

interface Draft {
  side: Side;
  to: string;
  reason: string;
  urgent: boolean;
  note: string;
}

const parametersOf = ({ side, reason, urgent, note }: Draft, to: Taker): ParametersParameter[] => [
  { name: 'owner', valueReference: { reference: to.reference } },
  { name: 'reason', valueString: reason.trim() },
  { name: 'direction', valueCode: side },
  { name: 'urgent', valueBoolean: urgent },
  ...(note.trim() ? [{ name: 'note', valueString: note.trim() }] : []),
];

const focusOn = (name: string): void => document.getElementsByName(name)[0]?.focus();

export default function HandoffDialog(props: DialogProps) {
  const { about, patient, onClose } = props;
  const language = useWords();
  const { w, t } = language;
  const { client, me, user } = useApp();
  const { act } = useActions();
  const send = useSubmit(props);
  const [draft, setDraft] = useDraft<Draft>('handOff', about, () => ({
    ...{ side: usualSide(user?.role), to: '', reason: '', urgent: false, note: '' },
  }));
  const [missing, setMissing] = useState<readonly Missing[]>([]);
  const { side, reason, urgent, note } = draft;
  const takers = useQuery({ queryKey: ['takers', side], queryFn: () => takersOf(client, side) });
  const choices = (takers.data ?? []).filter((one) => one.reference !== me);
  const taker = choices.find((one) => one.reference === draft.to) ?? choices[0];
  const nameSaid = (one: Taker) => (one.isPool ? w('to.pool', { name: one.name }) : personSaid(one, t));
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });

  const submit = async () => {
    const absent = [
      ...(taker ? [] : [{ field: TO, sentence: w('to.missing') }]),
      ...(reason.trim() ? [] : [{ field: REASON, sentence: w('reason.missing') }]),
    ];
    if (absent.length || !taker) return absent;
    let found: readonly Missing[] = [];
    const problems = await send(() => ({
      send: () =>
        client
          .operation(`Patient/${patient.id}/$handoff`, { input: parametersOf(draft, taker) })
          .catch((error: unknown) => {
            found = missingIn(error);
            throw error;
          }),
      did: w(`did.${side}`, { name: taker.name }),
    }));
    setMissing(found);
    return found.length ? [] : problems;
  };

  const mend = {
    'barrier-screen': () => act('screen', { patient: about.patient }),
    owner: () => focusOn(TO),
    side: () => focusOn(TO),
    reason: () => focusOn(REASON),
    phase: () => change({ side: side === 'coordination' ? 'navigation' : 'coordination', to: '' }),
  };

  return (
    <FormDialog
      title={w(`title.${side}`)}
      identity={identityOf(patient, language)}
      submit={w(`submit.${side}`)}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {missing.length > 0 && <MissingList missing={missing} mend={mend} />}
          {takers.error && <Refusal sentence={sentenceOf(takers.error, language)} />}
          {takers.data && choices.length === 0 && <Refusal sentence={w('to.nobody')} />}
          {!sideOfRole(user?.role) && (
            <Radio.Group
              label={w('direction')}
              value={side}
              onChange={(value) => change({ side: value as Side, to: '' })}
            >
              <div className={classes.choices}>
                {SIDES.map((one) => (
                  <Radio key={one} value={one} label={w(`direction.${one}`)} />
                ))}
              </div>
            </Radio.Group>
          )}
          <NativeSelect
            data-autofocus
            name={TO}
            label={w('to')}
            required
            value={taker?.reference ?? ''}
            onChange={(event) => change({ to: event.currentTarget.value })}
            data={choices.map((one) => ({ value: one.reference, label: nameSaid(one) }))}
            error={problem(TO)}
          />
          <TextInput
            name={REASON}
            label={w('reason')}
            required
            value={reason}
            onChange={(event) => change({ reason: event.currentTarget.value })}
            error={problem(REASON)}
          />
          <Radio.Group
            label={w('urgent')}
            value={String(urgent)}
            onChange={(value) => change({ urgent: value === 'true' })}
          >
            <div className={classes.choices}>
              <Radio value="false" label={w('urgent.no')} />
              <Radio value="true" label={w('urgent.yes')} />
            </div>
          </Radio.Group>
          <Textarea
            name={NOTE}
            label={w('note')}
            description={w('note.hint')}
            rows={3}
            value={note}
            onChange={(event) => change({ note: event.currentTarget.value })}
            error={problem(NOTE)}
          />
          {taker && <Before to={nameSaid(taker)} patient={about.patient} />}
        </>
      )}
    </FormDialog>
  );
}
