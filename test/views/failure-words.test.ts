import { commandWords, failureReason, failureWords, reasonFirst } from '../../views/failure-words';

// A command of a page is named once, and not three times.
const command = `make ${'check '.repeat(100)}`.trim();
const long = `Error while executing command: ${command}. Reason: exit status 2`;
const short = 'Error while executing command: npm test. Reason: exit status 1';

test('a short message stays CodeBuild’s own', () => {
  expect(failureWords(short)).toBe(short);
  expect(failureReason(short)).toBe(short);
  expect(reasonFirst(short)).toBe('exit status 1: npm test');
});

test('of a long one the reason is first, and the command is shown from its beginning, once', () => {
  expect(failureWords(long)).toMatch(/^exit status 2: make check .*…$/);
  expect(failureWords(long).length).toBeLessThan(310);
  expect(failureReason(long)).toBe('a command failed with exit status 2');
  expect(commandWords(`${command}\nsecond line`)).toMatch(/^make check .*…$/);
  expect(failureReason('x'.repeat(1000))).toHaveLength(301);
});
