// Colours as numbers: how well one can be read on another, and what lies between two. Pure.
// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

/** Reads `#abc` and `#aabbcc`; undefined for everything else: what is see-through has no contrast of its own. */
export function readColour(text: unknown): Colour | undefined {
  if (typeof text !== 'string' || !HEX.test(text.trim())) return undefined;
  const digits = text.trim().slice(1);
  const size = digits.length / 3;
  const part = (place: number) => {
    const two = digits.slice(place * size, (place + 1) * size);
    return Number.parseInt(size === 1 ? two + two : two, 16);
  };
  return [part(0), part(1), part(2)];
}

export const writeColour = (colour: Colour): string =>
  `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

const linear = (part: number): number => {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

/** How light a colour is, from 0 to 1. */
export const luminance = ([red, green, blue]: Colour): number =>
  0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);

/** From 1 (the same) to 21 (black on white). */
export function contrast(one: Colour, other: Colour): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** A colour with a share of another. */
export const mix = (one: Colour, other: Colour, share: number): Colour =>
  one.map((part, place) => part * (1 - share) + other[place]! * share) as unknown as Colour;
