// One polite live region: what has just happened, said once to those who cannot see it happen.
// https://www.w3.org/WAI/WCAG22/Understanding/status-messages.html
import { createContext, type ReactNode, useContext, useState } from 'react';

const LiveContext = createContext<(sentence: string) => void>(() => undefined);

export function LiveRegion({ children }: { children: ReactNode }) {
  const [sentence, say] = useState('');
  return (
    <LiveContext value={say}>
      {children}
      <div role="status" className="visually-hidden">
        {sentence}
      </div>
    </LiveContext>
  );
}

/** Says a sentence in the live region. */
export const useSay = () => useContext(LiveContext);
