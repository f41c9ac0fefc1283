// The lists: those that everybody has, with how much is in them, and those that a person has saved.
// https://www.w3.org/WAI/ARIA/apg/patterns/landmarks/examples/navigation.html
import { Button, CloseButton, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useSay } from '../../ui/live.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { BY_DUE, isSame, type Look } from './filter.ts';
import type { Counts } from './use-counts.ts';
import type { SettingsHandle } from './use-settings.ts';
import { VIEWS } from './views.ts';
import { useWords } from './words.ts';
import classes from './work-list.module.css';

interface ListsProps {
  readonly look: Look;
  readonly onLook: (look: Look) => void;
  readonly counts: Counts;
  readonly settings: SettingsHandle;
}

export function Lists({ look, onLook, counts, settings }: ListsProps) {
  const { w, locale } = useWords();
  const say = useSay();
  const { saved } = settings;
  const number = new Intl.NumberFormat(locale);
  const known = saved.find((one) => isSame(one, look));
  return (
    <nav className={classes.lists} aria-label={w('views')}>
      <div>
        <ul>
          {VIEWS.map((view) => (
            <li key={view}>
              <button
                type="button"
                aria-current={!known && look.view === view ? 'page' : undefined}
                onClick={() => onLook({ view, filter: {}, sort: BY_DUE })}
              >
                <span>{w(`title.${view}`)}</span>
                {counts[view] !== undefined && (
                  <span className={classes.number}>{number.format(counts[view])}</span>
                )}
              </button>
            </li>
          ))}
        </ul>
        {saved.length > 0 && <h2>{w('views.saved')}</h2>}
        <ul>
          {saved.map((one) => (
            <li key={one.name} className={classes.savedList}>
              <button
                type="button"
                aria-current={one === known ? 'page' : undefined}
                onClick={() => onLook({ view: one.view, filter: one.filter, sort: one.sort })}
              >
                <span>{one.name}</span>
              </button>
              <CloseButton
                size={24}
                aria-label={w('views.remove', { name: one.name })}
                onClick={() => {
                  settings.remove(one.name);
                  say(w('views.removed', { name: one.name }));
                }}
              />
            </li>
          ))}
        </ul>
        {settings.isLost && <Refusal sentence={w('views.lost')} />}
        {!known && settings.isKnown && <Save look={look} settings={settings} />}
      </div>
    </nav>
  );
}

/** Gives what is looked at a name. */
function Save({ look, settings }: Pick<ListsProps, 'look' | 'settings'>) {
  const { w, t } = useWords();
  const say = useSay();
  const [name, setName] = useState<string>();
  const keep = (event: FormEvent) => {
    event.preventDefault();
    const said = name?.trim();
    if (!said) return;
    settings.save({ ...look, name: said });
    setName(undefined);
    say(w('views.saved-as', { name: said }));
  };
  if (name === undefined)
    return (
      <button type="button" className={classes.save} onClick={() => setName('')}>
        {w('views.save')}
      </button>
    );
  return (
    <form className={classes.saveForm} onSubmit={keep}>
      <TextInput
        data-autofocus
        autoFocus
        required
        maxLength={60}
        label={w('views.name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div>
        <Button type="submit">{w('views.keep')}</Button>
        <Button variant="subtle" onClick={() => setName(undefined)}>
          {t('dialog.cancel')}
        </Button>
      </div>
    </form>
  );
}
