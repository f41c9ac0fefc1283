// The dialog that is open in a section, and the sentence of what was done last.
// https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { KeptDrafts } from '../../drafts/kept.tsx';
import { useSay } from '../../ui/live.tsx';

/** What every dialog of administration is given. */
export interface Opened {
  readonly onClose: () => void;
  /** It is done: closes the dialog and says the sentence. */
  readonly onDone: (did: string) => void;
}

export interface Dialogs {
  readonly open: (make: (opened: Opened) => ReactNode) => void;
  /** The open dialog, for the place where it is drawn. */
  readonly shown: ReactNode;
  readonly did: string;
  readonly heading: RefObject<HTMLHeadingElement | null>;
}

export function useDialogs(): Dialogs {
  const say = useSay();
  const heading = useRef<HTMLHeadingElement>(null);
  const [current, setCurrent] = useState<{ make: (opened: Opened) => ReactNode }>();
  const [did, setDid] = useState('');
  // What opened the dialog may be gone with what was removed: then focus goes to the heading, not to nowhere.
  useEffect(() => {
    if (did && !current && document.activeElement === document.body) heading.current?.focus();
  }, [did, current]);

  const onClose = () => setCurrent(undefined);
  const shown = current && (
    <KeptDrafts>
      {(forget) => {
        const onDone = (sentence: string) => {
          forget();
          setDid(sentence);
          say(sentence);
          onClose();
        };
        return current.make({ onClose, onDone });
      }}
    </KeptDrafts>
  );
  const open = (make: (opened: Opened) => ReactNode) => {
    setDid('');
    setCurrent({ make });
  };
  return { open, shown, did, heading };
}
