// The top line: what this is, what the chart can open, and the language switch.
// https://www.w3.org/WAI/WCAG22/Understanding/language-of-page.html
import { lazy, type ReactNode, Suspense } from 'react';
import { useApp } from '../context.tsx';
import { useLanguage } from '../locales/index.tsx';
import { LOCALES } from '../locales/text.ts';
import classes from './top.module.css';

const ChartMenu = lazy(() => import('./chart/index.tsx'));

/** @param children what stands between the name and the language: the way to other screens */
export function Top({ children }: { children?: ReactNode }) {
  const { locale, setLocale, t } = useLanguage();
  const { messaging } = useApp().session;
  return (
    <div className={classes.top}>
      <h1>{t('app.title')}</h1>
      {children}
      {messaging && (
        <Suspense fallback={null}>
          <ChartMenu messaging={messaging} />
        </Suspense>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields, these are two switches */}
      <div role="group" aria-label={t('app.language')} className={classes.languages}>
        {LOCALES.map((one) => (
          <button
            key={one}
            type="button"
            lang={one}
            aria-pressed={one === locale}
            onClick={() => setLocale(one)}
          >
            {new Intl.DisplayNames(one, { type: 'language' }).of(one)}
          </button>
        ))}
      </div>
    </div>
  );
}
