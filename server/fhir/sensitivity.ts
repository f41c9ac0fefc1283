// The security labels that keep content from those whom nobody has let see it: which there are, and which a resource carries.
// https://hl7.org/fhir/R4/security-labels.html · https://terminology.hl7.org/CodeSystem-v3-ActCode.html

/** System of the labels, and of the one that is a confidentiality. */
export const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

/** Psychotherapy notes: no general consent covers them. */
export const PSYCHOTHERAPY_NOTES = 'PSYTHPN';

/**
 * Every label that hides content, with the labels that stand for a part of what it stands for. A denial covers the parts
 * too; a permission covers only what it names.
 */
export const sensitivities: Readonly<Record<string, readonly string[]>> = {
  BH: ['MH', 'PSY', 'PSYTHPN', 'COGN', 'SUD', 'ETH', 'ETHUD', 'OPIOIDUD', '42CFRPart2'],
  MH: ['PSY', 'PSYTHPN'],
  PSY: ['PSYTHPN'],
  PSYTHPN: [],
  SUD: ['ETH', 'ETHUD', 'OPIOIDUD', '42CFRPart2'],
  ETH: ['ETHUD', 'OPIOIDUD', '42CFRPart2'],
  ETHUD: [],
  OPIOIDUD: [],
  '42CFRPart2': [],
  HIV: [],
  STD: ['HIV'],
  SDV: [],
  VIO: ['SDV'],
  COGN: [],
  V: [],
};

/** Extension that labels one element of a resource. */
export const INLINE_LABEL =
  'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label';

/** Names of the system of a code, former ones among them; a label without any is meant as one of these. */
const ACT_CODES: ReadonlySet<unknown> = new Set([
  undefined,
  ACT_CODE,
  'http://hl7.org/fhir/v3/ActCode',
  'urn:oid:2.16.840.1.113883.5.4',
]);
const CONFIDENTIALITIES: ReadonlySet<unknown> = new Set([
  undefined,
  CONFIDENTIALITY,
  'http://hl7.org/fhir/v3/Confidentiality',
  'urn:oid:2.16.840.1.113883.5.25',
]);
const VERY_RESTRICTED = 'V';

/** The label that a Coding is; undefined when it hides nothing. */
export function sensitivityOfCoding(coding: unknown): string | undefined {
  const { system, code } = (coding ?? {}) as { system?: unknown; code?: unknown };
  if (typeof code !== 'string' || !Object.hasOwn(sensitivities, code)) return undefined;
  return (code === VERY_RESTRICTED ? CONFIDENTIALITIES : ACT_CODES).has(system) ? code : undefined;
}

/** System that a label is indexed under. */
export const systemOfSensitivity = (label: string): string =>
  label === VERY_RESTRICTED ? CONFIDENTIALITY : ACT_CODE;

const NONE: readonly never[] = [];

/**
 * The security labels of a resource: its own, those of elements in it, and those of resources in it (contained, or entries).
 * @returns Codings as they stand, hiding or not; the same one may come twice
 */
export function securityLabels(resource: object): readonly unknown[] {
  let labels: unknown[] | undefined;
  const open: object[] = [resource];
  for (let node = open.pop(); node; node = open.pop()) {
    if (Array.isArray(node)) {
      for (const item of node) if (typeof item === 'object' && item !== null) open.push(item);
      continue;
    }
    for (const key in node) {
      const value = (node as Record<string, unknown>)[key];
      if (typeof value === 'object' && value !== null) {
        open.push(value);
        if (key === 'meta') labels = withSecurity(labels, value);
      } else if (key === 'url' && value === INLINE_LABEL)
        labels = [...(labels ?? NONE), (node as { valueCoding?: unknown }).valueCoding];
    }
  }
  return labels ?? NONE;
}

function withSecurity(labels: unknown[] | undefined, meta: object): unknown[] | undefined {
  const { security } = meta as { security?: unknown };
  return Array.isArray(security) ? [...(labels ?? NONE), ...security] : labels;
}

/** Whether the stored bytes of a resource may have labels: those that certainly have none need no second look. */
export const mayBeLabelled = (content: string): boolean =>
  content.includes('"security":') || content.includes(INLINE_LABEL);

/** The labels that hide a resource, each once: what a caller must be allowed to see, every one. */
export function sensitivityOf(resource: object): readonly string[] {
  const labels = securityLabels(resource);
  if (!labels.length) return NONE;
  return [...new Set(labels.flatMap((label) => sensitivityOfCoding(label) ?? NONE))];
}
