// Form posts that are read here before oidc-provider reads them: kept as bytes, handed on as a request of their own.
import { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Gives a request, or a message in its place, to oidc-provider. */
export type HandOver = (
  request: FastifyRequest,
  reply: FastifyReply,
  pathAndQuery: string,
  message?: IncomingMessage,
) => Promise<void>;

const BODY_LIMIT = 65_536;

/** Bodies of forms arrive as a Buffer, all others are left unread for oidc-provider to judge. */
export function acceptForms(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    (_request, body, done) => done(null, body),
  );
}

/** The same request with a body that can be read (again). */
export function withBody(raw: IncomingMessage, body: Buffer): IncomingMessage {
  const { 'transfer-encoding': _, ...headers } = raw.headers;
  const message = new IncomingMessage(raw.socket);
  message.method = raw.method!;
  message.httpVersion = raw.httpVersion;
  message.headers = { ...headers, 'content-length': String(body.length) };
  message.complete = true;
  message.push(body);
  message.push(null);
  return message;
}
