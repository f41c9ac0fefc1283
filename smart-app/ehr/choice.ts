// What is chosen in the demo chart, kept in the address so that a link opens it.
import { useEffect, useState } from 'react';

/** Frames as charts have them: what a side panel, a tab and a whole window leave to an app. */
export const FRAMES = {
  '320': 'Narrow side panel, 320',
  '380': 'Side panel, 380',
  '900': 'Tab, 900 × 700',
  full: 'Full width',
  '2560': 'Wide screen, 2560',
} as const;
export type Frame = keyof typeof FRAMES;

/** Who shows the patient's banner, as the launch says it. */
export const BANNERS = { chart: 'The chart', app: 'The app', unsaid: 'Not said' } as const;
export type Banner = keyof typeof BANNERS;

export const LOOKS = { auto: 'As the system', light: 'Light', dark: 'Dark' } as const;
export type Look = keyof typeof LOOKS;

/** The chart's word for a launch without a patient. */
export const NOBODY = 'none';

export interface Choice {
  user: string | undefined;
  /** Logical id of the patient whose chart is in front, or `none`. */
  patient: string | undefined;
  /** Ids of the patients whose charts are open, in the order of their tabs. */
  open: readonly string[];
  frame: Frame;
  banner: Banner;
  look: Look;
  intent: string | undefined;
  /** Language for the app in the frame, when the link asks for one. */
  lang: string | undefined;
}

const oneOf = <T extends string>(table: Readonly<Record<T, string>>, text: string | null, other: T): T =>
  text !== null && Object.hasOwn(table, text) ? (text as T) : other;

const read = (): Choice => {
  const params = new URLSearchParams(location.hash.slice(1));
  return {
    user: params.get('user') ?? undefined,
    patient: params.get('patient') ?? undefined,
    open: params.get('open')?.split(',').filter(Boolean) ?? [],
    frame: oneOf(FRAMES, params.get('frame'), '380'),
    banner: oneOf(BANNERS, params.get('banner'), 'chart'),
    look: oneOf(LOOKS, params.get('look'), 'auto'),
    intent: params.get('intent') ?? undefined,
    lang: params.get('lang') ?? undefined,
  };
};

/** As an address says it: what is as it is by itself stays out. */
function written({ open, banner, look, ...rest }: Choice): string {
  const said = {
    ...rest,
    ...(open.length > 0 && { open: open.join() }),
    ...(banner !== 'chart' && { banner }),
    ...(look !== 'auto' && { look }),
  };
  const known = Object.entries(said).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return new URLSearchParams(known).toString();
}

/** The choice in the address, and a way to change it. */
export function useChoice(): [Choice, (change: Partial<Choice>) => void] {
  const [choice, setChoice] = useState(read);
  useEffect(() => {
    const follow = () => setChoice(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const change = (part: Partial<Choice>) => {
    location.hash = written({ ...choice, ...part });
  };
  return [choice, change];
}
