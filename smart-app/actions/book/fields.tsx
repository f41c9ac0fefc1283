// What is asked beside the time: what is to be done, for which order, where, and what the person needs in order to come.
// https://hl7.org/fhir/R4/appointment.html
import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { Appointment, Patient } from '@medplum/fhirtypes';
import { orderText } from '../../fhir/background.ts';
import { languageOf, movable } from '../../fhir/booking.ts';
import { Check } from '../ordering/check.tsx';
import classes from '../ordering/ordering.module.css';
import type { Form } from './index.tsx';
import { LANGUAGES, languageName } from './language.ts';
import { BY_RECORD, RIDES, type Ride, type What as WhatValue } from './plan.ts';
import { useVisitSaid } from './said.ts';
import { useWords } from './words.ts';

/** A new visit, or one of those that can be moved or called off; not asked when there is none. */
export function What({ form: { background, plan, change } }: { form: Form }) {
  const { w } = useWords();
  const said = useVisitSaid();
  const { coming, waiting, missed } = movable(background.visits, new Date());
  if (!coming.length && !waiting.length && !missed.length) return null;
  const option = (mode: 'move' | 'off', label: (visit: string) => string) => (visit: Appointment) => ({
    value: `${mode}:${visit.id}`,
    label: label(said(visit)),
  });
  const groups = [
    {
      group: w('what.move'),
      items: [
        ...coming.map(option('move', (visit) => visit)),
        ...missed.map(option('move', (visit) => w('what.missed', { visit }))),
        ...waiting.map(option('move', (visit) => w('what.wait', { visit }))),
      ],
    },
    { group: w('what.off'), items: [...coming, ...waiting].map(option('off', (visit) => visit)) },
  ];
  return (
    <NativeSelect
      label={w('what')}
      value={plan.what}
      onChange={(event) => change({ what: event.currentTarget.value as WhatValue })}
      data={[{ value: 'new', label: w('what.new') }, ...groups.filter(({ items }) => items.length)]}
    />
  );
}

/** For which order, where, and from which day on. */
export function Where({ form: { plan, calendars, from, change } }: { form: Form }) {
  const { w } = useWords();
  const known = plan.orders.some(({ id }) => plan.order === `ServiceRequest/${id}`);
  const orders = [
    ...plan.orders.map((one) => ({ value: `ServiceRequest/${one.id}`, label: orderText(one) })),
    // One that the role may not read can be booked for all the same.
    ...(plan.order && !known ? [{ value: plan.order, label: w('order.task') }] : []),
  ];
  return (
    <>
      {plan.mode === 'new' && orders.length > 0 && (
        <NativeSelect
          label={w('order')}
          value={plan.order}
          onChange={(event) => change({ order: event.currentTarget.value })}
          data={[...orders, { value: '', label: w('order.none') }]}
        />
      )}
      <div className={classes.pair}>
        <NativeSelect
          label={w('practice')}
          value={plan.practice}
          onChange={(event) => change({ practice: event.currentTarget.value })}
          data={[
            ...calendars.practices.map(({ reference, name }) => ({ value: reference, label: name })),
            { value: '', label: w('practice.any') },
          ]}
        />
        <TextInput
          type="date"
          label={w('from')}
          value={from}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
      </div>
    </>
  );
}

/** Interpreter, ride, first visit, comment: what the record says stands there already. */
export function Needs({ form: { plan, draft, change }, patient }: { form: Form; patient: Patient }) {
  const { w, locale } = useWords();
  const { language, needsInterpreter } = languageOf(patient);
  const own = language && languageName(language, locale);
  const interpreters = [
    ...(needsInterpreter && own
      ? [{ value: BY_RECORD, label: w('interpreter.record', { language: own }) }]
      : [{ value: '', label: w('interpreter.none') }]),
    ...LANGUAGES.map((tag) => {
      const name = languageName({ coding: [{ code: tag }] }, locale);
      return { value: tag, label: needsInterpreter ? w('interpreter.of', { language: name }) : name };
    }),
  ];
  return (
    <>
      <div className={classes.pair}>
        <NativeSelect
          label={w('interpreter')}
          value={plan.interpreter}
          onChange={(event) => change({ interpreter: event.currentTarget.value })}
          data={interpreters}
        />
        <NativeSelect
          label={w('ride')}
          value={plan.ride}
          onChange={(event) => change({ ride: event.currentTarget.value as Ride })}
          data={RIDES.map((one) => ({ value: one, label: w(`ride.${one}`) }))}
        />
      </div>
      <p className={classes.hint}>{w('needs.hint')}</p>
      {plan.mode === 'new' && (
        <Check
          label={w('first')}
          hint={w('first.hint')}
          checked={plan.isFirst}
          onChange={(isFirst) => change({ isFirst })}
        />
      )}
      <Textarea
        label={w('comment')}
        description={w('comment.hint')}
        rows={2}
        value={draft.comment}
        onChange={(event) => change({ comment: event.currentTarget.value })}
      />
    </>
  );
}
