// Which field of a form an issue is about, whoever found it: the app's own check, or the server.
// https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';

/** The fields of rules that are about a whole resource. */
const FIELDS: Readonly<Record<string, string>> = {
  'cn-t-1': 'Task.statusReason',
  'cn-t-3': 'Task.owner',
  'cn-t-7': 'Task.output',
  'cn-lc-2': 'Task.output.valueReference',
  'cn-ho-1': 'DocumentReference.content',
  'cn-ho-2': 'Task.owner',
};

/** An element of a resource, or of one in the transaction that the resources were sent in. */
const EXPRESSION = /^(?:Bundle\.entry\[(\d+)\]\.resource|(\w+))\.(\w+)/;
/** Elements that hold what somebody wrote. */
const WORDS = /\.(text|description)$/;

export const isError = ({ severity }: OperationOutcomeIssue): boolean =>
  severity === 'error' || severity === 'fatal';

/** The element of a resource that a field asks for, which is the field's name: `Task.note`. @param sent what was sent, in its order */
export function fieldOf(issue: OperationOutcomeIssue, sent: readonly Resource[] = []): string | undefined {
  const rule = issue.details?.coding?.[0]?.code;
  if (rule !== undefined && Object.hasOwn(FIELDS, rule)) return FIELDS[rule];
  const [, entry, type, element] = EXPRESSION.exec(issue.expression?.[0] ?? '') ?? [];
  const owner = entry === undefined ? type : sent[Number(entry)]?.resourceType;
  return owner && `${owner}.${element}`;
}

/** What plain words are kept under: the rule that was broken, or `text` for words that no record keeps. */
export function wordsFor({ code, details, expression }: OperationOutcomeIssue): string | undefined {
  if (code === 'value' && WORDS.test(expression?.[0] ?? '')) return 'text';
  return details?.coding?.[0]?.code;
}
