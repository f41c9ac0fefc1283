// Bodies sent to a server that others use too: how long these have to wait is measured on the event loop.
import type { Test } from 'tap';
import type { Answered, Hostile } from './hostile.ts';

/** Milliseconds for which one request may keep all others waiting, on a machine that has other work too. */
const HELD = 1_000;
const TYPES = { json: 'application/fhir+json', xml: 'application/fhir+xml' } as const;

export interface Issue {
  severity: string;
  code: string;
  diagnostics: string;
  expression?: string[];
}
export const issuesOf = ({ body }: Pick<Answered, 'body'>): Issue[] =>
  (JSON.parse(body) as { issue: Issue[] }).issue;

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Sends a body to a path below the FHIR base. */
export type Post = (
  path: string,
  body: unknown,
  format?: keyof typeof TYPES,
  method?: 'POST' | 'PUT',
) => Promise<Answered>;

/**
 * Makes the function that sends bodies and checks how long others had to wait.
 * @returns a function that throws as `send` does, and when others waited too long
 */
export function posting(t: Test, { send }: Pick<Hostile, 'send'>): Post {
  let held = 0;
  let last = performance.now();
  const clock = setInterval(() => {
    held = Math.max(held, performance.now() - last);
    last = performance.now();
  }, 5);
  t.teardown(() => clearInterval(clock));
  return async (path, body, format = 'json', method = 'POST') => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    const request = { method, url: `/fhir/${path}`, headers: { 'content-type': TYPES[format] }, payload };
    let answer: Answered | undefined;
    // What waited for another program is asked again.
    for (let n = 0; n < 2 && (!answer || held > HELD); n++) {
      await pause(20);
      [held, last] = [0, performance.now()];
      answer = await send(request);
      await pause(10);
    }
    if (held > HELD) throw new Error(`others waited for ${Math.round(held)} ms: ${payload.slice(0, 300)}`);
    return answer!;
  };
}
