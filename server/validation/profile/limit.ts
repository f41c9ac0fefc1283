// Bounds of a value: minValue[x], maxValue[x] and maxLength.
// https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.minValue_x_
import type { ElementDefinition } from '@medplum/fhirtypes';
import { type Check, report } from '../run.ts';
import type { Compilation } from './context.ts';

interface Quantity {
  readonly value?: number;
  readonly unit?: string;
  readonly system?: string;
  readonly code?: string;
}

const sign = (a: number, b: number): number => Math.sign(a - b);

/** Dates are compared as far as both are given; with times, as instants. */
function compareTexts(a: string, b: string): number | undefined {
  if (a.includes('T') && b.includes('T')) return sign(Date.parse(a), Date.parse(b));
  const length = Math.min(a.length, b.length);
  const [one, other] = [a.slice(0, length), b.slice(0, length)];
  return one === other ? 0 : one < other ? -1 : 1;
}

function compareQuantities(a: Quantity, b: Quantity): number | undefined {
  const isAlike = a.system === b.system && (a.code ?? a.unit) === (b.code ?? b.unit);
  return isAlike && a.value !== undefined && b.value !== undefined ? sign(a.value, b.value) : undefined;
}

/** -1, 0, 1; undefined where the two cannot be compared, as with different units. */
export function compareValues(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return sign(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'object' && typeof b === 'object' && a && b) return compareQuantities(a, b);
  return undefined;
}

const textOf = (bound: unknown) => {
  if (typeof bound !== 'object') return String(bound);
  const { value, unit, code } = bound as Quantity;
  return `${value} ${unit ?? code ?? ''}`.trim();
};

function boundCheck(definition: object, side: 'min' | 'max', { name }: Compilation): Check | undefined {
  const prefix = `${side}Value`;
  const bound = Object.entries(definition).find(([key]) => key.startsWith(prefix))?.[1] as unknown;
  if (bound === undefined) return undefined;
  const wrong = side === 'min' ? -1 : 1;
  const problem = `must be ${textOf(bound)} or ${side === 'min' ? 'more' : 'less'} by ${name}`;
  return (value, run) => {
    if (compareValues(value, bound) === wrong) report(run, 'value', problem);
  };
}

const MIN_LENGTH = 'http://hl7.org/fhir/StructureDefinition/minLength';

function lengthCheck({ maxLength, extension }: ElementDefinition, { name }: Compilation): Check | undefined {
  const least = extension?.find(({ url }) => url === MIN_LENGTH)?.valueInteger ?? 0;
  const most = maxLength ?? Number.POSITIVE_INFINITY;
  if (!least && maxLength === undefined) return undefined;
  return (value, run) => {
    if (typeof value !== 'string') return;
    if (value.length > most) report(run, 'too-long', `may be at most ${most} characters long by ${name}`);
    if (value.length < least) report(run, 'value', `must be at least ${least} characters long by ${name}`);
  };
}

/** Compiles the bounds of an element's values. */
export function limitChecks(definition: ElementDefinition, compilation: Compilation): (Check | undefined)[] {
  return [
    boundCheck(definition, 'min', compilation),
    boundCheck(definition, 'max', compilation),
    lengthCheck(definition, compilation),
  ];
}
