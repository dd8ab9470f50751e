import { compileGlob } from '../../../engine/text/glob';

const cases: [pattern: string, matching: string[], not: string[]][] = [
  ['*.java', ['A.java', '.java'], ['a/A.java', 'A.javac']],
  ['*.*', ['a.b', '.'], ['ab', 'a/b.c']],
  ['*.{java,class}', ['A.java', 'A.class'], ['A.jar', 'A.java,class']],
  ['foo.?', ['foo.c'], ['foo.', 'foo.cc', 'foo./']],
  ['**', ['a', 'a/b/c', ''], []],
  ['directory/**', ['directory/a', 'directory/a/b'], ['directory', 'other/a']],
  ['directory/*', ['directory/a'], ['directory/a/b']],
  ['common/**/*.js', ['common/app.js', 'common/a/b/app.js'], ['common/app.ts', 'src/app.js', 'commonapp.js']],
  ['**/README.md', ['README.md', 'a/b/README.md'], ['aREADME.md', 'a/xREADME.md']],
  ['a**b', ['ab', 'axb', 'a/x/b'], ['a/x']],
  ['release-[0-9]', ['release-7'], ['release-x', 'release-10']],
  ['[!a-c]x', ['dx', '-x'], ['ax', '/x']],
  ['[-a]', ['-', 'a'], ['b']],
  ['[*?\\]', ['*', '?', '\\'], ['a']],
  ['a\\*b', ['a*b'], ['axb']],
  ['{a,b*,}x', ['ax', 'bbx', 'x'], ['cx']],
  ['a}b', ['a}b'], ['ab']],
  ['größe-?', ['größe-ß', 'größe-😀'], ['grosse-1']],
];

test.each(cases)('%s', (pattern, matching, not) => {
  const glob = compileGlob(pattern);
  expect(matching.filter((text) => !glob.matches(text))).toEqual([]);
  expect(not.filter((text) => glob.matches(text))).toEqual([]);
});

test.each(['{a,{b}}', '[a', '{a', 'a\\', '[]', '[z-a]'])('%s is refused', (pattern) => {
  expect(() => compileGlob(pattern)).toThrow(expect.objectContaining({ code: 'GLOB_INVALID' }));
});

test('no pattern makes the walk long', () => {
  const started = process.cpuUsage().user;
  for (const pattern of ['*a'.repeat(120), '**a'.repeat(80), '{a,aa}'.repeat(42), '{*,**}'.repeat(42)]) {
    compileGlob(`${pattern}!`).matches('a'.repeat(1000));
  }
  expect((process.cpuUsage().user - started) / 1e6).toBeLessThan(5);
});
