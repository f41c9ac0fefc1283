// The top line: what this is, and the language switch.
// https://www.w3.org/WAI/WCAG22/Understanding/language-of-page.html
import { useLanguage } from '../../locales/index.tsx';
import { LOCALES } from '../../locales/text.ts';
import classes from './patient.module.css';

export function Top({ title }: { title: string }) {
  const { locale, setLocale, t } = useLanguage();
  return (
    <div className={classes.top}>
      <h1>{title}</h1>
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
