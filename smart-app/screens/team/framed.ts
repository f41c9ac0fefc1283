// Whether the frame that the app is in lets files be saved; one that forbids it does so without saying.
// https://html.spec.whatwg.org/multipage/iframe-embed-object.html#attr-iframe-sandbox

/** Nobody knows in a frame of another origin. */
export type MayDownload = 'yes' | 'no' | 'unknown';

/** What a window tells of the frame that it is in. */
export interface Framed {
  readonly self: unknown;
  readonly top: unknown;
  readonly frameElement: { getAttribute(name: string): string | null } | null;
}

export function mayDownload({ self, top, frameElement }: Framed): MayDownload {
  if (self === top) return 'yes';
  if (!frameElement) return 'unknown';
  const sandbox = frameElement.getAttribute('sandbox');
  return sandbox === null || /(^|\s)allow-downloads(\s|$)/i.test(sandbox) ? 'yes' : 'no';
}
