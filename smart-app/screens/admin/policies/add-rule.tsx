// Adding a rule to a policy: one that another role has, or one of somebody's own.
// docs/access.md
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import classes from '../admin.module.css';
import { useMeaning } from './meaning.ts';
import { knownRules, type Policy, type Rule } from './policy.ts';
import { useWords } from './words.ts';

const OWN = 'own';
/** What the server takes as the name of a rule. */
const NAME = /^[a-z][a-z0-9-]{0,63}$/;

interface AddRuleProps {
  policy: Policy;
  policies: readonly Policy[];
  onAdd: (rule: Rule) => void;
}

export function AddRule({ policy, policies, onAdd }: AddRuleProps) {
  const { w } = useWords();
  const meaning = useMeaning();
  const own = new Set(policy.rules.map(({ name }) => name));
  const others = [...knownRules(policies).values()].filter(({ name }) => !own.has(name));
  const [chosen, setChosen] = useState(OWN);
  const [name, setName] = useState('');
  const [wrong, setWrong] = useState<string>();
  const add = () => {
    const known = others.find((rule) => rule.name === chosen);
    if (!known && (!NAME.test(name) || own.has(name))) return setWrong(w('add.wrong'));
    onAdd(known ?? { name, types: [], letters: 'rs', whose: 'any', criteria: '' });
    setChosen(OWN);
    setName('');
    setWrong(undefined);
  };
  return (
    <div className={classes.pair}>
      <NativeSelect
        label={w('add')}
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
        data={[
          { value: OWN, label: w('add.own') },
          ...others.map((rule) => ({ value: rule.name, label: meaning(rule.name) })),
        ]}
      />
      {chosen === OWN && (
        <TextInput
          label={w('add.name')}
          description={w('add.hint')}
          value={name}
          error={wrong}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <div className={classes.foot}>
        <Button variant="default" onClick={add}>
          {w('add.submit')}
        </Button>
      </div>
    </div>
  );
}
