// The question that a contact answers, in the words of the person who asked.
// https://hl7.org/fhir/R4/communication-definitions.html#Communication.payload
import type { Communication } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { WrongPatient } from '../../fhir/failure.ts';
import { useWords } from './words.ts';

interface QuestionProps {
  /** Logical id. */
  patient: string;
  /** `Communication/…`. */
  question: string;
}

export function Question({ patient, question }: QuestionProps) {
  const { client } = useApp();
  const { w } = useWords();
  const { data } = useQuery({
    queryKey: ['record', patient, 'contact', question],
    queryFn: async (): Promise<Communication> => {
      const asked = await client.read('Communication', question.slice('Communication/'.length));
      if (asked.subject?.reference !== `Patient/${patient}`) throw new WrongPatient();
      return asked;
    },
  });
  const text = data?.payload?.flatMap(({ contentString }) => contentString ?? []).join(' ');
  return text ? <p>{w('asked', { text })}</p> : null;
}
