// Moves and qualifications in words.
// docs/scope-of-practice.md
import en from './en.json' with { type: 'json' };
import { useWords } from './words.ts';

type MoveKey = Extract<keyof typeof en, `move.${string}`>;
type QualificationKey = Extract<keyof typeof en, `qualification.${string}`>;
const isKey = (key: string): key is MoveKey | QualificationKey => key in en;

function useName(kind: 'move' | 'qualification'): (code: string) => string {
  const { w } = useWords();
  return (code) => {
    const key = `${kind}.${code}`;
    return isKey(key) ? w(key) : code;
  };
}

/** A function that names what is done with a task. */
export const useMoveName = () => useName('move');

/** A function that names a training, certification or licence. */
export const useQualificationName = () => useName('qualification');
