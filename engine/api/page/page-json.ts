import { plain } from '../../../model/plain-text';

/** A value for the page. Commits, commands and messages are untrusted: a person is shown them without escapes and control characters. */
export function pageJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => (typeof member === 'string' ? plain(member) : member));
}
