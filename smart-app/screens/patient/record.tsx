// The patient's open work: safety, the eight-second line, two lanes with the gate between them, details, referrals, and the rest.
// https://hl7.org/fhir/R4/task.html
import { useMediaQuery } from '@mantine/hooks';
import { useState } from 'react';
import { useActions } from '../../actions/index.tsx';
import { useApp } from '../../context.tsx';
import { type Lane, placeOf } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Boundary } from '../../ui/boundary.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { useNow } from '../../ui/time.ts';
import { Top } from '../../ui/top.tsx';
import { Banner } from './banner.tsx';
import { Begin } from './begin.tsx';
import { Details } from './details.tsx';
import { type Filter, Glance } from './glance.tsx';
import { Lanes } from './lanes.tsx';
import { Old } from './old.tsx';
import { Panels } from './panels/index.tsx';
import classes from './patient.module.css';
import { Referrals } from './referrals.tsx';
import { Safety } from './safety.tsx';
import { sortWork } from './sort-work.ts';
import { useFocusHome } from './use-focus-home.ts';
import type { PatientRecord } from './use-record.ts';
import type { View } from './view.ts';

export function RecordScreen({ record }: { record: PatientRecord }) {
  const { t } = useLanguage();
  const { client, session, me } = useApp();
  const now = useNow();
  const wide = useMediaQuery('(min-width: 1100px)', false, { getInitialValueInEffect: false });
  const [filter, setFilter] = useState<Filter>();
  const [selected, select] = useState<string>();
  const { notices, dismiss, undoable, act, isOpen } = useActions();
  const { patient } = record;
  const work = sortWork(record, me, now, undoable);
  const home = useFocusHome(record.open, isOpen);

  const view: View = {
    ...{ client, now, me, selected, select },
    patient: patient.id!,
    people: work.people,
    inlineDetails: !wide,
    details: (task) => <Details task={task} view={view} />,
  };
  const visible = filter ? work[filter] : work.tasks;
  const inLane = (lane: Lane) => visible.filter((task) => placeOf(task) === lane);
  const shown = new Set(visible.map((task) => task.id));
  const homeless = [...notices].filter(([id]) => !shown.has(id));
  const chosen = wide ? [...work.tasks, ...work.done].find((task) => task.id === selected) : undefined;

  return (
    <main className={classes.screen}>
      {session.patient && <Top />}
      {session.needPatientBanner && (
        <Boundary of={record} name={t('banner.label')}>
          <Banner client={client} patient={patient} />
        </Boundary>
      )}
      <Boundary of={record} name={t('safety.label')}>
        <Safety flags={record.flags} />
      </Boundary>
      {record.old && <Old {...record.old} />}
      <Glance counts={work.counts} filter={filter} onFilter={setFilter} home={home} />
      <Begin patient={view.patient} />
      {homeless.map(([id, sentence]) => (
        <div key={id} className={classes.more}>
          <Refusal sentence={sentence} onClose={() => dismiss(id)} />
        </div>
      ))}
      <div className={classes.columns} data-details={chosen ? true : undefined}>
        <Lanes
          tasks={{ navigation: inLane('navigation'), coordination: inLane('coordination') }}
          gate={work.gate}
          view={view}
          filtered={filter !== undefined}
          onHandOff={() => act('handOff', { patient: view.patient })}
        />
        {chosen && (
          <aside className={classes.aside} aria-label={t('action.details')}>
            <Boundary of={chosen}>
              <Details task={chosen} view={view} heading />
            </Boundary>
          </aside>
        )}
      </div>
      {record.open.more && <p className={classes.more}>{t('lane.more')}</p>}
      <Boundary of={record}>
        <Referrals tasks={work.tasks} view={view} />
      </Boundary>
      <Boundary of={record}>
        <Panels view={view} />
      </Boundary>
    </main>
  );
}
