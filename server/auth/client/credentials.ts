// Backend services: what a client without a user may be given.
// https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html#scopes
import { errors, type RouteContext } from 'oidc-provider';
import { resourceTypes } from '../../fhir/elements.ts';
import { type CheckCriteria, grantable, scopeProblem, scopeWords } from '../launch/scopes.ts';

/** Seconds that an access token without a user is good for: at most five minutes, says SMART. */
export const BACKEND_TOKEN_SECONDS = 300;

/**
 * Replaces the scopes asked for by the `system/` scopes that the client may be given, and returns them.
 * @throws InvalidScope when none is asked for, none is allowed, or one has search parameters that cannot be enforced
 */
export function backendScopes({ oidc }: RouteContext, checkCriteria?: CheckCriteria): string {
  const asked = oidc.params.scope ?? '';
  const words = scopeWords(asked);
  if (!words.some((word) => word.startsWith('system/'))) {
    throw new errors.InvalidScope(
      'A client without a user has to ask for system scopes, such as system/Patient.rs.',
      asked || undefined,
    );
  }
  const granted = grantable(asked, String(oidc.client.allowed_scope ?? ''), resourceTypes).filter((word) =>
    word.startsWith('system/'),
  );
  const problem = scopeProblem(granted, checkCriteria);
  if (problem) throw new errors.InvalidScope(problem.sentence, problem.word);
  if (!granted.length)
    throw new errors.InvalidScope('None of the scopes asked for may be given to this client.', asked);
  oidc.params.scope = granted.join(' ');
  return oidc.params.scope;
}
