// Tells those who listen what has changed, as far as they may see it: one reader of the change feed for the whole process,
// which looks only while somebody listens. https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { Access } from '../fhir/access.ts';
import { type FeedWindow, type Horizon, horizonNow, readWindow } from './feed-window.ts';
import {
  ASSIGNING,
  createJudge,
  type News,
  type NewsDependencies,
  type ReadWindow,
  withFormer,
} from './watch-news.ts';

/** Somebody who listens. */
export interface Listener {
  readonly types: readonly string[];
  /** A cursor, from which on news are told. */
  readonly from: string;
  /** The caller as they may see now. @throws FhirError when they may not listen any longer, as their token has ended */
  access(): Promise<Access>;
  /** Called when there is something to tell. @param cursor where the news after this begin */
  tell(news: News, cursor: string): void;
  /** Called when there is nothing to tell, but the news begin later. */
  pass(cursor: string): void;
  /** Called when the caller may not listen any longer. */
  end(): void;
}

export interface WatchDependencies extends NewsDependencies {
  /** Repeats a look, and looks at once when it is woken. */
  repeat: (
    look: () => Promise<boolean>,
    pause: number,
    failed: (error: Error) => void,
  ) => { wake(): void; stop(): Promise<void> };
  log: { error(details: object, message: string): void };
}

/** Milliseconds between two looks; and at least, as many writes of this process are told together. */
const PAUSE = 500;
const AT_LEAST = 40;
/** Milliseconds until the next look after more has changed than is told one by one. */
const REST = 5_000;
/** Callers for whom the database is asked at once. */
const AT_ONCE = 2;

/** Where a listener stands. */
interface Standing {
  readonly listener: Listener;
  at: Horizon;
  /** The access that the last news were judged by. */
  judged: Access | undefined;
}

/** Listeners of one caller and the same types, who are told the same. */
interface Group {
  access: Access;
  types: readonly string[];
  members: Standing[];
}

const sleep = (time: number) => new Promise((done) => setTimeout(done, time));

/** The listeners who still may listen, with those who are told the same. The others are ended. */
async function groupsOf(some: readonly Standing[]): Promise<Group[]> {
  const groups = new Map<Access, Map<string, Group>>();
  for (const standing of some) {
    const { listener } = standing;
    const access = await listener.access().catch(() => undefined);
    if (!access) {
      listener.end();
      continue;
    }
    const ofAccess = groups.get(access) ?? new Map<string, Group>();
    groups.set(access, ofAccess);
    const key = listener.types.join();
    const group = ofAccess.get(key) ?? { access, types: listener.types, members: [] };
    ofAccess.set(key, group);
    group.members.push(standing);
  }
  return [...groups.values()].flatMap((ofAccess) => [...ofAccess.values()]);
}

/** Makes the watch of a process. */
export function createWatch(deps: WatchDependencies) {
  const { sql, typeId, log } = deps;
  const judge = createJudge(deps);
  const standings = new Set<Standing>();
  let ticker: ReturnType<WatchDependencies['repeat']> | undefined;
  let stopping: Promise<unknown> = Promise.resolve();
  let lastLook = 0;
  let restUntil = 0;

  async function tellGroup({ access, types, members }: Group, window: ReadWindow): Promise<void> {
    const news = await judge(access, types, window);
    for (const standing of members) {
      if (!standings.has(standing)) continue;
      const { listener, judged } = standing;
      // Another access of the same token: policies have changed, and with them perhaps all that is seen.
      const refresh = news.refresh || (judged !== undefined && judged !== access);
      if (refresh || news.changes.length || news.gone.length)
        listener.tell({ ...news, refresh }, window.horizon);
      else listener.pass(window.horizon);
      standing.at = window.horizon;
      standing.judged = access;
    }
  }

  /**
   * Reads on for those who stand at one place, and tells them. Of whom that fails, they stand where they are and are told the
   * next time: they hold up nobody.
   * @param failures takes what fails
   */
  async function advance(
    some: readonly Standing[],
    failures: Error[],
    from: Horizon,
    to?: Horizon,
  ): Promise<FeedWindow> {
    const types = new Set([...ASSIGNING, ...some.flatMap(({ listener }) => listener.types)]);
    const window = withFormer(sql, await readWindow(sql, from, [...types].map(typeId), to));
    const groups = await groupsOf(some);
    const work = async () => {
      for (let group = groups.pop(); group; group = groups.pop())
        await tellGroup(group, window).catch((error: Error) => failures.push(error));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return window;
  }

  /** Reads on for those who stand furthest, and for the others up to there: afterwards all stand at one place. */
  async function look(): Promise<boolean> {
    const wait = Math.max(lastLook + AT_LEAST - performance.now(), 0);
    if (performance.now() < restUntil) return false;
    if (wait) await sleep(wait);
    lastLook = performance.now();
    const places = Map.groupBy(standings, ({ at }) => at);
    const [first, ...behind] = [...places.keys()].sort((a, b) => Number(BigInt(b) - BigInt(a)));
    if (first === undefined) return false;
    const failures: Error[] = [];
    const { horizon, overflow } = await advance(places.get(first)!, failures, first);
    if (overflow) restUntil = performance.now() + REST;
    for (const place of behind) await advance(places.get(place)!, failures, place, horizon);
    const [failure] = failures;
    if (failure) throw failure;
    return false;
  }

  const failed = (error: Error) => log.error({ reason: error.message }, 'changes not told');

  return {
    /** The cursor of whoever begins to listen now: what is written from here on is told. */
    now: (): Promise<string> => horizonNow(sql),

    /**
     * Begins to tell a listener.
     * @returns ends it
     */
    listen(listener: Listener): () => void {
      const standing: Standing = { listener, at: listener.from, judged: undefined };
      standings.add(standing);
      ticker ??= deps.repeat(look, PAUSE, failed);
      ticker.wake();
      return () => {
        standings.delete(standing);
        if (standings.size || !ticker) return;
        stopping = Promise.all([stopping, ticker.stop()]);
        ticker = undefined;
      };
    },

    /** Looks at once: something may have been written. */
    wake(): void {
      ticker?.wake();
    },

    /** Ends all listeners, and waits for a look that is under way. */
    async stop(): Promise<void> {
      for (const { listener } of standings) listener.end();
      standings.clear();
      const ending = ticker?.stop();
      ticker = undefined;
      await Promise.all([stopping, ending]);
    },
  };
}
