// The app without a chart around it: the work list, the team's figures and administration, or one patient's screen.
// https://www.w3.org/WAI/ARIA/apg/patterns/landmarks/examples/navigation.html
import { lazy, Suspense } from 'react';
import { useApp } from '../../context.tsx';
import { useLanguage } from '../../locales/index.tsx';
import { hrefOf, PLACES, usePlace } from '../../place.ts';
import { Top } from '../../ui/top.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { PatientScreen } from '../patient/index.tsx';
import classes from './shell.module.css';

const WorkList = lazy(() => import('../work-list/index.tsx'));
const Team = lazy(() => import('../team/index.tsx'));
const Admin = lazy(() => import('../admin/index.tsx'));

const SCREENS = { 'work-list': WorkList, team: Team, admin: Admin } as const;

/** Who administers sees no charts, so no work either; all others do not administer. The server decides what they may do there. */
const ADMINISTRATORS = new Set(['programme-admin']);

export function Shell() {
  const { t } = useLanguage();
  const { user, session } = useApp();
  const asked = usePlace();
  const administers = session.administers || ADMINISTRATORS.has(user?.role ?? '');
  const shown = PLACES.filter((name) => (name === 'admin') === administers);
  const isShown = asked.name === 'patient' || shown.includes(asked.name);
  const place = isShown ? asked : { name: shown[0]! };
  const Screen = place.name === 'patient' ? undefined : SCREENS[place.name];
  return (
    <>
      <nav aria-label={t('shell.nav')}>
        <Top>
          <div className={classes.nav}>
            {shown.map((name) => (
              <a key={name} href={hrefOf({ name })} aria-current={place.name === name ? 'page' : undefined}>
                {t(`shell.${name}`)}
              </a>
            ))}
          </div>
          {user && <span className={classes.user}>{user.name}</span>}
        </Top>
      </nav>
      <Suspense fallback={<Waiting />}>
        {place.name === 'patient' && <PatientScreen key={place.id} patient={place.id} />}
        {Screen && <Screen />}
      </Suspense>
    </>
  );
}
