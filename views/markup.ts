import { plain } from '../model/plain-text';

/** Markup: what {@link markup} made. Everything else is text. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What stands in a template: a text or a number is escaped, markup stays, a list is its parts one after the other, nothing is nothing. */
export type Part = string | number | Markup | undefined | readonly Part[];

/** A template of HTML. Every value in it is text, without control characters, unless it is markup itself: there is nothing to forget. */
export function markup(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(strings.map((text, at) => (at === 0 ? text : textOf(values[at - 1]) + text)).join(''));
}

/** A text as HTML shows it, in an element or in a quoted attribute. */
export function escape(text: string): string {
  return plain(text).replace(/[&<>"'`]/g, (one) => `&#${one.charCodeAt(0)};`);
}

function textOf(value: Part): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  return value.map(textOf).join('');
}
