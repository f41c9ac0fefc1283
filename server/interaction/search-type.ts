// search: one resource type, by GET or by POST _search. https://hl7.org/fhir/R4/http.html#search
import { badRequest } from '../fhir/errors.ts';
import type { Handler } from './context.ts';

const isLenient = (prefer: string | undefined): boolean => /\bhandling\s*=\s*lenient\b/.test(prefer ?? '');

export const searchType: Handler = async ({ search }, { path, query, headers, body, access, executor }) => {
  const [type] = path as [string];
  if (body !== undefined && !(body instanceof URLSearchParams)) {
    throw badRequest('A search by POST takes its parameters as application/x-www-form-urlencoded.');
  }
  const parameters = [...query, ...(body ?? [])];
  const page = await search.type(type, parameters, access, {
    lenient: isLenient(headers.prefer),
    ...(executor && { executor }),
  });
  return { kind: 'search', status: 200, path: type, page };
};
