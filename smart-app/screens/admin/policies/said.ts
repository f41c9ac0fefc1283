// Differences of a policy, labels and purposes in words.
// docs/access.md
import type { Change } from '../changes.tsx';
import { useWords as useShared } from '../words.ts';
import en from './en.json' with { type: 'json' };
import { useMeaning } from './meaning.ts';
import { type Difference, LETTERS, WHOSE, type Whose } from './policy.ts';
import { useWords } from './words.ts';

type LabelKey = Extract<keyof typeof en, `label.${string}`>;
const isLabel = (key: string): key is LabelKey => key in en;
const isWhose = (code: string): code is Whose => (WHOSE as readonly string[]).includes(code);

/** A function that names a label of records, or a purpose. */
export function useLabelName(): (code: string) => string {
  const { w } = useWords();
  return (code) => {
    const key = `label.${code}`;
    return isLabel(key) ? w(key) : code;
  };
}

/** A function that says differences. */
export function useChangesSaid(): (found: readonly Difference[]) => readonly Change[] {
  const { w, locale } = useWords();
  const shared = useShared().w;
  const meaning = useMeaning();
  const labelName = useLabelName();
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const letters = (text: string) =>
    list.format(LETTERS.filter((one) => text.includes(one)).map((one) => w(`letter.${one}`)));
  const codes = (text: string) => list.format(text.split(' ').filter(Boolean).map(labelName));
  const says: Readonly<Record<Difference['what'], (text: string) => string>> = {
    rule: (text) => {
      const [interactions = '', ...types] = text.split(' ');
      return w('rule.whole', { letters: letters(interactions), types: types.join(', ') });
    },
    types: (text) => text.replaceAll(' ', ', '),
    letters,
    whose: (text) => (isWhose(text) ? w(`whose.${text}`) : text),
    criteria: (text) => text || shared('none'),
    every: (text) => shared(text === 'true' ? 'yes' : 'no'),
    without: (text) => codes(text) || shared('none'),
    with: (text) => codes(text) || shared('none'),
    consentOf: (text) => w(text === 'assigned' ? 'consentOf.assigned' : 'consentOf.any'),
    purposes: (text) => codes(text) || shared('none'),
    minutes: (text) => text || shared('none'),
  };
  return (found) =>
    found.map(({ rule, what, before, after }) => ({
      name:
        rule === undefined
          ? w(`what.${what}`)
          : what === 'rule'
            ? meaning(rule)
            : `${meaning(rule)} ${w(`what.${what}`)}:`,
      ...(before !== undefined && { before: says[what](before) }),
      ...(after !== undefined && { after: says[what](after) }),
    }));
}
