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

export function keepPending(state: string, pending: Pending): void {
  sessionStorage.setItem(key(state), JSON.stringify(pending));
}

/** Takes the launch of this state out of the storage; undefined when this window did not begin it. */
export function takePending(state: string): Pending | undefined {
  const text = sessionStorage.getItem(key(state));
  sessionStorage.removeItem(key(state));
  return text === null ? undefined : (JSON.parse(text) as Pending);
}
