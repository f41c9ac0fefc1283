// What is asked of the directory: for what, how far from where, and what the options have to be like.
// Operation find-in-network · https://hl7.org/fhir/R4/operations.html
import { NativeSelect, TextInput } from '@mantine/core';
import { useId } from 'react';
import { orderText } from '../../fhir/background.ts';
import { ACCESS } from '../../fhir/network.ts';
import { SERVICE_IDS } from '../../fhir/services.ts';
import { languageName } from '../book/language.ts';
import { Check } from '../ordering/check.tsx';
import { useOrderingWords } from '../ordering/words.ts';
import type { Form } from './index.tsx';
import classes from './network.module.css';
import { isSought, keyOf } from './plan.ts';
import { useWords } from './words.ts';

export function Need({ form: { orders, need, isRead, change } }: { form: Form }) {
  const { w, t } = useWords();
  const { w: shared } = useOrderingWords();
  const sought = orders.filter(isSought);
  const groups = [
    {
      group: w('need.orders'),
      items: sought.map((one) => ({ value: keyOf(one), label: orderText(one) })),
    },
    {
      group: w('need.services'),
      items: SERVICE_IDS.filter((id) => id !== 'navigation').map((id) => ({
        value: id,
        label: shared(`service.${id}`),
      })),
    },
  ];
  return (
    <NativeSelect
      data-autofocus
      label={w('need')}
      value={need}
      onChange={(event) => change({ need: event.currentTarget.value })}
      data={isRead ? groups.filter(({ items }) => items.length) : [{ value: need, label: t('app.loading') }]}
    />
  );
}

export function Near({ form: { draft, home, typed, places, change } }: { form: Form }) {
  const { w } = useWords();
  const list = useId();
  const isUnknown = draft.near.trim() !== '' && !typed;
  return (
    <>
      <TextInput
        label={w('near')}
        description={w(home ? 'near.homeHint' : 'near.hint')}
        {...(home && { placeholder: w('near.home') })}
        list={list}
        value={draft.near}
        onChange={(event) => change({ near: event.currentTarget.value })}
      />
      <datalist id={list}>
        {places.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <p role="status" className={classes.hint}>
        {isUnknown ? w('near.unknown') : typed ? w('near.from', { place: typed.name }) : ''}
      </p>
    </>
  );
}

export function Filters({ form: { draft, language, change } }: { form: Form }) {
  const { w, locale } = useWords();
  return (
    <fieldset className={classes.filters}>
      <legend>{w('filters')}</legend>
      <Check
        label={w('filter.accepting')}
        checked={draft.accepting}
        onChange={(accepting) => change({ accepting })}
      />
      {language && (
        <Check
          label={w('filter.language', { language: languageName({ coding: [{ code: language }] }, locale) })}
          checked={draft.language}
          onChange={(isAsked) => change({ language: isAsked })}
        />
      )}
      {ACCESS.map((code) => (
        <Check
          key={code}
          label={w(`filter.${code}`)}
          checked={draft.access.includes(code)}
          onChange={(isAsked) =>
            change({ access: isAsked ? [...draft.access, code] : draft.access.filter((one) => one !== code) })
          }
        />
      ))}
    </fieldset>
  );
}
