// The app around its screens: language, look, live region, and which screen the launch asks for.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState, useSyncExternalStore } from 'react';
import { ActionsProvider } from './actions/index.tsx';
import { AppProvider } from './context.tsx';
import { createClient } from './fhir/client.ts';
import { FhirFailure, WrongPatient } from './fhir/failure.ts';
import { LanguageProvider } from './locales/index.tsx';
import { SignInAgain } from './screens/again/index.tsx';
import { LinkScreen } from './screens/link/index.tsx';
import { PatientScreen } from './screens/patient/index.tsx';
import { Problem } from './screens/problem/index.tsx';
import { Shell } from './screens/shell/index.tsx';
import type { Link } from './smart/exchange.ts';
import type { LaunchFailure } from './smart/failure.ts';
import { type Session, SessionEnded } from './smart/session.ts';
import { Boundary } from './ui/boundary.tsx';
import { useEhrStyle } from './ui/ehr-style.ts';
import { LiveRegion } from './ui/live.tsx';
import { theme, variables } from './ui/theme.ts';
import { Waiting } from './ui/waiting.tsx';

/** Where a launch stands. */
export type Start = { lang?: string } & (
  | { state: 'opening' }
  | { state: 'failed'; failure: LaunchFailure }
  | { state: 'open'; session: Session }
  | { state: 'link'; link: Link; onOpen: (session: Session) => void }
);

export function App({ start }: { start: Start }) {
  const look = useEhrStyle(start.state === 'open' ? start.session.styleUrl : undefined);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} forceColorScheme={look}>
      <LanguageProvider {...(start.lang && { asked: start.lang })}>
        <LiveRegion>{screenOf(start)}</LiveRegion>
      </LanguageProvider>
    </MantineProvider>
  );
}

function screenOf(start: Start): ReactNode {
  if (start.state === 'opening') return <Waiting />;
  if (start.state === 'open') return <Opened session={start.session} />;
  if (start.state === 'link') return <LinkScreen link={start.link} onOpen={start.onOpen} />;
  const { reason, detail } = start.failure;
  return <Problem sentence={`problem.${reason}`} {...(detail && { detail })} />;
}

/** Refusals and the end of a session are answers; only what may pass by itself is asked again, once. */
const again = (count: number, error: Error): boolean =>
  count < 1 &&
  !(error instanceof SessionEnded || error instanceof WrongPatient) &&
  !(error instanceof FhirFailure && error.status < 500);

/** Always: without a network a request fails and says so, instead of waiting in silence for one. */
const QUERIES = { retry: again, networkMode: 'always', refetchOnReconnect: true } as const;

function Opened({ session }: { session: Session }) {
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: QUERIES } }));
  const [client] = useState(() => createClient(session.base, session.send));
  const { patient, standing: store, resume } = session;
  const standing = useSyncExternalStore(store.listen, store.now);
  if (standing === 'over') return <Problem sentence="problem.ended" />;
  return (
    <QueryClientProvider client={queries}>
      <AppProvider session={session} client={client}>
        <ActionsProvider>
          <Boundary>{patient ? <PatientScreen patient={patient} /> : <Shell />}</Boundary>
        </ActionsProvider>
        {standing === 'asking' && resume && <SignInAgain resume={resume} />}
      </AppProvider>
    </QueryClientProvider>
  );
}
