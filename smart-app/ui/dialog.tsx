// A dialog with a form: traps focus, returns it, closes on Escape but not on a slip of the mouse. What was wrong with the last
// try stands beside the field that it is about, or at the top; focus goes to the first of it.
// https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/ · https://www.w3.org/WAI/WCAG22/Understanding/error-identification.html
import { Button, Modal } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { DraftNotice } from '../drafts/notice.tsx';
import { useLanguage } from '../locales/index.tsx';
import classes from './dialog.module.css';
import type { Problem } from './problem.ts';
import { Refusal } from './refusal.tsx';

/** What is wrong with the field of a name; undefined when nothing is. */
export type FieldProblem = (field: string) => string | undefined;

interface DialogProps {
  title: string;
  /** Who this is about: dialogs that send or sign say it again. */
  identity: string;
  submit: string;
  /** Does the thing; answers what was wrong, and nothing when it was done. */
  onSubmit: () => Promise<readonly Problem[]>;
  onClose: () => void;
  /** `lg` for a form of many questions, `xl` for what is compared in a table. */
  size?: 'md' | 'lg' | 'xl';
  /** Nothing is asked any more: there is nothing to cancel. */
  isOver?: boolean;
  /** The fields, each with its name and what is wrong with it. */
  children: (problem: FieldProblem) => ReactNode;
}

/** What had the focus when the dialog was opened; for an entry of a menu, which goes, the button of that menu. */
function openerOf(element: Element | null): HTMLElement | null {
  const menu = element?.closest('[role="menu"]');
  const button = menu && document.querySelector(`[aria-controls="${menu.id}"]`);
  return (button ?? element) as HTMLElement | null;
}

type Field = HTMLElement & { name?: string };

const fieldsOf = (form: HTMLFormElement | null): readonly Field[] =>
  [...(form?.elements ?? [])].filter((element): element is Field => Boolean((element as Field).name));

/** The problems of the form: those of a field that it does not have stand at the top. */
function useProblems() {
  const form = useRef<HTMLFormElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);

  const show = (found: readonly Problem[]) => {
    const fields = fieldsOf(form.current);
    const names = new Set(fields.map(({ name }) => name));
    const placed = found.map(({ field, sentence }) =>
      field && names.has(field) ? { field, sentence } : { sentence },
    );
    flushSync(() => setProblems(placed));
    const isGeneral = placed.some(({ field }) => !field);
    const wrong = new Set(placed.map(({ field }) => field));
    (isGeneral ? top.current : fields.find(({ name }) => wrong.has(name)))?.focus();
  };
  /** What is changed is not wrong any more, until the next try. */
  const forget = ({ target }: FormEvent) => {
    const { name } = target as Field;
    if (problems.some(({ field }) => field && field === name))
      setProblems(problems.filter(({ field }) => field !== name));
  };
  return { form, top, problems, show, forget };
}

export function FormDialog({
  title,
  identity,
  submit,
  onSubmit,
  onClose,
  size = 'md',
  isOver = false,
  children,
}: DialogProps) {
  const { t } = useLanguage();
  const { form, top, problems, show, forget } = useProblems();
  const [busy, setBusy] = useState(false);
  const [opener] = useState(() => openerOf(document.activeElement));
  useEffect(() => () => opener?.focus(), [opener]);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    show([]);
    try {
      show(await onSubmit());
    } finally {
      setBusy(false);
    }
  };
  const general = problems.filter(({ field }) => !field);

  return (
    <Modal
      opened
      size={size}
      onClose={onClose}
      closeOnClickOutside={false}
      returnFocus={false}
      title={title}
      classNames={{ content: classes.content!, body: classes.body! }}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <form ref={form} onSubmit={send} onChange={forget} noValidate className={classes.form}>
        <div className={classes.fields}>
          {general.length > 0 && (
            <div ref={top} tabIndex={-1} className={classes.problems}>
              {general.map(({ sentence }) => (
                <Refusal key={sentence} sentence={sentence} />
              ))}
            </div>
          )}
          <p className={classes.identity}>{identity}</p>
          <DraftNotice />
          {children((name) => problems.find(({ field }) => field === name)?.sentence)}
        </div>
        <div className={classes.buttons}>
          {!isOver && (
            <Button variant="default" onClick={onClose}>
              {t('dialog.cancel')}
            </Button>
          )}
          <Button type="submit" aria-busy={busy}>
            {submit}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
