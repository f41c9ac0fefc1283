// What the work list shows and what its user does with it: the list that is chosen, the row that is open, letters and commands.
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useActions } from '../../actions/index.tsx';
import { go } from '../../place.ts';
import { useSay } from '../../ui/live.tsx';
import { rowTitle } from './cells.tsx';
import { filterOf, type Look } from './filter.ts';
import type { GridHandle } from './grid.tsx';
import { movedSaid } from './grid-row.tsx';
import { useCommands } from './use-commands.ts';
import { useLetters } from './use-letters.ts';
import { type List, useList } from './use-list.ts';
import { useLook } from './use-look.ts';
import { useTouched } from './use-touched.ts';
import { useWords } from './words.ts';

/** Milliseconds between looks at which rows have left long enough ago. */
const SETTLE = 1_000;

/** @param beside details stand beside the list, and follow the row that has the focus */
function useChoice(beside: boolean) {
  const [standing, stand] = useLook();
  const [command, setCommand] = useState(0);
  const onCommand = useCallback(() => setCommand((n) => n + 1), []);
  const onLook = useCallback(
    (look: Look) => {
      stand((before) =>
        look.view === before.look.view ? { ...before, look } : { look, active: undefined, open: undefined },
      );
      onCommand();
    },
    [stand, onCommand],
  );
  const onActive = useCallback(
    (id: string) => {
      stand(({ open, ...before }) => ({ ...before, active: id, open: open && beside ? id : open }));
      onCommand();
    },
    [stand, onCommand, beside],
  );
  const onOpen = useCallback(
    (id: string) => stand((before) => ({ ...before, active: id, open: before.open === id ? undefined : id })),
    [stand],
  );
  const onClose = useCallback(() => stand((before) => ({ ...before, open: undefined })), [stand]);
  const onBegin = useCallback((id: string) => stand((before) => ({ ...before, active: id })), [stand]);
  return { ...standing, command, onCommand, onLook, onActive, onOpen, onClose, onBegin };
}

/** Rows that have left go when nobody is at work in the list; meanwhile what others did is said. */
function useSettling(list: List, undoable: { has(id: string): boolean }) {
  const { w, t } = useWords();
  const say = useSay();
  const [held, onHeld] = useState(false);
  const { moved, rows, settle } = list;
  useEffect(() => {
    if (held || !moved.size) return;
    const timer = setInterval(() => settle(undoable), SETTLE);
    return () => clearInterval(timer);
  }, [held, moved.size, settle, undoable]);
  const said = useRef<ReadonlyMap<string, unknown>>(new Map());
  useEffect(() => {
    const first = [...moved].find(([id, one]) => said.current.get(id) !== one && !undoable.has(id));
    said.current = moved;
    const row = first && rows.get(first[0]);
    if (row) say(w('said.moved', { title: rowTitle(row, t), what: movedSaid(first[1], w) }));
  }, [moved, rows, w, t, undoable, say]);
  return onHeld;
}

export function useWork(beside: boolean, letters: boolean) {
  const words = useWords();
  const actions = useActions();
  const choice = useChoice(beside);
  const { look, active, open, onBegin } = choice;
  const list = useList(look.view);
  const [refused, onRefused] = useState<string>();
  const [help, setHelp] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const grid = useRef<GridHandle>(null);
  const filter = useDeferredValue(look.filter);
  const rows = useMemo(() => [...list.rows.values()].filter(filterOf(filter)), [list.rows, filter]);
  const onHeld = useSettling(list, actions.undoable);

  const { reread } = list;
  const onTouched = useCallback((ids: readonly string[]) => void reread(ids, true), [reread]);
  useTouched(actions, active ?? open, onTouched);
  const commands = useCommands({
    ...{ list, actions, words, onRefused },
    onOpen: choice.onOpen,
    onBegin: (id) => {
      onBegin(id);
      onRefused(undefined);
    },
  });

  const onRow = (act: (id: string) => void) => () => active !== undefined && act(active);
  const onRecord = (id: string) => {
    const patient = list.rows.get(id)?.patient;
    if (patient) go({ name: 'patient', id: patient });
  };
  useLetters(
    {
      j: () => grid.current?.move(1),
      k: () => grid.current?.move(-1),
      c: onRow((id) => commands.wish(id, 'claim')),
      s: onRow((id) => commands.wish(id, 'start')),
      d: onRow((id) => commands.wish(id, 'complete')),
      o: onRow(onRecord),
      '/': () => input.current?.focus(),
      '?': () => setHelp(true),
    },
    letters && !actions.isOpen && !help,
  );
  return {
    ...choice,
    words,
    actions,
    list,
    rows,
    commands,
    refused,
    onRefused,
    help,
    setHelp,
    input,
    grid,
    onHeld,
  };
}

export type Work = ReturnType<typeof useWork>;
