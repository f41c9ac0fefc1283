// Gathers what a stream tells for a moment: of each resource what was told last.
import type { Change, Gone, Handlers } from './stream.ts';

/** What has happened elsewhere since the last time. */
export interface Live {
  /** Of each resource its newest version. */
  readonly changes: readonly Change[];
  readonly gone: readonly Gone[];
  /** Anything may have changed. */
  readonly refresh: boolean;
}

/** Milliseconds that are gathered. */
const MOMENT = 200;

/** Makes the handlers that gather; `stop` forgets what was not told yet. */
export function createBatch(
  onLive: (live: Live) => void,
): Pick<Handlers, 'onChange' | 'onGone' | 'onRefresh'> & { stop(): void } {
  let changes = new Map<string, Change>();
  let gone = new Map<string, Gone>();
  let refresh = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const forget = () => {
    clearTimeout(timer);
    timer = undefined;
    changes = new Map();
    gone = new Map();
    refresh = false;
  };
  const later = () => {
    timer ??= setTimeout(() => {
      const live = { changes: [...changes.values()], gone: [...gone.values()], refresh };
      forget();
      onLive(live);
    }, MOMENT);
  };
  return {
    onChange(change) {
      const key = `${change.type}/${change.id}`;
      gone.delete(key);
      changes.set(key, change);
      later();
    },
    onGone(one) {
      const key = `${one.type}/${one.id}`;
      changes.delete(key);
      gone.set(key, one);
      later();
    },
    onRefresh() {
      refresh = true;
      later();
    },
    stop: forget,
  };
}
