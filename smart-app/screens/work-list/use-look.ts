// What is looked at, and where in it; kept for the session, so that who comes back from a patient has lost nothing.
import { useEffect, useState } from 'react';
import { useApp } from '../../context.tsx';
import type { Client } from '../../fhir/client.ts';
import { BY_DUE, type Look } from './filter.ts';

interface Standing {
  readonly look: Look;
  /** The row that takes part in the tab order. */
  readonly active: string | undefined;
  /** The row whose details are open. */
  readonly open: string | undefined;
}

const START: Standing = {
  look: { view: 'mine', filter: {}, sort: BY_DUE },
  active: undefined,
  open: undefined,
};

const KEPT = new WeakMap<Client, Standing & { readonly scroll: number }>();

/** Has the work list open with a look, the next time that it is opened. */
export function lookAt(client: Client, look: Look): void {
  KEPT.set(client, { ...START, look, scroll: 0 });
}

export function useLook() {
  const { client } = useApp();
  const [standing, set] = useState<Standing>(() => KEPT.get(client) ?? START);
  useEffect(() => {
    window.scrollTo(0, KEPT.get(client)?.scroll ?? 0);
  }, [client]);
  useEffect(
    () => () => {
      KEPT.set(client, { ...standing, scroll: window.scrollY });
    },
    [client, standing],
  );
  return [standing, set] as const;
}
