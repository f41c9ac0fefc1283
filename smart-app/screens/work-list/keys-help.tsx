// The keys of the work list, and the switch for those that are single letters.
// https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts.html
import { Modal } from '@mantine/core';
import { useState } from 'react';
import { useWords } from './words.ts';
import classes from './work-list.module.css';

interface KeysHelpProps {
  readonly letters: boolean;
  readonly onLetters: (letters: boolean) => void;
  readonly onClose: () => void;
}

const ALWAYS = [
  ['↓ ↑', 'move'],
  ['Home End', 'ends'],
  ['Enter', 'open'],
  ['Esc', 'close'],
] as const;

const LETTERS = [
  ['j k', 'move'],
  ['c', 'claim'],
  ['s', 'start'],
  ['d', 'done'],
  ['o', 'record'],
  ['/', 'filter'],
  ['?', 'help'],
] as const;

export default function KeysHelp({ letters, onLetters, onClose }: KeysHelpProps) {
  const { w, t } = useWords();
  // What is kept is told a moment later: the box shows at once what was clicked.
  const [on, setOn] = useState(letters);
  const rows = (keys: typeof ALWAYS | typeof LETTERS) =>
    keys.map(([key, name]) => (
      <div key={key}>
        <dt>
          {key.split(' ').map((one) => (
            <kbd key={one}>{one}</kbd>
          ))}
        </dt>
        <dd>{w(`keys.${name}`)}</dd>
      </div>
    ));
  return (
    <Modal
      opened
      onClose={onClose}
      title={w('keys.title')}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <dl className={classes.keys}>{rows(ALWAYS)}</dl>
      <label className={classes.tick}>
        <input
          type="checkbox"
          checked={on}
          onChange={({ currentTarget: { checked } }) => {
            setOn(checked);
            onLetters(checked);
          }}
        />
        {w('keys.single')}
      </label>
      <p className={classes.hint}>{w('keys.single-hint')}</p>
      <dl className={classes.keys} data-off={!on || undefined}>
        {rows(LETTERS)}
      </dl>
    </Modal>
  );
}
