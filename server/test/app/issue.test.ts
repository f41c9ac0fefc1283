// Issues reach the field of the form that they are about, from the app's own check and from the server's answer alike.
// https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
import type { Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { fieldOf, wordsFor } from '../../../smart-app/fhir/issue.ts';
import { issue } from '../../fhir/errors.ts';

const sent = [{ resourceType: 'DocumentReference' }, { resourceType: 'Task' }] as Resource[];

t.test('an expression names the field, whatever follows its element', async (t) => {
  const cases: [expression: string | undefined, field: string | undefined][] = [
    ['Task.statusReason', 'Task.statusReason'],
    ['Task.note[2].text', 'Task.note'],
    ['Task.output[0].value.coding[1].code', 'Task.output'],
    ['DocumentReference.content[0].attachment.data', 'DocumentReference.content'],
    ['Bundle.entry[0].resource.content[0].attachment', 'DocumentReference.content'],
    ['Bundle.entry[1].resource.owner', 'Task.owner'],
    ['Bundle.entry[7].resource.owner', undefined],
    ['Task', undefined],
    [undefined, undefined],
  ];
  for (const [expression, field] of cases)
    t.equal(fieldOf(issue('value', 'Wrong.', expression), sent), field, String(expression));
});

t.test('a rule about a whole task names the field that puts it right', async (t) => {
  t.equal(fieldOf(issue('invariant', 'Say why.', 'Task', 'cn-t-1')), 'Task.statusReason');
  t.equal(fieldOf(issue('invariant', 'Two.', 'Bundle.entry[1].resource', 'cn-ho-2'), sent), 'Task.owner');
  t.equal(fieldOf(issue('invariant', 'One code.', 'Task', 'cn-t-5')), undefined);
  t.equal(fieldOf(issue('invariant', 'No.', 'Task', 'toString')), undefined);
});

t.test('words that no record keeps are told as such, all else by its rule', async (t) => {
  t.equal(wordsFor(issue('value', 'No.', 'Task.note[0].text')), 'text');
  t.equal(wordsFor(issue('value', 'No.', 'Task.statusReason.text')), 'text');
  t.equal(wordsFor(issue('value', 'No.', 'Task.authoredOn')), undefined);
  t.equal(wordsFor(issue('invariant', 'No.', 'Task', 'cn-t-1')), 'cn-t-1');
});
