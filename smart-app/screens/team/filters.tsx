// Whose people are counted, and which days.
// https://developer.mozilla.org/docs/Web/HTML/Element/input/date
import { NativeSelect, TextInput } from '@mantine/core';
import { type Asked, PERIODS, type PeriodName, wrongWith } from './period.ts';
import classes from './team.module.css';
import { type Organizations, useOrganizations } from './use-figures.ts';
import { useWords, type Words } from './words.ts';

interface FiltersProps {
  readonly asked: Asked;
  readonly onAsk: (asked: Asked) => void;
  /** The days that are counted now: the user's own begin with them. */
  readonly start?: string | undefined;
  readonly end?: string | undefined;
}

export function Filters({ asked, onAsk, start, end }: FiltersProps) {
  const { w } = useWords();
  const { period, own } = asked;
  const wrong = wrongWith(asked);
  const onPeriod = (next: PeriodName) =>
    onAsk({ ...asked, period: next, ...(next === 'own' && !own.start && { own: { start, end } }) });
  return (
    <search className={classes.filters} aria-label={w('filters')}>
      <OrganizationChoice asked={asked} onAsk={onAsk} />
      <NativeSelect
        label={w('period')}
        value={period}
        data={PERIODS.map((value) => ({ value, label: w(`period.${value}`) }))}
        onChange={(event) => onPeriod(event.currentTarget.value as PeriodName)}
      />
      {period === 'own' &&
        (['start', 'end'] as const).map((name) => (
          <TextInput
            key={name}
            className={classes.day}
            type="date"
            label={w(`period.${name}`)}
            value={own[name] ?? ''}
            error={name === 'start' && wrong ? w(wrong) : undefined}
            onChange={(event) =>
              onAsk({ ...asked, own: { ...own, [name]: event.currentTarget.value || undefined } })
            }
          />
        ))}
    </search>
  );
}

const optionsOf = (list: Organizations['list'], w: Words['w']) => [
  { value: '', label: w('organization.all') },
  ...list.map(({ id, name }) => ({
    value: `Organization/${id}`,
    label: name ?? w('organization.unnamed'),
  })),
];

/** Nothing to choose among for somebody who may not look at enrolments. */
function OrganizationChoice({ asked, onAsk }: Pick<FiltersProps, 'asked' | 'onAsk'>) {
  const { w } = useWords();
  const { data, error } = useOrganizations();
  if (error) return <p className={classes.quiet}>{w('organization.failed')}</p>;
  return (
    <NativeSelect
      label={w('organization')}
      value={asked.organization ?? ''}
      data={optionsOf(data?.list ?? [], w)}
      {...(data?.more && { description: w('organization.more') })}
      onChange={(event) => onAsk({ ...asked, organization: event.currentTarget.value || undefined })}
    />
  );
}
