// What a FHIRPath expression gives: values that know their FHIR type.

/** A value with its FHIR type: `code`, `CodeableConcept`, `Reference`, a backbone path (`Task.input`), … */
export interface TypedValue {
  readonly type: string;
  readonly value: unknown;
}
