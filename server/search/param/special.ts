// Special search: `near`, the resources within a distance of a position. https://hl7.org/fhir/R4/location.html#positional
import type { LocationPosition } from '@medplum/fhirtypes';
import { badRequest } from '../../fhir/errors.ts';
import { type MatchContext, type ParamType, splitEscaped, withoutEscapes } from './type.ts';

/** Kilometres of a unit of distance, by its UCUM code. */
const kilometres: Readonly<Record<string, number>> = {
  km: 1,
  m: 0.001,
  '[mi_i]': 1.609344,
  '[mi_us]': 1.609347219,
  mi: 1.609344,
};
/** Kilometres around a position of which no distance is said. */
const DEFAULT_DISTANCE = 50;
const EARTH_RADIUS = 6371.0088;
/** Half the way around the earth: nothing is farther. */
const MAX_DISTANCE = Math.PI * EARTH_RADIUS;

interface Near {
  readonly latitude: number;
  readonly longitude: number;
  /** In kilometres. */
  readonly distance: number;
}

function parse(text: string, code: string): Near {
  const parts = splitEscaped(text, '|').map(withoutEscapes);
  const [latitude = '', longitude = '', distance = '', unit = ''] = parts;
  const isNumber = (part: string) => /^[+-]?\d{1,20}(\.\d{1,30})?$/.test(part.replace(' ', '+'));
  const read = (part: string) => Number(part.replace(' ', '+'));
  const factor = kilometres[unit || 'km'];
  if (
    parts.length > 4 ||
    ![latitude, longitude, distance || '0'].every(isNumber) ||
    Math.abs(read(latitude)) > 90 ||
    Math.abs(read(longitude)) > 180 ||
    read(distance || '0') < 0 ||
    factor === undefined ||
    !Object.hasOwn(kilometres, unit || 'km')
  ) {
    throw badRequest(
      `"${text}" is not a position that "${code}" can be searched by. Write latitude|longitude|distance|units in degrees, such as -83.694810|42.256500|11.20|km; units are ${Object.keys(kilometres).join(', ')}, and km without any.`,
    );
  }
  const far = distance ? read(distance) * factor : DEFAULT_DISTANCE;
  return { latitude: read(latitude), longitude: read(longitude), distance: Math.min(far, MAX_DISTANCE) };
}

const degrees = (radians: number): number => (radians * 180) / Math.PI;
const radians = (angle: number): number => (angle * Math.PI) / 180;

/** The box of degrees around the circle, by which the index is entered; longitudes may be all, or lie across 180°. */
function boxTest({ latitude, longitude, distance }: Near, { statement, column }: MatchContext): string {
  const angle = distance / EARTH_RADIUS;
  const add = (value: number) => statement.add(value, 'double precision');
  // A little wider than the circle, so that rounding loses nothing.
  const height = degrees(angle) + 1e-6;
  const tests = [`${column('latitude')} between ${add(latitude - height)} and ${add(latitude + height)}`];
  const reach = Math.sin(angle) / Math.cos(radians(latitude));
  if (angle < Math.PI / 2 && Math.abs(latitude) + height < 90 && reach < 1) {
    const width = degrees(Math.asin(reach)) + 1e-6;
    const [west, east] = [longitude - width, longitude + width];
    const between = (low: number, high: number) =>
      `${column('longitude')} between ${add(low)} and ${add(high)}`;
    if (west < -180) tests.push(`(${between(west + 360, 180)} or ${between(-180, east)})`);
    else if (east > 180) tests.push(`(${between(west, 180)} or ${between(-180, east - 360)})`);
    else tests.push(between(west, east));
  }
  return tests.join(' and ');
}

/** The great circle's distance (haversine) is no more than asked. */
function circleTest({ latitude, longitude, distance }: Near, { statement, column }: MatchContext): string {
  const [lat, long, most] = [latitude, longitude, distance].map((value) =>
    statement.add(value, 'double precision'),
  );
  return `${2 * EARTH_RADIUS} * asin(least(1, sqrt(sin(radians(${column('latitude')} - ${lat}) / 2) ^ 2
    + cos(radians(${lat})) * cos(radians(${column('latitude')})) * sin(radians(${column('longitude')} - ${long}) / 2) ^ 2))) <= ${most}`;
}

const isDegrees = (value: number | undefined, most: number): boolean =>
  typeof value === 'number' && Math.abs(value) <= most;

export const special: ParamType = {
  table: 'index_position',
  columns: [
    ['latitude', 'double precision'],
    ['longitude', 'double precision'],
  ],
  modifiers: [],
  rows: (values) =>
    values.flatMap(({ value }) => {
      const { latitude, longitude } = value as LocationPosition;
      return isDegrees(latitude, 90) && isDegrees(longitude, 180)
        ? [[String(latitude), String(longitude)]]
        : [];
    }),
  match(values, _modifier, param, context) {
    const tests = values.map((text) => {
      const near = parse(text, param.code);
      return `(${boxTest(near, context)} and ${circleTest(near, context)})`;
    });
    return tests.length === 1 ? tests[0]! : `(${tests.join(' or ')})`;
  },
  single: () => true,
};
