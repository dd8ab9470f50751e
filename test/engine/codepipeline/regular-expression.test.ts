import { checkPattern, matchesPattern, matchesPatternNow } from '../../../engine/text/regular-expression';

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
  ['(?=.*\\d).+', 'a1', true],
  ['(a)\\1', 'aa', true],
])('%s against the whole of %j: %s', async (pattern, text, expected) => {
  expect(await matchesPattern(pattern, text, true)).toBe(expected);
  expect(matchesPatternNow(pattern, text)).toBe(expected);
});

test('a part of the text is enough where the whole is not asked for', async () => {
  expect(await matchesPattern('error \\d+', 'an error 42 came', false)).toBe(true);
});

test('a pattern that would backtrack without end has its answer at once', async () => {
  const { user } = process.cpuUsage();
  expect(await matchesPattern('^(a+)+$', `${'a'.repeat(100_000)}!`, true)).toBe(false);
  expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(2);
});

test('one that only a backtracking engine has is ended, and others have their turns meanwhile', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 20);
  const pattern = '^(?=(a+)+$)b';
  await expect(matchesPattern(pattern, `${'a'.repeat(60)}!`, true)).rejects.toMatchObject({ code: 'PATTERN_TOO_SLOW' });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
  expect(() => matchesPatternNow(pattern, `${'a'.repeat(60)}!`)).toThrow(
    expect.objectContaining({ code: 'PATTERN_TOO_SLOW' }),
  );
});

test.each([
  ['(', 'PATTERN_INVALID'],
  ['a++', 'PATTERN_UNSUPPORTED'],
  ['(?>a)b', 'PATTERN_UNSUPPORTED'],
  ['a(?i)b', 'PATTERN_UNSUPPORTED'],
  ['[a-z&&[^b]]', 'PATTERN_UNSUPPORTED'],
])('%s: %s', async (pattern, code) => {
  await expect(matchesPattern(pattern, 'a', true)).rejects.toMatchObject({ code });
  expect(() => checkPattern(pattern)).toThrow(expect.objectContaining({ code }));
});
