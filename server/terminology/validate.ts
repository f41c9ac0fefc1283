// Whether a code is one of a value set, or of a code system, and whether its display is right.
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html · https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
import type { Coding, Parameters, ParametersParameter, ValueSet } from '@medplum/fhirtypes';
import { badRequest } from '../fhir/errors.ts';
import type { GivenCode, ValidateInCodeSystem, ValidateInValueSet } from '../fhir/terminology.ts';
import { Composition, type Member, nameOf } from './composition.ts';
import { type Concept, type Content, isAbstract } from './content.ts';
import { designationsOf, displayOf } from './display.ts';
import { ShapeContent } from './external.ts';
import type { Sources } from './sources.ts';

/** What is said of one coding. */
interface Verdict {
  readonly result: boolean;
  readonly message?: string;
  readonly display?: string;
  /** Told where the caller did not give it. */
  readonly system?: string;
}

const MAX_CODINGS = 100;

function checkedCount(codings: Coding[]): Coding[] {
  if (codings.length <= MAX_CODINGS) return codings;
  throw badRequest(`The concept has ${codings.length} codings. Give at most ${MAX_CODINGS}.`);
}

/** The codings that are asked about. @throws FhirError 400 when there is none, or more than one form of it */
export function codingsOf({ code, system, version, display, coding, codeableConcept }: GivenCode): Coding[] {
  const forms = [code !== undefined, coding !== undefined, codeableConcept !== undefined];
  if (forms.filter(Boolean).length !== 1)
    throw badRequest('Give the code in one form: code (with system), coding, or codeableConcept.');
  if (coding) return [coding];
  if (codeableConcept) return checkedCount(codeableConcept.coding ?? []);
  return [
    { code: code!, ...(system && { system }), ...(version && { version }), ...(display && { display }) },
  ];
}

const answer = ({ result, message, display, system }: Verdict): Parameters => {
  const parameter: ParametersParameter[] = [{ name: 'result', valueBoolean: result }];
  if (message) parameter.push({ name: 'message', valueString: message });
  if (display !== undefined) parameter.push({ name: 'display', valueString: display });
  if (system) parameter.push({ name: 'system', valueUri: system });
  return { resourceType: 'Parameters', parameter };
};

/** The verdict on several codings: the first that holds, or all that is wrong. */
function together(verdicts: readonly Verdict[]): Verdict {
  const good = verdicts.find(({ result }) => result);
  if (good) return good;
  if (!verdicts.length) return { result: false, message: 'The concept has no coding that could be checked.' };
  const display = verdicts.find((one) => one.display !== undefined)?.display;
  return {
    result: false,
    message: verdicts.map(({ message }) => message).join(' '),
    ...(display !== undefined && { display }),
  };
}

const sameWords = (a: string, b: string): boolean =>
  a.trim().replace(/\s+/g, ' ').toLowerCase() === b.trim().replace(/\s+/g, ' ').toLowerCase();

/** The verdict on a code that is there: its display may be wrong, or it may be one that only groups others. */
function judged(
  coding: Coding,
  concept: Concept | undefined,
  content: Content | undefined,
  { abstract, displayLanguage }: { abstract?: boolean; displayLanguage?: string },
  member?: Member,
): Verdict {
  const { code, display: given } = coding;
  const display = content && displayOf(concept, content, displayLanguage, member);
  const told = display === undefined ? {} : { display };
  if (abstract === false && concept && isAbstract(concept))
    return { result: false, message: `The code ${code} only groups others. Use one below it.`, ...told };
  if (content instanceof ShapeContent)
    return {
      result: true,
      message: `Only the shape of the code was checked: the content of ${content.shape.name} is not on this server.`,
      ...told,
    };
  const right = [
    display,
    concept?.display,
    member?.listed?.display,
    ...designationsOf(concept, member).map(({ value }) => value),
  ].filter((one) => one !== undefined);
  if (given !== undefined && right.length && !right.some((one) => sameWords(one, given)))
    return { result: false, message: `The display "${given}" is incorrect: it is "${display}".`, ...told };
  return { result: true, ...told };
}

/** Why a code is not in a value set, as far as its code system tells. */
function whyNot({ system = '', code }: Coding, content: Content | undefined): string | undefined {
  if (content instanceof ShapeContent && !content.concept(code!)) return content.shape.sentence;
  if (!content?.isListed || content.concept(code!)) return undefined;
  if (content.isComplete) return `There is no code ${code} in ${system}.`;
  return `Only a part of ${system} is on this server, and ${code} is not in it.`;
}

/** Whether codes are of a value set. @throws FhirError; Pending */
export function validateInValueSet(
  valueSet: ValueSet,
  request: Omit<ValidateInValueSet, 'valueSet'>,
  sources: Sources,
): Parameters {
  const composition = new Composition(sources);
  const { inferSystem } = request;
  const verdicts = codingsOf(request).map((coding): Verdict => {
    const { system, code, version } = coding;
    if (code === undefined) return { result: false, message: 'A coding has no code. Give its code.' };
    if (system === undefined && !inferSystem)
      throw badRequest(`The code ${code} has no system. Give its system, or inferSystem=true.`);
    const member = composition.find(valueSet, system, code);
    const content =
      system === undefined && !member
        ? undefined
        : sources.content(member?.system ?? system!, version ?? member?.version);
    content?.load([code]);
    if (!member) {
      const of = system ? `${system}|${code}` : code;
      const sentences = [
        `The code ${of} is not in the value set ${nameOf(valueSet)}.`,
        whyNot(coding, content),
      ];
      return { result: false, message: sentences.filter(Boolean).join(' ') };
    }
    if (version && !content)
      return { result: false, message: `Version ${version} of ${system} is not on this server.` };
    const verdict = judged(coding, content?.concept(code), content, request, member);
    return system === undefined ? { ...verdict, system: member.system } : verdict;
  });
  return answer(together(verdicts));
}

/** Whether codes are of a code system. @param contentOf the code system, in the version of a coding or any */
export function validateInCodeSystem(
  request: Omit<ValidateInCodeSystem, 'codeSystem'>,
  contentOf: (version: string | undefined) => Content,
): Parameters {
  const verdicts = codingsOf(request).map((coding): Verdict => {
    const { system, version, code } = coding;
    if (code === undefined) return { result: false, message: 'A coding has no code. Give its code.' };
    const content = contentOf(version ?? request.version);
    const { url } = content.header;
    if (system !== undefined && system !== url)
      return { result: false, message: `The code ${code} is of ${system}, not of ${url}.` };
    content.load([code]);
    const concept = content.concept(code);
    if (!concept && content instanceof ShapeContent)
      return { result: false, message: content.shape.sentence };
    if (!concept) return { result: false, message: `There is no code ${code} in ${url}.` };
    return judged(coding, concept, content, request);
  });
  return answer(together(verdicts));
}
