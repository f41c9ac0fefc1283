// The visits to come and those that were, with interpreter and ride and how certain they are; each can be moved from here.
// https://hl7.org/fhir/R4/appointment.html
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useActions } from '../../../actions/index.tsx';
import type { People } from '../../../fhir/people.ts';
import { type Help, readVisits, type Visit, type Visits } from '../../../fhir/visits.ts';
import { Icon, type IconName } from '../../../ui/icons.tsx';
import { daysBetween, exactly, saidOf, timeOf } from '../../../ui/time.ts';
import type { View } from '../view.ts';
import { Empty, Facts, Mark, Panel, useFrame, usePanelQuery } from './panel.tsx';
import classes from './panels.module.css';
import { knownWord, useWords, type Words } from './words.ts';

/** So many past visits are shown before somebody asks for all. */
const FEW = 2;

export function VisitsPanel({ view }: { view: View }) {
  const frame = useFrame(true);
  const query = usePanelQuery(view, 'visits', frame, readVisits);
  return (
    <Panel name="visits" frame={frame} query={query} countOf={({ coming }) => coming.length}>
      {(visits) => <All visits={visits} view={view} />}
    </Panel>
  );
}

function All({ visits: { coming, past, people }, view }: { visits: Visits; view: View }) {
  const { w } = useWords();
  const [all, setAll] = useState(false);
  if (coming.length + past.length === 0) return <Empty sentence={w('visits.empty')} />;
  const list = (visits: readonly Visit[]) => (
    <ul className={classes.rows}>
      {visits.map((visit) => (
        <Row key={visit.appointment.id} visit={visit} people={people} view={view} />
      ))}
    </ul>
  );
  return (
    <>
      {coming.length > 0 ? list(coming) : <p className={classes.quiet}>{w('visits.none')}</p>}
      {past.length > 0 && (
        <>
          <h3 className={classes.sub}>{w('visits.past')}</h3>
          {list(all ? past : past.slice(0, FEW))}
        </>
      )}
      {past.length > FEW && (
        <button type="button" className={classes.link} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? w('showFewer') : w('showAll', { count: past.length })}
        </button>
      )}
    </>
  );
}

const ICONS: Readonly<Record<string, IconName>> = {
  fulfilled: 'done',
  noshow: 'fork',
  cancelled: 'fork',
  waitlist: 'waiting',
  pending: 'waiting',
  proposed: 'waiting',
};

function Row({ visit, people, view }: { visit: Visit; people: People; view: View }) {
  const words = useWords();
  const { w } = words;
  const { appointment, givers, places, interpreter, ride, offers } = visit;
  const { status } = appointment;
  const { act } = useActions();
  const what = appointment.description ?? appointment.serviceType?.[0]?.text ?? w('visits.unnamed');
  const names = (references: readonly string[]) =>
    references.flatMap((one) => people.get(one)?.name ?? []).join(', ');
  const word = knownWord(`appointment.${status}`);
  const isOpen = offers === 'move';
  return (
    <li className={classes.row} data-status={status}>
      <Mark name={ICONS[status] ?? 'soon'} />
      <div className={classes.text}>
        <h3>{what}</h3>
        <p className={classes.meta}>
          <When visit={visit} now={view.now} /> {word && <>· {w(word)}</>}
        </p>
        <Facts
          facts={[
            [w('visits.who'), names(givers)],
            [w('visits.where'), names(places)],
            [w('visits.interpreter'), isOpen && interpreter && helpSaid(interpreter, people, words, true)],
            [w('visits.ride'), isOpen && ride && helpSaid(ride, people, words)],
            [w('visits.bring'), isOpen && appointment.patientInstruction],
            [w('visits.why'), appointment.cancelationReason?.text],
          ]}
        />
        {offers && (
          <Button
            variant="default"
            aria-label={w(offers === 'move' ? 'visits.moveThis' : 'visits.againThis', { what })}
            onClick={() => act('book', { patient: view.patient, appointment: appointment.id! })}
          >
            {w(`visits.${offers}`)}
          </Button>
        )}
      </div>
    </li>
  );
}

function When({ visit: { start }, now }: { visit: Visit; now: Date }) {
  const { w, locale } = useWords();
  if (!start) return <span>{w('visits.waiting')}</span>;
  const said = saidOf(start, now, locale);
  const clock = daysBetween(now, start) === 0 ? '' : ` ${timeOf(start, locale)}`;
  return (
    <time dateTime={start.toISOString()} title={exactly(start, locale)}>
      {said}
      {clock}
    </time>
  );
}

/** How certain an interpreter or a ride is; icon and word, never colour alone. */
function helpSaid({ certainty, reference, text }: Help, people: People, words: Words, isTongue = false) {
  const { w, locale } = words;
  const name = people.get(reference ?? '')?.name;
  const what = isTongue && text && /^[a-z]{2,3}(-|$)/.test(text) ? tongueOf(text, locale) : text;
  return (
    <>
      <span className={classes.certain} data-certainty={certainty}>
        <Icon name={certainty === 'confirmed' ? 'done' : 'warning'} /> {w(`certain.${certainty}`)}
      </span>{' '}
      {[what, name].filter(Boolean).join(', ')}
    </>
  );
}

const tongueOf = (code: string, locale: string): string => {
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
};
