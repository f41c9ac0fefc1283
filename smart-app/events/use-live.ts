// Live updates for a screen: what has changed elsewhere, gathered for a moment so that a screen is not drawn for each event.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { ResourceType } from '@medplum/fhirtypes';
import { useEffect, useEffectEvent, useState } from 'react';
import type { Session } from '../smart/session.ts';
import { createBatch, type Live } from './batch.ts';
import { type StreamState, subscribe } from './stream.ts';

/** Milliseconds that a page may be hidden before its stream is let go: browsers allow six connections to a server. */
const HIDDEN = 60_000;

/** Runs `listen` while the page is seen, and for a minute after; again, from where it was, when it is seen again. */
function whileSeen(listen: (signal: AbortSignal, from?: string) => Promise<string | undefined>): () => void {
  let controller: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let place: Promise<string | undefined> = Promise.resolve(undefined);
  const begin = () => {
    clearTimeout(timer);
    if (controller) return;
    controller = new AbortController();
    const { signal } = controller;
    place = place.then((from) => (signal.aborted ? from : listen(signal, from)));
  };
  const end = () => {
    controller?.abort();
    controller = undefined;
  };
  const seen = () => {
    if (document.visibilityState === 'visible') begin();
    else timer = setTimeout(end, HIDDEN);
  };
  document.addEventListener('visibilitychange', seen);
  seen();
  return () => {
    document.removeEventListener('visibilitychange', seen);
    clearTimeout(timer);
    end();
  };
}

/**
 * Tells what changes in resources of some types, as far as the user may see it.
 * @param onLive told at most five times a second; of each resource what it is last
 * @returns how the stream stands, for a screen that says so
 */
export function useLive(
  session: Pick<Session, 'send'>,
  types: readonly ResourceType[],
  onLive: (live: Live) => void,
): StreamState {
  const [state, setState] = useState<StreamState>('connecting');
  const tell = useEffectEvent(onLive);
  const { send } = session;
  const names = types.join();
  useEffect(() => {
    const batch = createBatch((live) => tell(live));
    const handlers = { ...batch, onState: setState };
    const stop = whileSeen((signal, from) =>
      subscribe(send, names.split(',') as ResourceType[], handlers, signal, from),
    );
    return () => {
      stop();
      batch.stop();
    };
  }, [send, names]);
  return state;
}
