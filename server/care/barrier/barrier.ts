// A barrier to care as it stands in the register: a Condition of our category, and what helps against each kind of it.
// https://hl7.org/fhir/R4/condition.html
import type { Condition, Patient, Reference, Task } from '@medplum/fhirtypes';
import { CATEGORY, codeOf, hasCode, PARAMETER, system } from '../code.ts';
import { languageOf } from '../handoff/words.ts';

export const BARRIER_TYPE = system('cn-barrier-type');
export const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';

export const STANDING = ['active', 'recurrence', 'relapse'];
export const OUT_OF_THE_WAY = ['inactive', 'remission', 'resolved'];
export const NOT_THERE = ['entered-in-error', 'refuted'];

export const isBarrier = ({ category }: Condition): boolean => hasCode(category, CATEGORY, 'cn-barrier');

const isMistaken = ({ verificationStatus }: Condition): boolean =>
  NOT_THERE.includes(codeOf(verificationStatus, VERIFICATION) ?? '');

/** Whether it stands in the way now. */
export const isStanding = (condition: Condition): boolean =>
  isBarrier(condition) &&
  !isMistaken(condition) &&
  STANDING.includes(codeOf(condition.clinicalStatus, CLINICAL) ?? '');

/** Whether it was there and is out of the way; not when it was recorded by mistake. */
export const isResolved = (condition: Condition): boolean =>
  isBarrier(condition) &&
  !isMistaken(condition) &&
  OUT_OF_THE_WAY.includes(codeOf(condition.clinicalStatus, CLINICAL) ?? '');

/** Code of cn-barrier-type. */
export const typeOf = ({ code }: Condition): string | undefined => codeOf(code, BARRIER_TYPE);

/** The barriers that a task is about: its inputs, and its focus. */
export const barriersOf = ({ input = [], focus }: Task): Reference[] => [
  ...input.flatMap(({ type, valueReference }) =>
    valueReference && hasCode(type, PARAMETER, 'barrier') ? valueReference : [],
  ),
  ...(focus?.reference?.includes('Condition/') ? [focus as Reference] : []),
];

type Words = Readonly<Record<'en' | 'es', string>>;

/** What it is like when a barrier is out of the way, in plain words of our own. */
const GOALS: Readonly<Record<string, Words>> = {
  transport: { en: 'There is a ride to every visit', es: 'Hay transporte para cada cita' },
  cost: {
    en: 'Care costs no more than the person can pay',
    es: 'La atención cuesta lo que la persona puede pagar',
  },
  coverage: { en: 'The care that is needed is covered', es: 'La atención necesaria está cubierta' },
  language: { en: 'Somebody speaks the language at every visit', es: 'En cada cita alguien habla el idioma' },
  'phone-internet': {
    en: 'The person can be reached and can reach others',
    es: 'La persona puede llamar y recibir llamadas',
  },
  childcare: {
    en: 'Somebody looks after the children during visits',
    es: 'Alguien cuida a los niños durante las citas',
  },
  housing: { en: 'There is a safe place to live', es: 'Hay un lugar seguro donde vivir' },
  food: { en: 'There is enough food at home', es: 'Hay suficiente comida en casa' },
  'mistrust-stigma': {
    en: 'There is somebody in care whom the person trusts',
    es: 'Hay alguien en quien la persona confía',
  },
  'side-effects-fear': {
    en: 'Questions about side effects are answered',
    es: 'Las dudas sobre efectos secundarios están resueltas',
  },
  'cognition-memory': {
    en: 'Visits and medicines are remembered with help',
    es: 'Con ayuda se recuerdan citas y medicinas',
  },
  'symptoms-interfere': {
    en: 'Care goes on also on hard days',
    es: 'La atención sigue también en los días difíciles',
  },
  'appointment-times': { en: 'Visits are at times that suit', es: 'Las citas son a horas convenientes' },
  distance: { en: 'Care is near enough to be reached', es: 'La atención queda a una distancia posible' },
  literacy: { en: 'What is said and written is understood', es: 'Se entiende lo que se dice y se escribe' },
  'disability-access': {
    en: 'The place of care can be entered and used',
    es: 'El lugar de atención es accesible',
  },
  legal: {
    en: 'The legal matter no longer keeps the person from care',
    es: 'El asunto legal ya no impide la atención',
  },
  'safety-at-home': { en: 'The person is safe at home', es: 'La persona está segura en casa' },
  'no-natural-support': { en: 'Somebody stands by the person', es: 'Alguien acompaña a la persona' },
  'provider-refusal': { en: 'A practice has taken the person on', es: 'Un consultorio atiende a la persona' },
  paperwork: { en: 'The papers are filled in and handed in', es: 'Los papeles están llenos y entregados' },
};
const ANY: Words = { en: 'The barrier is out of the way', es: 'El obstáculo ya no está' };

/** The goal against a barrier, in the language of the person. */
export const goalText = (barrier: Condition, person: Patient | undefined): string =>
  (GOALS[typeOf(barrier) ?? ''] ?? ANY)[languageOf(person ?? {})];
