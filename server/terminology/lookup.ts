// What a code system says of a code, and how two of its codes stand to each other.
// https://hl7.org/fhir/R4/codesystem-operation-lookup.html · https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { notFound } from '../fhir/errors.ts';
import type { LookupRequest, SubsumesRequest } from '../fhir/terminology.ts';
import { type Concept, type Content, PARENTS } from './content.ts';
import { displayOf } from './display.ts';

/** Links in the hierarchy, told as properties under these names. */
const LINKS = new Set([...PARENTS, 'child']);

const property = (code: string, ...parts: ParametersParameter[]): ParametersParameter => ({
  name: 'property',
  part: [{ name: 'code', valueCode: code }, ...parts],
});

function known(content: Content, code: string): Concept {
  content.load([code]);
  const concept = content.concept(code);
  if (!concept) throw notFound(`There is no code ${code} in ${content.header.url}. Check its spelling.`);
  return concept;
}

function propertiesOf(concept: Concept, content: Content): ParametersParameter[] {
  const { code, definition, property: own = [] } = concept;
  const link = (name: string) => (other: string) => {
    const display = content.concept(other)?.display;
    return property(
      name,
      { name: 'value', valueCode: other },
      ...(display ? [{ name: 'description', valueString: display }] : []),
    );
  };
  const [parents, children] = [content.parents(code!), content.children(code!)];
  content.load([...parents, ...children]);
  return [
    ...(definition === undefined ? [] : [property('definition', { name: 'value', valueString: definition })]),
    ...parents.map(link('parent')),
    ...children.map(link('child')),
    ...own
      .filter((one) => !LINKS.has(one.code ?? ''))
      .map(({ code: name, ...value }) => property(name!, { name: 'value', ...(value as object) })),
  ];
}

/** @throws FhirError 404 for a code that is not there; Pending */
export function lookup(
  content: Content,
  { code, property: asked, displayLanguage }: LookupRequest,
): Parameters {
  const concept = known(content, code);
  const { header } = content;
  const isAsked = (name: string): boolean => !asked?.length || asked.includes('*') || asked.includes(name);
  const designations = (concept.designation ?? []).filter(
    ({ language }) => isAsked('designation') || (language && asked!.includes(`lang.${language}`)),
  );
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'name', valueString: header.title ?? header.name ?? header.url },
      ...(header.version ? [{ name: 'version', valueString: header.version }] : []),
      { name: 'display', valueString: displayOf(concept, content, displayLanguage) ?? code },
      ...designations.map(({ language, use, value }) => ({
        name: 'designation',
        part: [
          ...(language ? [{ name: 'language', valueCode: language }] : []),
          ...(use ? [{ name: 'use', valueCoding: use }] : []),
          { name: 'value', valueString: value! },
        ],
      })),
      ...propertiesOf(concept, content).filter(({ part }) => isAsked(part![0]!.valueCode!)),
    ],
  };
}

/** @throws FhirError 404 for codes that are not there; Pending */
export function subsumes(
  content: Content,
  { codeA, codeB }: Omit<SubsumesRequest, 'codeSystem'>,
): Parameters {
  const [a, b] = [known(content, codeA).code!, known(content, codeB).code!];
  const outcome =
    a === b
      ? 'equivalent'
      : content.ancestors(b).includes(a)
        ? 'subsumes'
        : content.ancestors(a).includes(b)
          ? 'subsumed-by'
          : 'not-subsumed';
  return { resourceType: 'Parameters', parameter: [{ name: 'outcome', valueCode: outcome }] };
}
