// Codes of one code system into those of another, by concept maps. https://hl7.org/fhir/R4/conceptmap-operation-translate.html
import type {
  Coding,
  ConceptMap,
  ConceptMapGroup,
  ConceptMapGroupElementTarget,
  Parameters,
  ParametersParameter,
} from '@medplum/fhirtypes';
import type { TranslateRequest } from '../fhir/terminology.ts';
import { canonicalParts } from './sources.ts';
import { codingsOf } from './validate.ts';

type Equivalence = ConceptMapGroupElementTarget['equivalence'];

/** One way to say a code. */
interface Match {
  readonly equivalence: Equivalence;
  readonly concept?: Coding;
  readonly product: readonly { element: string; concept: Coding }[];
  readonly source: string | undefined;
}

/** An equivalence seen from the other side. https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html */
const REVERSED: Readonly<Record<string, Equivalence>> = {
  wider: 'narrower',
  narrower: 'wider',
  subsumes: 'specializes',
  specializes: 'subsumes',
};
const NO_MATCH: ReadonlySet<unknown> = new Set(['unmatched', 'disjoint']);
/** Maps that one map may send on to, one after another. */
const MAX_MAPS = 5;

const coding = (system: string | undefined, code: string | undefined, display?: string): Coding => ({
  ...(system && { system }),
  ...(code && { code }),
  ...(display && { display }),
});
const isSame = (canonical: string | undefined, asked: string | undefined): boolean =>
  asked === undefined || canonicalParts(canonical ?? '').url === canonicalParts(asked).url;

/** Whether a map is between the value sets that are asked for. */
export const isBetween = (
  { sourceUri, sourceCanonical, targetUri, targetCanonical }: ConceptMap,
  { source, target, reverse }: Pick<TranslateRequest, 'source' | 'target' | 'reverse'>,
): boolean => {
  const [from, to] = reverse ? [target, source] : [source, target];
  return isSame(sourceCanonical ?? sourceUri, from) && isSame(targetCanonical ?? targetUri, to);
};

/** Finds a map by its URL, for codes that another does not have. */
export type MapOf = (url: string) => ConceptMap | undefined;

class Translation {
  readonly #request: TranslateRequest;
  readonly #mapOf: MapOf;
  /** Maps that a code was sent on to: each is asked once. */
  readonly #asked = new Set<string>();

  constructor(request: TranslateRequest, mapOf: MapOf) {
    this.#request = request;
    this.#mapOf = mapOf;
  }

  matches(map: ConceptMap, given: Coding, depth = 0): Match[] {
    const one = this.#request.reverse ? this.#backward : this.#forward;
    return (map.group ?? []).flatMap((group) => one.call(this, group, given, map, depth));
  }

  #forward(group: ConceptMapGroup, given: Coding, map: ConceptMap, depth: number): Match[] {
    if (given.system !== undefined && group.source !== undefined && group.source !== given.system) return [];
    const { targetSystem } = this.#request;
    if (targetSystem !== undefined && group.target !== targetSystem) return [];
    const elements = (group.element ?? []).filter(({ code }) => code === given.code);
    if (!elements.length) return this.#unmapped(group, given, map, depth);
    return elements
      .flatMap(({ target = [] }) => target)
      .filter((target) => this.#applies(target))
      .map(({ code, display, equivalence, product = [] }) => ({
        equivalence,
        ...(code && { concept: coding(group.target, code, display) }),
        product: product.map(({ property, system, value, display: words }) => ({
          element: property,
          concept: coding(system, value, words),
        })),
        source: map.url,
      }));
  }

  #backward(group: ConceptMapGroup, given: Coding, map: ConceptMap): Match[] {
    if (given.system !== undefined && group.target !== undefined && group.target !== given.system) return [];
    const { targetSystem } = this.#request;
    if (targetSystem !== undefined && group.source !== targetSystem) return [];
    return (group.element ?? []).flatMap(({ code, display, target = [] }) =>
      target
        .filter((one) => one.code === given.code)
        .map(({ equivalence }) => ({
          equivalence: REVERSED[equivalence!] ?? equivalence,
          concept: coding(group.source, code, display),
          product: [],
          source: map.url,
        })),
    );
  }

  /** Whether what a target depends on was given. */
  #applies({ dependsOn = [] }: ConceptMapGroupElementTarget): boolean {
    const { dependencies = [] } = this.#request;
    return dependsOn.every(({ property, value }) =>
      dependencies.some((given) => given.property === property && given.value === value),
    );
  }

  #unmapped({ unmapped, target }: ConceptMapGroup, given: Coding, map: ConceptMap, depth: number): Match[] {
    if (!unmapped) return [];
    const { mode, code, display, url } = unmapped;
    if (mode === 'other-map') {
      const key = `${url}\n${given.system}\n${given.code}`;
      const other = depth < MAX_MAPS && url && !this.#asked.has(key) ? this.#mapOf(url) : undefined;
      this.#asked.add(key);
      return other ? this.matches(other, given, depth + 1) : [];
    }
    const concept = mode === 'provided' ? coding(target, given.code) : coding(target, code, display);
    return [
      { equivalence: mode === 'provided' ? 'equal' : 'inexact', concept, product: [], source: map.url },
    ];
  }
}

const matchParameter = ({ equivalence, concept, product, source }: Match): ParametersParameter => ({
  name: 'match',
  part: [
    { name: 'equivalence', valueCode: equivalence! },
    ...(concept ? [{ name: 'concept', valueCoding: concept }] : []),
    ...product.map((one) => ({
      name: 'product',
      part: [
        { name: 'element', valueUri: one.element },
        { name: 'concept', valueCoding: one.concept },
      ],
    })),
    ...(source ? [{ name: 'source', valueUri: source }] : []),
  ],
});

/** Translates by all maps that are given. @throws Pending */
export function translate(maps: readonly ConceptMap[], request: TranslateRequest, mapOf: MapOf): Parameters {
  const translation = new Translation(request, mapOf);
  const matches = codingsOf(request).flatMap((given) =>
    maps.flatMap((map) => translation.matches(map, given)),
  );
  const result = matches.some(({ equivalence }) => !NO_MATCH.has(equivalence));
  const message = maps.length
    ? 'No concept map that was looked at has a match for the code.'
    : 'There is no concept map between these on this server. Give one by url, or store it.';
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'result', valueBoolean: result },
      ...(result ? [] : [{ name: 'message', valueString: message }]),
      ...matches.map(matchParameter),
    ],
  };
}
