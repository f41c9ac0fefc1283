// With whom, by which way, about what and when: one line that says what stands there, and the fields behind it.
// https://www.w3.org/WAI/ARIA/apg/patterns/disclosure/
import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { Patient } from '@medplum/fhirtypes';
import { useId, useState } from 'react';
import type { Channel, Direction, Topic } from '../../fhir/contact.ts';
import { TOPICS } from '../../fhir/contact.ts';
import { humanName } from '../../fhir/people.ts';
import type { FieldProblem } from '../../ui/dialog.tsx';
import { saidOf } from '../../ui/time.ts';
import classes from './contact.module.css';
import { type ContactDraft, localMoment, momentOf } from './draft.ts';
import type { ContactFacts } from './use-contact.ts';
import { useWords } from './words.ts';

export const TOPIC = 'Communication.topic';
export const SENT = 'Communication.sent';
export const CHANNEL = 'Communication.medium';

interface HowProps {
  patient: Patient;
  draft: ContactDraft;
  facts: ContactFacts;
  change: (draft: Partial<ContactDraft>) => void;
  problem: FieldProblem;
}

/** Who the contact is with, by name. */
export const nameIn = ({ support }: ContactDraft, { supports }: ContactFacts, patient: Patient): string =>
  supports.find(({ reference }) => reference === support)?.name ?? humanName(patient.name);

export function How(props: HowProps) {
  const { patient, draft, facts, problem } = props;
  const { w, locale } = useWords();
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const at = momentOf(draft);
  const isWrong = [TOPIC, SENT, CHANNEL].some((field) => problem(field));
  const channel = facts.channel ?? draft.channel;
  return (
    <div className={classes.how}>
      <div className={classes.said}>
        {channel && (
          <p>
            {w(`summary.${draft.direction}`, {
              name: nameIn(draft, facts, patient),
              channel: w(`by.${channel}`),
              when: at && !Number.isNaN(at.getTime()) ? saidOf(at, new Date(), locale) : w('now'),
            })}
          </p>
        )}
        <Button
          variant="subtle"
          aria-expanded={isOpen || isWrong}
          aria-controls={id}
          title={w('changeHint')}
          onClick={() => setOpen(!isOpen)}
        >
          {w('change')}
        </Button>
      </div>
      <div id={id} hidden={!(isOpen || isWrong || !facts.choices.length)} className={classes.fields}>
        <Fields {...props} />
      </div>
    </div>
  );
}

function Fields({ patient, draft, facts, change, problem }: HowProps) {
  const { w } = useWords();
  const { supports, choices, channel } = facts;
  const self = w('self', { name: humanName(patient.name) });
  return (
    <>
      <NativeSelect
        label={w('with')}
        value={draft.support}
        onChange={(event) => change({ support: event.currentTarget.value })}
        data={[
          { value: '', label: self },
          ...supports.map(({ reference, name }) => ({ value: reference, label: name })),
        ]}
      />
      <NativeSelect
        label={w('direction')}
        value={draft.direction}
        onChange={(event) => change({ direction: event.currentTarget.value as Direction })}
        data={(['outbound', 'inbound'] as const).map((one) => ({ value: one, label: w(`direction.${one}`) }))}
      />
      <NativeSelect
        name={CHANNEL}
        label={w('channel')}
        value={channel ?? ''}
        error={problem(CHANNEL)}
        onChange={(event) => change({ channel: event.currentTarget.value as Channel })}
        data={choices.map((one) => ({ value: one, label: w(`channel.${one}`) }))}
      />
      <NativeSelect
        name={TOPIC}
        label={w('topic')}
        value={draft.topic ?? ''}
        error={problem(TOPIC)}
        onChange={(event) => change({ topic: (event.currentTarget.value || undefined) as Topic })}
        data={[
          { value: '', label: w('topic.none') },
          ...TOPICS.map((one) => ({ value: one, label: w(`topic.${one}`) })),
        ]}
      />
      <TextInput
        name={SENT}
        type="datetime-local"
        label={w('when')}
        value={draft.when || localMoment(new Date())}
        max={localMoment(new Date())}
        error={problem(SENT)}
        onChange={(event) => change({ when: event.currentTarget.value })}
      />
    </>
  );
}
