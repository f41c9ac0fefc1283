// Which of an EHR's colours the app takes on: those with which everything can still be read. Pure.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#styling · https://www.w3.org/WAI/WCAG22/Understanding/contrast-minimum.html
import { type Colour, contrast, luminance, mix, readColour, writeColour } from './colour.ts';

/** Contrast of text, and of the lines of controls. */
const TEXT = 4.5;
const LINE = 3;

/** Tokens that stand as text on the paper. */
const WRITTEN = ['--ink', '--ink-2', '--accent', '--accent-strong', '--late', '--soon', '--done'] as const;
/** All tokens that are looked at. */
export const TOKENS = [
  ...WRITTEN,
  ...['--paper', '--paper-2', '--accent-soft', '--on-accent', '--late-soft', '--soon-soft', '--line-strong'],
] as const;

const [BLACK, WHITE]: [Colour, Colour] = [
  [0, 0, 0],
  [255, 255, 255],
];

/** Colours by the name of their token. */
export type Tokens = Readonly<Record<string, Colour>>;

/** The tokens that one colour of the style stands for; undefined where they cannot be derived. */
type Derive = (colour: Colour, now: Tokens) => Tokens | undefined;

const STYLE: readonly (readonly [name: string, derive: Derive])[] = [
  [
    'color_background',
    (paper, now) => {
      const paper2 = mix(paper, now['--ink']!, 0.04);
      return { '--paper': paper, '--paper-2': paper2, '--accent-soft': mix(paper, now['--accent']!, 0.1) };
    },
  ],
  ['color_text', (ink) => ({ '--ink': ink })],
  [
    'color_highlight',
    (accent, now) => {
      const strong = mix(accent, now['--ink']!, 0.25);
      const on = [WHITE, BLACK, now['--paper']!].find(
        (one) => contrast(one, accent) >= TEXT && contrast(one, strong) >= TEXT,
      );
      const soft = mix(now['--paper']!, accent, 0.1);
      return (
        on && { '--accent': accent, '--accent-strong': strong, '--on-accent': on, '--accent-soft': soft }
      );
    },
  ],
  ['color_error', (late) => ({ '--late': late })],
];

/** Luminance below which a background is a dark one. */
const DARK = 0.05;

const membersOf = (style: unknown): Readonly<Record<string, unknown>> =>
  typeof style === 'object' && style !== null ? (style as Readonly<Record<string, unknown>>) : {};

/** Whether the style is that of a dark chart. */
export function isDark(style: unknown): boolean {
  const background = readColour(membersOf(style).color_background);
  return background !== undefined && luminance(background) < DARK;
}

/** Whether everything can be read with these tokens. */
function isReadable(tokens: Tokens): boolean {
  const on = (name: string, ground: string, least: number) =>
    contrast(tokens[name]!, tokens[ground]!) >= least;
  return (
    WRITTEN.every((name) => on(name, '--paper', TEXT) && on(name, '--paper-2', TEXT)) &&
    ['--ink', '--accent'].every((name) => on(name, '--accent-soft', TEXT)) &&
    on('--late', '--late-soft', TEXT) &&
    on('--ink', '--late-soft', TEXT) &&
    on('--ink', '--soon-soft', TEXT) &&
    on('--on-accent', '--accent', TEXT) &&
    on('--line-strong', '--paper', LINE)
  );
}

/**
 * Takes the colours of a style one by one, each only if everything can be read with it.
 * @param style as the EHR sent it: anything
 * @param now the app's own colours, all of its tokens
 * @returns the tokens that change, as CSS writes them
 */
export function fitStyle(style: unknown, now: Tokens): Readonly<Record<string, string>> {
  const said = membersOf(style);
  let tokens = now;
  const changed = new Set<string>();
  for (const [name, derive] of STYLE) {
    const colour = readColour(said[name]);
    const derived = colour && derive(colour, tokens);
    if (!derived || !isReadable({ ...tokens, ...derived })) continue;
    tokens = { ...tokens, ...derived };
    for (const token of Object.keys(derived)) changed.add(token);
  }
  return Object.fromEntries([...changed].map((token) => [token, writeColour(tokens[token]!)]));
}
