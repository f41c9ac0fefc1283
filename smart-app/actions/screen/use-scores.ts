// What the form computes from the answers, while it is filled in; nothing where the browser cannot compute it.
// https://hl7.org/fhir/uv/sdc/StructureDefinition-sdc-questionnaire-calculatedExpression.html
import type { Questionnaire, QuestionnaireResponse } from '@medplum/fhirtypes';
import { useEffect, useState } from 'react';
import type { Locale } from '../../locales/text.ts';
import type { Score } from './score.ts';

type ScoresOf = (
  questionnaire: Questionnaire,
  response: QuestionnaireResponse,
  language: Locale,
) => readonly Score[];

/** An old browser may lack what the evaluator is written with: the score is then told by the server alone. */
const load = (): Promise<ScoresOf> =>
  import('./score.ts').then(
    ({ scoresOf }) =>
      (...form) => {
        try {
          return scoresOf(...form);
        } catch {
          return [];
        }
      },
    () => () => [],
  );

export function useScores(): ScoresOf {
  const [scoresOf, set] = useState<ScoresOf>(() => () => []);
  useEffect(() => {
    let isOpen = true;
    void load().then((loaded) => isOpen && set(() => loaded));
    return () => {
      isOpen = false;
    };
  }, []);
  return scoresOf;
}
