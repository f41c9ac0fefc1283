// The CapabilityStatement, made from the tables that the server runs by. https://hl7.org/fhir/R4/capabilitystatement.html
import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  StructureDefinition,
} from '@medplum/fhirtypes';
import { resourceTypes } from '../fhir/elements.ts';
import { modifiersOf } from '../search/criterion/index-parameter.ts';
import type { SearchParam } from '../search/param/type.ts';
import type { Registry } from '../search/registry.ts';
import { interactions } from './index.ts';
import { patchFormats } from './patch/index.ts';

export interface CapabilityInput {
  base: string;
  publicUrl: string;
  version: string;
  /** Instant of the server's start. */
  date: string;
  /** Authorization is on (SMART), or off (`--open`). */
  secured: boolean;
  registry: Registry;
  profiles: readonly StructureDefinition[];
  /** Operations by the level that they are offered at. */
  operations: readonly { code: string; definition: string; type?: string }[];
}

const codesAt = (level: string): string[] => [
  ...new Set(interactions.filter((i) => i.level === level && i.code !== 'capabilities').map((i) => i.code)),
];
const SMART_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

/** What follows references: `Task:focus`, by the type that holds it and by the types that it may name. */
function includesOf(registry: Registry) {
  const from = new Map<string, string[]>();
  const to = new Map([...resourceTypes].map((type) => [type, [] as string[]]));
  for (const type of resourceTypes) {
    const references = registry.of(type).filter((param) => param.type === 'reference');
    from.set(
      type,
      references.map(({ code }) => `${type}:${code}`),
    );
    for (const { code, target } of references)
      for (const named of target ?? resourceTypes) to.get(named)?.push(`${type}:${code}`);
  }
  return { from, to };
}

/** The modifiers that a parameter takes, for readers. */
const modifiersText = (param: SearchParam, registry: Registry): string =>
  `Modifiers: ${modifiersOf(param, registry)
    .map((name) => `:${name}`)
    .join(', ')}.`;

/** Parameters of all types that are no SearchParameter of a registry, or are answered by columns. */
const GENERAL_PARAMETERS = [
  { name: '_id', type: 'token', definition: 'http://hl7.org/fhir/SearchParameter/Resource-id' },
  {
    name: '_lastUpdated',
    type: 'date',
    definition: 'http://hl7.org/fhir/SearchParameter/Resource-lastUpdated',
  },
  { name: '_content', type: 'string', definition: 'http://hl7.org/fhir/SearchParameter/Resource-content' },
  { name: '_text', type: 'string', definition: 'http://hl7.org/fhir/SearchParameter/DomainResource-text' },
  { name: '_list', type: 'special', documentation: 'Members of a List, by its id.' },
  {
    name: '_has',
    type: 'special',
    documentation: 'Reverse chaining, nested to any depth that a search allows.',
  },
  { name: '_filter', type: 'special', documentation: 'https://hl7.org/fhir/R4/search_filter.html' },
] as const;

function resourceOf(
  type: string,
  { registry, profiles, operations }: CapabilityInput,
  { from, to }: ReturnType<typeof includesOf>,
): CapabilityStatementRestResource {
  const params = registry.of(type);
  const supported = profiles
    .filter((profile) => profile.type === type && profile.kind === 'resource')
    .map((profile) => profile.url!);
  const own = operations.filter((operation) => operation.type === type);
  return {
    type: type as CapabilityStatementRestResource['type'],
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    ...(supported.length && { supportedProfile: supported }),
    interaction: codesAt('type').map((code) => ({ code: code as 'read' })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    // Criteria that match several are refused with 412.
    conditionalDelete: 'single',
    referencePolicy: ['literal', 'local'],
    searchInclude: ['*', ...from.get(type)!],
    searchRevInclude: to.get(type)!,
    searchParam: [
      ...GENERAL_PARAMETERS.filter(({ name }) => !registry.find(type, name)),
      ...params.map((param) => ({
        name: param.code,
        type: param.type as 'token',
        definition: param.url,
        documentation: modifiersText(param, registry),
      })),
    ],
    ...(own.length && { operation: own.map(({ code, definition }) => ({ name: code, definition })) }),
  };
}

/** Builds the statement once; it changes only with the program. */
export function capabilityStatement(input: CapabilityInput): CapabilityStatement {
  const { base, publicUrl, version, date, secured, operations, registry } = input;
  const includes = includesOf(registry);
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['json', 'xml', 'application/fhir+json', 'application/fhir+xml'],
    patchFormat: [...patchFormats],
    software: { name: 'Throughline', version },
    implementation: { description: 'Throughline: care navigation and care coordination', url: base },
    ...(operations.some((o) => o.code === 'export') && {
      instantiates: ['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'],
    }),
    rest: [
      {
        mode: 'server',
        security: secured
          ? {
              cors: true,
              service: [
                {
                  coding: [
                    {
                      system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                      code: 'SMART-on-FHIR',
                    },
                  ],
                  text: 'OAuth 2.0 as SMART App Launch says',
                },
              ],
              extension: [
                {
                  url: SMART_URIS,
                  extension: [
                    { url: 'authorize', valueUri: `${publicUrl}/auth/authorize` },
                    { url: 'token', valueUri: `${publicUrl}/auth/token` },
                    { url: 'introspect', valueUri: `${publicUrl}/auth/introspect` },
                    { url: 'revoke', valueUri: `${publicUrl}/auth/revoke` },
                    { url: 'register', valueUri: `${publicUrl}/auth/register` },
                    { url: 'manage', valueUri: `${publicUrl}/auth/grants` },
                  ],
                },
              ],
            }
          : { cors: true, description: 'Authorization is switched off (--open): for loopback trials only.' },
        resource: [...resourceTypes].sort().map((type) => resourceOf(type, input, includes)),
        interaction: codesAt('system').map((code) => ({ code: code as 'batch' })),
        operation: operations
          .filter((operation) => !operation.type)
          .map(({ code, definition }) => ({ name: code, definition })),
      },
    ],
  };
}
