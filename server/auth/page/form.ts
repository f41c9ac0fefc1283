// The parts that forms of the authorization server are made of: labels that belong to fields, and a summary of what is wrong.
// https://www.w3.org/WAI/WCAG22/Techniques/general/G139
import { escapeHtml } from './page.ts';

/** One way to answer a question. */
export interface Option {
  value: string;
  label: string;
}

/** A question with one answer out of several. */
export function choice(name: string, legend: string, options: readonly Option[]): string {
  const items = options.map(
    ({ value, label }) =>
      `<label class="choice"><input type="radio" name="${name}" value="${escapeHtml(value)}" required> <span>${escapeHtml(label)}</span></label>`,
  );
  return `<fieldset id="${name}"><legend>${escapeHtml(legend)}</legend>${items.join('')}</fieldset>`;
}

/** A labelled input. `attributes` is HTML that the program wrote. */
export const field = (name: string, label: string, attributes: string): string =>
  `<div class="field"><label for="${name}">${escapeHtml(label)}</label><input id="${name}" name="${name}" ${attributes}></div>`;

/** What is wrong, told first and read aloud, with a link to the field that it is about. */
export function problemSummary(heading: string, sentence: string, field: string): string {
  return `<div class="problem" role="alert"><h2>${escapeHtml(heading)}</h2><p><a href="#${field}">${escapeHtml(sentence)}</a></p></div>`;
}

/** A form that is posted to `action`, by default to the address of its page. */
export const form = (content: string, action = ''): string =>
  `<form method="post"${action && ` action="${escapeHtml(action)}"`}>${content}</form>`;

/** The button that sends a form. */
export const submit = (label: string): string =>
  `<div class="actions"><button type="submit">${escapeHtml(label)}</button></div>`;
