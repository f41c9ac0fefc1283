// A refusal in the place where it happened: icon, sentence, and never colour alone.
// https://www.w3.org/WAI/WCAG22/Understanding/error-identification.html
import { CloseButton } from '@mantine/core';
import { useLanguage } from '../locales/index.tsx';
import { Icon } from './icons.tsx';
import classes from './refusal.module.css';

/** @param onClose takes the sentence away when it was read; without it, it stays as long as its cause */
export function Refusal({ sentence, onClose }: { sentence: string; onClose?: () => void }) {
  const { t } = useLanguage();
  return (
    <div className={classes.refusal}>
      <Icon name="warning" />
      <p role="alert">{sentence}</p>
      {onClose && <CloseButton size={24} aria-label={t('dialog.close')} onClick={onClose} />}
    </div>
  );
}
