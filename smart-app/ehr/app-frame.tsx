// The app in its frame: launched for a user and a patient, and answered when it sends the chart a message.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch · https://hl7.org/fhir/smart-web-messaging/
import { useEffect, useRef, useState } from 'react';
import type { Frame } from './choice.ts';
import { type Launched, type LaunchRequest, launch } from './server.ts';

interface FrameProps {
  request: LaunchRequest;
  frame: Frame;
  lang: string | undefined;
  /** Writes a line into the chart's log. */
  log: (line: string) => void;
}

interface Message {
  messagingHandle?: unknown;
  messageId?: unknown;
  messageType?: unknown;
  payload?: { activityType?: unknown };
}

const SCREENS: Readonly<Record<string, string>> = {
  'appointment-book': 'the appointment book',
  'order-review': 'the orders',
  'problem-review': 'the problem list',
};

/** What the chart does for a message: a line of the log, and the payload of the answer. */
type Answering = (message: Message) => { line: string; payload: object };

const ANSWERS: Readonly<Record<string, Answering>> = {
  'status.handshake': () => ({ line: 'Throughline has greeted the chart.', payload: {} }),
  'ui.done': () => ({ line: 'Throughline was closed.', payload: { status: 'success' } }),
  'ui.launchActivity': ({ payload }) => {
    const type = String(payload?.activityType);
    const screen = Object.hasOwn(SCREENS, type) ? SCREENS[type] : undefined;
    const detail = { text: 'This chart has no such screen.' };
    return screen
      ? { line: `Throughline asked to open ${screen}.`, payload: { status: 'success' } }
      : {
          line: 'Throughline asked for a screen unknown here.',
          payload: { status: 'error', statusDetail: detail },
        };
  },
};

/** Another user or patient is another launch, in the same window. */
export function AppFrame({ request, frame, lang, log }: FrameProps) {
  const [shown, setShown] = useState<{ launched?: Launched; sentence?: string; isClosed?: boolean }>({});
  const [times, again] = useState(0);
  const element = useRef<HTMLIFrameElement>(null);
  const asked = JSON.stringify(request);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `times` is another launch of the same
  useEffect(() => {
    let current = true;
    setShown({});
    launch(JSON.parse(asked) as LaunchRequest).then(
      (launched) => current && setShown({ launched }),
      (error: Error) => current && setShown({ sentence: error.message }),
    );
    return () => {
      current = false;
    };
  }, [asked, times]);

  const { launched } = shown;
  useEffect(() => {
    if (!launched) return;
    const appOrigin = new URL(launched.url).origin;
    const answer = ({ origin, source, data }: MessageEvent<Message | undefined>) => {
      if (origin !== appOrigin || source !== element.current?.contentWindow) return;
      if (data?.messagingHandle !== launched.messaging.handle) return;
      const type = String(data.messageType);
      if (!Object.hasOwn(ANSWERS, type)) return;
      const { line, payload } = ANSWERS[type]!(data);
      log(line);
      const message = { messageId: crypto.randomUUID(), responseToMessageId: data.messageId, payload };
      (source as Window).postMessage(message, appOrigin);
      if (type === 'ui.done') setTimeout(() => setShown({ isClosed: true }));
    };
    addEventListener('message', answer);
    return () => removeEventListener('message', answer);
  }, [launched, log]);

  if (shown.sentence)
    return (
      <p role="alert" className="words">
        {shown.sentence}
      </p>
    );
  if (shown.isClosed)
    return (
      <p className="words">
        Throughline is closed.{' '}
        <button type="button" onClick={() => again(times + 1)}>
          Open it again
        </button>
      </p>
    );
  const url = launched && (lang ? `${launched.url}&lang=${encodeURIComponent(lang)}` : launched.url);
  return (
    <iframe
      ref={element}
      title="Throughline"
      src={url ?? 'about:blank'}
      data-frame={frame}
      referrerPolicy="no-referrer"
    />
  );
}
