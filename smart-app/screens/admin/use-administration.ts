// The client of what is no FHIR, with the token of this session. docs/administration.md
import { useMemo } from 'react';
import { useApp } from '../../context.tsx';
import { type Administration, createAdministration } from '../../fhir/admin.ts';

export function useAdministration(): Administration {
  const { session } = useApp();
  return useMemo(() => createAdministration(session.sendTo), [session]);
}
