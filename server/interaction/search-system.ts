// search: all resource types, or those that _type names. https://hl7.org/fhir/R4/http.html#search
import type { Handler } from './context.ts';
import { asked } from './search-request.ts';

export const searchSystem: Handler = async ({ search }, request) => {
  const { parameters, options } = asked(request);
  const { subset, ...page } = await search.system(parameters, request.access, options);
  return { kind: 'search', status: 200, path: '', page, ...(subset && { subset }) };
};
