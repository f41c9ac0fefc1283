// What is missing before a patient can be handed over, each with the button that mends it where the app can.
// https://www.w3.org/WAI/WCAG22/Understanding/error-suggestion.html
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Icon } from '../../ui/icons.tsx';
import classes from './handoff.module.css';
import type { Missing } from './missing.ts';
import { knownWord, useWords } from './words.ts';

interface MissingListProps {
  missing: readonly Missing[];
  /** What mends an item; an item that is not in it is mended elsewhere, and says so. */
  mend: Readonly<Record<string, () => void>>;
}

export function MissingList({ missing, mend }: MissingListProps) {
  const { w } = useWords();
  const head = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new refusal is read from its beginning
  useEffect(() => head.current?.focus(), [missing]);
  return (
    <section className={classes.missing} aria-label={w('missing.title')}>
      <h3 ref={head} tabIndex={-1}>
        <Icon name="warning" /> {w('missing.title')}
      </h3>
      <ul>
        {missing.map(({ item, sentence }) => {
          const said = knownWord(`missing.${item}`);
          const verb = knownWord(`mend.${item}`);
          const onClick = Object.hasOwn(mend, item) ? mend[item] : undefined;
          return (
            <li key={`${item} ${sentence}`}>
              <span>{said ? w(said) : sentence}</span>
              {verb && onClick && (
                <Button variant="default" onClick={onClick}>
                  {w(verb)}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
