// Reads a stream of server-sent events, piece by piece as it arrives.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/** One event, with the id that the stream has come to. */
export interface Message {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

const LINE_END = /\r\n|\n|\r/g;

/** A line as field and value; a comment has no field. */
function fieldOf(line: string): [field: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  return [line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)];
}

/**
 * Makes a reader; give it the pieces of text in their order, without a byte order mark, which decoders take away.
 * @param onMessage told each event when it is whole
 * @param onId told each id, also of a block without data, which is no event
 * @param onRetry told the milliseconds that the server asks to wait before connecting again
 */
export function createParser(
  onMessage: (message: Message) => void,
  onId: (id: string) => void,
  onRetry: (milliseconds: number) => void,
): (piece: string) => void {
  let rest = '';
  let event = '';
  let data: string[] = [];
  let id = '';

  const fields: Readonly<Record<string, (value: string) => void>> = {
    event: (value) => {
      event = value;
    },
    data: (value) => void data.push(value),
    id: (value) => {
      if (!value.includes('\0')) id = value;
    },
    retry: (value) => {
      if (/^\d+$/.test(value)) onRetry(Number(value));
    },
  };
  const endBlock = (): void => {
    if (id) onId(id);
    if (data.length) onMessage({ event: event || 'message', data: data.join('\n'), id });
    event = '';
    data = [];
  };

  return (piece) => {
    const text = rest + piece;
    let from = 0;
    for (const { 0: end, index } of text.matchAll(LINE_END)) {
      // A carriage return at the end of a piece may be the first half of a line's end.
      if (end === '\r' && index === text.length - 1) break;
      const line = text.slice(from, index);
      from = index + end.length;
      if (line === '') endBlock();
      else {
        const [field, value] = fieldOf(line);
        if (Object.hasOwn(fields, field)) fields[field]!(value);
      }
    }
    rest = text.slice(from);
  };
}
