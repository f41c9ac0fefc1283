// Administration: who works here and what they may do, the calendar and the rates, and whom this server trusts.
// docs/administration.md · https://www.w3.org/WAI/ARIA/apg/patterns/landmarks/examples/navigation.html
import { lazy, Suspense } from 'react';
import { useApp } from '../../context.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import classes from './admin.module.css';
import { BESIDE_FHIR, hrefOfSection, SECTIONS } from './sections.ts';
import { Shape } from './shape.tsx';
import { useSection } from './use-section.ts';
import { useWords } from './words.ts';

const SCREENS = {
  users: lazy(() => import('./users/index.tsx')),
  policies: lazy(() => import('./policies/index.tsx')),
  practice: lazy(() => import('./practice/index.tsx')),
  calendars: lazy(() => import('./calendars/index.tsx')),
  rates: lazy(() => import('./rates/index.tsx')),
  ehrs: lazy(() => import('./ehrs/index.tsx')),
  clients: lazy(() => import('./clients/index.tsx')),
  exports: lazy(() => import('./exports/index.tsx')),
} as const;

export default function AdminScreen() {
  const { w } = useWords();
  const { session } = useApp();
  const section = useSection();
  const Screen = SCREENS[section];
  const isClosed = BESIDE_FHIR.has(section) && !session.administers;
  return (
    <main className={classes.admin}>
      <nav className={classes.sections} aria-label={w('sections')}>
        {SECTIONS.map((name) => (
          <a key={name} href={hrefOfSection(name)} aria-current={name === section ? 'page' : undefined}>
            {w(`section.${name}`)}
          </a>
        ))}
      </nav>
      {isClosed ? (
        <div className={classes.section}>
          <Refusal sentence={w('closed')} />
          <p>
            <a href={import.meta.env.BASE_URL} target="_blank" rel="noreferrer">
              {w('signIn')}
            </a>
          </p>
        </div>
      ) : (
        <Suspense fallback={<Shape />}>
          <Screen />
        </Suspense>
      )}
    </main>
  );
}
