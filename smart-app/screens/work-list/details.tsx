// One task in full, beside the list or in its row: what is known of it, whom it is for, and everything that can be done with it.
// https://hl7.org/fhir/R4/task-definitions.html
import { CloseButton, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { RowActions } from '../../actions/row-actions.tsx';
import { useApp } from '../../context.tsx';
import { hrefOf } from '../../place.ts';
import { Icon } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { exactly } from '../../ui/time.ts';
import { ownerSaid, rowTitle, stageSaid } from './cells.tsx';
import classes from './details.module.css';
import type { Row } from './row.ts';
import { readWhole } from './whole.ts';
import { useWords } from './words.ts';

interface DetailsProps {
  readonly row: Row;
  /** It stands beside the list; else in the row, whose title stands above it already. */
  readonly beside: boolean;
  readonly onClose: () => void;
  /** The task as it was just read is another version than that of the row. */
  readonly onNewer: (id: string) => void;
}

export function Details({ row, beside, onClose, onNewer }: DetailsProps) {
  const { client } = useApp();
  const language = useWords();
  const { w, t } = language;
  const { id, version } = row;
  const whole = useQuery({
    queryKey: ['work-list', 'task', id],
    queryFn: () => readWhole(client, row),
  });
  const read = Number(whole.data?.meta?.versionId ?? 0);
  const { refetch } = whole;
  useEffect(() => {
    if (read > version) onNewer(id);
    else if (read && read < version) void refetch();
  }, [read, version, id, onNewer, refetch]);

  return (
    <section className={classes.details} aria-label={w('details')}>
      <div className={classes.head}>
        <h2 className={beside ? undefined : classes.inRow}>{rowTitle(row, t)}</h2>
        <CloseButton size={28} aria-label={w('details.close')} onClick={onClose} />
      </div>
      {row.flags.length > 0 && (
        <p className={classes.safety}>
          <Icon name="flag" /> {row.flags.join(' ')}
        </p>
      )}
      {whole.data && <RowActions task={whole.data} patient={row.patient} />}
      {!whole.data && !whole.error && <Skeleton height={30} radius={6} />}
      {whole.error && <Refusal sentence={`${w('details.failed')} ${sentenceOf(whole.error, language)}`} />}
      <Facts row={row} />
      {row.patient && (
        <a className={classes.record} href={hrefOf({ name: 'patient', id: row.patient })}>
          {w('details.open-patient')}
        </a>
      )}
    </section>
  );
}

function Facts({ row }: { row: Row }) {
  const { me, client } = useApp();
  const { w, t, locale } = useWords();
  const { data: task = row.task } = useQuery({
    queryKey: ['work-list', 'task', row.id],
    queryFn: () => readWhole(client, row),
  });
  const date = (text: string | undefined) => text && exactly(new Date(text), locale);
  const facts: readonly (readonly [string, ReactNode])[] = [
    [w('details.patient'), row.patientName],
    [t('details.due'), row.due !== undefined && exactly(new Date(row.due), locale)],
    [w('details.priority'), w(`priority.${task.priority ?? 'routine'}`)],
    [t('details.owner'), ownerSaid(row, me, t)],
    [t('details.status'), t(`status.${task.status}`)],
    [w('details.stage'), task.businessStatus && stageSaid(row, t)],
    [w('details.tier'), row.tier && w(`tier.${row.tier}`)],
    [t('details.kind'), task.description && task.code?.text],
    [t('details.reason'), task.statusReason?.text],
    [t('details.asked'), date(task.authoredOn)],
    [t('details.started'), date(task.executionPeriod?.start)],
    [t('details.note'), task.note?.map(({ text }) => text).join('; ')],
  ];
  return (
    <dl>
      {facts
        .filter(([, fact]) => fact)
        .map(([name, fact]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
    </dl>
  );
}
