// Values of choice elements in forms (answers, options, conditions), and how they compare.
// https://hl7.org/fhir/R4/questionnaireresponse-definitions.html#QuestionnaireResponse.item.answer.value_x_
import type { Coding, Quantity, Reference } from '@medplum/fhirtypes';
import { canonicalUnit, UCUM } from '../../fhir/ucum.ts';

/** A value with the type that its element's name ends in: `Coding`, `Integer`, `String` … */
export interface Value {
  readonly type: string;
  readonly value: unknown;
}

/** The value of a choice element such as `value[x]`; undefined where there is none. */
export function choiceIn(holder: object | undefined, element = 'value'): Value | undefined {
  for (const [name, value] of Object.entries(holder ?? {})) {
    const type = name.startsWith(element) ? name.slice(element.length) : '';
    if (/^[A-Z]/.test(type) && value !== undefined && value !== null) return { type, value };
  }
  return undefined;
}

const isNumber = ({ type }: Value): boolean => type === 'Integer' || type === 'Decimal';

type Same = (a: never, b: never) => boolean;
const SAME: Readonly<Record<string, Same>> = {
  Coding: (a: Coding, b: Coding) => a.code === b.code && a.system === b.system,
  Quantity: (a: Quantity, b: Quantity) => a.value === b.value && unitOf(a) === unitOf(b),
  Reference: (a: Reference, b: Reference) => a.reference !== undefined && a.reference === b.reference,
};

/** Whether two values are the same: numbers by their value, codes by system and code. */
export function isSame(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return a.value === b.value;
  if (a.type !== b.type) return false;
  const same = SAME[a.type];
  return same ? same(a.value as never, b.value as never) : a.value === b.value;
}

const unitOf = ({ code, system, unit }: Quantity): string | undefined => (code ? `${system}|${code}` : unit);

/** What a value is ordered by; undefined for what has no order. */
const ORDER: Readonly<Record<string, (value: never) => number | string | undefined>> = {
  Integer: (value: number) => value,
  Decimal: (value: number) => value,
  String: (value: string) => value,
  Time: (value: string) => value,
  Date: (value: string) => Date.parse(value),
  DateTime: (value: string) => Date.parse(value),
};

/** A quantity in canonical units, with what they are; undefined where UCUM does not know its unit. */
function canonical({ value, system, code }: Quantity): { value: number; unit: string } | undefined {
  const unit = system === UCUM && code ? canonicalUnit(code) : undefined;
  if (!unit || value === undefined) return undefined;
  return { value: (value + Number(unit.offset)) * Number(unit.factor), unit: unit.code };
}

/** Two quantities as numbers of one unit; undefined when there is none. */
function quantities(a: Quantity, b: Quantity): [number | undefined, number | undefined] | undefined {
  if (unitOf(a) === unitOf(b)) return [a.value, b.value];
  const [x, y] = [canonical(a), canonical(b)];
  return x && y && x.unit === y.unit ? [x.value, y.value] : undefined;
}

/** Below, at or above 0 as `a` is before, at or after `b`; undefined when they cannot be compared. */
export function compared(a: Value, b: Value): number | undefined {
  const kinds = new Set([a, b].map((one) => (isNumber(one) ? 'number' : one.type)));
  if (kinds.size > 1) return undefined;
  const [x, y] =
    a.type === 'Quantity'
      ? (quantities(a.value as Quantity, b.value as Quantity) ?? [])
      : [a, b].map((one) => ORDER[one.type]?.(one.value as never));
  if (x === undefined || y === undefined || Number.isNaN(x) || Number.isNaN(y)) return undefined;
  return x < y ? -1 : x > y ? 1 : 0;
}
