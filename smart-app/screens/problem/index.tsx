// The page that says why there is nothing to see, and what to do.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import { useLanguage } from '../../locales/index.tsx';
import type { Key } from '../../locales/text.ts';
import { Icon } from '../../ui/icons.tsx';
import classes from './problem.module.css';

export function Problem({ sentence, detail }: { sentence: Key; detail?: string }) {
  const { t } = useLanguage();
  return (
    <main className={classes.page} role="alert">
      <h1 className={classes.title}>
        <Icon name="warning" /> {t('problem.title')}
      </h1>
      <p>{t(sentence)}</p>
      {detail && <p className={classes.detail}>{t('problem.said', { detail })}</p>}
      <p>{t('app.relaunch')}</p>
    </main>
  );
}
