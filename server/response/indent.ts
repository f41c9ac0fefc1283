// Indents JSON text without reading it, so that numbers keep their text. https://hl7.org/fhir/R4/http.html#parameters

/** Strings, brackets and the marks between them; white space outside of strings is left out. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** @param json well-formed JSON */
export function indentJson(json: string): string {
  let text = '';
  let line = '\n';
  let opened = false;
  for (const [token] of json.matchAll(TOKEN)) {
    const closes = token === '}' || token === ']';
    if (closes) line = line.slice(0, -2);
    if (closes ? !opened : opened) text += line;
    text += token === ':' ? ': ' : token;
    opened = token === '{' || token === '[';
    if (opened) line += '  ';
    if (token === ',') text += line;
  }
  return text;
}
