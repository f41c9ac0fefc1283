// What the button of a form of administration does: sends, reads again what is shown, and says what was wrong or that it is done.
// https://hl7.org/fhir/R4/http.html#concurrency
import { useQueryClient } from '@tanstack/react-query';
import { FhirFailure } from '../../fhir/failure.ts';
import { type Problem, problemsIn } from '../../ui/problem.ts';
import type { Opened } from './use-dialogs.tsx';
import { useWords } from './words.ts';

interface Attempt {
  readonly send: () => Promise<unknown>;
  /** The sentence that says it is done. */
  readonly did: string;
  /** Our own sentence for a status of refusal, where the server's would not help enough. */
  readonly refused?: Readonly<Record<number, string>>;
  /** Says of a refusal which fields it is about. */
  readonly placed?: (failure: FhirFailure) => readonly Problem[];
}

/** Refusals of administration begin with the member that they are about. */
const MEMBER = /^The member (\w+) /;

const withMember = (problem: Problem): Problem => {
  const [, field] = MEMBER.exec(problem.sentence) ?? [];
  return field ? { ...problem, field } : problem;
};

/**
 * @param key of the queries that are read again
 * @returns a function for `FormDialog.onSubmit`: it answers what was wrong, and nothing when it was done
 */
export function useSave(key: string, { onDone }: Pick<Opened, 'onDone'>) {
  const queries = useQueryClient();
  const words = useWords();
  const again = () => queries.invalidateQueries({ queryKey: ['admin', key] });
  return async ({ send, did, refused = {}, placed }: Attempt): Promise<readonly Problem[]> => {
    try {
      await send();
    } catch (error) {
      const status = error instanceof FhirFailure ? error.status : 0;
      if (status === 412) void again();
      const own = refused[status] ?? (status === 412 ? words.w('changed') : undefined);
      if (own) return [{ sentence: own }];
      const found = (error instanceof FhirFailure && placed?.(error)) || [];
      return found.length ? found : (await problemsIn(error, words)).map(withMember);
    }
    await again();
    onDone(did);
    return [];
  };
}
