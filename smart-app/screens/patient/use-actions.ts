// Changes a task on the server and says how it went; a task that somebody else changed meanwhile is read again.
// https://hl7.org/fhir/R4/http.html#concurrency
import type { Resource, Task } from '@medplum/fhirtypes';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Client, NewEntry } from '../../fhir/client.ts';
import { FhirFailure } from '../../fhir/failure.ts';
import { peopleOf } from '../../fhir/people.ts';
import { practitionerOf } from '../../fhir/queries.ts';
import type { Actor } from '../../fhir/task-change.ts';
import { useLanguage } from '../../locales/index.tsx';
import { useSay } from '../../ui/live.tsx';
import { type Problem, problemsIn } from '../../ui/problem.ts';
import type { Check } from './use-check.ts';

export interface Actions {
  /**
   * Writes `change` of the task; answers what was wrong, and nothing when it was done.
   * @param did what the live region says afterwards
   * @param check finds what is wrong before anything is sent
   */
  change: (
    task: Task,
    change: (actor: Actor) => Task,
    did: string,
    check?: Check,
  ) => Promise<readonly Problem[]>;
  /** Creates what `make` makes in one transaction, with the same answers. */
  create: (
    make: (actor: Actor) => readonly NewEntry[],
    did: string,
    check?: Check,
  ) => Promise<readonly Problem[]>;
  /** Ids of the tasks that are being written. */
  busy: ReadonlySet<string>;
}

interface Attempt {
  resources: readonly Resource[];
  send: () => Promise<unknown>;
  did: string;
  check: Check | undefined;
  /** The version that is replaced. */
  task?: Task;
}

export function useActions(client: Client, me: string | undefined): Actions {
  const language = useLanguage();
  const { t } = language;
  const queries = useQueryClient();
  const say = useSay();
  const writing = useRef(new Set<string>());
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());

  /** The user, and the person behind the role, who is read once; a note is unsigned only when that cannot be read. */
  const actor = async (): Promise<Actor> => {
    const author = await queries
      .fetchQuery({
        queryKey: ['author', me],
        queryFn: async () => (await practitionerOf(client, me!)) ?? null,
        staleTime: Number.POSITIVE_INFINITY,
      })
      .catch(() => undefined);
    return { me: { reference: me! }, now: new Date(), ...(author && { author }) };
  };
  const reload = () => queries.invalidateQueries({ queryKey: ['work'] });

  const mark = (id: string, on: boolean) => {
    writing.current[on ? 'add' : 'delete'](id);
    setBusy(new Set(writing.current));
  };

  const attempt = async ({ resources, send, did, check, task }: Attempt): Promise<readonly Problem[]> => {
    try {
      const problems = (await check?.(resources)) ?? [];
      if (problems.length) return problems;
      await send();
      await reload();
      say(did);
      return [];
    } catch (error) {
      const stale = task && error instanceof FhirFailure && error.status === 412;
      if (!stale) return problemsIn(error, language, resources);
      await reload();
      return [{ sentence: await takenSentence(client, task, me, language) }];
    }
  };

  return {
    busy,
    create: async (make, did, check) => {
      if (!me) return [{ sentence: t('error.nobody') }];
      const entries = make(await actor());
      const resources = entries.map(({ resource }) => resource);
      return attempt({ resources, send: () => client.createTogether(entries), did, check });
    },
    change: async (task, change, did, check) => {
      if (!me) return [{ sentence: t('error.nobody') }];
      if (writing.current.has(task.id!)) return [];
      mark(task.id!, true);
      try {
        const next = change(await actor());
        return await attempt({ resources: [next], send: () => client.update(next), did, check, task });
      } finally {
        mark(task.id!, false);
      }
    },
  };
}

/** Says who has the task now, where that is somebody else. */
async function takenSentence(
  client: Client,
  task: Task,
  me: string | undefined,
  { t }: ReturnType<typeof useLanguage>,
): Promise<string> {
  const found = await client.search('Task', { _id: task.id!, _include: 'Task:owner' }).catch(() => undefined);
  const current = found?.resources.find((one): one is Task => one.resourceType === 'Task');
  const people = found && (await peopleOf(found.resources, client).catch(() => undefined));
  const owner = people?.get(current?.owner?.reference ?? '');
  return owner && owner.reference !== me ? t('error.taken', { name: owner.name }) : t('error.changed');
}
