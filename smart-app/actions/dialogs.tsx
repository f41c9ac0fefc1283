// The dialog of each action, loaded when it is first opened.
// https://react.dev/reference/react/lazy
import { type ComponentType, lazy } from 'react';
import type { DialogName, DialogProps } from './action.ts';

type Load = () => Promise<{ default: ComponentType<DialogProps> }>;

const LOAD: Readonly<Record<DialogName, Load>> = {
  complete: () => import('./complete/index.tsx'),
  hold: () => import('./reason/hold.tsx'),
  return: () => import('./reason/return.tsx'),
  handOff: () => import('./handoff/index.tsx'),
  contact: () => import('./contact/index.tsx'),
  book: () => import('./book/index.tsx'),
  screen: () => import('./screen/index.tsx'),
  network: () => import('./network/index.tsx'),
  refer: () => import('./refer/index.tsx'),
  review: () => import('./review/index.tsx'),
  minutes: () => import('./minutes/index.tsx'),
  escalate: () => import('./escalate/index.tsx'),
};

export const dialogs = Object.fromEntries(
  Object.entries(LOAD).map(([name, load]) => [name, lazy(load)]),
) as unknown as Readonly<Record<DialogName, ComponentType<DialogProps>>>;
