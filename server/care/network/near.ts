// Positions and the distance between them. https://hl7.org/fhir/R4/location.html#positional
import type { Location } from '@medplum/fhirtypes';

/** Kilometres of a unit of distance. */
const KILOMETRES: Readonly<Record<string, number>> = {
  km: 1,
  m: 0.001,
  '[mi_i]': 1.609344,
  '[mi_us]': 1.609347219,
  mi: 1.609344,
};
export const UNITS: readonly string[] = Object.keys(KILOMETRES);
/** Units that have another code in UCUM. */
const UCUM: Readonly<Record<string, string>> = { mi: '[mi_i]' };
const EARTH_RADIUS = 6371.0088;
const NUMBER = /^[+-]?\d{1,20}(\.\d{1,30})?$/;

/** A place that is asked about. */
export interface Near {
  readonly latitude: number;
  readonly longitude: number;
  /** How far away at most, in the unit. */
  readonly within?: number;
  /** UCUM code of the unit that distances are told in. */
  readonly unit: string;
}

/** Reads `latitude|longitude|distance|units`, the last two may be left out; undefined for other texts. */
export function nearIn(text: string): Near | undefined {
  const [latitude = '', longitude = '', within = '', unit = '', ...more] = text
    .split('|')
    .map((one) => one.trim());
  const known = Object.hasOwn(KILOMETRES, unit || 'km');
  if (more.length || !known || ![latitude, longitude, within || '0'].every((one) => NUMBER.test(one)))
    return undefined;
  const near = { latitude: Number(latitude), longitude: Number(longitude) };
  if (Math.abs(near.latitude) > 90 || Math.abs(near.longitude) > 180 || Number(within) < 0) return undefined;
  const told = unit || 'km';
  return { ...near, ...(within && { within: Number(within) }), unit: UCUM[told] ?? told };
}

const radians = (angle: number): number => (angle * Math.PI) / 180;

/** The distance to the nearest of some places along the great circle, in the unit asked; undefined when none has a position. */
export function distanceTo(near: Near, places: readonly Location[]): number | undefined {
  const distances = places.flatMap(({ position }) => {
    if (position?.latitude === undefined || position.longitude === undefined) return [];
    const [here, there] = [radians(near.latitude), radians(position.latitude)];
    const north = Math.sin((there - here) / 2) ** 2;
    const east = Math.sin(radians(position.longitude - near.longitude) / 2) ** 2;
    const angle = 2 * Math.asin(Math.min(1, Math.sqrt(north + Math.cos(here) * Math.cos(there) * east)));
    return [(angle * EARTH_RADIUS) / KILOMETRES[near.unit]!];
  });
  return distances.length ? Math.min(...distances) : undefined;
}
