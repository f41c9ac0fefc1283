// For many invariants of R4 on definitions, terminology and bundles: what keeps each one, what breaks it, and where.
// https://hl7.org/fhir/R4/resourcelist.html
import type { Json } from '../../../validation/run.ts';
import type { Example } from './examples.ts';

const extension = (value: Json) => ({ extension: [{ url: 'http://x.example/e', ...value }] });
const item = (more: Json) => ({ item: [{ linkId: '1', type: 'string', ...more }] });
const bundle = (type: string, ...entry: Json[]) => ({ type, entry });
const put = { request: { method: 'PUT', url: 'Patient/1' } };
const element = (more: Json) => ({
  differential: { element: [{ id: 'Task', path: 'Task', ...more }] },
  ...DERIVED,
});
const DERIVED = {
  kind: 'resource',
  type: 'Task',
  baseDefinition: 'x',
  derivation: 'constraint',
  abstract: false,
};
const whole = { path: 'Task', id: 'Task', definition: 'x', min: 0, max: '*', base: { path: 'Task' } };
const ELEMENT = 'StructureDefinition.differential.element[0]';
const setup = (more: Json) => ({ setup: { action: [more] } });
const operation = (more: Json) => setup({ operation: more });
const check = (more: Json) => setup({ assert: more });

/** By key of the invariant. */
export const CONFORMANCE: Readonly<Record<string, Example>> = {
  'adf-0': ['ActivityDefinition', { name: 'Walk_1' }, { name: 'Walk 1' }],
  'bdl-1': ['Bundle', { type: 'searchset', total: 1 }, { type: 'collection', total: 1 }],
  'bdl-2': [
    'Bundle',
    bundle('searchset', { ...put, search: {} }),
    bundle('collection', { resource: {}, search: {} }),
  ],
  'bdl-3': ['Bundle', bundle('batch', put), bundle('collection', put)],
  'bdl-4': [
    'Bundle',
    bundle('batch-response', { response: { status: '200' } }),
    bundle('batch-response', put),
  ],
  'bdl-5': ['Bundle', bundle('batch', put), bundle('collection', { fullUrl: 'urn:x' }), 'Bundle.entry[0]'],
  'bdl-7': [
    'Bundle',
    bundle('collection', { fullUrl: 'urn:a', resource: {} }, { fullUrl: 'urn:b', resource: {} }),
    bundle('collection', { fullUrl: 'urn:a', resource: {} }, { fullUrl: 'urn:a', resource: {} }),
  ],
  'bdl-8': [
    'Bundle',
    bundle('collection', { resource: {} }),
    bundle('collection', { fullUrl: 'http://x.example/Patient/1/_history/2', resource: {} }),
    'Bundle.entry[0]',
  ],
  'bdl-9': [
    'Bundle',
    { type: 'document', identifier: { system: 'urn:x', value: '1' }, timestamp: '2026-01-05T10:00:00Z' },
    { type: 'document', timestamp: '2026-01-05T10:00:00Z', identifier: { value: '1' } },
  ],
  'bdl-10': ['Bundle', { type: 'document', timestamp: '2026-01-05T10:00:00Z' }, { type: 'document' }],
  'bdl-11': [
    'Bundle',
    bundle(
      'document',
      { resource: { resourceType: 'Composition' } },
      { resource: { resourceType: 'Patient' } },
    ),
    bundle(
      'document',
      { resource: { resourceType: 'Patient' } },
      { resource: { resourceType: 'Composition' } },
    ),
  ],
  'bdl-12': [
    'Bundle',
    bundle('message', { resource: { resourceType: 'MessageHeader' } }),
    bundle('message', { resource: { resourceType: 'Patient' } }),
  ],
  'cmd-1': [
    'ConceptMap',
    { group: [{ element: [{ target: [{ equivalence: 'narrower', comment: 'x' }] }] }] },
    { group: [{ element: [{ target: [{ equivalence: 'narrower' }] }] }] },
    'ConceptMap.group[0].element[0].target[0]',
  ],
  'cmd-2': [
    'ConceptMap',
    { group: [{ unmapped: { mode: 'fixed', code: 'a' } }] },
    { group: [{ unmapped: { mode: 'fixed' } }] },
    'ConceptMap.group[0].unmapped',
  ],
  'cpb-1': ['CapabilityStatement', { rest: [{ mode: 'server' }] }, { kind: 'requirements' }],
  'cpb-9': [
    'CapabilityStatement',
    { rest: [{ resource: [{ type: 'Patient' }, { type: 'Task' }] }] },
    { rest: [{ resource: [{ type: 'Patient' }, { type: 'Patient' }] }] },
    'CapabilityStatement.rest[0]',
  ],
  'drq-1': [
    'Library',
    { dataRequirement: [{ codeFilter: [{ path: 'code' }] }] },
    { dataRequirement: [{ codeFilter: [{ path: 'code', searchParam: 'code' }] }] },
    'Library.dataRequirement[0].codeFilter[0]',
  ],
  'eld-1': [
    'StructureDefinition',
    element({ slicing: { description: 'x' } }),
    element({ slicing: { rules: 'open' } }),
    `${ELEMENT}.slicing`,
  ],
  'eld-3': ['StructureDefinition', element({ max: '3' }), element({ max: 'many' }), `${ELEMENT}.max`],
  'eld-7': [
    'StructureDefinition',
    element({ patternString: 'a', type: [{ code: 'string' }] }),
    element({ patternString: 'a', type: [{ code: 'string' }, { code: 'code' }] }),
    ELEMENT,
  ],
  'eld-8': [
    'StructureDefinition',
    element({ fixedCode: 'a' }),
    element({ fixedCode: 'a', patternCode: 'a' }),
    ELEMENT,
  ],
  'eld-11': [
    'StructureDefinition',
    element({ binding: { strength: 'required' }, type: [{ code: 'Coding' }] }),
    element({ binding: { strength: 'required' }, type: [{ code: 'Period' }] }),
    ELEMENT,
  ],
  'eld-12': [
    'StructureDefinition',
    element({ binding: { valueSet: 'http://x.example/vs' } }),
    element({ binding: { valueSet: 'vs' } }),
    `${ELEMENT}.binding`,
  ],
  'eld-13': [
    'StructureDefinition',
    element({ type: [{ code: 'string' }, { code: 'code' }] }),
    element({ type: [{ code: 'string' }, { code: 'string' }] }),
    ELEMENT,
  ],
  'eld-16': ['StructureDefinition', element({ sliceName: 'a/b' }), element({ sliceName: 'a b' }), ELEMENT],
  'eld-18': ['StructureDefinition', element({ isModifier: false }), element({ isModifier: true }), ELEMENT],
  'eld-19': ['StructureDefinition', element({}), element({ path: 'Task.a b' }), ELEMENT],
  'eld-20': [
    'StructureDefinition',
    element({ path: 'Task.value[x]' }),
    element({ path: 'Task.Value' }),
    ELEMENT,
  ],
  'eld-22': [
    'StructureDefinition',
    element({ sliceIsConstraining: true, sliceName: 'a' }),
    element({ sliceIsConstraining: true }),
    ELEMENT,
  ],
  'md-1': [
    'MessageDefinition',
    { focus: [{ max: '*' }] },
    { focus: [{ max: '0' }] },
    'MessageDefinition.focus[0]',
  ],
  'nsd-1': [
    'NamingSystem',
    { kind: 'root', uniqueId: [{ type: 'oid' }] },
    { kind: 'root', uniqueId: [{ type: 'uuid' }] },
  ],
  'opd-1': [
    'OperationDefinition',
    { parameter: [{ type: 'string' }] },
    { parameter: [{ name: 'x' }] },
    'OperationDefinition.parameter[0]',
  ],
  'opd-2': [
    'OperationDefinition',
    { parameter: [{ type: 'string', searchType: 'token' }] },
    { parameter: [{ part: [{ type: 'string' }], searchType: 'token' }] },
    'OperationDefinition.parameter[0]',
  ],
  'que-1': [
    'Questionnaire',
    item({ type: 'group', item: [{ linkId: '2', type: 'string' }] }),
    item({ type: 'group' }),
    'Questionnaire.item[0]',
  ],
  'que-4': [
    'Questionnaire',
    item({ answerValueSet: 'x' }),
    item({ answerValueSet: 'x', answerOption: [{}] }),
    'Questionnaire.item[0]',
  ],
  'que-7': [
    'Questionnaire',
    item({ enableWhen: [{ operator: 'exists', answerBoolean: true }] }),
    item({ enableWhen: [{ operator: 'exists', answerString: 'true' }] }),
    'Questionnaire.item[0].enableWhen[0]',
  ],
  'que-10': [
    'Questionnaire',
    item({ maxLength: 5 }),
    item({ type: 'date', maxLength: 5 }),
    'Questionnaire.item[0]',
  ],
  'que-12': [
    'Questionnaire',
    item({ enableWhen: [{}, {}], enableBehavior: 'all' }),
    item({ enableWhen: [{}, {}] }),
    'Questionnaire.item[0]',
  ],
  'que-13': [
    'Questionnaire',
    item({ repeats: true, initial: [{}, {}] }),
    item({ initial: [{}, {}] }),
    'Questionnaire.item[0]',
  ],
  'sdf-1': [
    'StructureDefinition',
    { ...DERIVED, snapshot: { element: [whole, whole] } },
    { ...DERIVED, derivation: undefined, snapshot: { element: [whole, whole] } },
  ],
  'sdf-4': ['StructureDefinition', { abstract: true }, { abstract: false }],
  'sdf-5': [
    'StructureDefinition',
    { type: 'Extension', context: [{ type: 'element', expression: 'Task' }] },
    { type: 'Extension' },
  ],
  'sdf-6': ['StructureDefinition', element({}), DERIVED],
  'sdf-9': ['StructureDefinition', element({}), element({ label: 'x' })],
  'sdf-20': [
    'StructureDefinition',
    element({}),
    element({ slicing: { rules: 'open' } }),
    'StructureDefinition.differential',
  ],
  'sdf-21': [
    'StructureDefinition',
    { ...element({ defaultValueString: 'x' }), derivation: 'specialization' },
    { ...element({ defaultValueString: 'x' }), derivation: undefined },
  ],
  'spd-1': ['SearchParameter', { xpath: 'x', xpathUsage: 'normal' }, { xpath: 'x' }],
  'trd-3': [
    'Library',
    extension({ valueTriggerDefinition: { type: 'named-event', name: 'x' } }),
    extension({ valueTriggerDefinition: { type: 'named-event' } }),
    'Library.extension[0].value',
  ],
  'tst-1': ['TestScript', check({}), setup({}), 'TestScript.setup.action[0]'],
  'tst-5': [
    'TestScript',
    check({ path: 'x' }),
    check({ path: 'x', expression: 'y' }),
    'TestScript.setup.action[0].assert',
  ],
  'tst-7': [
    'TestScript',
    operation({ url: 'x' }),
    operation({ accept: 'json' }),
    'TestScript.setup.action[0].operation',
  ],
  'vsd-1': [
    'ValueSet',
    { compose: { include: [{ system: 'x' }] } },
    { compose: { exclude: [{ version: '1' }] } },
    'ValueSet.compose.exclude[0]',
  ],
  'vsd-6': [
    'ValueSet',
    { expansion: { contains: [{ display: 'x', abstract: true }] } },
    { expansion: { contains: [{ abstract: true }] } },
    'ValueSet.expansion.contains[0]',
  ],
  'vsd-9': [
    'ValueSet',
    { expansion: { contains: [{ display: 'x', abstract: true }] } },
    { expansion: { contains: [{ display: 'x' }] } },
    'ValueSet.expansion.contains[0]',
  ],
  'vsd-10': [
    'ValueSet',
    { expansion: { contains: [{ code: 'x', system: 'y' }] } },
    { expansion: { contains: [{ code: 'x' }] } },
    'ValueSet.expansion.contains[0]',
  ],
};
