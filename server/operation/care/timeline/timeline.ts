// $timeline (ours): what happened to a person, newest first, in pages, as far as the caller may see it.
// https://hl7.org/fhir/R4/operations.html
import { CATEGORY, EPISODE, system } from '../../../care/code.ts';
import { dateRange } from '../../../fhir/datetime.ts';
import { badRequest, notSupported } from '../../../fhir/errors.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { MAX_COUNT } from '../../../search/query.ts';
import type { Code, Timeline, TimelineRow } from '../../../search/timeline.ts';
import { operationParameters } from '../../parameters.ts';
import { visiblePatient } from '../visible.ts';

export interface TimelineContext extends Context {
  timeline: Timeline;
}

const NAMES = ['start', 'end', 'episode', '_count'];
/** Entries of a page when nothing is said. */
const COUNT = 50;

/** Of conditions the barriers, and of observations the work entries and what tells of networks. */
const ONLY: readonly Code[] = [
  { type: 'Condition', param: 'category', system: CATEGORY, code: 'cn-barrier' },
  { type: 'Observation', param: 'category', system: CATEGORY, code: 'cn-activity' },
  { type: 'Observation', param: 'code', system: system('cn-observation'), code: 'network-decision' },
];

/** The parameters by which resources carry the identifier of an episode. */
const CARRIED_BY: readonly (readonly [type: string, param: string])[] = [
  ['CarePlan', 'identifier'],
  ['DeviceRequest', 'group-identifier'],
  ['EpisodeOfCare', 'identifier'],
  ['ServiceRequest', 'requisition'],
  ['Task', 'group-identifier'],
];

interface Asked {
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly episode: string | undefined;
  readonly count: number;
  readonly cursor: string | undefined;
  /** What was used, without the cursor: the self link's query. */
  readonly used: [name: string, value: string][];
}

function instantOf(name: string, value: string | undefined, side: 'low' | 'high'): string | undefined {
  if (value === undefined) return undefined;
  const range = dateRange(value.replaceAll(' ', '+'));
  if (range) return range[side];
  throw badRequest(`${name} is "${value}". Give a date such as 2026-03-14, or an instant.`);
}

function countOf(value: string | undefined): number {
  if (value === undefined) return COUNT;
  if (!/^\d{1,9}$/.test(value) || Number(value) === 0)
    throw badRequest(`_count is "${value}". Give a number from 1 to ${MAX_COUNT}.`);
  return Math.min(Number(value), MAX_COUNT);
}

/** @throws FhirError 400 that names the parameter and what is allowed */
function askedOf(request: FhirRequest): Asked {
  const parameters = operationParameters(request);
  const given = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (!NAMES.includes(name) && name !== '_cursor')
      throw notSupported(`$timeline has no parameter "${name}". It takes ${NAMES.join(', ')}.`);
    if (given.has(name)) throw badRequest(`${name} is given twice. Give it once.`);
    given.set(name, value);
  }
  const episode = given.get('episode');
  if (episode === '') throw badRequest('episode is empty. Give the identifier of an episode.');
  return {
    start: instantOf('start', given.get('start'), 'low'),
    end: instantOf('end', given.get('end'), 'high'),
    episode,
    count: countOf(given.get('_count')),
    cursor: given.get('_cursor'),
    used: parameters.filter(([name]) => name !== '_cursor'),
  };
}

/** The codes by which something belongs to an episode: the value of our identifier, or another one as `system|value`. */
function episodeCodes(episode: string): Code[] {
  const bar = episode.lastIndexOf('|');
  const [of, code] = bar < 0 ? [EPISODE, episode] : [episode.slice(0, bar), episode.slice(bar + 1)];
  return CARRIED_BY.map(([type, param]) => ({ type, param, system: of, code }));
}

const writeCursor = ({ cursors }: Context, { at, rid }: TimelineRow, scope: string): string =>
  cursors.write({ keys: [at], rid, horizon: '' }, scope);

/** @throws FhirError 400 for a cursor of another request */
function readCursor({ cursors }: Context, text: string, scope: string) {
  const { keys, rid } = cursors.read(text, scope);
  return { at: keys[0]!, rid };
}

/** 200 with a searchset; 400; 403, 404 and 410 for a person whom the caller may not see. */
export async function timeline(context: TimelineContext, request: FhirRequest): Promise<Result> {
  const { path, access, executor } = request;
  const { start, end, episode, count, cursor, used } = askedOf(request);
  const patient = path[1]!;
  await visiblePatient(context, request, patient);
  const scope = `${path.join('/')}?${new URLSearchParams(used)}`;
  const found = await context.timeline.page({
    patient,
    visibility: context.search.visibility(access, 'r'),
    only: ONLY,
    episode: episode === undefined ? undefined : episodeCodes(episode),
    start,
    end,
    count: count + 1,
    after: cursor === undefined ? undefined : readCursor(context, cursor, scope),
    executor,
  });
  const rows = found.slice(0, count);
  const isMore = found.length > count;
  const next = [...used, ['_cursor', isMore ? writeCursor(context, rows.at(-1)!, scope) : '']];
  return {
    kind: 'search',
    status: 200,
    path: path.join('/'),
    page: {
      matches: rows.map(({ content }) => content),
      included: [],
      total: undefined,
      self: new URLSearchParams(used).toString(),
      next: isMore ? new URLSearchParams(next as [string, string][]).toString() : undefined,
      outcomes: [],
    },
  };
}
