// The pages that the authorization server shows itself, in plain words, readable without scripts: their frame and headers.
// https://www.w3.org/TR/WCAG22/
import type { Language } from './language.ts';
import { STYLE, STYLE_SOURCE } from './style.ts';

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe for HTML content and attribute values. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);

/** What a form may lead to, as a policy writes it: an origin, or the scheme of an app's own address. */
export function formTargetOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri);
  return origin === 'null' ? protocol : origin;
}

/**
 * Headers of a page: no script, no foreign content, shown in a frame only by this site and the given origins.
 * @param formTarget where the form may lead beyond this site (the app that asked), as `formTargetOf` says it
 * @param ancestors origins of pages that may show this one in a frame
 */
export function pageHeaders(formTarget = '', ancestors: readonly string[] = []): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    "base-uri 'none'",
    ["form-action 'self'", formTarget].filter(Boolean).join(' '),
    ["frame-ancestors 'self'", ...ancestors].join(' '),
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** A whole page; `title` is text, `body` is HTML. */
export function page(title: string, body: string, language: Language = 'en'): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)} · Throughline</title><style>${STYLE}</style></head><body><main><p class="brand">Throughline</p><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
}

const FAILED: Record<Language, { title: string; again: string; code: string }> = {
  en: {
    title: 'The app could not be opened',
    again: 'Close this page and open the app again from where you started it.',
    code: 'Code',
  },
  es: {
    title: 'No se pudo abrir la aplicación',
    again: 'Cierre esta página y vuelva a abrir la aplicación desde donde la abrió.',
    code: 'Código',
  },
};

/** Sentences for errors that oidc-provider describes for developers only. */
const SENTENCES: Record<Language, Record<string, string>> = {
  en: {
    server_error: 'The authorization server could not finish the request. Try again in a moment.',
    invalid_client: 'This app is not registered here. Ask an administrator to register it.',
    invalid_redirect_uri: 'The app asked to be answered at an address that it is not registered for.',
  },
  es: {
    server_error:
      'El servidor de autorización no pudo terminar la solicitud. Inténtelo de nuevo en un momento.',
    invalid_client: 'Esta aplicación no está registrada aquí. Pida a un administrador que la registre.',
    invalid_redirect_uri: 'La aplicación pidió respuesta en una dirección para la que no está registrada.',
  },
};

/** What a failed authorization looks like; `code` is the OAuth error code, `description` its explanation. */
export function errorPage(code: string, description: string, language: Language = 'en'): string {
  const sentences = SENTENCES[language];
  const sentence = Object.hasOwn(sentences, code) ? sentences[code]! : description;
  const { title, again, code: label } = FAILED[language];
  return page(
    title,
    `<p role="alert">${escapeHtml(sentence)}</p><p>${again}</p><p><small>${label}: ${escapeHtml(code)}</small></p>`,
    language,
  );
}
