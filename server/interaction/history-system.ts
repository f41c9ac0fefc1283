// history of all resources, newest version first: of the types that the caller may read.
// https://hl7.org/fhir/R4/http.html#history
import { forbidden } from '../fhir/errors.ts';
import type { Handler } from './context.ts';
import { readHistory, readHistoryQuery } from './history.ts';

const PATH = '_history';

/** 200, or 403 when no scope of the caller lets them read any type. */
export const historySystem: Handler = async (context, request) => {
  const { search, history } = context;
  const visibility = search.visibility(request.access, 'r');
  if (visibility.types?.length === 0)
    throw forbidden(
      'Your access does not cover reading any type. Ask for a scope such as user/*.r.',
      undefined,
      'scope',
    );
  const query = readHistoryQuery(context, request);
  const page = await readHistory(context, request, query, PATH, (asked) =>
    history.types(undefined, visibility, asked),
  );
  return { kind: 'history', status: 200, path: PATH, ...page };
};
