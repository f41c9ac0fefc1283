// A failure as a sentence for the person in front of it.
// https://hl7.org/fhir/R4/operationoutcome.html
import { FhirFailure, Unreachable, WrongPatient } from '../fhir/failure.ts';
import type { Language } from '../locales/index.tsx';
import { SessionEnded } from '../smart/session.ts';

/** The server's own sentence where it gave one, else ours. */
export function sentenceOf(error: unknown, { t }: Language): string {
  if (error instanceof FhirFailure) return error.diagnostics || t('error.server', { status: error.status });
  if (error instanceof Unreachable) return t('error.unreachable');
  if (error instanceof SessionEnded) return `${t('problem.ended')} ${t('app.relaunch')}`;
  if (error instanceof WrongPatient) return t('problem.patient');
  return t('problem.crash');
}
