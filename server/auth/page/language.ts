// Which language a page is written in: what the app asks for, else what the browser prefers, else English.
// https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest (ui_locales)

/** Languages that the pages of the authorization server are written in. */
export type Language = 'en' | 'es';
const LANGUAGES: readonly string[] = ['en', 'es'] satisfies Language[];

const known = (tag: string): Language | undefined => {
  const language = tag.trim().toLowerCase().split('-')[0]!;
  return LANGUAGES.includes(language) ? (language as Language) : undefined;
};

/** Language tags of an Accept-Language header, the preferred one first; those with q=0 are left out. */
function preferred(header: string): string[] {
  const ranges = header.split(',').map((range) => {
    const [tag = '', ...parameters] = range.split(';');
    const weight = parameters.map((text) => /^\s*q=([\d.]+)\s*$/i.exec(text)?.[1]).find(Boolean);
    return { tag, weight: weight === undefined ? 1 : Number(weight) };
  });
  return ranges
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

/**
 * The language of a page.
 * @param uiLocales parameter of the authorization request: tags separated by spaces, the preferred one first
 * @param acceptLanguage header of the request
 */
export function languageOf(uiLocales: string | undefined, acceptLanguage: string | undefined): Language {
  const tags = [...(uiLocales ?? '').split(' '), ...preferred(acceptLanguage ?? '')];
  for (const tag of tags) {
    const language = known(tag);
    if (language) return language;
  }
  return 'en';
}
