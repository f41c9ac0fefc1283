// Asks the user to sign in again, over whatever is open, and lets the work go on as it stands.
// https://www.w3.org/WAI/WCAG22/Understanding/re-authenticating.html
import { Button } from '@mantine/core';
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { useApp } from '../../context.tsx';
import { onAnswer } from '../../smart/answer.ts';
import { LaunchFailure } from '../../smart/failure.ts';
import type { Resume } from '../../smart/tokens.ts';
import { Icon } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import classes from './again.module.css';
import { useWords } from './words.ts';

/** Shows the element above all others, with all others inert, as long as it is there. */
function useOver() {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current!;
    const before = document.activeElement as HTMLElement | null;
    dialog.showModal();
    // Escape would close it and leave the work without an answer.
    const stay = (event: Event) => event.preventDefault();
    dialog.addEventListener('cancel', stay);
    return () => {
      dialog.removeEventListener('cancel', stay);
      dialog.close();
      before?.focus();
    };
  }, []);
  return element;
}

export function SignInAgain({ resume }: { resume: Resume }) {
  const { w, t, locale } = useWords();
  const { user } = useApp();
  const over = useOver();
  const frame = useRef<HTMLIFrameElement>(null);
  const [address, setAddress] = useState<string>();
  const [sentence, setSentence] = useState<string>();

  const begin = useCallback(() => {
    setSentence(undefined);
    void resume.begin(locale).then(setAddress);
  }, [resume, locale]);
  useEffect(begin, [begin]);

  const take = useEffectEvent((answer: URLSearchParams) => {
    setAddress(undefined);
    resume.finish(answer).catch((error: unknown) => {
      setSentence(t(`problem.${error instanceof LaunchFailure ? error.reason : 'token'}`));
    });
  });
  useEffect(
    () =>
      onAnswer(
        () => frame.current?.contentWindow ?? null,
        (answer) => take(answer),
      ),
    [],
  );

  return (
    <dialog ref={over} className={classes.over} aria-labelledby="again-title">
      <div className={classes.page}>
        <h1 id="again-title">
          <Icon name="closed" /> {w('again.title')}
        </h1>
        <p>{user ? w('again.why', { name: user.name }) : w('again.nobody')}</p>
        {sentence && <Refusal sentence={sentence} />}
        {address && (
          <iframe ref={frame} src={address} title={w('again.frame')} referrerPolicy="no-referrer" />
        )}
        <div className={classes.end}>
          {sentence && (
            <Button variant="filled" onClick={begin}>
              {w('again.retry')}
            </Button>
          )}
          <Button variant="default" onClick={resume.giveUp}>
            {w('again.end')}
          </Button>
        </div>
      </div>
    </dialog>
  );
}
