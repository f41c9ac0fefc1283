// A request to an account page: its language, its session, and how it is answered.
// https://www.w3.org/TR/WCAG22/#language-of-page
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isSame } from '../page/cookie.ts';
import { type Language, languageOf } from '../page/language.ts';
import { page, pageHeaders } from '../page/page.ts';
import type { People } from './people.ts';
import type { AccountSession } from './session.ts';
import { ACCOUNT_WORDS, type AccountWords } from './words.ts';

/** A request, and the language that its answer is written in. */
export interface Visit {
  request: FastifyRequest;
  reply: FastifyReply;
  language: Language;
  words: AccountWords;
}

/** Reads the language of a request: `ui_locales` of its query, else the browser's. */
export function visitOf(request: FastifyRequest, reply: FastifyReply): Visit {
  const { searchParams } = new URL(request.url, 'http://localhost');
  const wanted = searchParams.get('ui_locales') ?? undefined;
  const language = languageOf(wanted, request.headers['accept-language']);
  return { request, reply, language, words: ACCOUNT_WORDS[language] };
}

/** Answers with a page; `title` is text, `body` is HTML. */
export const sendPage = (
  people: People,
  { reply, language }: Visit,
  title: string,
  body: string,
  status = 200,
) =>
  reply
    .code(status)
    .headers(pageHeaders('', people.frameAncestors()))
    .type('text/html; charset=utf-8')
    .send(page(title, body, language));

/** The session of a form that was posted from one of these pages; undefined for any other form. */
export async function sessionOfForm(
  people: People,
  request: FastifyRequest<{ Body?: URLSearchParams }>,
): Promise<AccountSession | undefined> {
  const session = await people.sessions.of(request.headers.cookie);
  const token = request.body?.get('token') ?? '';
  return session && isSame(session.token, token) ? session : undefined;
}
