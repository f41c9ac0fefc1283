// What R4's invariants mean where their published expression does not say it: corrected expressions, what another layer
// checks, and what never applies. Each with the reason. https://hl7.org/fhir/R4/conformance-rules.html#constraints

/** Keys of constraints that the structure of a resource is already checked for. */
export const CHECKED_BY_STRUCTURE: ReadonlySet<string> = new Set([
  'ele-1',
  'ext-1',
  'dom-2',
  'ref-1',
  'txt-1',
  'txt-2',
]);

/** Keys of constraints that are not said, with the reason. */
export const NOT_SAID: Readonly<Record<string, string>> = {
  'dom-6':
    'A narrative is a recommendation of best practice. HL7’s validator lets a setting decide whether it says so; a server would say it of nearly every resource that it gets, and drown what must be corrected.',
  'cid-0': 'ChargeItemDefinition has no name in R4, so that the expression is never false.',
  'ppc-2': 'The expression looks for the code system "something", which no resource names.',
  'ppc-3': 'As ppc-2.',
  'ppc-4': 'As ppc-2.',
  'ppc-5': 'As ppc-2.',
};

/** A corrected expression. */
export interface Correction {
  readonly expression: string;
  readonly why: string;
}

/** The expression that all canonical resources share for their name, in the form that looks at the whole name. */
const NAME = "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')";
const WHOLE_NAME: Correction = {
  expression: "name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')",
  why: 'matches() finds a part of the text: the whole name has to be an identifier.',
};

const PATH_NAME = `[^\\\\s\\\\.,:;\\\\\\'"\\\\/|?!@#$%&*()\\\\[\\\\]{}]{1,64}`;
const unknownIsFalse =
  'Where the element is absent the expression is empty, and empty violates nothing here.';

/** tst-7, tst-8 and tst-9: the same of an operation, wherever it stands in a TestScript. */
const OPERATION: Correction = {
  expression:
    "sourceId.exists() or (targetId.count() + url.count() + params.count() = 1) or (type.code.exists() and type.code in ('capabilities' | 'search' | 'transaction' | 'history'))",
  why: unknownIsFalse,
};

/** Corrected expressions by key. */
const CORRECTIONS: Readonly<Record<string, Correction>> = {
  'con-3': {
    expression:
      "clinicalStatus.exists() or verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-ver-status' and code = 'entered-in-error').exists() or category.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-category' and code='problem-list-item').empty()",
    why: 'The published expression compares a CodeableConcept with a string: it asks a status of every category.',
  },
  'ctm-1': {
    expression: 'onBehalfOf.exists() implies (member.resolve() is Practitioner)',
    why: 'The type of the member is told by the text of the reference, whether or not its target is at hand.',
  },
  'eld-3': {
    expression: "$this.matches('^([*]|[0-9]+)$')",
    why: 'toInteger() of what is no number is empty, and empty violates nothing here.',
  },
  'eld-11': {
    expression:
      "binding.empty() or type.code.empty() or type.where(code in ('code' | 'Coding' | 'CodeableConcept' | 'Quantity' | 'string' | 'uri')).exists()",
    why: 'select() gives a Boolean for each type, and a false one exists too.',
  },
  'eld-19': {
    expression: `path.matches('^${PATH_NAME}(\\\\.${PATH_NAME}(\\\\[x\\\\])?(\\\\:[^\\\\s\\\\.]+)?)*$')`,
    why: 'matches() finds a part of the text: the whole path has to be made of such names.',
  },
  'eld-20': {
    expression: "path.matches('^[A-Za-z][A-Za-z0-9]*(\\\\.[a-z][A-Za-z0-9]*(\\\\[x])?)*$')",
    why: 'As eld-19.',
  },
  'md-1': { expression: "max.matches('^([*]|0*[1-9][0-9]*)$')", why: 'As eld-3.' },
  'opd-2': {
    expression: "searchType.exists() implies (type.exists() and type = 'string')",
    why: unknownIsFalse,
  },
  'opd-3': {
    expression:
      "targetProfile.exists() implies (type.exists() and (type = 'Reference' or type = 'canonical'))",
    why: unknownIsFalse,
  },
  'que-7': {
    expression: "operator = 'exists' implies (answer is boolean)",
    why: 'Boolean is a type of FHIRPath; the answer is a boolean of FHIR.',
  },
  'que-12': {
    expression: 'enableWhen.count() > 1 implies enableBehavior.exists()',
    why: 'More than one is two: the published expression lets two pass.',
  },
  'que-13': {
    expression: '(repeats.exists() and repeats = true) or initial.count() <= 1',
    why: unknownIsFalse,
  },
  'sdf-1': {
    expression:
      "(derivation.exists() and derivation = 'constraint') or snapshot.element.select(path).isDistinct()",
    why: unknownIsFalse,
  },
  'sdf-5': {
    expression:
      "type != 'Extension' or (derivation.exists() and derivation = 'specialization') or (context.exists())",
    why: unknownIsFalse,
  },
  'sdf-21': {
    expression:
      "differential.element.defaultValue.exists() implies (derivation.exists() and derivation = 'specialization')",
    why: unknownIsFalse,
  },
  'tim-9': {
    expression: "offset.empty() or (when.exists() and when.all(($this in ('C' | 'CM' | 'CD' | 'CV')).not()))",
    why: 'when repeats, and `in` takes one item.',
  },
  'tst-7': OPERATION,
  'tst-8': OPERATION,
  'tst-9': OPERATION,
  'vsd-9': { expression: 'code.exists() or (abstract.exists() and abstract = true)', why: unknownIsFalse },
};

/** The correction of a constraint, by its key and published expression; undefined where it says what it means. */
export const correctionOf = (key: string, expression: string): Correction | undefined =>
  expression === NAME ? WHOLE_NAME : Object.hasOwn(CORRECTIONS, key) ? CORRECTIONS[key] : undefined;
