// Fetches the style of an EHR: only from an address that can be trusted, only so much, and only for so long.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#styling

/** Bytes that a style may have, and milliseconds that it may take. */
const LIMIT = { bytes: 20_000, time: 5_000 };
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Https, our own origin, or a server on loopback when the app comes from one. */
export function isTrusted(address: string, own: URL): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || url.username || url.password) return false;
  if (url.origin === own.origin || url.protocol === 'https:') return true;
  return url.protocol === 'http:' && LOOPBACK.has(url.hostname) && LOOPBACK.has(own.hostname);
}

/** The style, as it was sent; undefined when there is none that can be used. @param own address of the app */
export async function readStyle(address: string, own: URL): Promise<unknown> {
  if (!isTrusted(address, own)) return undefined;
  const signal = AbortSignal.timeout(LIMIT.time);
  try {
    const response = await fetch(address, {
      headers: { accept: 'application/json' },
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      signal,
    });
    if (!response.ok || !response.body) return undefined;
    return JSON.parse(await readText(response.body.getReader()));
  } catch {
    return undefined;
  }
}

/** @throws RangeError when there is more than the limit */
async function readText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    size += piece.value.length;
    if (size > LIMIT.bytes) {
      await reader.cancel();
      throw new RangeError('The style is too long.');
    }
    text += decoder.decode(piece.value, { stream: true });
  }
  return text + decoder.decode();
}
