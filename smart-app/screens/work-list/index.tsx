// The work list over all patients: lists at the side, the rows of the one that is chosen, and the details of the row that is open.
// https://hl7.org/fhir/R4/task.html
import { useMediaQuery } from '@mantine/hooks';
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useRef, useState } from 'react';
import { useApp } from '../../context.tsx';
import { SessionEnded } from '../../smart/session.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { useNow } from '../../ui/time.ts';
import { Problem } from '../problem/index.tsx';
import { shapeOf } from './columns.ts';
import { Details } from './details.tsx';
import { Grid } from './grid.tsx';
import { Lists } from './lists.tsx';
import { Empty, Notes, Rest, Shapes, Standing } from './states.tsx';
import { Tools } from './tools.tsx';
import { useCounts } from './use-counts.ts';
import { useSettings } from './use-settings.ts';
import { useWidth } from './use-width.ts';
import { useWork, type Work } from './use-work.ts';
import { useWords } from './words.ts';
import classes from './work-list.module.css';

const KeysHelp = lazy(() => import('./keys-help.tsx'));

export default function WorkList() {
  const { me } = useApp();
  const { w } = useWords();
  if (me) return <Screen me={me} />;
  return (
    <main>
      <div className={classes.note}>
        <Refusal sentence={w('nobody')} />
      </div>
    </main>
  );
}

function Screen({ me }: { me: string }) {
  const settings = useSettings();
  const beside = useMediaQuery('(min-width: 1100px)', false, { getInitialValueInEffect: false });
  const work = useWork(beside, settings.letters);
  const { list, look, open, actions, grid, help, setHelp, onClose, onLook } = work;
  const counts = useCounts(list.phase !== 'none');
  const opened = open === undefined ? undefined : list.rows.get(open);
  const { reread } = list;
  const onNewer = useCallback((id: string) => void reread([id], false), [reread]);
  if (list.error instanceof SessionEnded) return <Problem sentence="problem.ended" />;
  const details = opened && (
    <Details key={opened.id} row={opened} beside={beside} onClose={onClose} onNewer={onNewer} />
  );
  return (
    <main
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open || actions.isOpen || event.defaultPrevented) return;
        onClose();
        grid.current?.move(0);
      }}
    >
      <div className={classes.columns} data-details={(beside && details !== undefined) || undefined}>
        <Lists look={look} onLook={onLook} counts={counts} settings={settings} />
        <Rows
          work={work}
          me={me}
          beside={beside && details !== undefined}
          details={beside ? undefined : details}
        />
        {beside && details && <aside className={classes.aside}>{details}</aside>}
      </div>
      {help && (
        <Suspense fallback={null}>
          <KeysHelp
            letters={settings.letters}
            onLetters={settings.setLetters}
            onClose={() => setHelp(false)}
          />
        </Suspense>
      )}
    </main>
  );
}

interface RowsProps {
  readonly work: Work;
  readonly me: string;
  /** Details stand beside the rows. */
  readonly beside: boolean;
  /** Details in their row. */
  readonly details: ReactNode;
}

/** The list that is chosen, with what it says of itself and what narrows it. */
function Rows({ work, me, beside, details }: RowsProps) {
  const { list, rows, look, words, actions, commands, onLook, setHelp, input, onRefused } = work;
  const now = useNow();
  const [waiting, onWaiting] = useState(0);
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const shape = useMemo(() => shapeOf(width, beside), [width, beside]);
  const { active, open, command, onActive, onHeld } = work;
  return (
    <div className={classes.list}>
      <Standing
        list={list}
        title={words.w(`title.${look.view}`)}
        shown={rows.length}
        waiting={waiting}
        onShow={work.onCommand}
      />
      <Tools look={look} onLook={onLook} blocks={shape.blocks} onKeys={() => setHelp(true)} input={input} />
      <Notes rows={rows} actions={actions} refused={work.refused} onRead={() => onRefused(undefined)} />
      <div ref={place}>
        {list.phase === 'none' && <Shapes />}
        {list.phase !== 'none' && rows.length > 0 && width > 0 && (
          <Grid
            key={look.view}
            ref={work.grid}
            {...{ rows, actions, shape, words, now, me, active, open, command, commands, details }}
            {...{ onActive, onHeld, onWaiting }}
            moved={list.moved}
            sort={look.sort}
            onSort={(sort) => onLook({ ...look, sort })}
            growing={list.phase === 'some'}
          />
        )}
        {rows.length === 0 && <Empty list={list} look={look} onLook={onLook} />}
      </div>
      <Rest list={list} />
    </div>
  );
}
