// Bulk exports of everybody: how far each is, what it has written, and its end. Looked at again while one runs.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html
import { useQuery } from '@tanstack/react-query';
import type { ExportJob } from '../../../fhir/admin.ts';
import type { IconName } from '../../../ui/icons.tsx';
import { exactly, saidOf, useNow } from '../../../ui/time.ts';
import classes from '../admin.module.css';
import { Confirm } from '../confirm.tsx';
import { Row } from '../row.tsx';
import { Listing, Section } from '../section.tsx';
import { useAdministration } from '../use-administration.ts';
import { type Dialogs, type Opened, useDialogs } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords } from './words.ts';

/** Milliseconds between two looks while an export runs, and while none does. */
const SOON = 1_000;
const LATER = 15_000;

const isRunning = ({ status }: ExportJob): boolean => status === 'queued' || status === 'in-progress';

const ICONS: Readonly<Record<ExportJob['status'], IconName>> = {
  queued: 'waiting',
  'in-progress': 'passed',
  completed: 'done',
  failed: 'warning',
};

export default function Exports() {
  const { w } = useWords();
  const administration = useAdministration();
  const dialogs = useDialogs();
  const query = useQuery({
    queryKey: ['admin', 'exports'],
    queryFn: administration.exports,
    refetchInterval: ({ state }) => (state.data?.some(isRunning) ? SOON : LATER),
  });
  return (
    <Section title={w('title')} lead={w('lead')} dialogs={dialogs}>
      <Listing query={query} empty={w('empty')}>
        {(jobs) => (
          <ul className={classes.rows}>
            {jobs.map((job) => (
              <JobRow key={job.id} job={job} dialogs={dialogs} />
            ))}
          </ul>
        )}
      </Listing>
    </Section>
  );
}

/** What an export is called: what was asked for, and when. */
function useTitle(): (job: ExportJob) => string {
  const { w, locale } = useWords();
  const now = useNow();
  return ({ url, requestedAt }) => {
    const kind = url.includes('/Patient/$export') ? 'kind.patient' : 'kind.system';
    return w(kind, { when: saidOf(new Date(requestedAt), now, locale) });
  };
}

function JobRow({ job, dialogs }: { job: ExportJob; dialogs: Dialogs }) {
  const { w, locale } = useWords();
  const title = useTitle()(job);
  const running = isRunning(job);
  const written = job.output.reduce((sum, { count }) => sum + count, 0);
  const number = new Intl.NumberFormat(locale);
  return (
    <Row
      title={title}
      state={{ icon: ICONS[job.status], word: w(`status.${job.status}`), isOff: job.status === 'failed' }}
      facts={[
        { name: w('whose'), value: job.client ?? job.subject },
        { name: w('requested'), value: exactly(new Date(job.requestedAt), locale) },
        { name: w('asked'), value: job.url, isLong: true },
        { name: w('written'), value: w('resources', { count: written, number: number.format(written) }) },
      ]}
      actions={[
        {
          label: w(running ? 'cancel' : 'delete'),
          onClick: () => dialogs.open((opened) => <End {...opened} job={job} title={title} />),
        },
      ]}
    >
      <div className={classes.progress}>
        <progress max={Math.max(job.types, 1)} value={job.done} aria-label={`${w('progress')}: ${title}`} />
        <span>{w('types', { done: job.done, count: job.types })}</span>
        {job.output.length > 0 && (
          <details className={classes.more}>
            <summary>{w('files')}</summary>
            <ul>
              {job.output.map(({ type, count }) => (
                <li key={type}>
                  {type}: {number.format(count)}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Row>
  );
}

function End({ job, title, ...opened }: Opened & { job: ExportJob; title: string }) {
  const { w } = useWords();
  const administration = useAdministration();
  const save = useSave('exports', opened);
  const verb = w(isRunning(job) ? 'cancel' : 'delete');
  return (
    <Confirm
      {...opened}
      title={verb}
      subject={title}
      consequence={w('end.what', { whose: job.client ?? job.subject })}
      submit={verb}
      onSubmit={() => save({ send: () => administration.cancelExport(job.id), did: w('did.ended') })}
    />
  );
}
