// A refusal in the place where it happened: icon, sentence, and never colour alone.
// https://www.w3.org/WAI/WCAG22/Understanding/error-identification.html
import { Icon } from './icons.tsx';
import classes from './refusal.module.css';

export function Refusal({ sentence }: { sentence: string }) {
  return (
    <p role="alert" className={classes.refusal}>
      <Icon name="warning" />
      <span>{sentence}</span>
    </p>
  );
}
