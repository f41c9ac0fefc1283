// The element table answers as the R4 definitions say. https://hl7.org/fhir/R4/resourcelist.html
import t from 'tap';
import {
  childType,
  choiceName,
  elementOf,
  isA,
  isPrimitive,
  propertiesOf,
  resourceTypes,
  typeOf,
} from '../../fhir/elements.ts';

t.test('an element has its types, cardinality, targets, required binding and place in the summary', (t) => {
  t.same(elementOf('Task', 'status'), {
    types: ['code'],
    min: 1,
    required: 'http://hl7.org/fhir/ValueSet/task-status',
    summary: 1,
  });
  t.same(elementOf('Task', 'partOf'), { types: ['Reference'], array: 1, targets: ['Task'], summary: 1 });
  t.equal(elementOf('Task', 'note')?.summary, undefined, 'not in the summary');
  t.equal(elementOf('Observation', 'value')?.choice, 1);
  t.equal(elementOf('Age', 'value')?.types[0], 'decimal', 'inherited from Quantity');
  t.equal(elementOf('Task', 'nothing'), undefined);
  t.equal(elementOf('Task', 'constructor'), undefined);
  t.equal(elementOf('Nothing', 'status'), undefined);
  t.end();
});

t.test('a child has one type, or none when it is a choice', (t) => {
  t.equal(childType('Task', 'input'), 'Task.input');
  t.equal(childType('Questionnaire.item', 'item'), 'Questionnaire.item');
  t.equal(childType('Task', 'code'), 'CodeableConcept');
  t.equal(childType('Observation', 'value'), undefined);
  t.end();
});

t.test('JSON properties name the element and the type that they carry', (t) => {
  t.equal(choiceName('value', 'dateTime'), 'valueDateTime');
  const properties = propertiesOf('Observation');
  t.match(properties.get('valueCodeableConcept'), { name: 'value', type: 'CodeableConcept' });
  t.match(properties.get('status'), { name: 'status', type: 'code' });
  t.equal(properties.get('value'), undefined);
  t.equal(properties.get('valueReference'), undefined);
  t.equal(propertiesOf('Observation'), properties, 'made once');
  t.equal(propertiesOf('Nothing').size, 0);
  t.end();
});

t.test('types specialise others', (t) => {
  t.ok(isA('Task', 'DomainResource'));
  t.ok(isA('Task', 'Resource'));
  t.notOk(isA('Bundle', 'DomainResource'));
  t.ok(isA('code', 'string'));
  t.ok(isA('Age', 'Quantity'));
  t.notOk(isA('string', 'code'));
  t.ok(isPrimitive('code'));
  t.notOk(isPrimitive('Coding'));
  t.equal(typeOf('Task.input')?.kind, 'backbone');
  t.end();
});

t.test('resource types are the concrete ones', (t) => {
  t.ok(resourceTypes.has('Task') && resourceTypes.has('Parameters') && resourceTypes.has('Binary'));
  for (const name of ['Resource', 'DomainResource', 'MetadataResource', 'Period', 'Task.input']) {
    t.notOk(resourceTypes.has(name), name);
  }
  t.end();
});
