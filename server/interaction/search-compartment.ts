// search: what lies in the compartment of a resource, one type or all. https://hl7.org/fhir/R4/http.html#vsearch
import type { Handler } from './context.ts';
import { asked } from './search-request.ts';

export const searchCompartment: Handler = async ({ search }, request) => {
  const [name, id, member] = request.path as [string, string, string];
  const { parameters, options } = asked(request);
  const { subset, ...page } = await search.compartment(
    [name, id, member],
    parameters,
    request.access,
    options,
  );
  return { kind: 'search', status: 200, path: `${name}/${id}/${member}`, page, ...(subset && { subset }) };
};
