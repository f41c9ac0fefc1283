// Booking a visit: where and when, with the next free time standing there already; moving one, calling one off, waiting for one.
// https://hl7.org/fhir/R4/appointment.html
import { Skeleton } from '@mantine/core';
import { useRef } from 'react';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import { slotOf, slotsInstead } from '../../fhir/booking.ts';
import type { Calendars } from '../../fhir/practices.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import { Sending } from '../ordering/sending.tsx';
import { useSubmit } from '../use-submit.ts';
import { Agreed, START } from './agreed.tsx';
import { carryOut, type Done } from './carry-out.ts';
import { Needs, What, Where } from './fields.tsx';
import { AGREED, type Background, type Draft, planOf, slotFor, WAIT } from './plan.ts';
import { Reason } from './reason.tsx';
import { useSaid } from './said.ts';
import { SLOT, Slots } from './slots.tsx';
import { useBooking, useTimes } from './use-booking.ts';
import { useWords } from './words.ts';

const NO_BACKGROUND: Background = {
  visits: [],
  orders: [],
  conditions: { problems: [], barriers: [] },
  chosen: undefined,
};
const NO_CALENDARS: Calendars = { practices: [], names: new Map(), practiceOf: () => undefined };

/** Today as a field for a day writes it. */
const today = (): string => new Date().toLocaleDateString('sv-SE');

/** Everything that the dialog shows and sends, from what was read and what was chosen. */
function useForm({ about, patient }: Pick<DialogProps, 'about' | 'patient'>) {
  const form = ['book', about.appointment, about.provider].filter(Boolean).join(' ');
  const [draft, setDraft] = useDraft<Draft>(form, about, { comment: '' });
  const { background, calendars, error } = useBooking(about, patient);
  const isRead = background !== undefined && calendars !== undefined;
  const known = { background: background ?? NO_BACKGROUND, calendars: calendars ?? NO_CALENDARS };
  const plan = planOf(draft, about, patient, known.background, known.calendars, new Date());
  const from = draft.from && draft.from > today() ? draft.from : today();
  const asks = isRead && plan.mode !== 'off';
  const times = useTimes(patient.id!, asks ? plan.practice : undefined, from);
  const slot = slotFor(draft, about.task, times.data ?? [], plan.hasCalendar);
  const visit = times.data?.find((one) => slotOf(one) === slot);
  const change = (more: Partial<Draft>) => setDraft({ ...draft, ...more });
  return { ...known, draft, change, plan, from, times, slot, visit, error: error ?? times.error, isRead };
}
export type Form = ReturnType<typeof useForm>;

export default function BookDialog(props: DialogProps) {
  const { about, patient, onClose } = props;
  const { w, t, ...language } = useWords();
  const { client } = useApp();
  const send = useSubmit(props);
  const form = useForm(props);
  const { draft, change, plan, times, slot, error } = form;
  const said = useSaid(form);
  /** What of it has been written: a second try goes on from there. */
  const done = useRef<Done>({});

  const submit = async () => {
    if (plan.mode !== 'new' && !plan.visit) return [{ sentence: w('gone') }];
    const isAgreed = plan.mode !== 'off' && slot === AGREED;
    if (isAgreed && !(draft.agreed && new Date(draft.agreed) > new Date()))
      return [{ field: START, sentence: w('agreed.missing') }];
    if (plan.mode !== 'off' && !form.visit && slot !== WAIT && !isAgreed)
      return [{ field: SLOT, sentence: w('missing') }];
    const problems = await send(({ now }) => ({
      did: said.did,
      send: () =>
        carryOut(client, done.current, { form, patient, task: about.task, words: said, now }).catch(
          async (failure: unknown) => {
            const instead = slotsInstead(failure);
            if (instead) {
              const { data = [] } = await times.refetch();
              const free = instead.find((one) => data.some((visit) => slotOf(visit) === one));
              change({ slot: free ?? (data[0] ? slotOf(data[0]) : WAIT) });
            }
            throw failure;
          },
        ),
    }));
    return problems.length && done.current.visit ? [{ sentence: w('half') }, ...problems] : problems;
  };

  return (
    <FormDialog
      title={about.task ? titleOf(about.task, t) : w('title')}
      identity={identityOf(patient, { t, ...language })}
      submit={said.button}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {error && <Refusal sentence={sentenceOf(error, { t, ...language })} />}
          {!form.isRead && !error && <Skeleton height={160} radius={6} aria-label={t('app.loading')} />}
          {form.isRead && <What form={form} />}
          {plan.mode !== 'new' && <Reason value={draft.reason} onChange={(reason) => change({ reason })} />}
          {form.isRead && plan.mode !== 'off' && (
            <>
              <Where form={form} />
              <Slots
                times={error ? [] : times.data}
                names={form.calendars.names}
                value={slot}
                onChange={(next) => change({ slot: next })}
                problem={problem(SLOT)}
                hasCalendar={plan.hasCalendar}
                showsPlace={plan.practice === ''}
              >
                <Agreed form={form} problem={problem} />
              </Slots>
              <Needs form={form} patient={patient} />
            </>
          )}
          {said.to.length > 0 && <Sending patient={patient} to={said.to} data={said.data} />}
        </>
      )}
    </FormDialog>
  );
}
