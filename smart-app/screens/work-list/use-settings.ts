// What a person has set for the work list: saved lists, and whether single letters do something; kept on the server.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-state.html
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { readState, saveState } from '../../fhir/app-state.ts';
import { type Saved, savedOf } from './filter.ts';

const KEY = 'work-list';

interface Settings {
  readonly saved: readonly Saved[];
  /** Single letters do something. https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts.html */
  readonly letters: boolean;
}

const UNSET: Settings = { saved: [], letters: true };

const settingsIn = (state: Partial<Record<keyof Settings, unknown>> | undefined): Settings => ({
  saved: savedOf(state?.saved),
  letters: state?.letters !== false,
});

export function useSettings() {
  const { client, me } = useApp();
  const queries = useQueryClient();
  const queryKey = ['app-state', KEY, me];
  const { data } = useQuery({
    queryKey,
    queryFn: async () => settingsIn(await readState(client, me!, KEY)),
    enabled: me !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const keep = useMutation({
    mutationFn: (settings: Settings) => saveState(client, me!, KEY, settings),
    scope: { id: KEY },
  });
  const settings = data ?? UNSET;
  const set = (change: Partial<Settings>) => {
    // Before it is known what is kept, nothing replaces it.
    if (!data) return;
    const next = { ...settings, ...change };
    queries.setQueryData(queryKey, next);
    keep.mutate(next);
  };
  return {
    ...settings,
    isKnown: data !== undefined,
    /** The last change could not be kept. */
    isLost: keep.isError,
    setLetters: (letters: boolean) => set({ letters }),
    /** Keeps a list under its name; one of the same name gives way. */
    save: (one: Saved) => set({ saved: [...settings.saved.filter(({ name }) => name !== one.name), one] }),
    remove: (name: string) => set({ saved: settings.saved.filter((one) => one.name !== name) }),
  };
}

export type SettingsHandle = ReturnType<typeof useSettings>;
