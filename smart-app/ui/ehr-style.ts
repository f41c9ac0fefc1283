// The app in the colours of the EHR around it, as far as they can be read, in light or in dark.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#styling
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { readStyle } from '../smart/style.ts';
import { type Colour, readColour } from './colour.ts';
import { fitStyle, isDark, TOKENS } from './fit-style.ts';

/** The app's own colours now, light or dark; undefined when one cannot be read. */
function ownTokens(root: HTMLElement): Record<string, Colour> | undefined {
  const style = getComputedStyle(root);
  const pairs = TOKENS.map((name) => [name, readColour(style.getPropertyValue(name))] as const);
  return pairs.every(([, colour]) => colour)
    ? (Object.fromEntries(pairs) as Record<string, Colour>)
    : undefined;
}

/** Sets what fits of a style. @returns what takes it away */
function wear(style: unknown): () => void {
  const root = document.documentElement;
  const own = ownTokens(root);
  const changed = own ? fitStyle(style, own) : {};
  for (const [name, value] of Object.entries(changed)) root.style.setProperty(name, value);
  return () => {
    for (const name of Object.keys(changed)) root.style.removeProperty(name);
  };
}

/**
 * Takes on the EHR's style once it is read; until then, and without it, the app looks as it does.
 * @param address of the style; undefined where the EHR names none
 * @returns dark where the system asks for it, or the chart is: a light chart takes the dark from nobody who needs it
 */
export function useEhrStyle(address: string | undefined): 'light' | 'dark' {
  const ofSystem = useMediaQuery('(prefers-color-scheme: dark)', false, { getInitialValueInEffect: false });
  const [style, setStyle] = useState<unknown>();
  useEffect(() => {
    if (!address) return;
    let isShown = true;
    void readStyle(address, new URL(location.href)).then((read) => isShown && setStyle(read));
    return () => {
      isShown = false;
      setStyle(undefined);
    };
  }, [address]);
  const look = ofSystem || isDark(style) ? 'dark' : 'light';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the app's own colours are others in light and in dark
  useEffect(() => (style === undefined ? undefined : wear(style)), [style, look]);
  return look;
}
