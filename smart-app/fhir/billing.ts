// The minutes of one programme in one month, as $billing-summary tells them.
// https://hl7.org/fhir/R4/parameters.html · docs/billing.md
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';

/** Something that stands in the way, by code of cn-billing-gap, with the server's own sentence. */
export interface Gap {
  readonly code: string;
  readonly sentence: string;
}

/** What a month comes to so far. */
export interface Month {
  /** `2026-03`. */
  readonly month: string;
  /** All minutes that were logged. */
  readonly recorded: number;
  /** Those that count. */
  readonly minutes: number;
  /** How far they have come towards the first unit of a code. */
  readonly progress: readonly { readonly code: string; readonly minutes: number; readonly needed: number }[];
  /** What a biller could put on a claim. */
  readonly lines: readonly { readonly code: string; readonly units: number; readonly instead: boolean }[];
  readonly missing: readonly Gap[];
  /** Minutes that are on no line, by reason. */
  readonly unbilled: readonly (Gap & { readonly minutes: number })[];
}

type Part = (name: string) => ParametersParameter | undefined;
const partOf =
  ({ part = [] }: ParametersParameter): Part =>
  (name) =>
    part.find((one) => one.name === name);

const gapOf = (parameter: ParametersParameter | undefined): Gap => {
  const { coding, text = '' } = parameter?.valueCodeableConcept ?? {};
  return { code: coding?.[0]?.code ?? '', sentence: text };
};

/** Reads the answer of the operation. */
export function monthIn({ parameter = [] }: Parameters): Month {
  const all = (name: string) => parameter.filter((one) => one.name === name);
  const [month] = all('month');
  const number = (name: string) => all(name)[0]?.valueInteger ?? 0;
  const codeIn = (part: Part) => part('code')?.valueCoding?.code ?? '';
  return {
    month: month?.valueDate ?? '',
    recorded: number('recorded'),
    minutes: number('minutes'),
    progress: all('progress')
      .map(partOf)
      .map((part) => ({
        code: codeIn(part),
        minutes: part('minutes')?.valueInteger ?? 0,
        needed: part('needed')?.valueInteger ?? 0,
      })),
    lines: all('line')
      .map(partOf)
      .map((part) => ({
        code: codeIn(part),
        units: part('units')?.valuePositiveInt ?? 0,
        instead: part('instead')?.valueBoolean ?? false,
      })),
    missing: all('missing').map(gapOf),
    unbilled: all('unbilled')
      .map(partOf)
      .map((part) => ({ ...gapOf(part('reason')), minutes: part('minutes')?.valueInteger ?? 0 })),
  };
}
