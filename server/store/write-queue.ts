// Group commit: writes that arrive while others are under way share one statement, one commit and one flush to disk.
// A write that finds nothing under way goes out at once.
import { isUnreachable } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import type { Change, ChangeSet, Written } from './write.ts';

/** What became of one change. */
export interface Outcome {
  written: boolean;
  /** Its references to nothing. */
  absent: Rid[];
  /** False: it was made with search parameters of an earlier generation, and is not written. */
  current: boolean;
}

interface Waiting {
  change: Change;
  generation: number;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Most changes, and most characters, of one statement. Small ones keep both sides at work: with all callers in the statements
 * under way, nobody would be preparing the next.
 */
const MAX_CHANGES = 10;
const MAX_CHARACTERS = 4 * 1024 * 1024;

function outcomeAt({ written, absent, current }: Written, place: number): Outcome {
  const missing: Rid[] = [];
  for (const { change, reference } of absent) if (change === place) missing.push(reference);
  return { written: written[place]!, absent: missing, current };
}

const byRid = (a: Waiting, b: Waiting): number => (BigInt(a.change.rid) < BigInt(b.change.rid) ? -1 : 1);
const changeOf = ({ change }: Waiting): Change => change;

export class WriteQueue {
  readonly #write: (set: ChangeSet) => Promise<Written>;
  readonly #lanes: number;
  #waiting: Waiting[] = [];
  #running = 0;
  #scheduled = false;

  /** @param lanes statements that may be under way at once */
  constructor(write: (set: ChangeSet) => Promise<Written>, lanes: number) {
    this.#write = write;
    this.#lanes = lanes;
  }

  /** Writes a change on its own account: what becomes of the others in its statement is no matter to it. */
  add(change: Change, generation: number): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, generation, resolve, reject });
      this.#schedule();
    });
  }

  /**
   * A full statement goes out as soon as a lane is free, so that the database works while the rest of this turn of the event
   * loop is read and answered. Fewer changes wait until the end of the turn, for what else arrives in it.
   */
  #schedule(): void {
    if (this.#waiting.length >= MAX_CHANGES) this.#pump();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#running < this.#lanes && this.#waiting.length) {
      this.#running++;
      void this.#run(this.#take()).finally(() => {
        this.#running--;
        this.#schedule();
      });
    }
  }

  /** The next statement's changes: a resource once, one generation, in the order of rid, in which rows are locked. */
  #take(): Waiting[] {
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    const rids = new Set<string>();
    const { generation } = this.#waiting[0]!;
    let characters = 0;
    for (const waiting of this.#waiting) {
      const { rid, content } = waiting.change;
      const fits =
        taken.length < MAX_CHANGES && (!taken.length || characters + content.length <= MAX_CHARACTERS);
      if (!fits || rids.has(rid) || waiting.generation !== generation) {
        left.push(waiting);
        continue;
      }
      rids.add(rid);
      characters += content.length;
      taken.push(waiting);
    }
    this.#waiting = left;
    return taken.sort(byRid);
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const written = await this.#write({
        changes: batch.map(changeOf),
        generation: batch[0]!.generation,
        whole: false,
      });
      for (const [place, { resolve }] of batch.entries()) resolve(outcomeAt(written, place));
    } catch (error) {
      // Where the connection broke nobody knows what was written: nothing is repeated.
      if (batch.length === 1 || isUnreachable(error)) for (const { reject } of batch) reject(error);
      // One of them is at fault: each by itself, so that it is the only one to fail.
      else for (const waiting of batch) await this.#run([waiting]);
    }
  }
}
