// Asking a patient the questions of a form: the form is chosen and filled in, and then it is said what follows.
// https://hl7.org/fhir/R4/questionnaire.html
import { useState } from 'react';
import type { DialogProps } from '../action.ts';
import { Fill } from './fill.tsx';
import { Result, type Saved } from './result.tsx';

export default function ScreenDialog(props: DialogProps) {
  const [saved, setSaved] = useState<Saved>();
  if (!saved) return <Fill {...props} onSaved={setSaved} />;
  return <Result {...props} saved={saved} />;
}
