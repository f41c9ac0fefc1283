// GET /events: what changes in resources of some types, told as it happens to those who may see it; docs/events.md.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
//
// The caller is asked for again by the guard before each batch of news: so a stream ends within a second of its token, be it
// expired or revoked, and what is told follows the policies of that moment. Nothing here reads a token itself.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Access, reach } from '../fhir/access.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, FhirError, issue, notSupported, unavailable } from '../fhir/errors.ts';
import { notReached } from '../fhir/refusal.ts';
import { type AuditedRoutes, recordOf, recordRefusals } from './audited.ts';
import { HEARTBEAT, openStream, type StreamEvent } from './event-stream.ts';

/** What a listener is told at a time. */
export interface News {
  changes: readonly object[];
  gone: readonly object[];
  refresh: boolean;
}

/** Where news come from. */
export interface NewsSource {
  /** The cursor of whoever begins to listen now. */
  now(): Promise<string>;
  /** Begins to tell a listener. @returns ends it */
  listen(listener: {
    readonly types: readonly string[];
    readonly from: string;
    access(): Promise<Access>;
    tell(news: News, cursor: string): void;
    pass(cursor: string): void;
    end(): void;
  }): () => void;
  /** Something may have been written. */
  wake(): void;
  /** Ends all listeners. */
  stop(): Promise<void>;
}

export interface EventRoutes extends AuditedRoutes {
  guard: (headers: { authorization?: string | undefined }) => Promise<Access>;
  news: NewsSource;
}

/** Streams that may be open: of one user or client, and of this process. */
const MOST = { ofCaller: 20, ofAll: 500 };
/** Types of one stream. */
const MOST_TYPES = 20;
/** Seconds after which a caller with too many streams may try again. */
const TRY_AGAIN = 30;

const CURSOR = /^\d{1,19}$/;

/** The types that are listened to. @throws FhirError 400 */
function typesOf(url: string): string[] {
  const mark = url.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark));
  const other = [...query.keys()].find((name) => name !== 'type');
  if (other !== undefined)
    throw notSupported(`The parameter "${other}" is not known here. Use type, once for each resource type.`);
  const types = [...new Set(query.getAll('type'))].sort();
  if (!types.length)
    throw badRequest('Say which resource types you listen to: /events?type=Task, and type again for others.');
  const unknown = types.find((type) => !resourceTypes.has(type));
  if (unknown !== undefined)
    throw notSupported(`"${unknown}" is not a resource type of FHIR R4. Use names such as type=Task.`);
  if (types.length > MOST_TYPES)
    throw badRequest(`These are ${types.length} types. Listen to ${MOST_TYPES} at most.`);
  return types;
}

/** Where the stream goes on, when it continues another. @throws FhirError 400 */
function cursorOf({ 'last-event-id': cursor }: FastifyRequest['headers']): string | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  if (typeof cursor !== 'string' || !CURSOR.test(cursor))
    throw badRequest('Last-Event-ID is not one of this server. Leave it away to listen from now on.');
  return cursor;
}

/** @throws FhirError 403 naming the types that the caller may not search */
function checkReach(access: Access, types: readonly string[]): void {
  const refused = types.filter((type) => reach(access, type, 's') === 'none');
  if (refused.length) throw notReached(access, refused, 's');
}

const tooMany = (): FhirError =>
  new FhirError(
    429,
    [
      issue(
        'throttled',
        `You have ${MOST.ofCaller} streams open already. Close one, or try again in ${TRY_AGAIN} seconds.`,
      ),
    ],
    { 'retry-after': String(TRY_AGAIN) },
  );

/** Counts open streams. */
function createPlaces() {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    /** Takes a place. @returns gives it back, once @throws FhirError 429, 503 when there is none */
    take({ client, subject }: Access): () => void {
      const caller = `${client}\n${subject}`;
      const own = taken.get(caller) ?? 0;
      if (own >= MOST.ofCaller) throw tooMany();
      if (all >= MOST.ofAll)
        throw unavailable(
          'This server has as many streams open as it can keep. Try again later, and read as usual until then.',
        );
      taken.set(caller, own + 1);
      all++;
      let given = false;
      return () => {
        if (given) return;
        given = true;
        all--;
        const left = taken.get(caller)! - 1;
        if (left) taken.set(caller, left);
        else taken.delete(caller);
      };
    },
  };
}

const eventsOf = ({ changes, gone, refresh }: News): StreamEvent[] => [
  ...changes.map((data) => ({ event: 'change', data })),
  ...gone.map((data) => ({ event: 'gone', data })),
  ...(refresh ? [{ event: 'refresh', data: {} }] : []),
];

/** What is asked for, once it may be answered. */
interface Asked {
  types: readonly string[];
  access: () => Promise<Access>;
  cursor: string | undefined;
  /** The cursor of this moment. */
  now: string;
}

/** Begins the stream; nothing can be refused any more. */
function begin(
  reply: FastifyReply,
  { types, access, cursor, now }: Asked,
  news: NewsSource,
  free: () => void,
): void {
  // A cursor that this database has not come to is of another one: nothing is known of what came between.
  const isForeign = cursor !== undefined && BigInt(cursor) > BigInt(now);
  const from = cursor === undefined || isForeign ? now : cursor;
  reply.hijack();
  if (reply.raw.closed) {
    free();
    return;
  }
  let stop: () => void = () => undefined;
  const headers = { ...reply.getHeaders(), 'x-request-id': reply.request.id };
  const onClose = () => {
    stop();
    free();
  };
  const stream = openStream(reply.raw, headers, onClose, HEARTBEAT);
  stream.send([{ event: 'ready', data: {} }, ...(isForeign ? [{ event: 'refresh', data: {} }] : [])], from);
  stop = news.listen({
    types,
    from,
    access,
    tell: (told, cursor) => stream.send(eventsOf(told), cursor),
    pass: stream.pass,
    end: stream.end,
  });
}

/** Registers the stream of changes, and lets every answered write below `scope` be told at once. */
export async function registerEvents(scope: FastifyInstance, routes: EventRoutes): Promise<void> {
  const { guard, news } = routes;
  const places = createPlaces();
  scope.addHook('onResponse', (request, _reply, done) => {
    if (request.method !== 'GET') news.wake();
    done();
  });
  await scope.register(async (events) => {
    recordRefusals(events, routes);
    events.addHook('preClose', () => news.stop());
    events.route({
      method: 'GET',
      url: '/events',
      // A HEAD would open a stream to send nothing.
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const record = recordOf(request, routes);
        const { authorization } = request.headers;
        const caller = await guard({ authorization });
        if (record) record.access = caller;
        const types = typesOf(request.url);
        checkReach(caller, types);
        const cursor = cursorOf(request.headers);
        const access = async () => {
          const now = await guard({ authorization });
          checkReach(now, types);
          return now;
        };
        const free = places.take(caller);
        try {
          const now = await news.now();
          await record?.end({ status: 200, result: { kind: 'empty', status: 200 } });
          begin(reply, { types, access, cursor, now }, news, free);
        } catch (error) {
          free();
          throw error;
        }
      },
    });
  });
}
