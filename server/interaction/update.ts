// update: a new version of a resource, or its first one under an id of the client's. https://hl7.org/fhir/R4/http.html#update
import { checkBodyId, resourceBody } from './body.ts';
import type { Handler } from './context.ts';
import { onCurrent } from './current.ts';
import { checkIfMatch } from './precondition.ts';
import { storeWrites } from './store-writes.ts';
import { prepareWrite, writtenVersion } from './write-pipeline.ts';

/** 200, or 201 when it was not there; 412 when If-Match names another version than the present one. */
export const update: Handler = async (context, { path, body, headers, access }) => {
  const [type, id] = path as [string, string];
  const resource = resourceBody(body, type);
  checkBodyId(resource, id);
  return onCurrent(context, [type, id], access, 'u', async (current, executor) => {
    const present = current && !current.deleted ? current : undefined;
    checkIfMatch(headers['if-match'], present?.version);
    const intent = { type, id, letter: 'u', current, resource, access, lastUpdated: context.now() } as const;
    const prepared = prepareWrite(context, intent);
    if (!(await storeWrites(context, [prepared], prepared.references, access, executor))) return undefined;
    const status = present ? 200 : 201;
    return { kind: 'resource', status, resource: writtenVersion(prepared), location: true };
  });
};
