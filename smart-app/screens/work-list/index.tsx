// My open work over all patients, for a launch without a patient.
// https://hl7.org/fhir/R4/task.html
import { useQuery } from '@tanstack/react-query';
import type { Client } from '../../fhir/client.ts';
import { myWork } from '../../fhir/queries.ts';
import { byUrgency, urgencyOf } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { type Session, SessionEnded } from '../../smart/session.ts';
import { Icon } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { useNow } from '../../ui/time.ts';
import { Waiting } from '../../ui/waiting.tsx';
import { Failed } from '../patient/failed.tsx';
import { Top } from '../patient/top.tsx';
import { dueSaid, titleOf } from '../patient/words.ts';
import { Problem } from '../problem/index.tsx';
import classes from './work-list.module.css';

export function WorkList({ session, client }: { session: Session; client: Client }) {
  const language = useLanguage();
  const { t } = language;
  const now = useNow();
  const me = session.fhirUser;
  const work = useQuery({
    queryKey: ['work', 'mine', me],
    queryFn: () => myWork(client, me!),
    enabled: me !== undefined,
    refetchInterval: 60_000,
  });
  if (!me)
    return (
      <main className={classes.empty}>
        <Refusal sentence={t('worklist.nobody')} />
      </main>
    );
  if (work.error instanceof SessionEnded) return <Problem sentence="problem.ended" />;
  if (work.error && !work.data) return <Failed error={work.error} onRetry={() => work.refetch()} />;
  if (!work.data) return <Waiting />;
  const { people, more } = work.data;
  const tasks = [...work.data.tasks].sort(byUrgency(now));
  return (
    <main>
      <Top title={t('app.title')} />
      <h2 className={classes.title}>{t('worklist.title')}</h2>
      <p className={classes.hint}>{t('worklist.hint')}</p>
      {tasks.length === 0 && <p className={classes.empty}>{t('worklist.empty')}</p>}
      {tasks.length > 0 && (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t('worklist.due')}</th>
              <th scope="col">{t('worklist.patient')}</th>
              <th scope="col">{t('worklist.what')}</th>
              <th scope="col">{t('worklist.status')}</th>
            </tr>
          </thead>
          <tbody>
            {tasks.map((task) => {
              const urgency = urgencyOf(task, now);
              return (
                <tr key={task.id}>
                  <td data-urgency={urgency}>
                    {urgency === 'late' && <Icon name="late" />}
                    {urgency === 'today' && <Icon name="soon" />} {dueSaid(task, now, language)}
                  </td>
                  <td>{people.get(task.for?.reference ?? '')?.name}</td>
                  <td>{titleOf(task, t)}</td>
                  <td>{t(`status.${task.status}`)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {more && <p className={classes.empty}>{t('lane.more')}</p>}
    </main>
  );
}
