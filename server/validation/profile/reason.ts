// Why a definition cannot be used, as the end of a sentence for those who maintain it.

/** What an error says, without what only the program's authors understand. */
export function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'the definition refers to itself without end, or asks for too much';
  if (error instanceof TypeError) return 'the definition is malformed';
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
