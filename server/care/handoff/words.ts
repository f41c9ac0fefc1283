// What a person is told when somebody new looks after them, in their language: one plain sentence.
// https://hl7.org/fhir/R4/patient-definitions.html#Patient.communication
import type { Patient } from '@medplum/fhirtypes';
import type { Lane } from '../people.ts';

export type Language = 'en' | 'es';

const SENTENCES: Readonly<Record<Language, Readonly<Record<Lane, (name: string) => string>>>> = {
  en: {
    coordination: (name) =>
      `From today ${name} follows your care. You can write here when you have a question.`,
    navigation: (name) =>
      `From today ${name} helps you with visits, rides and papers. You can write here at any time.`,
  },
  es: {
    coordination: (name) =>
      `Desde hoy ${name} acompaña su atención médica. Puede escribir aquí si tiene una pregunta.`,
    navigation: (name) =>
      `Desde hoy ${name} le ayuda con sus citas, el transporte y los papeles. Puede escribir aquí cuando quiera.`,
  },
};
/** Somebody whose name is not on record. */
const SOMEBODY: Readonly<Record<Language, Readonly<Record<Lane, string>>>> = {
  en: { coordination: 'a nurse of your care team', navigation: 'a navigator of your care team' },
  es: { coordination: 'una enfermera de su equipo', navigation: 'una persona de su equipo' },
};

/** The language of a person as far as there are words in it: the preferred one, else the first. */
export function languageOf({ communication = [] }: Pick<Patient, 'communication'>): Language {
  const spoken = communication.find(({ preferred }) => preferred) ?? communication[0];
  const codes = spoken?.language?.coding?.flatMap(({ code }) => code ?? []) ?? [];
  return codes.some((code) => /^es\b/i.test(code)) ? 'es' : 'en';
}

/** The sentence that tells who is responsible now. @param name of the person who took over, if it is on record */
export const tellingOf = (language: Language, side: Lane, name: string | undefined): string =>
  SENTENCES[language][side](name ?? SOMEBODY[language][side]);
