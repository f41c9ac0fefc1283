// The rows of a view: the first page at once, the others while the browser has nothing to do; and what changes meanwhile.
// https://developer.mozilla.org/docs/Web/API/Window/requestIdleCallback
import type { Task } from '@medplum/fhirtypes';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { useApp } from '../../context.tsx';
import type { Live } from '../../events/batch.ts';
import type { StreamState } from '../../events/stream.ts';
import { useLive } from '../../events/use-live.ts';
import type { Client } from '../../fhir/client.ts';
import { type Listed, NOTHING, settled, withOnly, withPage, withReread } from './changes.ts';
import { clockOf } from './clock.ts';
import {
  type Around,
  newAround,
  pathOf,
  patientsOf,
  readPatients,
  readRows,
  readTasks,
  rowOf,
} from './read.ts';
import { holds, isTimed, needsRole, paramsOf, type ViewName, type Who } from './views.ts';

const FIRST = 50;
const PAGE = 500;
/** More changed tasks than this are not read one by one: the list is. */
const MANY = 200;
/** Milliseconds after which the list is read again where the stream of changes does not tell what comes and goes. */
const POLL = 60_000;

const LIVE = ['Task', 'Flag'] as const;

/** `some`: the first rows are there, and more are being read. */
export type Phase = 'none' | 'some' | 'all' | 'failed';

export interface List extends Listed {
  readonly phase: Phase;
  readonly error: unknown;
  readonly stream: StreamState;
  /** Reads tasks again. @param own the user has just changed them here */
  readonly reread: (ids: readonly string[], own: boolean) => Promise<void>;
  /** Takes away what has left. @param keep ids that stay for now */
  readonly settle: (keep: { has(id: string): boolean }) => void;
  readonly retry: () => void;
}

interface State {
  readonly listed: Listed;
  readonly phase: Phase;
  readonly error?: unknown;
}

const EMPTY: State = { listed: NOTHING, phase: 'none' };

/** What a session has read, so that who comes back from a patient finds the list as it was. */
interface Kept {
  readonly around: Around;
  readonly lists: Map<ViewName, Listed>;
}
const KEPT = new WeakMap<Client, Kept>();

function keptOf(client: Client): Kept {
  const kept = KEPT.get(client) ?? { around: newAround(), lists: new Map() };
  KEPT.set(client, kept);
  return kept;
}

const idle = (): Promise<void> =>
  new Promise((done) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => done(), { timeout: 500 });
    else setTimeout(done, 50);
  });

interface Loading {
  /** Somebody looks at something else meanwhile. */
  stopped: boolean;
  /** What was read may be older than what the stream tells: it is read again. */
  stale: boolean;
}

type Change = (listed: Listed) => Listed;

/** Reads all pages. @param tell given what each step changes, and how far it has come */
async function load(
  { client, view, who, around }: { client: Client; view: ViewName; who: Who; around: Around },
  loading: Loading,
  tell: (change: Change, phase?: Phase) => void,
): Promise<void> {
  const clock = clockOf(new Date());
  const params = paramsOf(view, who, clock);
  const seen = new Set<string>();
  const page = async (path: string): Promise<string | undefined> => {
    const { rows, next } = await readRows(client, path, around);
    if (loading.stopped) return undefined;
    const mine = rows.filter(({ task }) => holds(view, task, who, clock));
    for (const { id } of mine) seen.add(id);
    tell((listed) => withPage(listed, mine), 'some');
    return next;
  };
  const all = async (): Promise<void> => {
    seen.clear();
    loading.stale = false;
    for (let next: string | undefined = pathOf(params, PAGE); next && !loading.stopped; ) {
      await idle();
      next = await page(next);
    }
  };
  const more = loading.stale || (await page(pathOf(params, FIRST)));
  if (more) await all();
  while (loading.stale && !loading.stopped) await all();
  if (!loading.stopped) tell((listed) => withOnly(listed, seen), 'all');
}

type Step = { change: Change; phase?: Phase } | { error: unknown } | { reset: State };

function next(state: State, step: Step): State {
  if ('reset' in step) return step.reset;
  if ('error' in step) return { ...state, phase: 'failed', error: step.error };
  return { listed: step.change(state.listed), phase: step.phase ?? state.phase };
}

export function useList(view: ViewName): List {
  const { client, session, me, user } = useApp();
  const kept = keptOf(client);
  const { around } = kept;
  const begin = (name: ViewName): State => {
    const listed = kept.lists.get(name);
    return listed ? { listed, phase: 'some' } : EMPTY;
  };
  const [state, dispatch] = useReducer(next, view, begin);
  const [shown, setShown] = useState(view);
  if (shown !== view) {
    setShown(view);
    dispatch({ reset: begin(view) });
  }
  const { listed, phase, error } = state;
  useEffect(() => {
    if (phase !== 'none' && shown === view) kept.lists.set(view, listed);
  }, [kept, listed, phase, shown, view]);

  const [round, setRound] = useState(0);
  const loading = useRef<Loading>(undefined);
  const role = needsRole(view) ? user?.role : undefined;
  const ready = me !== undefined && (!needsRole(view) || user !== undefined);
  useEffect(() => {
    if (!ready) return;
    const own: Loading = { stopped: false, stale: round > 0 };
    loading.current = own;
    const tell = (change: Change, to?: Phase) => dispatch({ change, ...(to && { phase: to }) });
    load({ client, view, who: { me, role }, around }, own, tell)
      .catch((failure: unknown) => {
        if (!own.stopped) dispatch({ error: failure });
      })
      .finally(() => {
        if (loading.current === own) loading.current = undefined;
      });
    return () => {
      own.stopped = true;
    };
  }, [client, view, me, role, ready, round, around]);

  const again = useCallback(() => setRound((n) => n + 1), []);
  const refresh = useCallback(() => {
    if (loading.current) loading.current.stale = true;
    else again();
  }, [again]);

  const reread = useCallback(
    async (ids: readonly string[], own: boolean) => {
      const found = await readTasks(client, ids, around).catch(() => undefined);
      if (!found || !me) return;
      const clock = clockOf(new Date());
      const belongs = (task: Task) => holds(view, task, { me, role: user?.role }, clock);
      const change = { ids, found, me, own, holds: belongs, at: Date.now() };
      dispatch({ change: (listed) => withReread(listed, change) });
    },
    [client, around, me, user, view],
  );
  const onLive = async ({ changes, gone, refresh: all }: Live) => {
    if (all || changes.length + gone.length > MANY) return refresh();
    const tasks = [...changes, ...gone].filter(({ type }) => type === 'Task').map(({ id }) => id);
    const flags = changes.filter(({ type }) => type === 'Flag').map(({ id }) => id);
    if (tasks.length) await reread(tasks, false);
    if (!flags.length) return;
    const patients = await patientsOf(client, flags).catch(() => []);
    const shownOf = patients.filter((id) => around.patients.has(id));
    await readPatients(client, shownOf, around).catch(() => undefined);
    dispatch({ change: (now) => withPatients(now, new Set(shownOf), around) });
  };
  const stream = useLive(session, LIVE, (live) => void onLive(live));
  useEffect(() => {
    if (stream === 'open' && !isTimed(view)) return;
    const timer = setInterval(again, POLL);
    return () => clearInterval(timer);
  }, [stream, again, view]);

  const settle = useCallback(
    (keep: { has(id: string): boolean }) => dispatch({ change: (now) => settled(now, keep, Date.now()) }),
    [],
  );
  return { ...listed, phase, error, stream, reread, settle, retry: again };
}

/** Rows whose patients were read again. */
function withPatients({ rows, moved }: Listed, patients: ReadonlySet<string>, around: Around): Listed {
  const after = new Map(rows);
  for (const [id, row] of rows) if (patients.has(row.patient)) after.set(id, rowOf(row.task, around));
  return { rows: after, moved };
}
