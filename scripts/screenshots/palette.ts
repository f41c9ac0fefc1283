// Few colours for a picture of a screen: those that it cannot do without, and for every other the nearest of them.
// Text has hundreds of shades at its edges that nobody tells apart; without them a picture needs a third of the bytes.

/** Colours as one number, `0xRRGGBB`. */
type Colour = number;

const far = (one: Colour, other: Colour): number => {
  let sum = 0;
  for (let shift = 0; shift < 24; shift += 8) {
    const step = ((one >>> shift) & 255) - ((other >>> shift) & 255);
    sum += step * step;
  }
  return sum;
};

const countOf = (pixels: Uint32Array): Map<Colour, number> => {
  const counts = new Map<Colour, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  return counts;
};

/**
 * Chooses colours one after the other: first the most frequent, then always that which is farthest from those chosen,
 * weighed with how much there is of it.
 * @returns the colours, and for every pixel the place of its colour among them
 */
export function reduce(pixels: Uint32Array, most: number): { colours: Colour[]; places: Uint8Array } {
  const counts = [...countOf(pixels)].sort(([one, many], [other, more]) => more - many || one - other);
  const first = counts[0]![0];
  const colours = [first];
  const nearest = new Map(counts.map(([colour]) => [colour, { place: 0, off: far(colour, first) }]));
  while (colours.length < most) {
    const weigh = ([colour, count]: [Colour, number]) => nearest.get(colour)!.off * Math.sqrt(count);
    const worst = counts.reduce((best, one) => (weigh(one) > weigh(best) ? one : best));
    if (weigh(worst) === 0) break;
    const place = colours.push(worst[0]) - 1;
    for (const [colour, known] of nearest) {
      const off = far(colour, worst[0]);
      if (off < known.off) Object.assign(known, { place, off });
    }
  }
  return { colours, places: Uint8Array.from(pixels, (pixel) => nearest.get(pixel)!.place) };
}
