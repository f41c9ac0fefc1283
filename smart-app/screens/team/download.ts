// A file made in the browser. https://developer.mozilla.org/docs/Web/HTML/Element/a#download

/** By which spreadsheets know that the text is Unicode. */
const BOM = '\uFEFF';

/** Milliseconds that the browser has to begin. */
const KEPT = 10_000;

export function download(file: string, text: string): void {
  const url = URL.createObjectURL(new Blob([BOM, text], { type: 'text/csv;charset=utf-8' }));
  Object.assign(document.createElement('a'), { href: url, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}
