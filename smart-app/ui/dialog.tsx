// A dialog with a form: traps focus, returns it, closes on Escape but not on a slip of the mouse; the failure of the last try stands above its buttons.
// https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/
import { Button, Modal } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { useLanguage } from '../locales/index.tsx';
import classes from './dialog.module.css';
import { Refusal } from './refusal.tsx';

interface DialogProps {
  title: string;
  /** Who this is about: dialogs that send or sign say it again. */
  identity: string;
  submit: string;
  /** Does the thing; answers a sentence when it was refused, and nothing when it was done. */
  onSubmit: () => Promise<string | undefined>;
  onClose: () => void;
  children: ReactNode;
}

/** What had the focus when the dialog was opened; for an entry of a menu, which goes, the button of that menu. */
function openerOf(element: Element | null): HTMLElement | null {
  const menu = element?.closest('[role="menu"]');
  const button = menu && document.querySelector(`[aria-controls="${menu.id}"]`);
  return (button ?? element) as HTMLElement | null;
}

export function FormDialog({ title, identity, submit, onSubmit, onClose, children }: DialogProps) {
  const { t } = useLanguage();
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [opener] = useState(() => openerOf(document.activeElement));
  useEffect(() => () => opener?.focus(), [opener]);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefusal(undefined);
    setRefusal(await onSubmit());
    setBusy(false);
  };

  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      returnFocus={false}
      title={title}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <form onSubmit={send} noValidate className={classes.form}>
        <p className={classes.identity}>{identity}</p>
        {children}
        {refusal && <Refusal sentence={refusal} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button type="submit" aria-busy={busy}>
            {submit}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
