// Keeps one draft on the server: a while after the last change, one request at a time, and at once when the form is left.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-state.html
import { dropState, readState, saveState } from '../fhir/app-state.ts';
import type { Client } from '../fhir/client.ts';
import { type Draft, isFresh } from './draft.ts';

/** Milliseconds after the last change before it is kept. */
const REST = 800;

export interface Keeper<T> {
  /** What was kept before, where it is fresh; what is too old is dropped. */
  readonly read: () => Promise<Draft<T> | undefined>;
  /** The form was changed; undefined: to what it began with, so there is nothing to keep. */
  readonly change: (value: T | undefined) => void;
  /** The form is done: nothing of it stays. */
  readonly forget: () => void;
  /** The form goes: what is not kept yet is, in a request that outlives the page. */
  readonly leave: () => void;
}

/** @param onKept whether the last change was kept */
export function createKeeper<T>(
  client: Client,
  me: string,
  key: string,
  onKept: (isKept: boolean) => void,
): Keeper<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: Draft<T> | undefined;
  let isThere = false;
  let queue: Promise<unknown> = Promise.resolve();

  const after = (work: () => Promise<void>, kept: (isKept: boolean) => void = onKept): void => {
    queue = queue.then(work).then(
      () => kept(true),
      () => kept(false),
    );
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    waiting = undefined;
  };
  const drop = (): void => {
    stop();
    if (!isThere) return;
    isThere = false;
    after(() => dropState(client, me, key));
  };
  const save = (last: boolean): void => {
    const draft = waiting;
    stop();
    if (!draft) return;
    isThere = true;
    const work = () => saveState(client, me, key, draft, last);
    // A page that is being left does not come back to what waits.
    if (last) void work().catch(() => undefined);
    else after(work);
  };

  return {
    async read() {
      const draft = await readState<Draft<T>>(client, me, key).catch(() => undefined);
      if (!draft) return undefined;
      isThere = true;
      if (isFresh(draft, new Date())) return draft;
      drop();
      return undefined;
    },
    change(value) {
      if (value === undefined) return drop();
      clearTimeout(timer);
      waiting = { at: new Date().toISOString(), value };
      timer = setTimeout(() => save(false), REST);
    },
    forget: drop,
    leave: () => save(true),
  };
}
