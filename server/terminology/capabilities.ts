// What this terminology service knows and does. https://hl7.org/fhir/R4/terminologycapabilities.html
import type { TerminologyCapabilities } from '@medplum/fhirtypes';
import type { Published } from './published.ts';

export interface CapabilitiesInput {
  readonly published: Pick<Published, 'codeSystems'>;
  readonly base: string;
  readonly version: string;
  /** Instant of the server's start. */
  readonly date: string;
  /** Names of the parameters that $expand takes. */
  readonly expandParameters: readonly string[];
}

/** The statement: code systems that come with the program; those that are stored or loaded are found by search. */
export const terminologyCapabilities = ({
  published,
  base,
  version,
  date,
  expandParameters,
}: CapabilitiesInput): TerminologyCapabilities => ({
  resourceType: 'TerminologyCapabilities',
  status: 'active',
  date,
  kind: 'instance',
  software: { name: 'Throughline', version },
  implementation: { description: 'Throughline: care navigation and care coordination', url: base },
  codeSystem: published.codeSystems().map(({ url, version: code }) => ({
    uri: url,
    ...(code && { version: [{ code, isDefault: true }] }),
    subsumption: true,
  })),
  expansion: {
    hierarchical: true,
    paging: true,
    incomplete: false,
    parameter: expandParameters.map((name) => ({ name })),
    textFilter: 'Each word must begin a word of the code, the display or a designation.',
  },
  codeSearch: 'all',
  validateCode: { translations: true },
  translation: { needsMap: false },
});
