// What the account pages say, in English and Spanish.
// https://www.w3.org/TR/WCAG22/#readable
import type { Language } from '../page/language.ts';

const en = {
  title: 'Apps that you have allowed',
  signIn: 'Sign in to see what you have allowed',
  signedInAs: (name: string) => `You are signed in as ${name}.`,
  none: 'You have allowed no app anything. Apps appear here when you open them.',
  since: (day: string) => `since ${day}`,
  details: 'What exactly',
  revoke: (app: string) => `Take back: ${app}`,
  revoked: 'It was taken back. The app is signed out.',
  signOut: 'Sign out',
  signedOut: 'You are signed out',
  signedOutText: 'Your session on this server has ended. You can close this page.',
  askSignOut: 'Do you want to sign out?',
  stay: 'Stay signed in',
  stale: 'This page is too old. Open it again.',
  open: 'Open the page again',
  notSignedOut: 'You were not signed out',
  hintNeeded:
    'The app has to send id_token_hint with post_logout_redirect_uri. You can sign out here without it.',
  hintWrong: 'The id_token_hint is not an id token of this server for that app.',
  returnUnknown: 'The app asked to return to an address that it is not registered for.',
};

/** The words of the account pages. */
export type AccountWords = typeof en;

const es: AccountWords = {
  title: 'Aplicaciones que usted ha permitido',
  signIn: 'Inicie sesión para ver qué ha permitido',
  signedInAs: (name) => `Usted inició sesión como ${name}.`,
  none: 'No ha permitido nada a ninguna aplicación. Las aplicaciones aparecen aquí cuando usted las abre.',
  since: (day) => `desde ${day}`,
  details: 'Qué exactamente',
  revoke: (app) => `Revocar: ${app}`,
  revoked: 'Quedó revocado. La aplicación ya no tiene la sesión iniciada.',
  signOut: 'Cerrar sesión',
  signedOut: 'Su sesión está cerrada',
  signedOutText: 'Su sesión en este servidor terminó. Puede cerrar esta página.',
  askSignOut: '¿Quiere cerrar la sesión?',
  stay: 'Seguir con la sesión iniciada',
  stale: 'Esta página es demasiado antigua. Ábrala de nuevo.',
  open: 'Abrir la página de nuevo',
  notSignedOut: 'La sesión no se cerró',
  hintNeeded:
    'La aplicación debe enviar id_token_hint con post_logout_redirect_uri. Aquí puede cerrar la sesión sin ello.',
  hintWrong: 'El id_token_hint no es un id token de este servidor para esa aplicación.',
  returnUnknown: 'La aplicación pidió volver a una dirección para la que no está registrada.',
};

/** The words by language. */
export const ACCOUNT_WORDS: Readonly<Record<Language, AccountWords>> = { en, es };
