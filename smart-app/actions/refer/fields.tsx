// What an order says: what for, why, what the specialist is asked, how soon, to whom, and who signs.
// https://hl7.org/fhir/R4/servicerequest.html
import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { orderText } from '../../fhir/background.ts';
import { OFF_REASONS, type OffReason, type Option } from '../../fhir/network.ts';
import { PRIORITIES, type Priority, problemText } from '../../fhir/order.ts';
import { ORDERED, serviceOf } from '../../fhir/services.ts';
import type { FieldProblem } from '../../ui/dialog.tsx';
import { personSaid } from '../../ui/words.ts';
import { useWords as useNetworkWords } from '../network/words.ts';
import classes from '../ordering/ordering.module.css';
import { useOrderingWords } from '../ordering/words.ts';
import { type Form, keyOf, OTHER } from './use-form.ts';
import { useWords } from './words.ts';

/** Names of the fields. */
export const REASON = 'ServiceRequest.reasonCode';
export const SIGNER = 'Task.owner';
export const WHY_NOT = 'ServiceRequest.note';
/** What the server's refusal of a choice without a reason is about. */
export const OFF_NETWORK = 'Parameters.parameter';

interface FieldProps {
  form: Form;
  problem: FieldProblem;
}

export function What({ form: { signable, what, isRead, change } }: { form: Form }) {
  const { w, t } = useWords();
  const { w: shared } = useOrderingWords();
  const drafts = signable.map((one) => ({ value: keyOf(one), label: orderText(one) }));
  const templates = ORDERED.map((id) => ({ value: id as string, label: shared(`service.${id}`) }));
  const all = drafts.length
    ? [
        { group: w('what.drafts'), items: drafts },
        { group: w('what.templates'), items: templates },
      ]
    : templates;
  return (
    <NativeSelect
      data-autofocus
      label={w('what')}
      value={what}
      onChange={(event) =>
        // What was prefilled for another service is prefilled again.
        change({ what: event.currentTarget.value, reason: undefined, performer: undefined } as object)
      }
      data={isRead ? all : [{ value: what, label: t('app.loading') }]}
    />
  );
}

export function Why({ form, problem }: FieldProps) {
  const { w } = useWords();
  const { problems, reason, words, question, priority, service, change } = form;
  return (
    <>
      <div className={classes.pair}>
        <NativeSelect
          label={w('reason')}
          value={reason}
          onChange={(event) => change({ reason: event.currentTarget.value })}
          data={[
            ...problems.map((one) => ({ value: `Condition/${one.id}`, label: problemText(one) })),
            { value: OTHER, label: w('reason.other') },
          ]}
        />
        <NativeSelect
          label={w('priority')}
          value={priority}
          onChange={(event) => change({ priority: event.currentTarget.value as Priority })}
          data={PRIORITIES.map((one) => ({ value: one, label: w(`priority.${one}`) }))}
        />
      </div>
      {reason === OTHER && (
        <TextInput
          name={REASON}
          required
          label={w('reason.words')}
          value={words}
          error={problem(REASON)}
          onChange={(event) => change({ words: event.currentTarget.value })}
        />
      )}
      {serviceOf(service).order?.asks && (
        <Textarea
          label={w('question')}
          description={w('question.hint')}
          rows={2}
          value={question}
          onChange={(event) => change({ question: event.currentTarget.value })}
        />
      )}
    </>
  );
}

/** The options of the network, the best of them standing there already. */
export function ToWhom({ form, problem }: FieldProps) {
  const { w } = useWords();
  const { w: network, locale } = useNetworkWords();
  const { options, choice, isFound, asksReason, draft, change } = form;
  if (!isFound) return null;
  if (!options.data) return <p>{w('performer.reading')}</p>;
  if (options.data.length === 0) return <p>{w('performer.empty')}</p>;
  const said = ({ providerName, name, tier, distance, amount }: Option) =>
    [
      providerName ?? name,
      network(`tier.${tier}`),
      distance !== undefined &&
        new Intl.NumberFormat(locale, { style: 'unit', unit: 'mile', maximumFractionDigits: 1 }).format(
          distance,
        ),
      amount?.value !== undefined &&
        new Intl.NumberFormat(locale, {
          style: 'currency',
          currency: amount.currency ?? 'USD',
          maximumFractionDigits: 0,
        }).format(amount.value),
    ]
      .filter(Boolean)
      .join(' · ');
  return (
    <>
      <NativeSelect
        label={w('performer')}
        value={choice?.key ?? ''}
        onChange={(event) => change({ performer: event.currentTarget.value })}
        data={[
          ...options.data.map((one) => ({ value: one.key, label: said(one) })),
          { value: '', label: w('performer.none') },
        ]}
      />
      {asksReason && (
        <NativeSelect
          name={OFF_NETWORK}
          required
          label={network('reason')}
          description={network('reason.hint')}
          error={problem(OFF_NETWORK)}
          value={draft.offReason ?? ''}
          onChange={(event) => change({ offReason: event.currentTarget.value as OffReason })}
          data={[
            { value: '', label: network('reason.choose') },
            ...OFF_REASONS.map((one) => ({ value: one, label: network(`reason.${one}`) })),
          ]}
        />
      )}
    </>
  );
}

/** What a prescriber decides about a draft. */
export function Decision({ form: { draft, declines, change }, problem }: FieldProps) {
  const { w } = useWords();
  return (
    <>
      <NativeSelect
        label={w('decision')}
        value={declines ? 'decline' : 'sign'}
        onChange={(event) => change({ decision: event.currentTarget.value as 'sign' | 'decline' })}
        data={(['sign', 'decline'] as const).map((one) => ({ value: one, label: w(`decision.${one}`) }))}
      />
      {declines && (
        <>
          <TextInput
            name={WHY_NOT}
            required
            label={w('decline.why')}
            value={draft.why ?? ''}
            error={problem(WHY_NOT)}
            onChange={(event) => change({ why: event.currentTarget.value })}
          />
          <p>{w('decline.said')}</p>
        </>
      )}
    </>
  );
}

export function Signer({ form: { signers, signer, change }, problem }: FieldProps) {
  const { w, t } = useWords();
  return (
    <NativeSelect
      name={SIGNER}
      required
      label={w('signer')}
      value={signer?.reference ?? ''}
      error={problem(SIGNER)}
      onChange={(event) => change({ signer: event.currentTarget.value })}
      data={signers.map((one) => ({ value: one.reference, label: personSaid(one, t) }))}
    />
  );
}
