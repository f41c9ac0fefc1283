// history of one resource type, newest version first. https://hl7.org/fhir/R4/http.html#history
import type { Handler } from './context.ts';
import { readHistory, readHistoryQuery } from './history.ts';
import { checkScope } from './reach.ts';

/** 200, or 403 without a scope. */
export const historyType: Handler = async (context, request) => {
  const { search, history } = context;
  const [type] = request.path as [string];
  checkScope(request.access, type, 'r');
  const query = readHistoryQuery(context, request);
  const visibility = search.visibility(request.access, 'r', [type]);
  const path = `${type}/_history`;
  const page = await readHistory(context, request, query, path, (asked) =>
    history.types([type], visibility, asked),
  );
  return { kind: 'history', status: 200, path, ...page };
};
