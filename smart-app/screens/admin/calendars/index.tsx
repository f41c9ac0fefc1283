// The calendar of each organisation: a month as a picture, and its closures of the year as a list.
// docs/profiles/cn-calendar.md
import { Button, NativeSelect } from '@mantine/core';
import type { HealthcareService } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApp } from '../../../context.tsx';
import { dayOf } from '../../../ui/time.ts';
import classes from '../admin.module.css';
import { Listing, Section } from '../section.tsx';
import { type Dialogs, useDialogs } from '../use-dialogs.tsx';
import { useWords as useShared } from '../words.ts';
import look from './calendar.module.css';
import {
  type Closure,
  closureOn,
  closuresOf,
  monthOf,
  type OrganizationCalendar,
  readCalendars,
  timeZoneOf,
} from './closures.ts';
import { Begin, Close, Reopen } from './dialogs.tsx';
import { Month } from './month.tsx';
import { useWords } from './words.ts';

/** Today as a day, where the person is. */
const today = (): string => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
};

export default function CalendarSection() {
  const { w } = useWords();
  const { client } = useApp();
  const dialogs = useDialogs();
  const query = useQuery({ queryKey: ['admin', 'calendars'], queryFn: () => readCalendars(client) });
  const [chosen, setChosen] = useState('');
  return (
    <Section title={w('title')} lead={w('lead')} dialogs={dialogs}>
      <Listing query={query} empty={w('empty')}>
        {(calendars) => {
          const shown = calendars.find(({ organization }) => organization.id === chosen) ?? calendars[0]!;
          return (
            <>
              <NativeSelect
                className={classes.choice!}
                label={w('organisation')}
                value={shown.organization.id!}
                onChange={(event) => setChosen(event.currentTarget.value)}
                data={calendars.map(({ organization, service }) => ({
                  value: organization.id!,
                  label: service
                    ? (organization.name ?? organization.id!)
                    : w('without', { name: organization.name ?? organization.id! }),
                }))}
              />
              <Shown key={shown.organization.id} {...shown} dialogs={dialogs} />
            </>
          );
        }}
      </Listing>
    </Section>
  );
}

function Shown({ organization, service, dialogs }: OrganizationCalendar & { dialogs: Dialogs }) {
  const { w } = useWords();
  const name = organization.name ?? organization.id!;
  if (service) return <Kept service={service} name={name} dialogs={dialogs} />;
  const begin = () => dialogs.open((opened) => <Begin {...opened} organization={organization} />);
  return (
    <>
      <p className={classes.empty}>{w('inherits', { name })}</p>
      <div>
        <Button onClick={begin}>{w('begin')}</Button>
      </div>
    </>
  );
}

interface KeptProps {
  service: HealthcareService;
  name: string;
  dialogs: Dialogs;
}

function Kept({ service, name, dialogs }: KeptProps) {
  const { w } = useWords();
  const [month, setMonth] = useState(() => monthOf(today()));
  const closures = closuresOf(service);
  const close = (day: string) =>
    dialogs.open((opened) => <Close {...opened} service={service} name={name} day={day} />);
  const reopen = (closure: Closure) =>
    dialogs.open((opened) => <Reopen {...opened} service={service} name={name} closure={closure} />);
  const press = (day: string) => {
    const closure = closureOn(closures, day);
    if (closure) reopen(closure);
    else close(day);
  };
  return (
    <>
      <p className={classes.lead}>{w('zone', { zone: timeZoneOf(service) ?? w('zone.own') })}</p>
      <div className={look.calendar}>
        <Month month={month} today={today()} closures={closures} onMonth={setMonth} onDay={press} />
        <Year
          year={month.slice(0, 4)}
          closures={closures}
          onAdd={() => close(month === monthOf(today()) ? today() : `${month}-01`)}
          onRemove={reopen}
        />
      </div>
    </>
  );
}

interface YearProps {
  year: string;
  closures: readonly Closure[];
  onAdd: () => void;
  onRemove: (closure: Closure) => void;
}

/** The closures of a year as a table. */
function Year({ year, closures, onAdd, onRemove }: YearProps) {
  const { w, locale } = useWords();
  const shared = useShared().w;
  const days = ({ start, end }: Closure) =>
    start === end ? dayOf(start, locale) : `${dayOf(start, locale)} – ${dayOf(end, locale)}`;
  const shown = closures.filter(({ start, end }) => start.slice(0, 4) <= year && year <= end.slice(0, 4));
  return (
    <div className={classes.stackless}>
      <div className={classes.head}>
        <h3>{w('year', { year })}</h3>
        <Button onClick={onAdd}>{w('add')}</Button>
      </div>
      {shown.length === 0 && <p className={classes.empty}>{w('year.empty', { year })}</p>}
      {shown.length > 0 && (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{w('days')}</th>
              <th scope="col">{w('reason')}</th>
              <th scope="col">
                <span className="visually-hidden">{shared('remove')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((closure) => (
              <tr key={`${closure.start} ${closure.description}`}>
                <td>{days(closure)}</td>
                <td>{closure.description}</td>
                <td className={classes.number}>
                  <Button
                    variant="default"
                    aria-label={w('open.named', { days: days(closure), reason: closure.description })}
                    onClick={() => onRemove(closure)}
                  >
                    {w('open')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
