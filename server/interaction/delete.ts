// delete: the resource is gone, its versions stay in its history. https://hl7.org/fhir/R4/http.html#delete
import type { Handler } from './context.ts';
import { onCurrent } from './current.ts';
import { checkIfMatch } from './precondition.ts';
import { prepareWrite } from './write-pipeline.ts';

/** 204, also when there is nothing to delete. */
export const remove: Handler = async (context, { path, headers, access }) => {
  const [type, id] = path as [string, string];
  return onCurrent(context, [type, id], access, 'd', async (current, executor) => {
    const present = current && !current.deleted ? current : undefined;
    checkIfMatch(headers['if-match'], present?.version);
    if (!present) return { kind: 'empty', status: 204 };
    const intent = { type, id, letter: 'd', current, access, lastUpdated: context.now() } as const;
    const { version, lastUpdated } = prepareWrite(context, intent);
    const { written } = await context.store.write([version], lastUpdated, [], executor);
    return written.size
      ? { kind: 'empty', status: 204, headers: { etag: `W/"${version.version}"` } }
      : undefined;
  });
};
