// Finding somebody in the network: who could do it, how they stand, how far they are and what they cost; and the choice.
// https://hl7.org/fhir/R4/workflow.html#request
import { NativeSelect, Skeleton } from '@mantine/core';
import { useRef } from 'react';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import { languageOf, tagOf } from '../../fhir/booking.ts';
import {
  homeOf,
  type NetworkWish,
  needsReason,
  OFF_REASONS,
  type OffReason,
  positionIn,
  referenceAmount,
} from '../../fhir/network.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import { useActions } from '../index.tsx';
import { useSubmit } from '../use-submit.ts';
import { type Done, writeChoice } from './choice.ts';
import { Filters, Near, Need } from './fields.tsx';
import classes from './network.module.css';
import { type Draft, firstNeed, keyOf, outcomeOf, servicesFor } from './plan.ts';
import { CHOICE, OptionsTable } from './table.tsx';
import { useFirstTimes, useNetworkBackground, useOptions } from './use-options.ts';
import { useWords } from './words.ts';

/** Name of the field: what the server's refusal of a choice without a reason is about. */
const REASON = 'Parameters.parameter';

/** Everything that the dialog shows and sends, from what was read and what was chosen. */
function useForm({ about, patient }: Pick<DialogProps, 'about' | 'patient'>) {
  const { user } = useApp();
  const [draft, setDraft] = useDraft<Draft>('network', about, {
    ...{ near: '', accepting: false, language: false, access: [] },
  });
  const background = useNetworkBackground(patient);
  const { isRead, orders = [], coverage, plans = [], places } = background;
  const need = draft.need ?? firstNeed(about.task, orders);
  const order = orders.find((one) => keyOf(one) === need);
  const home = homeOf(patient);
  const typed = positionIn(draft.near, places);
  const language = tagOf(languageOf(patient).language);
  const services = servicesFor(need, order);
  const wish: NetworkWish = {
    services,
    coverage: coverage && `Coverage/${coverage.id}`,
    near: typed ?? (draft.near.trim() ? undefined : home),
    accepting: draft.accepting,
    language: draft.language ? language : undefined,
    access: draft.access,
  };
  const options = useOptions(isRead && services.length ? wish : undefined);
  const all = options.data ?? [];
  const choice = all.find(({ key }) => key === draft.choice) ?? (draft.choice ? undefined : all[0]);
  return {
    ...{ draft, orders, order, need, home, typed, language, wish, coverage, isRead, all, choice, places },
    change: (more: Partial<Draft>) => setDraft({ ...draft, ...more }),
    options,
    error: background.error ?? options.error,
    reference: referenceAmount(plans, services),
    outcome: outcomeOf(about.task, order, user?.role),
    asksReason: choice !== undefined && order !== undefined && needsReason(choice, all),
  };
}
export type Form = ReturnType<typeof useForm>;

export default function NetworkDialog(props: DialogProps) {
  const { about, patient, onClose } = props;
  const { w, ...language } = useWords();
  const { client } = useApp();
  const { act } = useActions();
  const send = useSubmit(props);
  const form = useForm(props);
  const { draft, change, choice, outcome, order, options } = form;
  const firstOf = useFirstTimes(patient.id!, form.all);
  /** What of it has been written: a second try goes on from there. */
  const done = useRef<Done>({});
  const asksReason = form.asksReason && outcome === 'decide';

  const submit = async () => {
    if (!choice) return [{ field: CHOICE, sentence: w('missing') }];
    if (outcome === 'book') {
      onClose();
      act('book', { patient: about.patient, provider: choice.key });
      return [];
    }
    if (asksReason && !draft.reason) return [{ field: REASON, sentence: w('reason.missing') }];
    const reason =
      asksReason && draft.reason ? { code: draft.reason, text: w(`reason.${draft.reason}`) } : undefined;
    const { task } = about;
    const given = { task, choice, wish: form.wish, reason, words: w('chosen') };
    const problems = await send(() => ({
      send: () =>
        writeChoice(client, done.current, { ...given, order: outcome === 'decide' ? order : undefined }),
      did: w('did.decided', { name: choice.providerName ?? choice.name }),
    }));
    return problems.length && done.current.decided ? [{ sentence: w('half') }, ...problems] : problems;
  };

  return (
    <FormDialog
      size="xl"
      title={about.task ? titleOf(about.task, language.t) : w('title')}
      identity={identityOf(patient, language)}
      submit={w(outcome === 'book' ? 'book' : 'decide')}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {form.error && <Refusal sentence={sentenceOf(form.error, language)} />}
          <Need form={form} />
          <Near form={form} />
          <Filters form={form} />
          {form.isRead && !form.coverage && <p className={classes.hint}>{w('coverage.none')}</p>}
          {!options.data && !form.error && <Skeleton height={160} radius={6} aria-label={w('reading')} />}
          {options.data?.length === 0 && <p>{w('empty')}</p>}
          {form.all.length > 0 && (
            <OptionsTable
              options={form.all}
              firstOf={firstOf}
              reference={form.reference}
              language={form.language}
              value={choice?.key ?? ''}
              onChange={(key) => change({ choice: key })}
              problem={problem(CHOICE)}
            />
          )}
          {order && outcome === 'book' && <p>{w('cannotDecide')}</p>}
          {asksReason && (
            <NativeSelect
              name={REASON}
              required
              label={w('reason')}
              description={w('reason.hint')}
              error={problem(REASON)}
              value={draft.reason ?? ''}
              onChange={(event) => change({ reason: event.currentTarget.value as OffReason })}
              data={[
                { value: '', label: w('reason.choose') },
                ...OFF_REASONS.map((one) => ({ value: one, label: w(`reason.${one}`) })),
              ]}
            />
          )}
        </>
      )}
    </FormDialog>
  );
}
