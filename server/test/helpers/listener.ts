// Somebody who listens to GET /events, as the app does.
import type { Test } from 'tap';
import { createParser, type Message } from '../../../smart-app/events/parse.ts';
import { until } from './process.ts';

export interface Stream {
  status: number;
  headers: Headers;
  /** All events so far, with their data read. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any event
  events: { event: string; data: any }[];
  /** The cursor that was told last. */
  cursor(): string;
  /** The stream has ended. */
  ended(): boolean;
  /** Waits until an event of this resource, or of this name, has come. @param count so many of them */
  heard(what: string, count?: number): Promise<void>;
  cut(): void;
}

export interface ListenOptions {
  token?: string | undefined;
  /** The cursor to go on from. */
  from?: string | undefined;
}

/** `Task/1`, or the name of an event that is about no resource. */
export const aboutOf = ({ event, data }: Stream['events'][number]): string =>
  data.id ? `${data.type}/${data.id}` : event;

/** What was told after the beginning, in words. */
export const toldBy = ({ events }: Pick<Stream, 'events'>): string[] =>
  events
    .filter(({ event }) => event !== 'ready')
    .map((one) =>
      one.event === 'change'
        ? `${one.data.method} ${aboutOf(one)} ${one.data.versionId}`
        : `${one.event} ${aboutOf(one)}`,
    );

/** Begins to listen; the stream is open, or was refused. @param query after the question mark */
export async function listenTo(
  t: Test,
  url: string,
  query: string,
  { token, from }: ListenOptions = {},
): Promise<Stream> {
  const controller = new AbortController();
  const response = await fetch(`${url}/events?${query}`, {
    signal: controller.signal,
    headers: {
      accept: 'text/event-stream',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(from && { 'last-event-id': from }),
    },
  });
  const events: Stream['events'] = [];
  let id = '';
  let ended = false;
  const onMessage = ({ event, data }: Message) => events.push({ event, data: JSON.parse(data) });
  const parse = createParser(
    onMessage,
    (told) => {
      id = told;
    },
    () => undefined,
  );
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const piece of response.body!) parse(decoder.decode(piece, { stream: true }));
  };
  if (response.ok)
    void read()
      .catch(() => undefined)
      .finally(() => {
        ended = true;
      });
  t.teardown(() => controller.abort());
  const heard = (what: string, count = 1) =>
    until(() => events.filter((one) => aboutOf(one) === what).length >= count, `${what} was told`);
  if (response.ok) await heard('ready');
  return {
    status: response.status,
    headers: response.headers,
    events,
    cursor: () => id,
    ended: () => ended,
    heard,
    cut: () => controller.abort(),
  };
}
