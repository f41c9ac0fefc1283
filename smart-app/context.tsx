// What every screen of a session works with: the session, a client that carries its token, and who uses the app.
// https://react.dev/reference/react/createContext
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Client } from './fhir/client.ts';
import { readUser, type User } from './fhir/user.ts';
import type { Session } from './smart/session.ts';

export interface AppContext {
  readonly session: Session;
  readonly client: Client;
  /** The user as a reference (`PractitionerRole/nurse`); undefined when the sign-in server did not say. */
  readonly me: string | undefined;
  /** Undefined until it is read. */
  readonly user: User | undefined;
}

const Context = createContext<AppContext | undefined>(undefined);

export function AppProvider({
  session,
  client,
  children,
}: {
  session: Session;
  client: Client;
  children: ReactNode;
}) {
  const me = session.fhirUser;
  const { data: user } = useQuery({
    queryKey: ['user', me],
    queryFn: () => readUser(client, me!),
    enabled: me !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const value = useMemo(() => ({ session, client, me, user }), [session, client, me, user]);
  return <Context value={value}>{children}</Context>;
}

/** The session's own things. */
export function useApp(): AppContext {
  const context = useContext(Context);
  if (!context) throw new Error('useApp needs an AppProvider above it');
  return context;
}
