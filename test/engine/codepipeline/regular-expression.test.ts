import { matchesPattern } from '../../../engine/text/regular-expression';

test.each([
  ['v\\d+', 'v12', true],
  ['v\\d+', 'v12-beta', false],
  ['(?i)MAIN', 'main', true],
  ['\\p{Alpha}+', 'abc', true],
  ['[\\p{Digit}x]+', '1x2', true],
  ['\\Qa.b\\E', 'a.b', true],
  ['\\Qa.b\\E', 'axb', false],
  ['\\Arelease\\z', 'release', true],
  ['a|b', 'b', true],
  ['a.b', 'a\nb', false],
  ['(?s)a.b', 'a\nb', true],
])('%s against the whole of %j: %s', (pattern, text, expected) => {
  expect(matchesPattern(pattern, text, true)).toBe(expected);
});

test('a part of the text is enough where the whole is not asked for', () => {
  expect(matchesPattern('error \\d+', 'an error 42 came', false)).toBe(true);
});

test('a pattern that backtracks without end is an error, soon', () => {
  const started = Date.now();
  expect(() => matchesPattern('^(a+)+$', `${'a'.repeat(60)}!`, true)).toThrow(
    expect.objectContaining({ code: 'PATTERN_TOO_SLOW' }),
  );
  expect(Date.now() - started).toBeLessThan(10_000);
});

test.each([
  ['(', 'PATTERN_INVALID'],
  ['a++', 'PATTERN_UNSUPPORTED'],
  ['(?>a)b', 'PATTERN_UNSUPPORTED'],
  ['a(?i)b', 'PATTERN_UNSUPPORTED'],
  ['[a-z&&[^b]]', 'PATTERN_UNSUPPORTED'],
])('%s: %s', (pattern, code) => {
  expect(() => matchesPattern(pattern, 'a', true)).toThrow(expect.objectContaining({ code }));
});
