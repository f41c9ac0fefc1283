// What else is known of the patient beside the open work; loaded after the work has been drawn.
// https://react.dev/reference/react/lazy
import { lazy, Suspense } from 'react';
import type { View } from '../view.ts';

const All = lazy(() => import('./all.tsx'));

export function Panels({ view }: { view: View }) {
  return (
    <Suspense fallback={null}>
      <All view={view} />
    </Suspense>
  );
}
