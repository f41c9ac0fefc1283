// The parts that the answer of $team-figures is made of. https://hl7.org/fhir/R4/parameters.html
import type { Coding, Money, ParametersParameter } from '@medplum/fhirtypes';

/** The display of a code of a code system that is published here. */
export type DisplayOf = (system: string, code: string) => string | undefined;

export const count = (name: string, value: number): ParametersParameter => ({ name, valueInteger: value });

export const line = (name: string, ...part: readonly ParametersParameter[]): ParametersParameter => ({
  name,
  part: [...part],
});

/** A code with its display; nothing where there is no code. */
export const codingParts =
  (displayOf: DisplayOf) =>
  (name: string, system: string, code: string | null | undefined): ParametersParameter[] => {
    if (code === null || code === undefined) return [];
    const display = displayOf(system, code);
    const coding: Coding = { system, code, ...(display && { display }) };
    return [{ name, valueCoding: coding }];
  };
export type CodingParts = ReturnType<typeof codingParts>;

export const money = (name: string, amount: string, currency: string | null): ParametersParameter => ({
  name,
  valueMoney: { value: Number(amount), ...(currency && { currency: currency as Money['currency'] }) },
});
