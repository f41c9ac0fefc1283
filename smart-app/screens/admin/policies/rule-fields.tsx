// One rule of a policy: which interactions, of whose records, on which types, under which condition.
// docs/access.md
import { Button, Checkbox, NativeSelect, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { FieldProblem } from '../../../ui/dialog.tsx';
import classes from '../admin.module.css';
import { useWords as useShared } from '../words.ts';
import { useMeaning } from './meaning.ts';
import { LETTERS, type Letter, type Rule, WHOSE } from './policy.ts';
import look from './rule.module.css';
import { useWords } from './words.ts';

const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean);

interface RuleFieldsProps {
  rule: Rule;
  problem: FieldProblem;
  onChange: (more: Partial<Rule>) => void;
  onRemove: () => void;
}

export function RuleFields({ rule, problem, onChange, onRemove }: RuleFieldsProps) {
  const { w } = useWords();
  const shared = useShared().w;
  const meaning = useMeaning()(rule.name);
  const { name } = rule;
  const toggle = (letter: Letter, isOn: boolean) =>
    onChange({
      letters: LETTERS.filter((one) => (one === letter ? isOn : rule.letters.includes(one))).join(''),
    });
  // A space at the end is the beginning of the next type: what is typed stays as long as it says the same.
  const [typed, setTyped] = useState('');
  const types = wordsOf(typed).join() === rule.types.join() ? typed : rule.types.join(' ');
  const wrong = problem(`letters.${name}`);
  const details = [problem(`types.${name}`), problem(`criteria.${name}`)].some(Boolean);
  return (
    <fieldset className={look.rule}>
      <legend>
        {meaning} <code>{name}</code>
      </legend>
      <div className={look.parts}>
        {LETTERS.map((letter) => (
          <Checkbox
            key={letter}
            name={`letters.${name}`}
            label={w(`letter.${letter}`)}
            checked={rule.letters.includes(letter)}
            onChange={(event) => toggle(letter, event.currentTarget.checked)}
          />
        ))}
        <NativeSelect
          className={look.whose!}
          name={`whose.${name}`}
          aria-label={w('whose')}
          value={rule.whose}
          error={problem(`whose.${name}`)}
          onChange={(event) => onChange({ whose: event.currentTarget.value })}
          data={WHOSE.map((value) => ({ value, label: w(`whose.${value}`) }))}
        />
        <Button variant="subtle" aria-label={`${shared('remove')}: ${meaning}`} onClick={onRemove}>
          {shared('remove')}
        </Button>
      </div>
      {wrong && (
        <p role="alert" className={look.wrong}>
          {wrong}
        </p>
      )}
      <details className={classes.more} open={details}>
        <summary>{w('details', { count: rule.types.length })}</summary>
        <div className={classes.stack}>
          <Textarea
            name={`types.${name}`}
            label={w('types')}
            description={w('types.hint')}
            rows={2}
            spellCheck={false}
            value={types}
            error={problem(`types.${name}`)}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              onChange({ types: wordsOf(event.currentTarget.value) });
            }}
          />
          <Textarea
            name={`criteria.${name}`}
            label={w('criteria')}
            description={w('criteria.hint')}
            rows={2}
            spellCheck={false}
            value={rule.criteria}
            error={problem(`criteria.${name}`)}
            onChange={(event) => onChange({ criteria: event.currentTarget.value })}
          />
        </div>
      </details>
    </fieldset>
  );
}
