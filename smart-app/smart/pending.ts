// What must survive the redirect to the sign-in server, kept under the launch's own random state and removed on return.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#considerations-for-pkce-support

/** One launch that is under way. Nothing in it opens a record: the token is only ever in memory. */
export interface Pending {
  iss: string;
  verifier: string;
  nonce: string;
  /** Language asked for by `?lang=`. */
  lang?: string;
}

const key = (state: string) => `throughline-launch-${state}`;

/** The storage of this window; undefined where the browser blocks that of frames, as some do with third-party cookies. */
function storage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

/** Without a storage the launch waits in the name of its frame, which lives as long. */
export function keepPending(state: string, pending: Pending): void {
  const text = JSON.stringify(pending);
  const kept = storage();
  if (kept) kept.setItem(key(state), text);
  else window.name = `${key(state)} ${text}`;
}

/** Takes the launch of this state out of the storage; undefined when this window did not begin it. */
export function takePending(state: string): Pending | undefined {
  const text = storage() ? fromStorage(key(state)) : fromName(key(state));
  return text ? (JSON.parse(text) as Pending) : undefined;
}

function fromStorage(name: string): string | null {
  const text = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  return text;
}

function fromName(name: string): string | undefined {
  const text = window.name.startsWith(`${name} `) ? window.name.slice(name.length + 1) : undefined;
  window.name = '';
  return text;
}
