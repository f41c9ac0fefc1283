// The few pages that the authorization server shows itself: sign-in and failure, in plain words, readable without scripts.
// https://www.w3.org/TR/WCAG22/

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

const STYLE = `
:root{color-scheme:light dark;--line:#c5ccd3;--accent:#0b5f83}
@media(prefers-color-scheme:dark){:root{--line:#4a545d;--accent:#7cc4e4}}
body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.25rem;margin:0 0 .5rem}
fieldset{border:1px solid var(--line);border-radius:6px;margin:1rem 0;padding:.5rem 1rem}
label{display:block;padding:.25rem 0}
button{font:inherit;padding:.5rem 1rem;border:1px solid var(--accent);border-radius:6px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`;

/**
 * Headers of a page: no script, no foreign content, shown in a frame only by this site.
 * @param formTarget origin to which the form may lead beyond this site (the app that asked)
 */
export function pageHeaders(formTarget = ''): Record<string, string> {
  return {
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self' ${formTarget}; frame-ancestors 'self'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** A whole page; `title` is text, `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)} · Throughline</title><style>${STYLE}</style></head><body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
}

/** Sentences for errors that oidc-provider describes for developers only. */
const SENTENCES: Record<string, string> = {
  server_error: 'The authorization server could not finish the request. Try again in a moment.',
  invalid_client: 'This app is not registered here. Ask an administrator to register it.',
  invalid_redirect_uri: 'The app asked to be answered at an address that it is not registered for.',
};

/** What a failed authorization looks like; `code` is the OAuth error code, `description` its explanation. */
export function errorPage(code: string, description: string): string {
  const sentence = Object.hasOwn(SENTENCES, code) ? SENTENCES[code]! : description;
  return page(
    'The app could not be opened',
    `<p role="alert">${escapeHtml(sentence)}</p><p>Close this page and open the app again from where you started it.</p><p><small>Code: ${escapeHtml(code)}</small></p>`,
  );
}
