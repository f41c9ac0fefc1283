// The way back of a sign-in in an inner frame: its answer goes to the window around it, which began it and alone can redeem it.
// https://html.spec.whatwg.org/multipage/web-messaging.html#posting-messages

/** Begins the state of a sign-in in an inner frame. */
export const AGAIN = 'again-';

const TYPE = 'throughline-sign-in';

/** Hands an answer on, if it is one to hand on. A window of another origin is told nothing. */
export function handOver(params: URLSearchParams): boolean {
  if (window.parent === window || !params.get('state')?.startsWith(AGAIN)) return false;
  window.parent.postMessage({ type: TYPE, answer: String(params) }, location.origin);
  return true;
}

/** Listens for the answer from an inner frame. @returns what ends it */
export function onAnswer(frame: () => Window | null, take: (answer: URLSearchParams) => void): () => void {
  const listen = ({
    origin,
    source,
    data,
  }: MessageEvent<{ type?: unknown; answer?: unknown } | undefined>) => {
    if (origin !== location.origin || source !== frame() || data?.type !== TYPE) return;
    if (typeof data.answer === 'string') take(new URLSearchParams(data.answer));
  };
  addEventListener('message', listen);
  return () => removeEventListener('message', listen);
}
