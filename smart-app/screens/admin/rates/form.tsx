// Changing a rate table: from when to when it holds, and its rows.
// docs/network.md · https://www.w3.org/WAI/WCAG22/Understanding/labels-or-instructions.html
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useApp } from '../../../context.tsx';
import { useDraft } from '../../../drafts/use-draft.ts';
import { type FieldProblem, FormDialog } from '../../../ui/dialog.tsx';
import type { Problem } from '../../../ui/problem.ts';
import classes from '../admin.module.css';
import type { Opened } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import {
  BASES,
  BLANK,
  type Keeper,
  type Row,
  SYSTEMS,
  type Typed,
  typedOf,
  withTable,
  wrongIn,
} from './tables.ts';
import { useWords } from './words.ts';

interface RatesFormProps extends Opened {
  keeper: Keeper;
  name: string;
}

export function RatesForm({ keeper, name, ...opened }: RatesFormProps) {
  const { w } = useWords();
  const shared = useShared().w;
  const { client } = useApp();
  const save = useSave('rates', opened);
  // Of this version: what was typed over another one is not put over a later change.
  const about = { patient: `${keeper.resourceType}-${keeper.id}-${keeper.meta?.versionId}` };
  const [typed, setTyped] = useDraft<Typed>('admin-rates', about, () => typedOf(keeper));
  const setRow = (place: number, more: Partial<Row>) =>
    setTyped({ ...typed, rows: typed.rows.map((row, one) => (one === place ? { ...row, ...more } : row)) });

  const problems = (): readonly Problem[] => [
    ...(typed.start && typed.end && typed.end < typed.start
      ? [{ field: 'end', sentence: w('end.before') }]
      : []),
    ...typed.rows.flatMap((row, place) =>
      wrongIn(row).map(([field, kind]) => ({
        field: `${field}.${place}`,
        sentence: kind === 'missing' ? shared('missing') : w(kind),
      })),
    ),
  ];
  const submit = async () => {
    const found = problems();
    if (found.length) return found;
    return save({ send: () => client.update(withTable(keeper, typed)), did: w('did.changed', { name }) });
  };
  return (
    <FormDialog
      title={w('change.title')}
      identity={name}
      submit={shared('save')}
      size="xl"
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => (
        <>
          <div className={classes.pair}>
            <TextInput
              data-autofocus
              type="date"
              name="start"
              label={w('start')}
              value={typed.start}
              error={problem('start')}
              onChange={(event) => setTyped({ ...typed, start: event.currentTarget.value })}
            />
            <TextInput
              type="date"
              name="end"
              label={w('end')}
              description={w('end.hint')}
              value={typed.end}
              error={problem('end')}
              onChange={(event) => setTyped({ ...typed, end: event.currentTarget.value })}
            />
          </div>
          <p className={classes.lead}>{w('own')}</p>
          {typed.rows.map((row, place) => (
            <RowFields
              // biome-ignore lint/suspicious/noArrayIndexKey: a row has no name of its own, and its fields are controlled
              key={place}
              row={row}
              place={place}
              problem={problem}
              onChange={(more) => setRow(place, more)}
              onRemove={() => setTyped({ ...typed, rows: typed.rows.filter((_row, one) => one !== place) })}
            />
          ))}
          <div>
            <Button variant="default" onClick={() => setTyped({ ...typed, rows: [...typed.rows, BLANK] })}>
              {w('row.add')}
            </Button>
          </div>
        </>
      )}
    </FormDialog>
  );
}

interface RowFieldsProps {
  row: Row;
  place: number;
  problem: FieldProblem;
  onChange: (more: Partial<Row>) => void;
  onRemove: () => void;
}

function RowFields({ row, place, problem, onChange, onRemove }: RowFieldsProps) {
  const { w } = useWords();
  const said = row.text || row.code || String(place + 1);
  const field = (name: Exclude<keyof Row, 'from'>) => ({
    name: `${name}.${place}`,
    label: w(name === 'text' ? 'service' : name),
    value: row[name],
    error: problem(`${name}.${place}`),
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ [name]: event.currentTarget.value }),
  });
  const systems = Object.entries(SYSTEMS).map(([label, value]) => ({ value, label }));
  const isKnown = systems.some(({ value }) => value === row.system);
  return (
    <fieldset className={classes.line}>
      <legend className="visually-hidden">{w('row', { name: said })}</legend>
      <TextInput {...field('text')} />
      <NativeSelect
        {...field('system')}
        data={isKnown ? systems : [...systems, { value: row.system, label: row.system || w('system.none') }]}
      />
      <TextInput {...field('code')} required autoComplete="off" />
      <TextInput {...field('amount')} required inputMode="decimal" autoComplete="off" />
      <TextInput {...field('currency')} required maxLength={3} autoComplete="off" />
      <NativeSelect
        {...field('basis')}
        data={BASES.map((value) => ({ value, label: w(`basis.${value}`) }))}
      />
      <Button variant="subtle" aria-label={w('row.remove', { name: said })} onClick={onRemove}>
        {w('row.less')}
      </Button>
    </fieldset>
  );
}
