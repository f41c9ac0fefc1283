// The safety flags of the patient, always in sight; when they cannot be read it says so instead of showing none.
// https://hl7.org/fhir/R4/flag.html
import type { Flag } from '@medplum/fhirtypes';
import { useLanguage } from '../../locales/index.tsx';
import { Icon } from '../../ui/icons.tsx';
import classes from './safety.module.css';

const sentenceOf = ({ code }: Flag): string | undefined =>
  code.text ?? code.coding?.[0]?.display ?? code.coding?.[0]?.code;

/** @param flags undefined when they could not be read */
export function Safety({ flags }: { flags: readonly Flag[] | undefined }) {
  const { t } = useLanguage();
  const sentences = flags ? flags.map(sentenceOf) : [t('safety.failed')];
  if (sentences.length === 0) return null;
  return (
    <section aria-label={t('safety.label')} className={classes.safety}>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>
            <Icon name="flag" />
            <span>{sentence}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
