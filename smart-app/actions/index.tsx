// From a button to what it does: a change of a task at once, or a dialog that asks first; and the way back for ten seconds.
// https://www.w3.org/WAI/WCAG22/Understanding/error-prevention-legal-financial-data.html
import type { Patient, Task } from '@medplum/fhirtypes';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useApp } from '../context.tsx';
import { KeptDrafts } from '../drafts/kept.tsx';
import { readPatient } from '../fhir/queries.ts';
import { useLanguage } from '../locales/index.tsx';
import { Boundary } from '../ui/boundary.tsx';
import { useSay } from '../ui/live.tsx';
import { problemsIn } from '../ui/problem.ts';
import { sentenceOf } from '../ui/sentence.ts';
import { titleOf } from '../ui/words.ts';
import type { About, Action, DialogName } from './action.ts';
import { DO, isAtOnce } from './at-once.ts';
import { BrokenDialog } from './broken.tsx';
import { dialogs } from './dialogs.tsx';
import { takenSentence } from './taken.ts';

/** Milliseconds for which what was done can be taken back. */
const UNDO_FOR = 10_000;

/** What was just done to a task. */
export interface Done {
  readonly sentence: string;
  /** The task as it was shown before: it stays in its place until the time is over. */
  readonly task: Task;
}

export interface Actions {
  readonly act: (action: Action, about: About) => void;
  /** Ids of the tasks that are being written. */
  readonly busy: ReadonlySet<string>;
  /** Refusals by the id of the task that they are about. */
  readonly notices: ReadonlyMap<string, string>;
  /** Takes a refusal away. */
  readonly dismiss: (id: string) => void;
  /** What can be taken back, by the id of its task. */
  readonly undoable: ReadonlyMap<string, Done>;
  readonly undo: (id: string) => void;
  /** Whether a dialog is open. */
  readonly isOpen: boolean;
}

const Context = createContext<Actions | undefined>(undefined);

/** A map in a state, with a way to set and one to take away. */
function useEntries<V>() {
  const [entries, set] = useState<ReadonlyMap<string, V>>(new Map());
  const put = useCallback(
    (key: string, value: V | undefined) =>
      set((before) => {
        const after = new Map(before);
        if (value === undefined) after.delete(key);
        else after.set(key, value);
        return after;
      }),
    [],
  );
  return [entries, put] as const;
}

/** Reads again what the screens show. */
export function useReload(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['work'] }),
      queries.invalidateQueries({ queryKey: ['record'] }),
      queries.invalidateQueries({ queryKey: ['work-list'] }),
    ]);
  }, [queries]);
}

export function ActionsProvider({ children }: { children: ReactNode }) {
  const { client, me } = useApp();
  const language = useLanguage();
  const { t } = language;
  const say = useSay();
  const reload = useReload();
  const [busy, mark] = useEntries<true>();
  const [notices, notice] = useEntries<string>();
  const [undoable, offerUndo] = useEntries<Done>();
  const [open, setOpen] = useState<{ name: DialogName; about: About }>();
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  useEffect(() => () => timers.current.forEach(clearTimeout), []);

  const forget = (id: string) => {
    clearTimeout(timers.current.get(id));
    timers.current.delete(id);
    offerUndo(id, undefined);
  };
  const done = async (sentence: string, task: Task | undefined) => {
    if (task?.id) {
      const { id } = task;
      forget(id);
      offerUndo(id, { sentence, task });
      timers.current.set(
        id,
        setTimeout(() => forget(id), UNDO_FOR),
      );
    }
    await reload();
    say(sentence);
  };

  /** Writes something about a task; a refusal stands in its place. */
  const attempt = async (task: Task, send: () => Promise<unknown>, then: () => Promise<void>) => {
    const id = task.id!;
    if (busy.has(id)) return;
    mark(id, true);
    notice(id, undefined);
    try {
      await send();
      await then();
    } catch (error) {
      const taken = await takenSentence(client, error, task, me, language);
      if (taken) await reload();
      const problems = taken ? [{ sentence: taken }] : await problemsIn(error, language, [task]);
      notice(id, problems.map(({ sentence }) => sentence).join(' '));
    } finally {
      mark(id, undefined);
    }
  };

  const act = (action: Action, about: About) => {
    const { task } = about;
    if (!isAtOnce(action)) return setOpen({ name: action, about });
    if (!task) return;
    if (!me) return notice(task.id!, t('error.nobody'));
    const did = t(`did.${action}`, { title: titleOf(task, t) });
    void attempt(
      task,
      () => DO[action](client, task, me),
      () => done(did, task),
    );
  };

  const undo = (id: string) => {
    const was = undoable.get(id);
    if (!was) return;
    void attempt(
      was.task,
      () => client.operation(`Task/${id}/$undo`, { input: [] }),
      async () => {
        forget(id);
        await reload();
        say(t('did.undo', { title: titleOf(was.task, t) }));
      },
    );
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the functions close over what is listed
  const value = useMemo<Actions>(
    () => ({
      act,
      undo,
      notices,
      undoable,
      busy: new Set(busy.keys()),
      dismiss: (id) => notice(id, undefined),
      isOpen: open !== undefined,
    }),
    [busy, notices, undoable, open, client, me, t],
  );

  return (
    <Context value={value}>
      {children}
      {open && (
        <Boundary of={open} instead={<BrokenDialog onClose={() => setOpen(undefined)} />}>
          <OpenDialog
            {...open}
            onClose={() => setOpen(undefined)}
            onDone={(sentence, undoId) => {
              setOpen(undefined);
              void done(sentence, undoId && undoId === open.about.task?.id ? open.about.task : undefined);
            }}
          />
        </Boundary>
      )}
    </Context>
  );
}

interface OpenDialogProps {
  name: DialogName;
  about: About;
  onClose: () => void;
  onDone: (did: string, undo?: string) => void;
}

function OpenDialog({ name, about, onClose, onDone }: OpenDialogProps) {
  const { client } = useApp();
  const patient = useQuery<Patient>({
    queryKey: ['record', about.patient, 'patient'],
    queryFn: () => readPatient(client, about.patient),
  });
  const language = useLanguage();
  const Dialog = dialogs[name];
  if (!patient.data && patient.error)
    return <BrokenDialog sentence={sentenceOf(patient.error, language)} onClose={onClose} />;
  if (!patient.data) return null;
  return (
    <KeptDrafts>
      {(forget) => (
        <Suspense fallback={null}>
          <Dialog
            about={about}
            patient={patient.data}
            onClose={onClose}
            onDone={(...done) => {
              forget();
              onDone(...done);
            }}
          />
        </Suspense>
      )}
    </KeptDrafts>
  );
}

/** What can be done, and what stands in the way. */
export function useActions(): Actions {
  const actions = useContext(Context);
  if (!actions) throw new Error('useActions needs an ActionsProvider above it');
  return actions;
}
