// search: one resource type, by GET or by POST _search. https://hl7.org/fhir/R4/http.html#search
import type { Handler } from './context.ts';
import { asked } from './search-request.ts';

export const searchType: Handler = async ({ search }, request) => {
  const [type] = request.path as [string];
  const { parameters, options } = asked(request);
  const { subset, ...page } = await search.type(type, parameters, request.access, options);
  return { kind: 'search', status: 200, path: type, page, ...(subset && { subset }) };
};
