import { createHash } from 'node:crypto';
import * as fs from 'node:fs';

/** The README in Korean, and what it is a translation of. */
export const ORIGINAL = 'README.md';
export const TRANSLATION = 'README.ko.md';

/** What follows each heading of the translation: the section of {@link ORIGINAL} that it translates, and the digest of that section's text at the time. */
const MARK = /^<!-- README\.md, "([^"]*)": ([0-9a-f]{12}) -->$/gm;

/** A section of Markdown: a heading and what follows it up to the next heading of any level. Lines of a code block are not headings. */
function sections(markdown: string): Map<string, string> {
  const found = new Map<string, string>();
  let [heading, fence] = ['', false];
  for (const line of markdown.split('\n')) {
    if (line.trimStart().startsWith('```')) fence = !fence;
    const title = fence ? undefined : /^#{1,3} (.+)$/.exec(line)?.[1];
    if (title === undefined) found.set(heading, `${found.get(heading) ?? ''}${line.trim()}\n`);
    else found.set((heading = title), '');
  }
  found.delete('');
  return found;
}

const digest = (text: string): string => createHash('sha256').update(text.trim()).digest('hex').slice(0, 12);

/** A line of code without the comment behind it: comments are translated, commands are not. */
const codeOf = (line: string): string => line.replace(/(?:^|\s)# .*$/, '').trim();

function code(markdown: string): string[] {
  let fence = false;
  return markdown.split('\n').flatMap((line) => {
    const edge = line.trimStart().startsWith('```');
    if (edge) fence = !fence;
    return fence && !edge && codeOf(line) ? [codeOf(line)] : [];
  });
}

/**
 * What a translation does not say any more, or says of nothing: a sentence each; none when it has kept up.
 * @param original text of {@link ORIGINAL}
 * @param translation text of {@link TRANSLATION}
 */
export function outdated(original: string, translation: string): string[] {
  const now = sections(original);
  const marks = new Map([...translation.matchAll(MARK)].map(([, title = '', at = '']) => [title, at]));
  const problems: string[] = [];
  for (const [title, text] of now) {
    const at = marks.get(title);
    if (at === undefined) problems.push(`the section "${title}" is not translated`);
    else if (at !== digest(text)) problems.push(`the section "${title}" has changed since it was translated`);
  }
  for (const title of marks.keys())
    if (!now.has(title)) problems.push(`the section "${title}" is translated and is gone`);
  const translated = code(translation);
  for (const line of code(original))
    if (!translated.includes(line)) problems.push(`the line of code "${line}" is missing`);
  return problems;
}

/** The translation with the digests of today: for a person who has just translated what has changed. */
export function confirmed(original: string, translation: string): string {
  const now = sections(original);
  return translation.replace(MARK, (mark, title: string) => {
    const text = now.get(title);
    return text === undefined ? mark : `<!-- ${ORIGINAL}, "${title}": ${digest(text)} -->`;
  });
}

if (require.main === module) {
  const [original, translation] = [ORIGINAL, TRANSLATION].map((file) => fs.readFileSync(file, 'utf8')) as [
    string,
    string,
  ];
  fs.writeFileSync(TRANSLATION, confirmed(original, translation));
}
