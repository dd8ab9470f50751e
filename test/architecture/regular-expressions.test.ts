import { checkSync } from 'recheck';
import { expressionsOfSources, type FoundExpression } from './regular-expressions';
import LINEAR from './linear-expressions.json';

/**
 * Every expression of the sources takes time linear in its text: an expression that does not may be held for minutes by a text that somebody chose.
 * recheck judges each. Those that it found linear are in linear-expressions.json, because to judge them all takes a minute; a new one is judged
 * here. Add it there when it takes long.
 */
/** Expressions that are not linear, each with the reason why no text makes them slow. */
const BOUNDED: Readonly<Record<string, string>> = {
  '/(.{8})(.{4})(.{4})(.{4})(.{12})/': 'runs over a digest of ours',
  '/\\d+(\\.\\d+)+/': 'runs over what a program of this machine says of its version',
  '/^\\s*(index-url|extra-index-url|trusted-host)\\s*[=:]\\s*(\\S.*)$/gm': 'runs over the person’s own pip.conf',
  '/([a-z][a-z0-9+.-]{0,20}:\\/\\/)[^/\\s@]{1,4096}@/gi':
    'each repetition is bounded, and the text is the person’s own',
  '/=+$/': 'runs over base64 of ours, which ends with two at most',
  '/(?<!\\\\)(?:\\\\\\\\)*(?:[*+?]\\+|\\{\\d+(?:,\\d*)?\\}\\+|\\(\\?>|\\(\\?[imsuxdU-]+[:)]|\\\\[GRXZ]|\\[[^\\]]*&&)/':
    'runs over a pattern of at most 4,096 characters (MOST_PATTERN)',
  '/<coverage\\s[^>]*\\bline-rate=/': 'runs over the first 4,096 bytes of a file',
  '/<coverage\\s[^>]*\\bgenerated=/': 'runs over the first 4,096 bytes of a file',
  '/<report\\s[^>]*\\bname=/': 'runs over the first 4,096 bytes of a file',
  '/:service\\/([^/]+)\\/(.+)$/': 'runs over an ARN, which has 2,048 characters at most',
  '/:(?:role|user)\\/(.+)$/': 'runs over one word of a line of 4,000 characters',
  '/Error while executing command: ([\\s\\S]+?)\\. Reason: exit status (\\d+)/':
    'runs over a message of CodeBuild, which names one command',
};

/** Folders all of whose expressions run over short texts. */
const FOLDERS: Readonly<Record<string, string>> = {
  'operator/triage/recognizers/':
    'run over lines of a log, of which 4,000 characters are kept (operator/triage/build-log.ts)',
  'operator/triage/demands/': 'as the recognizers: lines of a log, of which 4,000 characters are kept',
  'operator/triage/evidence/': 'run over lines of a log, of which 4,000 characters are kept, or 500 (likely-line.ts)',
  'engine/cloudformation/made-up/': 'run over examples of AWS’s published documentation',
};

const found = new Map(expressionsOfSources().map((one) => [one.text, one] as const));
const linear = new Set(LINEAR);

test('there are expressions', () => {
  expect(found.size).toBeGreaterThan(300);
});

test('each expression of the sources is linear, or says why no text makes it slow', () => {
  const open = [...found.values()].filter(({ text, at }) => !linear.has(text) && !reasonOf(text, at));
  const slow = open.filter(({ text }) => !isLinear(text)).map(({ at, text }: FoundExpression) => `${at} ${text}`);
  expect(slow).toEqual([]);
}, 120_000);

test('nothing is excused that there is not', () => {
  expect(Object.keys(BOUNDED).filter((text) => !found.has(text))).toEqual([]);
});

function reasonOf(text: string, at: string): string | undefined {
  if (Object.hasOwn(BOUNDED, text)) return BOUNDED[text];
  return Object.entries(FOLDERS).find(([folder]) => at.startsWith(folder))?.[1];
}

function isLinear(text: string): boolean {
  const end = text.lastIndexOf('/');
  return checkSync(text.slice(1, end), text.slice(end + 1), { timeout: 20_000 }).status === 'safe';
}
