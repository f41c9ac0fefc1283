// The table as a file: saved where the frame allows it, else as a text to copy.
// https://developer.mozilla.org/docs/Web/API/Clipboard/writeText
import { Button, Modal, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useSay } from '../../ui/live.tsx';
import type { Sheet } from './card.ts';
import { csvOf } from './csv.ts';
import { download } from './download.ts';
import { mayDownload } from './framed.ts';
import classes from './team.module.css';
import { useWords } from './words.ts';

interface FileProps {
  readonly sheet: Sheet;
  readonly title: string;
  readonly file: string;
}

export function CsvButton({ sheet, title, file }: FileProps) {
  const { w } = useWords();
  const say = useSay();
  const [shown, setShown] = useState<'no' | 'unknown'>();
  const onClick = () => {
    const may = mayDownload(window);
    if (may !== 'no') download(file, csvOf(sheet));
    if (may === 'yes') say(w('csv.saved', { file }));
    else setShown(may);
  };
  return (
    <>
      <Button variant="subtle" size="compact-sm" aria-label={w('csv.of', { title })} onClick={onClick}>
        {w('csv')}
      </Button>
      {shown && (
        <CsvText
          title={w('csv.title', { title })}
          lead={w(shown === 'no' ? 'csv.forbidden' : 'csv.unsure')}
          text={csvOf(sheet)}
          onClose={() => setShown(undefined)}
        />
      )}
    </>
  );
}

interface CsvTextProps {
  readonly title: string;
  readonly lead: string;
  readonly text: string;
  readonly onClose: () => void;
}

function CsvText({ title, lead, text, onClose }: CsvTextProps) {
  const { w, t } = useWords();
  const [done, setDone] = useState<'csv.copied' | 'csv.marked'>();
  const [opener] = useState(() => document.activeElement as HTMLElement | null);
  useEffect(() => () => opener?.focus(), [opener]);
  const area = useRef<HTMLTextAreaElement>(null);
  const copy = async () => {
    // A frame may have no right to write to the clipboard either.
    const copied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    if (!copied) area.current?.select();
    setDone(copied ? 'csv.copied' : 'csv.marked');
  };
  return (
    <Modal
      opened
      size="lg"
      returnFocus={false}
      title={title}
      onClose={onClose}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <div className={classes.file}>
        <p>{lead}</p>
        <Textarea ref={area} label={w('csv.text')} value={text} readOnly rows={10} data-autofocus />
        <div className={classes.buttons}>
          <p role="status">{done && w(done)}</p>
          <Button onClick={copy}>{w('csv.copy')}</Button>
        </div>
      </div>
    </Modal>
  );
}
