// The chart in light or dark: as the system has it, or as it was chosen, for the chart and the frame in it.
// https://drafts.csswg.org/css-color-adjust/#color-scheme-effect
import { useEffect, useState } from 'react';
import type { Look } from './choice.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');

export function useLook(chosen: Look): 'light' | 'dark' {
  const [system, setSystem] = useState(dark.matches);
  useEffect(() => {
    const follow = () => setSystem(dark.matches);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, []);
  const ofSystem = system ? 'dark' : 'light';
  const look = chosen === 'auto' ? ofSystem : chosen;
  useEffect(() => {
    document.documentElement.dataset.look = look;
  }, [look]);
  return look;
}
