import * as fs from 'node:fs';
import * as path from 'node:path';
import { confirmed, ORIGINAL, outdated, TRANSLATION } from '../../scripts/translation';
import { ROOT } from '../setup/paths';

const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8');

// Mend it: translate what has changed, then `npm run docs:translation`.
test('the README in Korean says what the English one says', () => {
  expect(outdated(read(ORIGINAL), read(TRANSLATION))).toEqual([]);
});

const ORIGINAL_TEXT = '# One\n\nA.\n\n```sh\nnpx saiondo status   # what runs\n# no heading\n```\n\n## Two\n\nB.\n';
const TRANSLATED = confirmed(
  ORIGINAL_TEXT,
  [
    '# 하나\n\n<!-- README.md, "One": 000000000000 -->\n\n가.\n\n```sh\nnpx saiondo status   # 무엇이 실행되는지\n```\n',
    '## 둘\n\n<!-- README.md, "Two": 000000000000 -->\n\n나.\n',
  ].join('\n'),
);

test.each([
  ['nothing', ORIGINAL_TEXT, []],
  ['a sentence', ORIGINAL_TEXT.replace('B.', 'C.'), ['the section "Two" has changed since it was translated']],
  [
    'a command',
    ORIGINAL_TEXT.replace('status', 'history'),
    ['the section "One" has changed since it was translated', 'the line of code "npx saiondo history" is missing'],
  ],
  ['a section', `${ORIGINAL_TEXT}\n## Three\n\nD.\n`, ['the section "Three" is not translated']],
  [
    'a heading',
    ORIGINAL_TEXT.replace('## Two', '## Second'),
    ['the section "Second" is not translated', 'the section "Two" is translated and is gone'],
  ],
])('%s has changed', (_what, original, problems) => {
  expect(outdated(original, TRANSLATED)).toEqual(problems);
});
