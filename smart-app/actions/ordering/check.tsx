// One box to tick, with what it means beside it. https://www.w3.org/WAI/WCAG22/Understanding/target-size-minimum.html
import { useId } from 'react';
import classes from './ordering.module.css';

interface CheckProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Check({ label, hint, checked, onChange }: CheckProps) {
  const id = useId();
  return (
    <label className={classes.check}>
      <input
        type="checkbox"
        checked={checked}
        aria-describedby={hint && id}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span className={classes.checkLabel}>
        {label}
        {hint && (
          <span id={id} className={classes.hint}>
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
