// What the sign-in pages say, in English and Spanish.
// https://www.w3.org/TR/WCAG22/#readable
import type { Language } from '../page/language.ts';

const minutes = (seconds: number) => Math.ceil(seconds / 60);

const en = {
  signIn: 'Sign in',
  continueOn: 'Continue',
  problem: 'That did not work',
  expired: 'This sign-in has expired, or the browser does not keep cookies for this page.',
  demo: 'This server holds demonstration data. Choose who you want to be.',
  who: 'Who are you?',
  name: 'Account name',
  password: 'Password',
  withPassword: 'Sign in with an account and a password',
  unknownUser: 'That user is not known here: choose from the lists.',
  wrong: 'The account name or the password is not right. Check both and try again.',
  wait: (seconds: number) =>
    seconds < 60
      ? `There were too many tries. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
      : `There were too many tries. Try again in ${minutes(seconds)} ${minutes(seconds) === 1 ? 'minute' : 'minutes'}.`,
  sameUser: 'The app was opened for another user. Sign in as that user, or open the app again.',
  upstream: (name: string) => `Sign in with ${name}`,
  nobody: 'Nobody can sign in at this page. Open the app from your EHR instead.',
  whichPatient: 'Which patient?',
  unknownPatient: 'That patient is not known here: choose from the lists.',
  find: 'Name or record number',
  findHint: 'Type a part of the name, or the whole record number.',
  findButton: 'Find',
  noPatient: 'No patient has this name or record number. Check the spelling, or type less of it.',
  more: 'These are the first 20. Type a name or record number to see others.',
  born: 'born',
  record: 'record',
  whichVisit: 'Which visit?',
  noVisit: 'No particular visit',
  unknownVisit: 'That visit is not one of this patient: choose from the lists.',
  visits: 'The app asks which visit this is about.',
  upstreamDown: (name: string) =>
    `${name} does not answer as it should. Try again in a moment; if it stays so, tell an administrator.`,
  upstreamRefused: (name: string) => `${name} did not sign you in. You can try again.`,
  upstreamStale:
    'This sign-in was finished before, took too long, or was begun in another browser. Try again.',
  unlinked:
    'Your account is not linked here. Ask an administrator to link it, and tell them the two lines below.',
  unlinkedTitle: 'Your account is not linked here',
};

/** The words of the sign-in pages. */
export type SignInWords = typeof en;

const es: SignInWords = {
  signIn: 'Iniciar sesión',
  continueOn: 'Continuar',
  problem: 'No se pudo continuar',
  expired: 'Este inicio de sesión caducó, o el navegador no guarda las cookies de esta página.',
  demo: 'Este servidor contiene datos de demostración. Elija quién quiere ser.',
  who: '¿Quién es usted?',
  name: 'Nombre de la cuenta',
  password: 'Contraseña',
  withPassword: 'Iniciar sesión con una cuenta y una contraseña',
  unknownUser: 'Aquí no se conoce a ese usuario: elija de las listas.',
  wrong: 'El nombre de la cuenta o la contraseña no es correcto. Revise los dos e inténtelo de nuevo.',
  wait: (seconds: number) =>
    seconds < 60
      ? `Hubo demasiados intentos. Vuelva a intentarlo en ${seconds} ${seconds === 1 ? 'segundo' : 'segundos'}.`
      : `Hubo demasiados intentos. Vuelva a intentarlo en ${minutes(seconds)} ${minutes(seconds) === 1 ? 'minuto' : 'minutos'}.`,
  sameUser:
    'La aplicación se abrió para otra persona. Inicie sesión como ella o vuelva a abrir la aplicación.',
  upstream: (name: string) => `Iniciar sesión con ${name}`,
  nobody:
    'Nadie puede iniciar sesión en esta página. Abra la aplicación desde su historia clínica electrónica.',
  whichPatient: '¿Qué paciente?',
  unknownPatient: 'Aquí no se conoce a ese paciente: elija de las listas.',
  find: 'Nombre o número de historia',
  findHint: 'Escriba una parte del nombre, o el número de historia completo.',
  findButton: 'Buscar',
  noPatient: 'Ningún paciente tiene ese nombre o número. Revise cómo está escrito, o escriba menos.',
  more: 'Estos son los primeros 20. Escriba un nombre o un número de historia para ver otros.',
  born: 'nacimiento',
  record: 'historia',
  whichVisit: '¿Qué visita?',
  noVisit: 'Ninguna visita en particular',
  unknownVisit: 'Esa visita no es de este paciente: elija de las listas.',
  visits: 'La aplicación pregunta de qué visita se trata.',
  upstreamDown: (name: string) =>
    `${name} no responde como debe. Inténtelo de nuevo en un momento; si sigue así, avise a un administrador.`,
  upstreamRefused: (name: string) => `${name} no inició su sesión. Puede intentarlo de nuevo.`,
  upstreamStale:
    'Este inicio de sesión ya terminó, tardó demasiado o empezó en otro navegador. Inténtelo de nuevo.',
  unlinked:
    'Su cuenta no está vinculada aquí. Pida a un administrador que la vincule y dígale las dos líneas de abajo.',
  unlinkedTitle: 'Su cuenta no está vinculada aquí',
};

/** The words by language. */
export const SIGN_IN_WORDS: Readonly<Record<Language, SignInWords>> = { en, es };
