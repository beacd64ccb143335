import { escapeXml } from '../render/xml.ts';

/** A piece of HTML that is safe to print as it is. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text and numbers are escaped, lists are joined, nothing prints nothing. */
export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

/** Vouches for a text that is HTML already. Never for anything that came from the data. */
export function trusted(text: string): Html {
  return new Html(text);
}

/**
 * Builds HTML from a template. Every value is escaped, in content as in quoted attributes, unless it was made
 * by this function or by `trusted`.
 *
 * @example
 * html`<td title="${column.name}">${column.name}</td>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0];
  for (const [i, value] of values.entries()) text += print(value) + strings[i + 1];
  return new Html(text);
}

function print(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeXml(value);
  if (typeof value === 'number') return String(value);
  return value.map(print).join('');
}

/** A label from the data as part of a sentence, in quotation marks. */
export function labelHtml(label: string): Html {
  return html`“${nameHtml(label.length > 60 ? `${label.slice(0, 40)}…${label.slice(-15)}` : label)}”`;
}

/**
 * A name or label from the data, set apart from the text around it: in its own direction, and broken anywhere
 * if it is long. Control characters and direction overrides are shown as a replacement sign.
 */
export function nameHtml(name: string): Html {
  const clipped = name.length > 200 ? `${name.slice(0, 120)}…${name.slice(-60)}` : name;
  const clean = clipped.toWellFormed().replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, '\ufffd');
  return html`<bdi class="name">${clean === '' ? '(empty)' : clean}</bdi>`;
}
