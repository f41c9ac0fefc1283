// Five sides of a life as a star: the farther out a point, the harder that side; dashed how it was before.
// https://www.w3.org/WAI/tutorials/images/complex/
import { AXES, HARDEST, type Side } from '../../../fhir/axes.ts';
import classes from './star.module.css';
import { useWords } from './words.ts';

const WIDTH = 330;
const HEIGHT = 208;
const CENTRE = { x: WIDTH / 2, y: 110 };
const RADIUS = 78;
/** The words stand a little outside. */
const WORDS = 90;
const RINGS = [1, 2, 3, 4] as const;

/** A place on an axis; the first axis points up. */
function pointOn(axis: number, distance: number) {
  const angle = (axis / AXES.length) * 2 * Math.PI - Math.PI / 2;
  return { x: CENTRE.x + Math.cos(angle) * distance, y: CENTRE.y + Math.sin(angle) * distance };
}

const path = (distances: readonly number[]): string =>
  distances
    .map((distance, axis) => pointOn(axis, distance))
    .map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`)
    .join(' ');

const far = (hard: number | undefined): number => ((hard ?? 0) / HARDEST) * RADIUS;
const shapeOf = (sides: readonly Side[]): string => path(sides.map(({ hard }) => far(hard)));

/** Where the words of an axis begin, by the side of the picture they stand on. */
const anchorOf = (x: number): 'start' | 'middle' | 'end' =>
  Math.abs(x - CENTRE.x) < 1 ? 'middle' : x > CENTRE.x ? 'start' : 'end';

export function StarPicture({ now, before }: { now: readonly Side[]; before?: readonly Side[] | undefined }) {
  const { w } = useWords();
  return (
    <svg
      className={classes.star}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={w('star.picture')}
    >
      {RINGS.map((ring) => (
        <polygon key={ring} className={classes.ring} points={path(AXES.map(() => far(ring)))} />
      ))}
      {AXES.map((axis, place) => {
        const end = pointOn(place, RADIUS);
        const word = pointOn(place, WORDS);
        return (
          <g key={axis}>
            <line className={classes.ring} x1={CENTRE.x} y1={CENTRE.y} x2={end.x} y2={end.y} />
            <text x={word.x} y={word.y + 4} textAnchor={anchorOf(word.x)}>
              {w(`axis.${axis}`)}
            </text>
          </g>
        );
      })}
      {before && <polygon className={classes.before} points={shapeOf(before)} />}
      <polygon className={classes.now} points={shapeOf(now)} />
      {now.map(({ axis, hard }, place) => {
        const { x, y } = pointOn(place, far(hard));
        return hard === undefined ? null : (
          <circle key={axis} className={classes.point} cx={x} cy={y} r={3.5} />
        );
      })}
    </svg>
  );
}
