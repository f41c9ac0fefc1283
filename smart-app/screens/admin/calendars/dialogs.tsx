// Closing days in a calendar, opening them again, and giving an organisation a calendar of its own.
// docs/profiles/cn-calendar.md
import { TextInput } from '@mantine/core';
import type { HealthcareService, Organization } from '@medplum/fhirtypes';
import { useState } from 'react';
import { useApp } from '../../../context.tsx';
import { FormDialog } from '../../../ui/dialog.tsx';
import type { Problem } from '../../../ui/problem.ts';
import { dayOf } from '../../../ui/time.ts';
import classes from '../admin.module.css';
import { Confirm } from '../confirm.tsx';
import type { Opened } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { type Closure, closureOn, closuresOf, newCalendar, withClosure, withoutClosure } from './closures.ts';
import { useWords } from './words.ts';

interface CalendarProps extends Opened {
  service: HealthcareService;
  /** Of the organisation. */
  name: string;
}

/** A closure longer than this is a mistake; the service clocks count no more. */
const MOST_DAYS = 366;
const DAY = 86_400_000;

export function Close({ service, name, day, ...opened }: CalendarProps & { day: string }) {
  const { w, locale } = useWords();
  const shared = useShared().w;
  const { client } = useApp();
  const save = useSave('calendars', opened);
  const [start, setStart] = useState(day);
  const [end, setEnd] = useState(day);
  const [description, setDescription] = useState('');

  const problems = (): readonly Problem[] => {
    const said = { description: description.trim(), start, end };
    const missing = Object.entries(said).filter(([, value]) => !value);
    if (missing.length) return missing.map(([field]) => ({ field, sentence: shared('missing') }));
    if (end < start) return [{ field: 'end', sentence: w('end.before') }];
    if (Date.parse(end) - Date.parse(start) >= MOST_DAYS * DAY)
      return [{ field: 'end', sentence: w('end.late') }];
    const other = closureOn(closuresOf(service), start);
    return other ? [{ field: 'start', sentence: w('overlap', { reason: other.description }) }] : [];
  };
  const submit = async () => {
    const found = problems();
    if (found.length) return found;
    const next = withClosure(service, { start, end, description: description.trim() });
    return save({
      send: () => client.update(next),
      did: w('did.closed', { name, day: dayOf(start, locale) }),
    });
  };
  return (
    <FormDialog
      title={w('add')}
      identity={name}
      submit={w('close')}
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => (
        <>
          <p>{w('close.what')}</p>
          <TextInput
            data-autofocus
            required
            name="description"
            label={w('reason')}
            description={w('reason.hint')}
            value={description}
            error={problem('description')}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <div className={classes.pair}>
            <TextInput
              required
              type="date"
              name="start"
              label={w('start')}
              value={start}
              error={problem('start')}
              onChange={(event) => setStart(event.currentTarget.value)}
            />
            <TextInput
              required
              type="date"
              name="end"
              label={w('end')}
              value={end}
              min={start}
              error={problem('end')}
              onChange={(event) => setEnd(event.currentTarget.value)}
            />
          </div>
        </>
      )}
    </FormDialog>
  );
}

export function Reopen({ service, name, closure, ...opened }: CalendarProps & { closure: Closure }) {
  const { w, locale } = useWords();
  const { client } = useApp();
  const save = useSave('calendars', opened);
  const { start, end, description } = closure;
  const days = start === end ? dayOf(start, locale) : `${dayOf(start, locale)} – ${dayOf(end, locale)}`;
  const submit = () =>
    save({
      send: () => client.update(withoutClosure(service, closure)),
      did: w('did.opened', { name, days }),
    });
  return (
    <Confirm
      {...opened}
      title={w('open.title')}
      subject={name}
      consequence={w('open.what', { days, reason: description })}
      submit={w('open')}
      onSubmit={submit}
    />
  );
}

/** The time zones that the browser knows. */
const zones = (): readonly string[] => Intl.supportedValuesOf?.('timeZone') ?? [];

export function Begin({ organization, ...opened }: Opened & { organization: Organization }) {
  const { w } = useWords();
  const { client } = useApp();
  const save = useSave('calendars', opened);
  const name = organization.name ?? organization.id!;
  const [zone, setZone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const submit = async () => {
    const known = zones();
    if (known.length ? !known.includes(zone.trim()) : !zone.trim())
      return [{ field: 'zone', sentence: w('zone.wrong') }];
    return save({
      send: () => client.create(newCalendar(organization, zone.trim())),
      did: w('did.begun', { name }),
    });
  };
  return (
    <FormDialog
      title={w('begin')}
      identity={name}
      submit={w('begin')}
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => (
        <>
          <p>{w('begin.what')}</p>
          <TextInput
            data-autofocus
            required
            name="zone"
            label={w('zone.label')}
            description={w('zone.hint')}
            list="time-zones"
            value={zone}
            error={problem('zone')}
            onChange={(event) => setZone(event.currentTarget.value)}
          />
          <datalist id="time-zones">
            {zones().map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </>
      )}
    </FormDialog>
  );
}
