// What a listener is told of a stretch of the change feed: what is there and theirs to see, what is gone, whether to read anew.
// https://hl7.org/fhir/R4/security.html#authorization
//
// What is told is what a resource is now, not each step on its way: the feed goes by the numbers of transactions, so a later
// version can come before an earlier one, and a listener must never be led back. Every version that commits is followed by
// the news of itself or of a later one. A resource that the caller does not see (any more) is told as gone only where they
// might have seen what it was before, judged as past versions are; where it may have left their reach together with others,
// because a task, team or patient names them no longer or newly, they are told to read everything again, without ids.
import type { Reference, Resource } from '@medplum/fhirtypes';
import type { Sql } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import type { Visibility } from '../db/visibility.ts';
import type { Access } from '../fhir/access.ts';
import { parseJson } from '../fhir/json.ts';
import { type FeedWindow, type Former, type Present, readFormer, readPresent } from './feed-window.ts';
import type { Method } from './write.ts';

/** A resource that has changed, as it is now. */
export interface Change {
  type: string;
  id: string;
  versionId: string;
  lastUpdated: string;
  method: Method;
}

/** What a caller is told at a time. */
export interface News {
  changes: readonly Change[];
  /** No longer there, or no longer the caller's to see. */
  gone: readonly { type: string; id: string }[];
  /** More has changed than can be told one by one: everything is to be read again. */
  refresh: boolean;
}

export interface NewsDependencies {
  sql: Sql;
  typeId: (type: string) => number;
  /** What a caller may see of types, as their search does. */
  visibility: (access: Access, types: readonly string[]) => Visibility;
  /** Whether a caller may see contents that a resource had. */
  permits: (access: Access, resources: readonly Resource[]) => Promise<boolean[]>;
}

/** A stretch of the feed, and what its changes have replaced, which is read when somebody needs it. */
export interface ReadWindow extends FeedWindow {
  /** Undefined when it is too much. */
  former(): Promise<readonly Former[] | undefined>;
}

/** Types by which patients are assigned to a user: their changes are read whatever is listened to. */
export const ASSIGNING: readonly string[] = ['Task', 'CareTeam', 'Patient'];

const NOTHING: News = { changes: [], gone: [], refresh: false };
const EVERYTHING: News = { changes: [], gone: [], refresh: true };

/** A window whose former contents are read once at most. */
export function withFormer(sql: Sql, window: FeedWindow): ReadWindow {
  let read: Promise<readonly Former[] | undefined> | undefined;
  return {
    ...window,
    former() {
      read ??= readFormer(sql, window.written);
      return read;
    },
  };
}

/** Makes what judges a window for one caller: one statement, and up to two more when something is hidden from them. */
export function createJudge({ sql, typeId, visibility, permits }: NewsDependencies) {
  const assigning = new Set(ASSIGNING.map(typeId));

  /** Whether a change may have brought patients into the caller's reach, or out of it. */
  const movesReach = ({ type, before, after }: Former, fhirUser: string): boolean =>
    assigning.has(type) && saysOf(before, fhirUser) !== saysOf(after, fhirUser);

  /** Of resources that a caller does not see, those that they might have seen before. */
  async function goneOf(
    access: Access,
    names: ReadonlyMap<number, string>,
    hidden: ReadonlySet<Rid>,
    former: readonly Former[],
  ): Promise<News['gone']> {
    const cases = former.filter(({ rid, before }) => hidden.has(rid) && before !== undefined);
    if (!cases.length) return [];
    const contents = cases.map(({ before }) => parseJson(before!) as Resource);
    const permitted = await permits(access, contents);
    const found = new Map(cases.filter((_, n) => permitted[n]).map((one) => [one.rid, one]));
    return [...found.values()].map(({ type, id }) => ({ type: names.get(type)!, id }));
  }

  return async (access: Access, types: readonly string[], window: ReadWindow): Promise<News> => {
    const { written, overflow, former } = window;
    if (overflow) return EVERYTHING;
    if (!written.length) return NOTHING;
    const names = new Map(types.map((type) => [typeId(type), type]));
    const seen = visibility(access, types);
    const hidden = new Set(written.filter(({ type }) => names.has(type)).map(({ rid }) => rid));
    const present = hidden.size ? await readPresent(sql, [...hidden], seen.sql) : [];
    const order = [...hidden];
    for (const { rid } of present) hidden.delete(rid);
    const me = isConfined(seen) ? access.fhirUser : undefined;
    const replaced = hidden.size || me !== undefined ? await former() : [];
    if (!replaced) return EVERYTHING;
    const refresh = me !== undefined && replaced.some((one) => movesReach(one, me));
    return {
      changes: inOrder(present, order).map((one) => changeOf(one, names.get(one.type)!)),
      // What was there before is judged by the reach of now: where that has moved, it tells nothing of what was seen.
      gone: refresh ? [] : await goneOf(access, names, hidden, replaced),
      refresh,
    };
  };
}

/** Whether a caller sees some patients only, of whom a task or a team may make another one theirs. */
const isConfined = ({ whole, byLabels }: Visibility): boolean => !whole && !byLabels;

/** What a resource says of somebody: nothing, or its status and its patient where it names them. */
function saysOf(content: string | undefined, reference: string): string | undefined {
  if (!content?.includes(`"${reference}"`)) return undefined;
  const {
    status,
    for: patient,
    subject = patient,
  } = parseJson(content) as Partial<Record<'for' | 'subject', Reference>> & { status?: string };
  return `${status ?? ''} ${subject?.reference ?? ''}`;
}

const changeOf = ({ id, version, lastUpdated, method }: Present, type: string): Change => ({
  type,
  id,
  versionId: String(version),
  lastUpdated: lastUpdated.toISOString(),
  method,
});

function inOrder(present: readonly Present[], order: readonly Rid[]): Present[] {
  const byRid = new Map(present.map((one) => [one.rid, one]));
  return order.flatMap((rid) => byRid.get(rid) ?? []);
}
