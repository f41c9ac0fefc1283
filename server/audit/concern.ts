// Which requests ask for audit events or provenance, so that these have to be stored first. Said of the address alone: what
// it does not find sees them a second later.
import { type Access, reach } from '../fhir/access.ts';

const TYPES = ['AuditEvent', 'Provenance'] as const;
const NAMED = /AuditEvent|Provenance/;
/** Addresses whose answers hold resources of types that they do not name. */
const ANY_TYPE =
  /\$everything|\$export|include(?::iterate)?=\*|\/\*|^(?:\/fhir)?\/?(?:_history|_search)?(?:\?|$)/;

/** The addresses of a request that are read: its own, or those of its entries. */
function addressesOf(method: string, url: string, body: unknown): string[] {
  if (body instanceof URLSearchParams) return [url, body.toString()];
  const { entry } = (body ?? {}) as { entry?: unknown };
  if (!Array.isArray(entry)) return method === 'GET' || url.includes('$') ? [url] : [];
  return entry.flatMap((one: { request?: { method?: unknown; url?: unknown } }) =>
    one?.request?.method === 'GET' ? String(one.request.url) : [],
  );
}

/**
 * Whether a request asks for audit events or provenance that its caller may see.
 * @returns `named`: it names them; `beside`: they may stand beside what it asks for
 */
export function asksForAudit(
  access: Access,
  method: string,
  url: string,
  body: unknown,
): 'named' | 'beside' | undefined {
  const addresses = addressesOf(method, url, body);
  const isNamed = addresses.some((address) => NAMED.test(address));
  if (!isNamed && !addresses.some((address) => ANY_TYPE.test(address))) return undefined;
  const sees = TYPES.some(
    (type) => reach(access, type, 'r') !== 'none' || reach(access, type, 's') !== 'none',
  );
  if (!sees) return undefined;
  return isNamed ? 'named' : 'beside';
}
