// Loads the validator when a form opens, and checks with it what the form is about to send.
// https://hl7.org/fhir/R4/validation.html
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import { useState } from 'react';
import { useLanguage } from '../locales/index.tsx';
import { type Problem, problemsOf } from '../ui/problem.ts';

/** What is wrong with resources that are about to be written; nothing where the app cannot tell. The server checks them again. */
export type Check = (resources: readonly Resource[]) => Promise<readonly Problem[]>;

/** A form waits no longer than this for its validator, in ms. */
const PATIENCE = 3_000;

const given = (time: number) => new Promise<undefined>((done) => setTimeout(done, time));

/** An old browser may lack what the validator is written with: the server's answer is then the first. */
async function load(): Promise<(resource: Resource) => readonly OperationOutcomeIssue[]> {
  const { validate } = await import('../validation/index.ts');
  return (resource) => {
    try {
      return validate(resource);
    } catch {
      return [];
    }
  };
}

export function useCheck(): Check {
  const language = useLanguage();
  const [loading] = useState(() => load().catch(() => undefined));
  return async (resources) => {
    const validate = await Promise.race([loading, given(PATIENCE)]);
    return problemsOf(
      resources.flatMap((resource) => validate?.(resource) ?? []),
      language,
    );
  };
}
