// What a form is about to change, as a difference from what is in force: shown before it is saved.
// https://html.spec.whatwg.org/multipage/edits.html
import classes from './admin.module.css';
import { useWords } from './words.ts';

/** One thing that is different. Without `before` it is new, without `after` it is gone. */
export interface Change {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
}

export function Changes({ changes }: { changes: readonly Change[] }) {
  const { w } = useWords();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className={classes.changes} aria-labelledby="changes-title" tabIndex={0}>
      <h3 id="changes-title">{w('changes')}</h3>
      {changes.length === 0 && <p>{w('changes.none')}</p>}
      <ul>
        {changes.map(({ name, before, after }) => (
          <li key={`${name} ${before === undefined ? 'new' : 'old'}`}>
            {before === undefined && <strong>{w('changes.added')} </strong>}
            {after === undefined && <strong>{w('changes.removed')} </strong>}
            {name}
            {before !== undefined && (
              <>
                {' '}
                <span className="visually-hidden">{w('changes.before')}</span> <del>{before || '–'}</del>
              </>
            )}
            {after !== undefined && (
              <>
                {' '}
                <span className="visually-hidden">{w('changes.after')}</span> <ins>{after || '–'}</ins>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
