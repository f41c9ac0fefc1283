// Stands where a dialog should: it could not be loaded, or what it is about could not be read, or it failed.
// https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/
import { Modal } from '@mantine/core';
import { useLanguage } from '../locales/index.tsx';
import { Refusal } from '../ui/refusal.tsx';

/** @param sentence why, where more is known than that */
export function BrokenDialog({ sentence, onClose }: { sentence?: string; onClose: () => void }) {
  const { t } = useLanguage();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('problem.dialog')}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <Refusal sentence={sentence ?? t('problem.dialog-why')} />
    </Modal>
  );
}
