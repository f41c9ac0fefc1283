// The terminology operations with their addresses. https://hl7.org/fhir/R4/terminology-service.html
import { expand } from './expand.ts';
import { importCodeSystem, importStatus } from './import-code-system.ts';
import type { Operation, OperationHandler } from './index.ts';
import { lookup } from './lookup.ts';
import { subsumes } from './subsumes.ts';
import { translate } from './translate.ts';
import { validateInCodeSystem, validateInValueSet } from './validate-code.ts';

const R4 = 'http://hl7.org/fhir/OperationDefinition';

/** By GET and by POST on a type, and on its resources where the operation is about one. */
function asked(code: string, type: string, handler: OperationHandler, onResource = true): Operation[] {
  const definition = `${R4}/${type}-${code}`;
  const at = (path: string, described: Partial<Operation>): Operation[] => [
    { code, method: 'GET', path, safe: true, handler, ...described },
    { code, method: 'POST', path, handler },
  ];
  return [
    ...at(`${type}/$${code}`, { type, definition }),
    ...(onResource ? at(`${type}/{id}/$${code}`, {}) : []),
  ];
}

export const terminologyOperations: readonly Operation[] = [
  ...asked('expand', 'ValueSet', expand),
  ...asked('validate-code', 'ValueSet', validateInValueSet),
  ...asked('validate-code', 'CodeSystem', validateInCodeSystem),
  ...asked('lookup', 'CodeSystem', lookup, false),
  ...asked('subsumes', 'CodeSystem', subsumes),
  ...asked('translate', 'ConceptMap', translate),
  { code: 'import', method: 'POST', path: 'CodeSystem/$import', handler: importCodeSystem },
  { code: 'import', method: 'GET', path: 'CodeSystem/$import/{job}', handler: importStatus },
];
