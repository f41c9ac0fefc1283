// SMART Web Messaging: asks the chart's page around the app to open one of its own screens, or to close the app.
// https://hl7.org/fhir/smart-web-messaging/
import type { Messaging } from './session.ts';

/** Screens of a chart that the app can ask for. https://hl7.org/fhir/smart-web-messaging/#activity-catalog */
export const ACTIVITIES = ['appointment-book', 'order-review', 'problem-review'] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** Milliseconds that the chart may take to answer. */
const TIME = 3_000;

/** A chart that answers messages. */
export interface Chart {
  /** @returns whether the chart did it */
  readonly open: (activity: Activity) => Promise<boolean>;
  /** Asks the chart to close the app. @returns whether it will */
  readonly done: () => Promise<boolean>;
}

interface Answer {
  readonly responseToMessageId?: unknown;
  readonly payload?: { readonly status?: unknown };
}

/** The window that shows the app; undefined where the app stands alone. */
const windowAround = (): Window | undefined => {
  if (window.parent !== window) return window.parent;
  return (window.opener as Window | null) ?? undefined;
};

/** Sends a message and waits for its answer. Only that window at that origin is written to and listened to. */
function ask(
  target: Window,
  { origin, handle }: Messaging,
  messageType: string,
  payload: object,
): Promise<Answer['payload'] | undefined> {
  const messageId = crypto.randomUUID();
  return new Promise((done) => {
    const end = (answer?: Answer['payload']) => {
      clearTimeout(timer);
      removeEventListener('message', listen);
      done(answer);
    };
    const listen = (event: MessageEvent<Answer | undefined>) => {
      const isAnswer = event.origin === origin && event.source === target;
      if (isAnswer && event.data?.responseToMessageId === messageId) end(event.data.payload ?? {});
    };
    const timer = setTimeout(() => end(), TIME);
    addEventListener('message', listen);
    target.postMessage({ messagingHandle: handle, messageId, messageType, payload }, origin);
  });
}

/** An origin and nothing else: no wildcard, no path. */
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

/** Greets the chart. @returns undefined when nobody answers: then nothing is offered */
export async function greetChart(messaging: Messaging): Promise<Chart | undefined> {
  const target = windowAround();
  if (!target || !isOrigin(messaging.origin)) return undefined;
  const send = (type: string, payload: object) => ask(target, messaging, type, payload);
  if (!(await send('status.handshake', {}))) return undefined;
  const didIt = async (type: string, payload: object) => (await send(type, payload))?.status === 'success';
  return {
    open: (activityType) => didIt('ui.launchActivity', { activityType, activityParameters: {} }),
    done: () => didIt('ui.done', {}),
  };
}
