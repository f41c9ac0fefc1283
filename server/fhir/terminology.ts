// What a terminology service is asked and what it answers, by the parameters of R4's operations.
// https://hl7.org/fhir/R4/terminology-service.html
import type {
  CodeableConcept,
  CodeSystem,
  Coding,
  ConceptMap,
  Parameters,
  ValueSet,
} from '@medplum/fhirtypes';
import type { Access } from './access.ts';

/** Which resource is meant: by canonical URL, by id on this server, or given whole. */
export type Chosen<T> =
  | { readonly url: string; readonly version?: string }
  | { readonly id: string }
  | { readonly resource: T };

/** https://hl7.org/fhir/R4/valueset-operation-expand.html */
export interface ExpandRequest {
  readonly valueSet: Chosen<ValueSet>;
  readonly filter?: string;
  readonly offset?: number;
  readonly count?: number;
  readonly includeDesignations?: boolean;
  /** `use|code`, or a language. */
  readonly designation?: readonly string[];
  readonly includeDefinition?: boolean;
  readonly activeOnly?: boolean;
  readonly excludeNested?: boolean;
  readonly excludeNotForUI?: boolean;
  readonly displayLanguage?: string;
  /** Canonicals of code systems whose codes are left out. */
  readonly excludeSystem?: readonly string[];
  /** `system|version` for includes that name no version. */
  readonly systemVersion?: readonly string[];
  /** `system|version` that includes must agree with. */
  readonly checkSystemVersion?: readonly string[];
  /** `system|version` instead of what includes name. */
  readonly forceSystemVersion?: readonly string[];
}

/** The code that a question is about, in one of the three forms that operations take. */
export interface GivenCode {
  readonly code?: string;
  readonly system?: string;
  readonly version?: string;
  readonly display?: string;
  readonly coding?: Coding;
  readonly codeableConcept?: CodeableConcept;
}

/** https://hl7.org/fhir/R4/valueset-operation-validate-code.html */
export interface ValidateInValueSet extends GivenCode {
  readonly valueSet: Chosen<ValueSet>;
  /** Abstract codes are taken too (default). */
  readonly abstract?: boolean;
  readonly inferSystem?: boolean;
  readonly displayLanguage?: string;
}

/** https://hl7.org/fhir/R4/codesystem-operation-validate-code.html */
export interface ValidateInCodeSystem extends GivenCode {
  /** Absent: the system of the code decides. */
  readonly codeSystem?: Chosen<CodeSystem>;
  readonly abstract?: boolean;
  readonly displayLanguage?: string;
}

/** https://hl7.org/fhir/R4/codesystem-operation-lookup.html */
export interface LookupRequest {
  readonly system: string;
  readonly code: string;
  readonly version?: string;
  readonly displayLanguage?: string;
  /** Names of properties; absent: all. */
  readonly property?: readonly string[];
}

/** https://hl7.org/fhir/R4/codesystem-operation-subsumes.html */
export interface SubsumesRequest {
  readonly codeSystem: Chosen<CodeSystem>;
  readonly codeA: string;
  readonly codeB: string;
}

/** https://hl7.org/fhir/R4/conceptmap-operation-translate.html */
export interface TranslateRequest extends GivenCode {
  readonly conceptMap?: Chosen<ConceptMap>;
  /** Value sets. */
  readonly source?: string;
  readonly target?: string;
  readonly targetSystem?: string;
  readonly reverse?: boolean;
  readonly dependencies?: readonly { readonly property: string; readonly value: string }[];
}

/** The operations. Each throws FhirError: 404 for what is unknown, 422 for what cannot be answered. */
export interface TerminologyOperations {
  /** Expands a value set. */
  expandValueSet(request: ExpandRequest, access: Access): Promise<ValueSet>;
  validateInValueSet(request: ValidateInValueSet, access: Access): Promise<Parameters>;
  validateInCodeSystem(request: ValidateInCodeSystem, access: Access): Promise<Parameters>;
  lookup(request: LookupRequest, access: Access): Promise<Parameters>;
  subsumes(request: SubsumesRequest, access: Access): Promise<Parameters>;
  translate(request: TranslateRequest, access: Access): Promise<Parameters>;
}
