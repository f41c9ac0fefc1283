// What came of the answers: the score, what follows in plain words with who takes it, and the report that some forms have.
// https://hl7.org/fhir/R4/questionnaireresponse.html
import type { Condition, Task } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { type After, isReported, reportOf, type Stored, whatFollowed } from '../../fhir/after.ts';
import { assesses } from '../../fhir/questionnaires.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icons.tsx';
import { identityOf } from '../../ui/identity.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { useNow } from '../../ui/time.ts';
import { dueSaid, nameOf, titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import type { Score } from './score.ts';
import classes from './screen.module.css';
import { useWords } from './words.ts';

/** A response that is stored. */
export interface Saved extends Stored {
  /** Of the form. */
  readonly title: string;
  readonly url: string | undefined;
  readonly scores: readonly Score[];
}

export function Result({ about, patient, onDone, saved }: DialogProps & { saved: Saved }) {
  const language = useWords();
  const { w } = language;
  const { client, user } = useApp();
  const after = useQuery({
    queryKey: ['record', about.patient, 'after', saved.id],
    queryFn: () => whatFollowed(client, about.patient, saved),
  });
  // The report has those of its groups.
  const scores = saved.scores.filter(({ isWhole }) => isWhole || !isReported(saved.url));
  const finish = () => onDone(w('did', { title: saved.title }));
  return (
    <FormDialog
      title={w('done.title')}
      identity={assesses(user?.role) ? w('organisation') : identityOf(patient, language)}
      submit={w('done.close')}
      onSubmit={async () => {
        finish();
        return [];
      }}
      onClose={finish}
      isOver
    >
      {() => (
        <>
          <p>{saved.title}</p>
          {scores.map(({ linkId, title, value }) => (
            <p key={linkId} className={classes.total}>
              {w('done.score', { title, value })}
            </p>
          ))}
          {isReported(saved.url) && <Report id={saved.id} />}
          <section className={classes.follows} aria-label={w('done.follows')} aria-live="polite">
            <h3>{w('done.follows')}</h3>
            {after.error && <Refusal sentence={sentenceOf(after.error, language)} />}
            {after.isPending && <p className={classes.quiet}>{w('done.reading')}</p>}
            {after.data && <Follows after={after.data} />}
          </section>
        </>
      )}
    </FormDialog>
  );
}

const isUrgent = ({ priority }: Task): boolean => ['urgent', 'asap', 'stat'].includes(priority ?? '');

const nameOfBarrier = ({ code }: Condition): string =>
  code?.text ?? code?.coding?.find(({ display }) => display)?.display ?? code?.coding?.[0]?.code ?? '';

function Follows({ after: { barriers, tasks, people } }: { after: After }) {
  const language = useWords();
  const { w, t } = language;
  const { me } = useApp();
  const now = useNow();
  if (barriers.length === 0 && tasks.length === 0) return <p>{w('done.nothing')}</p>;
  return (
    <ul>
      {tasks.map((task) => (
        <li key={task.id}>
          <span className={isUrgent(task) ? classes.urgent : undefined}>
            <Icon name={isUrgent(task) ? 'warning' : 'open'} />
          </span>
          <div>
            <p>
              {isUrgent(task) && <b className={classes.urgent}>{w('done.urgent')}: </b>}
              {titleOf(task, t)}
            </p>
            <p className={classes.quiet}>
              {w('done.task', {
                name: nameOf(task.owner?.reference, people, me, t),
                due: dueSaid(task, now, language),
              })}
            </p>
          </div>
        </li>
      ))}
      {barriers.map((barrier) => (
        <li key={barrier.id}>
          <Icon name="flag" />
          <span>{w('done.barrier', { name: nameOfBarrier(barrier) })}</span>
        </li>
      ))}
    </ul>
  );
}

function Report({ id }: { id: string }) {
  const language = useWords();
  const { w, locale } = language;
  const { client } = useApp();
  const report = useQuery({ queryKey: ['report', id, locale], queryFn: () => reportOf(client, id, locale) });
  if (report.error) return <Refusal sentence={sentenceOf(report.error, language)} />;
  const most = Math.max(...(report.data ?? []).map(({ value = 0 }) => value));
  const valueSaid = (value: number | undefined) => {
    if (value === undefined) return w('done.unsaid');
    return w(most > 4 ? 'done.percent' : 'done.hard', { value });
  };
  return (
    <section className={classes.follows} aria-label={w('done.report')}>
      <h3>{w('done.report')}</h3>
      <ul>
        {report.data?.map(({ title, value, next }) => (
          <li key={title}>
            <span>
              {title}: {valueSaid(value)}
              {next && ` · ${next}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
