import type { RunEvent } from '../../model/events';
import { emptyRun } from '../../model/run-state';
import { escape } from '../../views/markup';
import { plainLine } from '../../views/plain';
import { pageJson } from '../../engine/api/page/page-json';

// What a commit or a command brings is text: it draws on no terminal and is no markup.
const message = 'fix: \u001b]0;owned\u0007\u001b[31mred\u001b[0m \u202e<b>bold</b>';

test('a commit’s escapes reach neither a line, nor the report, nor the page', () => {
  const event: RunEvent = {
    v: 1,
    sequence: 1,
    time: '2026-01-01T00:00:00.000Z',
    kind: 'execution.revisions',
    executionId: 'e',
    revisions: [{ actionName: 'App', repository: 'acme/shop', branch: 'main', commitId: 'c'.repeat(40), message }],
  };
  const line = plainLine(event, emptyRun()) ?? '';
  expect(line).toContain('fix: red <b>bold</b>');
  expect(escape(message)).toBe('fix: red &#60;b&#62;bold&#60;/b&#62;');
  expect(JSON.parse(pageJson({ message }))).toEqual({ message: 'fix: red <b>bold</b>' });
});
