// Which services a slot is for: its own, else those of its schedule. https://hl7.org/fhir/R4/slot-definitions.html#Slot.serviceType
import type { CodeableConcept, Coding, Schedule, Slot } from '@medplum/fhirtypes';

/** What a time is offered for. */
export interface Offered {
  serviceType: readonly CodeableConcept[];
  specialty: readonly CodeableConcept[];
}

/** What a slot is offered for. */
export const offeredBy = (slot: Slot, schedule: Schedule | undefined): Offered => ({
  serviceType: slot.serviceType ?? schedule?.serviceType ?? [],
  specialty: slot.specialty ?? schedule?.specialty ?? [],
});

const sameText = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && a.trim().toLowerCase() === b.trim().toLowerCase();

/** Whether a concept means what a coding says: by code, and by its words where the coding has no code. */
export const means = ({ coding = [], text }: CodeableConcept, wanted: Coding): boolean =>
  wanted.code === undefined
    ? sameText(text, wanted.display) || coding.some(({ display }) => sameText(display, wanted.display))
    : coding.some(
        (one) => one.code === wanted.code && (wanted.system === undefined || one.system === wanted.system),
      );

/** Whether one of some concepts means one of the codings; nothing asked is met by everything. */
export const anyMeans = (concepts: readonly CodeableConcept[], wanted: readonly Coding[]): boolean =>
  !wanted.length || concepts.some((one) => wanted.some((coding) => means(one, coding)));

/** The codings by which a concept is looked for: its codes, else its words. */
export const wantedOf = (concepts: readonly CodeableConcept[] = []): Coding[] =>
  concepts.flatMap(({ coding = [], text }) => {
    const coded = coding.filter(({ code }) => code !== undefined);
    return coded.length ? coded : text ? [{ display: text }] : [];
  });
