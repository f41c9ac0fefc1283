// How far each referral has come: a track of eleven stages, a fork where it left the track, what comes next, and who asks after it.
// https://www.w3.org/WAI/WCAG22/Understanding/use-of-color.html
import type { Task } from '@medplum/fhirtypes';
import { STAGES, type Track, trackOf } from '../../fhir/referral.ts';
import { dueOf, familyCode, urgencyOf } from '../../fhir/task.ts';
import { Icon } from '../../ui/icons.tsx';
import { exactly } from '../../ui/time.ts';
import { dueSaid, nameOf, titleOf } from '../../ui/words.ts';
import { useWords } from './referral/words.ts';
import classes from './referrals.module.css';
import type { View } from './view.ts';

export function Referrals({ tasks, view }: { tasks: readonly Task[]; view: View }) {
  const { t } = useWords();
  const tracks = tasks.map(trackOf).filter((track): track is Track => track !== undefined);
  if (tracks.length === 0) return null;
  return (
    <section className={classes.referrals} aria-label={t('referral.label')}>
      {tracks.map((track) => (
        <ReferralTrack key={track.task.id} track={track} tasks={tasks} view={view} />
      ))}
    </section>
  );
}

/** What is done about a referral that nobody answers, by the code of its task. */
const ASKING = { 'outreach-attempt': 'chase', 'coord-network-review': 'elsewhere' } as const;

interface TrackProps {
  track: Track;
  tasks: readonly Task[];
  view: View;
}

function ReferralTrack({ track, tasks, view }: TrackProps) {
  const { w, t } = useWords();
  const { task, stage, fork } = track;
  const reached = STAGES.indexOf(stage);
  return (
    <article className={classes.track}>
      <h2>{titleOf(task, t)}</h2>
      <div aria-hidden="true">
        <ol className={classes.stages} data-forked={fork ? true : undefined}>
          {STAGES.map((one, index) => (
            <li
              key={one}
              data-reached={index <= reached || undefined}
              data-now={index === reached || undefined}
            >
              <i />
              <span>{t(`stage.${one}`)}</span>
            </li>
          ))}
        </ol>
        {fork && (
          <div className={classes.branch}>
            <span className={classes.exit} style={{ gridColumn: `${reached + 1} / -1` }}>
              <Icon name="fork" /> {t(`fork.${fork}`)}
            </span>
          </div>
        )}
      </div>
      <p>
        {t('referral.of', { count: reached + 1, all: STAGES.length, stage: t(`stage.${stage}`) })} ·{' '}
        {fork ? (
          <span className={classes.fork}>
            <Icon name="fork" /> {t(`fork.${fork}`)}, {w('forkedAt', { stage: t(`stage.${stage}`) })}
          </span>
        ) : (
          t(`referral.next.${stage}`)
        )}
        <Due task={task} now={view.now} />
      </p>
      <Asking task={task} tasks={tasks} view={view} />
    </article>
  );
}

/** By when what comes next is expected. */
function Due({ task, now }: { task: Task; now: Date }) {
  const language = useWords();
  const due = dueOf(task);
  if (!due) return null;
  const isLate = urgencyOf(task, now) === 'late';
  return (
    <>
      {' · '}
      <time
        dateTime={due.toISOString()}
        title={exactly(due, language.locale)}
        className={isLate ? classes.fork : undefined}
      >
        {isLate && <Icon name="late" />} {dueSaid(task, now, language)}
      </time>
    </>
  );
}

/** The tasks by which somebody asks after it, or looks elsewhere. */
function Asking({ task, tasks, view }: Omit<TrackProps, 'track'> & { task: Task }) {
  const language = useWords();
  const { w, t } = language;
  const asking = tasks.flatMap((one) => {
    const what = ASKING[familyCode(one) as keyof typeof ASKING];
    const isPart = one.partOf?.some(({ reference }) => reference === `Task/${task.id}`);
    return what && isPart && one.status !== 'completed' ? [{ one, what }] : [];
  });
  return asking.map(({ one, what }) => (
    <p key={one.id}>
      <Icon name="waiting" /> {w(what)}: {nameOf(one.owner?.reference, view.people, view.me, t)},{' '}
      {dueSaid(one, view.now, language)}
    </p>
  ));
}
