// The patient's open work: safety, the eight-second line, two lanes with the gate between them, details, referrals.
// https://hl7.org/fhir/R4/task.html
import { useMediaQuery } from '@mantine/hooks';
import { useState } from 'react';
import type { Client } from '../../fhir/client.ts';
import { type Lane, placeOf } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import type { Session } from '../../smart/session.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { useNow } from '../../ui/time.ts';
import { Banner } from './banner.tsx';
import { Details } from './details.tsx';
import { type Filter, Glance } from './glance.tsx';
import { Lanes } from './lanes.tsx';
import { Old } from './old.tsx';
import classes from './patient.module.css';
import { Referrals } from './referrals.tsx';
import { Safety } from './safety.tsx';
import { sortWork } from './sort-work.ts';
import { Top } from './top.tsx';
import { useAct } from './use-act.ts';
import { useActions } from './use-actions.ts';
import { useDialog } from './use-dialog.tsx';
import { useFocusHome } from './use-focus-home.ts';
import type { PatientRecord } from './use-record.ts';
import type { View } from './view.ts';

interface RecordProps {
  session: Session;
  client: Client;
  record: PatientRecord;
}

export function RecordScreen({ session, client, record }: RecordProps) {
  const { t } = useLanguage();
  const now = useNow();
  const wide = useMediaQuery('(min-width: 1100px)', false, { getInitialValueInEffect: false });
  const [filter, setFilter] = useState<Filter>();
  const [selected, select] = useState<string>();
  const me = session.fhirUser;
  const { patient } = record;
  const work = sortWork(record, me, now);
  const actions = useActions(client, me);
  const dialog = useDialog({ client, patient, me, now, actions, navigation: work.navigation });
  const { act, notices, dismiss } = useAct(actions, dialog.show);
  const home = useFocusHome(record.open, dialog.element !== undefined);

  const view: View = {
    ...{ client, now, me, notices, dismiss, selected, select, act },
    patient: patient.id!,
    people: work.people,
    busy: actions.busy,
    canHandOff: work.gate.state === 'closed',
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
      <Top title={t('app.title')} />
      {session.needPatientBanner && <Banner client={client} patient={patient} />}
      <Safety flags={record.flags} />
      {record.old && <Old {...record.old} />}
      <Glance counts={work.counts} filter={filter} onFilter={setFilter} home={home} />
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
          onHandOff={() => dialog.show({ kind: 'handOff' })}
        />
        {chosen && (
          <aside className={classes.aside} aria-label={t('action.details')}>
            <Details task={chosen} view={view} heading />
          </aside>
        )}
      </div>
      {record.open.more && <p className={classes.more}>{t('lane.more')}</p>}
      <Referrals tasks={work.tasks} />
      {dialog.element}
    </main>
  );
}
