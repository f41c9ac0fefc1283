// Stores the answers once, and with them the task that asked for them as done: all or nothing.
// https://hl7.org/fhir/R4/http.html#transaction
import type { BundleEntry, Questionnaire, QuestionnaireResponse } from '@medplum/fhirtypes';
import { textIn } from '../../../server/care/questionnaire/sdc.ts';
import { useApp } from '../../context.tsx';
import type { Stored } from '../../fhir/after.ts';
import { type Answers, responseOf } from '../../fhir/form.ts';
import { assesses } from '../../fhir/questionnaires.ts';
import { type Actor, completed } from '../../fhir/task-change.ts';
import type { Problem } from '../../ui/problem.ts';
import type { DialogProps } from '../action.ts';
import { useSubmit } from '../use-submit.ts';
import type { Saved } from './result.tsx';
import type { Score } from './score.ts';
import { useWords } from './words.ts';

const ADDRESS = /QuestionnaireResponse\/([A-Za-z0-9.-]+)/;

/** What the answer to the transaction says of the response. */
function storedIn(entries: readonly BundleEntry[], now: Date): Stored {
  const { location, lastModified } = entries[0]?.response ?? {};
  return { id: ADDRESS.exec(location ?? '')?.[1] ?? '', at: lastModified ?? now.toISOString() };
}

type SaveProps = DialogProps & { onSaved: (saved: Saved) => void; forget: () => void };

/** @returns a function that stores the answers; it answers what was wrong, and nothing when they are stored */
export function useSave({ about, patient, onSaved, forget }: SaveProps) {
  const { client, user } = useApp();
  const { w, locale } = useWords();
  const send = useSubmit({ about, onDone: () => undefined });
  return (
    questionnaire: Questionnaire,
    answers: Answers,
    scoresOf: (response: QuestionnaireResponse) => readonly Score[],
  ): Promise<readonly Problem[]> => {
    const title = textIn(questionnaire, 'title', locale) ?? '';
    return send((actor: Actor) => {
      const isAssessed = assesses(user?.role) && user?.organization !== undefined;
      const person = { reference: `Patient/${patient.id}` };
      const response = responseOf(questionnaire, answers, {
        subject: isAssessed ? { reference: user.organization! } : person,
        author: actor.me,
        ...(!isAssessed && { source: person }),
        authored: actor.now.toISOString(),
      });
      const done =
        about.task && completed(about.task, actor, { outcome: { text: w('outcome', { title }) }, note: '' });
      const entries: BundleEntry[] = [
        { resource: response, request: { method: 'POST', url: 'QuestionnaireResponse' } },
        ...(done
          ? [
              {
                resource: done,
                request: {
                  method: 'PUT' as const,
                  url: `Task/${done.id}`,
                  ifMatch: `W/"${done.meta?.versionId}"`,
                },
              },
            ]
          : []),
      ];
      return {
        resources: [response, ...(done ? [done] : [])],
        send: async () => {
          const stored = storedIn(await client.transaction(entries), actor.now);
          forget();
          onSaved({ ...stored, title, scores: scoresOf(response), url: questionnaire.url });
        },
        did: w('did', { title }),
      };
    });
  };
}
