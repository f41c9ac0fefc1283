// How far each referral has come: a track of eleven stages, with a fork where it left the track.
// https://www.w3.org/WAI/WCAG22/Understanding/use-of-color.html
import type { Task } from '@medplum/fhirtypes';
import { STAGES, type Track, trackOf } from '../../fhir/referral.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Icon } from '../../ui/icons.tsx';
import classes from './referrals.module.css';
import { titleOf } from './words.ts';

export function Referrals({ tasks }: { tasks: readonly Task[] }) {
  const { t } = useLanguage();
  const tracks = tasks.map(trackOf).filter((track): track is Track => track !== undefined);
  if (tracks.length === 0) return null;
  return (
    <section className={classes.referrals} aria-label={t('referral.label')}>
      {tracks.map((track) => (
        <ReferralTrack key={track.task.id} track={track} />
      ))}
    </section>
  );
}

function ReferralTrack({ track: { task, stage, fork } }: { track: Track }) {
  const { t } = useLanguage();
  const reached = STAGES.indexOf(stage);
  const next = fork ? t(`fork.${fork}`) : t(`referral.next.${stage}`);
  return (
    <article className={classes.track}>
      <h2>{titleOf(task, t)}</h2>
      <ol aria-hidden="true" className={classes.stages}>
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
      <p>
        {t('referral.of', { n: reached + 1, all: STAGES.length, stage: t(`stage.${stage}`) })} ·{' '}
        <span className={fork ? classes.fork : undefined}>
          {fork && <Icon name="fork" />} {next}
        </span>
      </p>
    </article>
  );
}
