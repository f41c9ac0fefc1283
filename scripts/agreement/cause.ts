// Why two validators disagree: classes of what one of them says and the other does not, each with its reason.
// https://hl7.org/fhir/R4/validation.html
import { errorsOf } from './case.ts';
import { type Result, verdictOf } from './run.ts';

/** A class of disagreement. Where a part is absent it is not asked. */
interface Cause {
  readonly reason: string;
  /** Who finds an error. */
  readonly side: 'ours' | 'theirs';
  /** Names of the sets. */
  readonly set?: RegExp;
  /** Names of the cases. */
  readonly name?: RegExp;
  /** What is said. */
  readonly text?: RegExp;
}

const EXAMPLES = /^R4 examples$/;
const TARGETS = 'the example refers to a type that the element does not allow';
const MISSING = 'the example lacks a required element';
const EMPTY = 'the narrative of the example holds no text (txt-2)';
const SYNTAX = 'an id of the example is longer than 64 characters, or a reference to it';
const INVARIANT = 'the example breaks an invariant of R4';

const FULL_URL = 'the fullUrl of an entry does not end in the type and id of its resource';
const PART = 'a part of an extension that its definition does not have';

const DISPLAY = 'the display of a code, which only a terminology server can judge';
const UNKNOWN = 'an unknown extension or profile: an error there, information here (R4 lets it be ignored)';
const QUESTIONNAIRE = 'a QuestionnaireResponse against its Questionnaire';
const MEASURE = 'a Measure or MeasureReport against its library or measure';
const OPTION =
  'an option of the other validator that is no rule of R4 (example URLs, HTML in text, links in narratives)';
const DEFINITIONS = 'a StructureDefinition, SearchParameter or CapabilityStatement against what it builds on';
const SEARCH = 'a Bundle against the search that made it';
const ELSEWHERE = 'a resource elsewhere, which the test lets the other validator fetch';
const SIZE = 'the stated size of an attachment';
const LATER =
  'a rule of R5 or of HL7 tools (values that must be there, additional bindings, sections of narratives)';
const GLOBAL = 'a profile that an ImplementationGuide makes global';
const VITAL_SIGNS =
  'a vital sign against the profile that R4 has for its LOINC code, which is not applied without a claim';
const NO_BASE =
  'a relative reference from an entry whose fullUrl is a URN: the other validator looks for the id alone';
const NO_FULL_URL = 'an entry without a fullUrl';
const NARRATIVE_LINK = 'a contained resource that only the narrative refers to (dom-3 does not count it)';
const MANIFEST = 'an outcome that the manifest tells of another resource';
const CLOSER =
  'the type that a reference names, which the other validator leaves unchecked when it cannot fetch the target';
const TOLERATED = 'what an option of the test lets the other validator pass, or what it only warns of';
const UNREAD =
  'what extensions of R4 say inside a profile and we do not read (elementdefinition-profile-element, minLength)';
const TYPE_OF_ANSWER =
  'an answer of another type than its item, which the other validator leaves unchecked where the item has no options';
const PRECISION = 'a period whose start and end are given to different precision (a day, and an hour of it)';
const UNITS = 'bounds of a quantity in another unit';

/** In the order in which they are tried. */
const CAUSES: readonly Cause[] = [
  { reason: TARGETS, side: 'ours', set: EXAMPLES, text: /may not point at/ },
  { reason: MISSING, side: 'ours', set: EXAMPLES, text: /is required/ },
  { reason: EMPTY, side: 'ours', set: EXAMPLES, text: /\.div is empty/ },
  { reason: SYNTAX, side: 'ours', set: EXAMPLES, text: /must be an id|must be Type\/id/ },
  { reason: INVARIANT, side: 'ours', set: EXAMPLES, text: /baseDefinition|FullUrl must be unique/ },
  { reason: FULL_URL, side: 'ours', text: /fullUrl must end with/ },
  { reason: PART, side: 'ours', set: EXAMPLES, text: /glstring does not define/ },
  { reason: DISPLAY, side: 'theirs', text: /Wrong Display Name/ },
  { reason: DISPLAY, side: 'theirs', name: /\/mixed-valueset-dr/, text: /^None of the codings/ },
  {
    reason: UNKNOWN,
    side: 'theirs',
    text: /could not be found so is not allowed|^Unknown profile|^Unable to resolve the profile|expected one of \(\[\]\)/,
  },
  { reason: QUESTIONNAIRE, side: 'theirs', name: /^questionnaire\// },
  { reason: MEASURE, side: 'theirs', name: /^measure\// },
  { reason: OPTION, side: 'theirs', text: /^Example URLs|embedded HTML tag|^Hyperlink / },
  {
    reason: DEFINITIONS,
    side: 'theirs',
    name: /^(?:api|sd)\//,
  },
  {
    reason: DEFINITIONS,
    side: 'theirs',
    text: /redefine the slicing|^The discriminator path|in Obligation profiles/,
  },
  {
    reason: SEARCH,
    side: 'theirs',
    text: /^The link relationship type|^Search results must|for the specified search|^This is not an OperationOutcome/,
  },
  { reason: ELSEWHERE, side: 'theirs', text: /^Unable to find a profile match|^Unable to resolve resource/ },
  { reason: SIZE, side: 'theirs', text: /^(?:Stated )?Attachment [Ss]ize/ },
  {
    reason: LATER,
    side: 'theirs',
    text: /requires that |additional binding|^The xhtml |requires a section in the narrative/,
  },
  { reason: LATER, side: 'theirs', name: /valueduration-fail/ },
  { reason: UNITS, side: 'theirs', text: /after UCUM conversion/ },
  { reason: VITAL_SIGNS, side: 'theirs', text: /magic LOINC code|ucum-vitals-common/ },
  { reason: NO_BASE, side: 'theirs', text: /^Matching reference for reference/ },
  { reason: NO_FULL_URL, side: 'theirs', text: /each entry in a Bundle must have a fullUrl/ },
  { reason: NARRATIVE_LINK, side: 'ours', name: /\/binary-ref-internal$/ },
  { reason: GLOBAL, side: 'theirs', name: /\/patient-ig-bad$/ },
  { reason: MANIFEST, side: 'theirs', name: /\/ext-derived-circle$/ },
  { reason: UNREAD, side: 'theirs', name: /\/document-bad-|\/patient-min-length/ },
  { reason: PRECISION, side: 'theirs', name: /\/encounter-period$/ },
  { reason: TYPE_OF_ANSWER, side: 'ours', name: /\/choice-invalid-type-qr$/ },
  { reason: CLOSER, side: 'ours', name: /\/type-ref-unchecked/ },
  { reason: TOLERATED, side: 'ours', name: /\/(?:list-bad-reference|contained-resource-bad-id-ignore)$/ },
];

export const UNEXPLAINED = 'not explained';

/** Why a result disagrees: the cause of the first that one side says, if each that it says has one. */
export function causeOf(result: Result): string {
  const side = verdictOf(result) === 'more' ? 'ours' : 'theirs';
  const issues = side === 'ours' ? errorsOf(result.issues) : result.case.expected.issues;
  const said = issues.map(({ details, diagnostics }) => details?.text ?? diagnostics ?? '');
  // A case may tell the number of errors alone.
  const reasons = (said.length ? said : ['']).map((words) => {
    const isCause = (cause: Cause) =>
      cause.side === side &&
      (cause.set?.test(result.set) ?? true) &&
      (cause.name?.test(result.case.name) ?? true) &&
      (cause.text?.test(words) ?? true);
    return CAUSES.find(isCause)?.reason;
  });
  return (!reasons.includes(undefined) && reasons[0]) || UNEXPLAINED;
}
