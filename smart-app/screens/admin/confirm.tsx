// Asks before something is taken away: the question names what happens, and so does the button.
// https://www.w3.org/WAI/WCAG22/Understanding/error-prevention-legal-financial-data.html
import { FormDialog } from '../../ui/dialog.tsx';
import type { Problem } from '../../ui/problem.ts';
import type { Opened } from './use-dialogs.tsx';

interface ConfirmProps extends Opened {
  title: string;
  /** What it is about. */
  subject: string;
  /** What happens, and to whom. */
  consequence: string;
  submit: string;
  onSubmit: () => Promise<readonly Problem[]>;
}

export function Confirm({ title, subject, consequence, submit, onSubmit, onClose }: ConfirmProps) {
  return (
    <FormDialog title={title} identity={subject} submit={submit} onSubmit={onSubmit} onClose={onClose}>
      {() => <p>{consequence}</p>}
    </FormDialog>
  );
}
