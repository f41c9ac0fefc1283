// The pseudo parameter `_sensitivity`, one for all types: which labels hide a resource, as tokens. Never searched by; access is
// made of it. https://hl7.org/fhir/R4/security-labels.html
import { CONFIDENTIALITY, sensitivityOf, systemOfSensitivity } from '../../fhir/sensitivity.ts';
import type { SearchParam } from './type.ts';

export const SENSITIVITY = ['Resource', '_sensitivity'] as const;

const NONE: readonly never[] = [];

/** Codings under one system each, whichever name of it a label has. */
const extract: SearchParam['extract'] = (resource) => {
  const labels = sensitivityOf(resource);
  if (!labels.length) return NONE as never[];
  return labels.map((code) => ({ type: 'Coding', value: { system: systemOfSensitivity(code), code } }));
};

/** The parameter of one resource type. */
export function sensitivityParam(resourceType: string, id: number): SearchParam {
  const [, code] = SENSITIVITY;
  return { id, resourceType, code, type: 'token', url: CONFIDENTIALITY, extract };
}
