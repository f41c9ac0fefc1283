// What the list says of itself: how many rows there are, that more come, that changes wait, that it is empty or could not be read.
// https://www.w3.org/WAI/WCAG22/Understanding/status-messages.html
import { Button, Skeleton } from '@mantine/core';
import type { Actions } from '../../actions/index.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { isSame, type Look } from './filter.ts';
import type { Row } from './row.ts';
import type { List } from './use-list.ts';
import { useWords } from './words.ts';
import classes from './work-list.module.css';

interface StandingProps {
  readonly list: List;
  readonly title: string;
  /** How many rows the filter leaves. */
  readonly shown: number;
  readonly waiting: number;
  readonly onShow: () => void;
}

export function Standing({ list, title, shown, waiting, onShow }: StandingProps) {
  const { w } = useWords();
  const all = list.rows.size;
  const counts: readonly (readonly [boolean, string])[] = [
    [list.phase === 'none', ''],
    [list.phase === 'some', w('count.more', { count: shown })],
    [shown < all, w('count.of', { count: shown, all })],
    [true, w('count', { count: shown })],
  ];
  const isBroken = list.stream === 'waiting' || list.stream === 'ended';
  return (
    <div className={classes.standing}>
      <h2>{title}</h2>
      <span className={classes.quiet}>{counts.find(([holds]) => holds)?.[1]}</span>
      {waiting > 0 && (
        <Button variant="default" onClick={onShow}>
          {w('fresh', { count: waiting })}
        </Button>
      )}
      {isBroken && <span className={classes.quiet}>{w('live.waiting')}</span>}
    </div>
  );
}

const SHAPES = Array.from({ length: 12 }, (_, n) => n);

/** The shape of rows that are on their way. */
export function Shapes() {
  const { t } = useWords();
  return (
    <div className={classes.shapes} aria-busy="true">
      <p role="status" className="visually-hidden">
        {t('app.loading')}
      </p>
      {SHAPES.map((n) => (
        <Skeleton key={n} height={20} radius={6} />
      ))}
    </div>
  );
}

interface NotesProps {
  readonly rows: readonly Row[];
  readonly actions: Pick<Actions, 'notices' | 'dismiss'>;
  /** Why nothing was done. */
  readonly refused: string | undefined;
  readonly onRead: () => void;
}

/** Refusals that have no row to stand in. */
export function Notes({ rows, actions, refused, onRead }: NotesProps) {
  const homeless = [...actions.notices].filter(([id]) => !rows.some((row) => row.id === id));
  return (
    <>
      {refused && (
        <div className={classes.note}>
          <Refusal sentence={refused} onClose={onRead} />
        </div>
      )}
      {homeless.map(([id, sentence]) => (
        <div key={id} className={classes.note}>
          <Refusal sentence={sentence} onClose={() => actions.dismiss(id)} />
        </div>
      ))}
    </>
  );
}

interface EmptyProps {
  readonly list: List;
  readonly look: Look;
  readonly onLook: (look: Look) => void;
}

export function Empty({ list, look, onLook }: EmptyProps) {
  const { w } = useWords();
  if (list.phase !== 'all') return null;
  const whole: Look = { ...look, filter: {} };
  if (isSame(look, whole)) return <p className={classes.empty}>{w(`empty.${look.view}`)}</p>;
  return (
    <div className={classes.empty}>
      <p>{w('empty.filter', { count: list.rows.size })}</p>
      <Button variant="default" onClick={() => onLook(whole)}>
        {w('empty.clear')}
      </Button>
    </div>
  );
}

/** Why there is nothing, or not all, and a way to try again. */
export function Rest({ list }: { list: List }) {
  const language = useWords();
  const { w, t } = language;
  if (list.phase !== 'failed') return null;
  const sentence = sentenceOf(list.error, language);
  return (
    <div className={classes.note}>
      <Refusal sentence={list.rows.size ? `${w('failed.rest')} ${sentence}` : sentence} />
      <Button variant="default" onClick={list.retry}>
        {t('error.retry')}
      </Button>
    </div>
  );
}
