// What is chosen in the demo chart, kept in the address so that a link opens it.
import { useEffect, useState } from 'react';

export const FRAMES = { '380': 'Side panel', '900': 'Tab', full: 'Full width' } as const;
export type Frame = keyof typeof FRAMES;

export interface Choice {
  user: string | undefined;
  patient: string | undefined;
  frame: Frame;
  /** Language for the app in the frame, when the link asks for one. */
  lang: string | undefined;
}

const read = (): Choice => {
  const params = new URLSearchParams(location.hash.slice(1));
  const frame = params.get('frame') ?? '';
  return {
    user: params.get('user') ?? undefined,
    patient: params.get('patient') ?? undefined,
    frame: frame in FRAMES ? (frame as Frame) : '380',
    lang: params.get('lang') ?? undefined,
  };
};

/** The choice in the address, and a way to change it. */
export function useChoice(): [Choice, (change: Partial<Choice>) => void] {
  const [choice, setChoice] = useState(read);
  useEffect(() => {
    const follow = () => setChoice(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const change = (part: Partial<Choice>) => {
    const known = Object.entries({ ...choice, ...part }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    location.hash = new URLSearchParams(known).toString();
  };
  return [choice, change];
}
